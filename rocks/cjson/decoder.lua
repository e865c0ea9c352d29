--- cjson's decoder: `json.decoder` reads what is JSON; what is not is read again by `cjson.tolerant`, which accepts
-- what cjson accepts beyond JSON and has its words for the rest.
--
-- @module cjson.decoder

local decoder = require "json.decoder"
local kind = require "json.kind"
local marks = require "cjson.marks"
local tolerant = require "cjson.tolerant"

local find, type, error = string.find, type, error

-- json.decoder needs some of Lua's stack for each level; deeper texts are left to the other reader.
local MOST_LEVELS = 10000

local function settings_of(cjson)
  local settings = decoder.settings { depth = math.min(cjson.decode_max_depth, MOST_LEVELS) }
  settings.null = marks.null
  settings.array = nil
  settings.infinite = true
  settings.strict = false
  settings.level = cjson.decode_max_depth
  return settings
end

--- Read JSON text.
-- @tparam string text
-- @tparam table cjson settings
-- @return the value
-- @raise a message without a position
return function(text, cjson)
  if type(text) == "number" then text = tostring(text) end
  if type(text) ~= "string" then
    error("bad argument #1 to 'decode' (string expected, got " .. type(text) .. ")", 0)
  end
  local settings = cjson.reader
  if not settings or settings.level ~= cjson.decode_max_depth then
    settings = settings_of(cjson)
    cjson.reader = settings
  end
  settings.array = cjson.mark_arrays and kind.array or nil
  local fine, value, last = decoder.value(text, 1, settings)
  if fine and (last > #text or find(text, "^[ \n\r\t]*$", last)) then return value end
  return tolerant(text, cjson)
end
