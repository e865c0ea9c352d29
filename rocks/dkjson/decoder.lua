--- dkjson's decoder: `json.decoder` reads what is JSON; what is not is read again by `dkjson.tolerant`, which accepts
-- what dkjson accepts beyond JSON and has its words for the rest.
--
-- @module dkjson.decoder

local decoder = require "json.decoder"
local tolerant = require "dkjson.tolerant"

local find, select, type = string.find, select, type

-- json.decoder needs some of Lua's stack for each level; deeper texts are left to the other reader.
local LEVELS = 10000

--- Read the JSON text that begins at a position, whatever follows it.
-- @tparam string text
-- @tparam[opt=1] integer position
-- @param[opt] null what null becomes (default nil)
-- @param ... the metatables of objects and of arrays, or nil for none; without them each gets one that has `__jsontype`
-- @return the value, or nil
-- @treturn integer the byte behind it, or where it is wrong
-- @treturn ?string what is wrong, and at which line and column
-- @raise when text is no string
return function(text, position, null, ...)
  if type(text) == "number" then text = tostring(text) end
  if type(text) ~= "string" then
    error("bad argument #1 to 'decode' (string expected, got " .. type(text) .. ")", 2)
  end
  local settings = decoder.settings { depth = LEVELS, utf8 = "pass" }
  settings.infinite = true
  settings.null = null
  if select("#", ...) > 0 then
    settings.object, settings.array = ...
  else
    settings.object, settings.array = { __jsontype = "object" }, { __jsontype = "array" }
  end
  position = math.min(position or 1, #text + 1)
  local fine, value, last = decoder.value(text, position, settings)
  -- A word or a number that goes on is something else to dkjson.
  if fine and not find(text, "^[%w.+-]", last) then return value, last end
  return tolerant(text, position, settings)
end
