--- How user code ends a test early: a failure (an assertion that does not hold) or pending. Any other
-- error value is an error.
local error, getmetatable, setmetatable, type = error, getmetatable, setmetatable, type
local getinfo = debug.getinfo
local format = string.format
local text = require "busted.portable.text"
local trace = require "busted.portable.trace"

local outcome = {}

local FAILURE = { __name = "failure", __tostring = function(self) return text.message(self.message) end }
local PENDING = { __name = "pending", __tostring = function(self) return text.message(self.message) end }
local KINDS = { [FAILURE] = "failure", [PENDING] = "pending" }

--- Raises a failure.
-- @param message any value; a string gets the position in front
-- @tparam ?integer level whose position: 1 the caller, 2 the caller's caller; nil: the nearest code
--   that is not the runner's
function outcome.fail(message, level)
  if type(message) == "string" then
    local info
    if level == nil then info = trace.outside(2)
    elseif level > 0 then info = getinfo(level + 1, "Sl") end
    if info and info.currentline > 0 then
      message = format("%s:%d: %s", info.short_src, info.currentline, message)
    end
  end
  error(setmetatable({ message = message }, FAILURE), 0)
end

--- Ends the running test as pending.
-- @param message why, shown beside the test
function outcome.pending(message)
  error(setmetatable({ message = message }, PENDING), 0)
end

--- What an error value says of the test.
-- @param value what was raised
-- @treturn string "failure", "pending" or "error"
-- @return the message that it carries
function outcome.of(value)
  local kind = type(value) == "table" and KINDS[getmetatable(value)]
  if kind then return kind, value.message end
  return "error", value
end

return outcome
