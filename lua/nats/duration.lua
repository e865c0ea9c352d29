--- Durations as Go writes them: 5s, 300ms, 1m30s.
--
-- @module nats.duration

local SECONDS = { ns = 1e-9, us = 1e-6, ["µs"] = 1e-6, ["μs"] = 1e-6, ms = 1e-3, s = 1, m = 60, h = 3600 }

--- Reads a duration.
-- @tparam string text one or more decimal numbers, each with its unit: h, m, s, ms, us, ns; or 0
-- @treturn ?number seconds; nil: this is not a duration
local function duration(text)
  if text == "0" then return 0 end
  local total, position = 0, 1
  repeat
    local number, unit, stop = text:match("^(%d*%.?%d*)([a-z\xC2\xB5\xCE\xBC]+)()", position)
    local value, scale = tonumber(number), SECONDS[unit]
    if not value or not scale then return nil end
    total, position = total + value * scale, stop
  until position > #text
  return total
end

return duration
