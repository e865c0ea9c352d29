--- The decoder of lunajson's interface, over `json.decoder`.
--
-- @module lunajson.decoder

local decoder = require "json.decoder"
local reason = require "lunajson.reasons"

local find, next, type, error = string.find, next, type, error

-- Levels of arrays and objects: lunajson's own limit.
local DEPTH = 1000

-- A value after preproc has seen all that is in it, and then itself.
local function processed(value, preproc)
  if type(value) == "table" then
    for k, v in next, value do value[k] = processed(v, preproc) end
  end
  return preproc(value)
end

--- A decoder with settings of its own.
-- @treturn function decode
return function()
  local settings = decoder.settings { depth = DEPTH }
  settings.array = nil
  settings.infinite = true
  settings.strict = false

  --- Read JSON text.
  -- @tparam string text
  -- @tparam[opt] integer pos the byte to begin with; whatever follows the value is then left alone. Without it the
  --   text must hold one value and nothing else
  -- @param[opt] nullv what null becomes (default: nothing)
  -- @tparam[opt] boolean arraylen whether an array holds the number of its elements at 0
  -- @tparam[opt] function preproc called with each value, those inside before those outside; gives what to put in
  --   its place (no lunajson that was published has this)
  -- @return the value
  -- @treturn ?integer with pos, the byte behind it
  -- @raise "parse error at N: REASON" at the caller's line
  return function(text, pos, nullv, arraylen, preproc)
    if type(text) ~= "string" then
      error("bad argument #1 to 'decode' (string expected, got " .. type(text) .. ")", 2)
    end
    settings.null, settings.counted = nullv, arraylen
    local fine, value, last = decoder.value(text, math.min(pos or 1, #text + 1), settings)
    if fine and not pos then
      local _, blank = find(text, "^[ \n\r\t]*", last)
      if blank < #text then
        fine, value = false, { at = blank + 1, what = "expected the end of the text" }
      end
    end
    if not fine then error(reason(value), 2) end
    if preproc then value = processed(value, preproc) end
    if pos then return value, last end
    return value
  end
end
