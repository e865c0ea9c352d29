--- The program `nats` of natscli, for specs that look at ours from outside. It is built once, into build/, in the version
-- that spec/support/natscli/go.mod names.
local shell = require "spec.support.shell"

local natscli = {}

local PROGRAM = "build/nats"

-- Specs run in several engines at once: one builds, the others wait.
local BUILD = "mkdir -p build && flock build/nats.lock sh -c 'test -x " .. PROGRAM
  .. " || go -C spec/support/natscli build -o ../../../" .. PROGRAM .. " github.com/nats-io/natscli/nats' 2>&1"

--- Where the program is.
-- @treturn ?string its path, after it was built where need be
-- @treturn ?string why there is none
function natscli.program()
  if not shell.which "go" or not shell.which "flock" then return nil, "go and flock are not here to build natscli with" end
  local said, status = shell.read(BUILD)
  if status ~= 0 then return nil, "natscli was not built: " .. said:sub(-300) end
  return PROGRAM
end

--- Runs `nats` while a client goes on with its own work.
-- @tparam table nc
-- @tparam string url of the server
-- @tparam string arguments as the shell takes them
-- @treturn string what it printed
function natscli.beside(nc, url, arguments)
  local file = os.tmpname()
  -- Away from the contexts of whoever runs this.
  os.execute(("( XDG_CONFIG_HOME=/nonexistent timeout 60 %s --server %s %s > %s 2>&1; mv %s %s.done ) < /dev/null > /dev/null 2>&1 &")
    :format(PROGRAM, shell.quote(url), arguments, file, file, file))
  for _ = 1, 1000 do
    nc:process(0.06)
    local done = io.open(file .. ".done", "rb")
    if done then
      local text = done:read("a")
      done:close()
      os.remove(file .. ".done")
      return text
    end
  end
  error("nats " .. arguments .. " did not end within 60 s")
end

return natscli
