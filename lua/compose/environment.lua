--- The variables of a project: those of the shell, then those of its .env files, a later file over an earlier one.
--
-- @module compose.environment

local dotenv = require "compose.dotenv"
local faults = require "compose.faults"
local files = require "compose.files"

local environment = {}

--- Variables of the shell.
-- @tparam[opt] function|table getenv a function from a name to a value or nil, or a table of values (default os.getenv)
-- @treturn table an environment: `lookup(name)` gives a value or nil, `values` are those that came from files
function environment.new(getenv)
  if type(getenv) == "table" then
    local given = getenv
    getenv = function(name) return given[name] end
  end
  return { lookup = getenv or os.getenv, values = {} }
end

--- An environment with more variables, which those that are there go before.
-- @tparam table base
-- @tparam table values
-- @treturn table
function environment.extend(base, values)
  local all = {}
  for name, value in pairs(values) do all[name] = value end
  for name, value in pairs(base.values) do all[name] = value end
  return {
    values = all,
    lookup = function(name)
      local value = base.lookup(name)
      if value == nil then value = values[name] end
      return value
    end,
  }
end

--- Reads files of variables.
-- @tparam table base the environment, whose variables go before those of the files
-- @tparam {string,...} paths
-- @treturn table names and values
-- @raise a fault where a file is missing or wrong
function environment.read(base, paths)
  local values = {}
  for _, path in ipairs(paths) do
    local text, err = files.read(path)
    if not text then faults.raise(nil, nil, "the file of variables cannot be read: " .. err) end
    local found, message, line = dotenv.parse(text, values, base.lookup)
    if not found then faults.raise({ file = { name = path }, line = line }, nil, message) end
  end
  return values
end

return environment
