--- Points in time as JetStream writes them, RFC 3339 with up to nine digits of a second, and as nanoseconds since 1970.
--
-- Nanoseconds of our days fit a 64-bit integer, not a float; so they are read digit by digit.
--
-- @module nats.jetstream.time

local time = {}

local NANOSECONDS = 1000000000

-- Years begin in March here: then the leap day is the last one, and the months' lengths repeat.
local function days_since_1970(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469
end

--- Reads a point in time.
-- @tparam string text such as "2026-11-24T16:02:03.123456789Z", or with +01:00 at its end
-- @treturn ?integer nanoseconds since 1970; nil: this is none
function time.parse(text)
  local year, month, day, hour, minute, second, rest = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)[Tt](%d%d):(%d%d):(%d%d)(.*)$")
  if not year then return nil end
  local fraction, zone = rest:match("^%.?(%d*)(.*)$")
  local sign, hours, minutes = zone:match("^([+-])(%d%d):(%d%d)$")
  if not sign and zone ~= "Z" and zone ~= "z" then return nil end
  local function number(digits) return math.tointeger(tonumber(digits)) end
  local seconds = days_since_1970(number(year), number(month), number(day)) * 86400
    + number(hour) * 3600 + number(minute) * 60 + number(second)
  if sign then seconds = seconds - (number(hours) * 3600 + number(minutes) * 60) * (sign == "-" and -1 or 1) end
  return seconds * NANOSECONDS + number((fraction .. "000000000"):sub(1, 9))
end

--- Writes a point in time.
-- @tparam integer nanoseconds since 1970
-- @treturn string in UTC
function time.format(nanoseconds)
  local seconds, fraction = nanoseconds // NANOSECONDS, nanoseconds % NANOSECONDS
  local digits = ("%09d"):format(fraction):gsub("0+$", "")
  return os.date("!%Y-%m-%dT%H:%M:%S", seconds) .. (digits ~= "" and "." .. digits or "") .. "Z"
end

return time
