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

-- A table of the texts of 0 to 999, each made when it is first wanted.
local function texts(make)
  return setmetatable({}, { __index = function(t, i)
    local text = make(format("%03d", i))
    t[i] = text
    return text
  end })
end

local first_digits = texts(function(s) return "." .. s end)
local last_digits = texts(function(s) return (gsub(s, "0*$", "")) end)
local only_digits = texts(function(s) return "." .. gsub(gsub(s, "0*$", ""), "^$", "0") end)

-- 10^k as an integer, and k zeros.
local TENS, ZEROS = {}, {}
for k = 0, 18 do TENS[k], ZEROS[k] = math.tointeger(10.0 ^ k), ("0"):rep(k) end

-- The text of a float from FROM to BELOW, or nil.
local function decimal(v)
  local m = (v * DECIMALS + 0.5) // 1 | 0
  if m / DECIMALS == v then
    local whole = m // DECIMALS
    local fraction = m - whole * DECIMALS
    local last = fraction % 1000
    if last == 0 then return whole .. only_digits[fraction // 1000] end
    return whole .. first_digits[fraction // 1000] .. last_digits[last]
  end
  local k
  m, k = shortest_decimal(v)
  if not m then return nil end
  local whole = k <= 18 and m // TENS[k] or 0
  local fraction = m - whole * (TENS[k] or 0) .. ""
  return whole .. "." .. ZEROS[k - #fraction] .. fraction
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
