--- Programs in Go that specs need, from spec/support/programs; each is built once, into build/.
local shell = require "spec.support.shell"

local program = {}

-- Specs run in several engines at once: one builds, the others wait.
local BUILD = "mkdir -p build && flock build/%s.lock go -C spec/support/programs build -o ../../../build/%s %s 2>&1"

--- Builds a program; when nothing has changed that takes a moment.
-- @tparam string name in build/
-- @tparam string package in Go
-- @treturn ?string its path
-- @treturn ?string why there is none
function program.build(name, package)
  if not shell.which "go" or not shell.which "flock" then return nil, "go and flock are not here to build " .. name .. " with" end
  local said, status = shell.read(BUILD:format(name, name, package))
  if status ~= 0 then return nil, name .. " was not built: " .. said:sub(-300) end
  return "build/" .. name
end

return program
