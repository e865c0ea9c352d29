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
local ROUND = 1.5 * 2.0 ^ 52 -- to add it and take it away again rounds what is below 2^51 to an integer
local BELOW = 1e9 -- below it, m has at most 15 digits
local FROM = 1e-4 -- from it on, %g writes no exponent
local LARGE = 1e15 -- below it, %g writes none, with 15 digits and more
local SCIENTIFIC = 1e17 -- from it on, %g writes one, with 17 digits and fewer
local TINY, HUGE = 1e-270, 1e270 -- from here to there go `json.digits`

-- Texts are given in pieces, of which most stand in tables for 0 to 999: a look-up
-- takes a tenth of what C takes to format an integer, and leaves nothing to collect.

-- A table of texts, each made from its key when it is first wanted.
local function texts(make)
  return setmetatable({}, { __index = function(t, i)
    local text = make(i)
    t[i] = text
    return text
  end })
end

local function trimmed(i) return (gsub(format("%03d", i), "0*$", "")) end

local three = texts(function(i) return format("%03d", i) end)
local point_three = texts(function(i) return format(".%03d", i) end)
local last_three = texts(trimmed)
local only_three = texts(function(i) return "." .. gsub(trimmed(i), "^$", "0") end)

-- What may stand before a number, alone, with digits, and with digits and a point.
local function form(before)
  return {
    before = before,
    small = texts(function(i) return before .. i end),
    pointed = texts(function(i) return before .. i .. "." end),
  }
end

-- What a number begins with: its first digits behind a text, for numbers and for
-- negative ones.
local function beginning(before)
  return {
    positive = form(before),
    negative = form(before .. "-"),
  }
end

--- For `append_integer` and `append_float`: a number that nothing, or a comma, stands before.
number.ALONE, number.COMMA = beginning(""), beginning(",")

-- Append a whole number that is not negative behind what stands before it.
local function append_whole(b, n, whole, first)
  if whole < 1000 then
    b[n + 1] = first.small[whole]
    return n + 1
  elseif whole < 1000000 then
    local head = whole // 1000
    b[n + 1], b[n + 2] = first.small[head], three[whole - head * 1000]
    return n + 2
  end
  b[n + 1], b[n + 2] = first.before, whole -- table.concat writes integers as JSON does
  return n + 2
end

--- Append an integer to a list of pieces of text.
-- @tparam table b the pieces
-- @tparam integer n how many there are
-- @tparam integer v
-- @tparam table before `number.ALONE` or `number.COMMA`
-- @treturn integer the new n
function number.append_integer(b, n, v, before)
  if v >= 0 then return append_whole(b, n, v, before.positive) end
  b[n + 1], b[n + 2] = before.positive.before, v
  return n + 2
end

-- 10^k as an integer.
local TENS = {}
for k = 0, 18 do TENS[k] = math.tointeger(10.0 ^ k) end

-- Zeros by how many there are.
local zeros = texts(function(i) return ("0"):rep(i) end)

-- Append `rest` as k digits.
local function append_padded(b, n, rest, k)
  local count = 1
  while count < 17 and rest >= TENS[count] do count = count + 1 end
  b[n + 1], b[n + 2] = zeros[k - count], rest
  return n + 2
end

-- Append m / DECIMALS.
local function append_few(b, n, m, first)
  local whole = m // DECIMALS
  n = append_whole(b, n, whole, first)
  local fraction = m - whole * DECIMALS
  local group = fraction // 1000
  local last = fraction - group * 1000
  if last == 0 then
    b[n + 1] = only_three[group]
    return n + 1
  end
  b[n + 1], b[n + 2] = point_three[group], last_three[last]
  return n + 2
end

-- Append m / 10^k, of which `whole` stands before the point, and something behind it.
local function append_decimal(b, n, m, k, whole, first)
  if whole < 1000 then
    n = n + 1
    b[n] = first.pointed[whole]
  else
    n = append_whole(b, n, whole, first) + 1
    b[n] = "."
  end
  local rest = whole == 0 and m or m - whole * TENS[k]
  if k > 18 or rest < TENS[k - 1] then return append_padded(b, n, rest, k) end
  b[n + 1] = rest
  return n + 1
end

-- What follows the digits of d.ddd * 10^i.
local exponent = texts(function(i) return format("e%s%02d", i < 0 and "-" or "+", abs(i)) end)

-- Append m / 10^k, m of `count` digits, with an exponent.
local function append_scientific(b, n, m, k, count, first)
  local ten = TENS[count - 1]
  local digit = m // ten
  if m == digit * ten then
    n = n + 1
    b[n] = first.small[digit]
  else
    n = append_decimal(b, n, m, count - 1, digit, first)
  end
  n = n + 1
  b[n] = exponent[count - 1 - k]
  return n
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

-- The text of any float that is neither infinite nor NaN.
local function any(v)
  local text = shortest(v)
  if find(text, "^-?%d+[.e]") then return text end
  if find(text, ",", 1, true) then return (gsub(text, ",", ".")) end -- a locale's decimal comma
  return text .. ".0"
end

--- Append a float to a list of pieces of text. It shows that it is one: 1.0 is "1.0", 1e300 is "1e+300".
-- @tparam table b the pieces
-- @tparam integer n how many there are
-- @tparam number v
-- @tparam table before `number.ALONE` or `number.COMMA`
-- @treturn ?integer the new n; nil when v is infinite or not a number, which JSON cannot say
function number.append_float(b, n, v, before)
  local first = before.positive
  if v < 0 then v, first = -v, before.negative end
  if v >= FROM and v < LARGE then
    if v < BELOW then
      local m = (v * DECIMALS + ROUND) - ROUND
      if m / DECIMALS == v then return append_few(b, n, m | 0, first) end
    end
    local m, k = shortest_decimal(v)
    if m and k > 0 then return append_decimal(b, n, m, k, v // 1 | 0, first) end
  elseif v < FROM and v >= TINY or v >= SCIENTIFIC and v <= HUGE then
    local m, k, count = shortest_decimal(v)
    if m then return append_scientific(b, n, m, k, count, first) end
  elseif v - v ~= 0 then
    return nil
  end
  b[n + 1], b[n + 2] = first.before, any(v)
  return n + 2
end

--- A float as JSON text.
-- @tparam number v
-- @treturn ?string nil when JSON cannot say it
function number.float(v)
  local pieces = {}
  local n = number.append_float(pieces, 0, v, number.ALONE)
  return n and table.concat(pieces, "", 1, n)
end

return number
