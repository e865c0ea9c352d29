--- Durations as Go writes them: 5s, 300ms, 1m30s.
--
-- @module nats.duration

-- How many of a unit make a second, or how many seconds a unit has: dividing keeps 50us exactly 5e-05.
local PARTS = { ns = 1e9, us = 1e6, ["µs"] = 1e6, ["μs"] = 1e6, ms = 1000, s = 1 }
local SECONDS = { m = 60, h = 3600 }

--- Reads a duration.
-- @tparam string text one or more decimal numbers, each with its unit: h, m, s, ms, us, ns; or 0
-- @treturn ?number seconds; nil: this is not a duration
local function duration(text)
  if text == "0" then return 0 end
  local total, position = 0, 1
  repeat
    local number, unit, stop = text:match("^(%d*%.?%d*)([a-z\xC2\xB5\xCE\xBC]+)()", position)
    local value, parts, seconds = tonumber(number), PARTS[unit], SECONDS[unit]
    if not value or not (parts or seconds) then return nil end
    total, position = total + (parts and value / parts or value * seconds), stop
  until position > #text
  return total
end

return duration
