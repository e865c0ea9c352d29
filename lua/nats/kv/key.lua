--- What a key and the name of a bucket may be (ADR-8), and how it is said what is wrong with one.
--
-- @module nats.kv.key

local check = require "nats.check"
local subjects = require "nats.subject"

local key = {}

local function refuse(what, value, problem, level)
  error(("%s %s%s"):format(what, type(value) == "string" and check.quoted(value) .. " " or "", problem), level + 1)
end

--- Raises unless a value can be a key.
-- @param value anything
-- @tparam string what of the message, such as "get: the key"
-- @tparam integer level whose line an error names, as for `error`
function key.check(value, what, level)
  local problem = subjects.problem(value)
  if not problem and value:find "[^-/_=.%w]" then problem = "has a character other than letters, digits and - / _ = ." end
  if problem then refuse(what, value, problem, level + 1) end
end

--- Raises unless a value can name keys: a key, or one with wildcards.
-- @param value anything
-- @tparam string what of the message
-- @tparam integer level whose line an error names, as for `error`
function key.check_filter(value, what, level)
  local problem = subjects.problem(value, true)
  if not problem and value:find "[^-/_=.*>%w]" then problem = "has a character other than letters, digits and - / _ = . * >" end
  if problem then refuse(what, value, problem, level + 1) end
end

--- Raises unless a value can be the name of a bucket.
-- @param value anything
-- @tparam string what of the message
-- @tparam integer level whose line an error names, as for `error`
function key.check_bucket(value, what, level)
  if type(value) ~= "string" then
    refuse(what, value, "must be a string, not " .. (value == nil and "nil" or "a " .. type(value)), level + 1)
  elseif not value:find "^[%w_-]+$" then
    refuse(what, value, "must be made of letters, digits, - and _", level + 1)
  end
end

return key
