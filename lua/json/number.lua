--- Floats as JSON text: the fewest digits that read back as the same number.
--
-- @module json.number

local shortest_decimal = require "json.digits"

local format, find, gsub, sub, pack = string.format, string.find, string.gsub, string.sub, string.pack
local tonumber, abs = tonumber, math.abs

local number = {}

-- The smallest double with all 53 bits; a smaller one can need fewer than 15 digits.
local SMALLEST_NORMAL = 2.2250738585072014e-308

-- Any decimal of 15 digits survives becoming a double; 17 tell any two doubles apart.
local FEW, ENOUGH = 15, 17

-- Fractions ----------------------------------------------------------------
--
-- Most floats in documents have few decimals. When v * 10^6 rounds to an integer
-- m below 2^53 and m / 10^6 is v again, then m has v's digits: a division is
-- rounded as the reading of a decimal is.

local DECIMALS = 1000000 -- 10^6
local BELOW = 1e9 -- below it, m has at most 15 digits
local FROM = 1e-4 -- from it on, %g writes no exponent

-- A table of the texts of 0 to 999, each made when it is first wanted: a look-up
-- takes a tenth of what C takes to format an integer.
local function texts(make)
  return setmetatable({}, { __index = function(t, i)
    local text = make(format("%03d", i))
    t[i] = text
    return text
  end })
end

local function trimmed(digits) return (gsub(digits, "0*$", "")) end

local small = texts(function(s) return (gsub(s, "^00?", "")) end)
local three = texts(function(s) return s end)
local point_three = texts(function(s) return "." .. s end)
local last_three = texts(trimmed)
local only_three = texts(function(s) return "." .. gsub(trimmed(s), "^$", "0") end)

-- 10^k as an integer, and k zeros.
local TENS, ZEROS = {}, {}
for k = 0, 18 do TENS[k], ZEROS[k] = math.tointeger(10.0 ^ k), ("0"):rep(k) end

-- m / 10^k, of which no digit is zero at the end: 12 decimals and more, three at a time.
local function long_decimal(m, k)
  if k < 13 or k > 18 then
    local whole = k <= 18 and m // TENS[k] or 0
    local fraction = m - whole * (TENS[k] or 0) .. ""
    return whole .. "." .. ZEROS[k - #fraction] .. fraction
  end
  local power = TENS[k]
  local whole = m // power
  local rest = (m - whole * power) * TENS[18 - k]
  local a = rest // 1000000000000000
  rest = rest - a * 1000000000000000
  local b = rest // 1000000000000
  rest = rest - b * 1000000000000
  local c = rest // 1000000000
  rest = rest - c * 1000000000
  local d = rest // 1000000
  rest = rest - d * 1000000
  whole = whole < 1000 and small[whole] or whole
  if k < 16 then return whole .. point_three[a] .. three[b] .. three[c] .. three[d] .. last_three[rest // 1000] end
  local e = rest // 1000
  return whole .. point_three[a] .. three[b] .. three[c] .. three[d] .. three[e] .. last_three[rest - e * 1000]
end

-- The text of a float from FROM to BELOW, or nil.
local function decimal(v)
  local m = (v * DECIMALS + 0.5) // 1 | 0
  if m / DECIMALS == v then
    local whole = m // DECIMALS
    local fraction = m - whole * DECIMALS
    local head = fraction // 1000
    local last = fraction - head * 1000
    whole = whole < 1000 and small[whole] or whole
    if last == 0 then return whole .. only_three[head] end
    return whole .. point_three[head] .. last_three[last]
  end
  local k
  m, k = shortest_decimal(v)
  return m and long_decimal(m, k)
end

-- All floats ---------------------------------------------------------------

-- Correct rounding to 16 digits can miss a power of two by one unit, because the
-- doubles below it lie half as far apart as those above: try the next digits.
-- `text` is of the form d.ddde+dd.
local function beside(v, text)
  local head, digit, tail = text:match("^(.*)(%d)(e.*)$")
  for step = -1, 1, 2 do
    local near = ("%s%d%s"):format(head, tonumber(digit) + step, tail)
    if tonumber(near) == v then return near end
  end
  return nil
end

local function shortest(v)
  for digits = abs(v) < SMALLEST_NORMAL and 1 or FEW, ENOUGH - 1 do
    local text = format("%." .. digits .. "g", v)
    if tonumber(text) == v then return text end
  end
  -- The lower bytes of a power of two are zero.
  local round = sub(pack("<d", v), 1, 6) == "\0\0\0\0\0\0"
  return round and beside(v, format("%.15e", v)) or format("%.17g", v)
end

--- A float as JSON text, which shows that it is one: 1.0 is "1.0", 1e300 is "1e+300".
-- @tparam number v
-- @treturn ?string nil when it is infinite or not a number, which JSON cannot say
function number.float(v)
  if v >= FROM and v < BELOW then
    local text = decimal(v)
    if text then return text end
  elseif v <= -FROM and v > -BELOW then
    local text = decimal(-v)
    if text then return "-" .. text end
  elseif v - v ~= 0 then
    return nil
  end
  local text = shortest(v)
  if find(text, "^-?%d+[.e]") then return text end
  if find(text, ",", 1, true) then return (gsub(text, ",", ".")) end -- a locale's decimal comma
  return text .. ".0"
end

return number
