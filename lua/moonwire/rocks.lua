--- `moonwire version --rocks`: which file each rock comes from in this engine.
--
-- @module moonwire.rocks

local engine = require "moonwire.engine"
local origin = require "moonwire.origin"

-- First the names that are always ours, then those of rocks/, then the rocks that others bring.
local NAMES = {
  "nats", "json", "yaml", "digest", "compose", "press",
  "lunajson", "dkjson", "cjson", "cjson.safe", "uuid", "busted",
  "lfs", "socket", "ssl", "lpeg",
}

local USAGE = [[
usage: moonwire rocks
Shows which file each rock comes from: what `require` of a script gives in this engine.
]]

-- The version that a module tells, if it does.
local function version(module)
  if type(module) ~= "table" then return "" end
  local told = rawget(module, "_VERSION") or rawget(module, "version")
  return type(told) == "string" and told:match("%d[%w.]*") or ""
end

--- The command.
-- @tparam {string,...} args
-- @treturn integer the exit status: 1 when a rock is there and does not load
return function(args)
  if #args > 0 then
    local help = args[1] == "--help" or args[1] == "-h"
    local out = help and io.stdout or io.stderr
    out:write(USAGE)
    return help and 0 or 2
  end
  local status = 0
  print(("%-11s %-8s %s"):format("rock", "version", "file (engine: " .. engine .. ")"))
  for _, name in ipairs(NAMES) do
    local path = origin(name)
    local told = ""
    if path and name ~= "busted" then -- which would begin to run specs
      local fine, module = pcall(require, name)
      if fine then
        told = version(module)
      else
        path, status = path .. " does not load: " .. (tostring(module):gsub("%s*\n%s*", " ")), 1
      end
    end
    print(("%-11s %-8s %s"):format(name, told, path or "-"))
  end
  return status
end
