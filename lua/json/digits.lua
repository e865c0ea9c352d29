--- The shortest decimal that reads back as a given double, without formatting it.
--
-- Formatting a double takes C longer than all else that writing it takes, and to
-- find the fewest digits needs two or three tries. So this scales the double to
-- an integer of 17 digits, exactly or nearly so, as the sum of two doubles
-- (Dekker's product), and then looks whether 16 or fewer of them say enough:
-- whether the decimal lies within half the distance to the next double.
--
-- @module json.digits

local log = math.log

local SPLIT = 2.0 ^ 27 + 1

-- To add this and take it away again rounds a small number to the next integer.
local ROUND = 1.5 * 2.0 ^ 52

-- The higher 26 bits of a double.
local function high_half(x)
  local s = SPLIT * x
  return s - (s - x)
end

-- a * b, and what its rounding left out, exactly.
local function product(a, b)
  local p, ah, bh = a * b, high_half(a), high_half(b)
  local al, bl = a - ah, b - bh
  return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl
end

-- 10^k as POWER[k], a double, and REST[k], what that leaves out, which is nothing
-- for k from 0 to 22; and POWER[k] + REST[k] as HIGH[k], of 26 bits, and LOW[k].
-- Other powers are made when they are wanted, from those 22 below or from 10^-k.
local POWER, REST, HIGH, LOW = {}, {}, {}, {}

local function keep(k, power, rest)
  local high = high_half(power)
  POWER[k], REST[k], HIGH[k], LOW[k] = power, rest, high, (power - high) + rest
  return power
end

for k = 0, 22 do keep(k, tonumber("1e" .. k), 0.0) end

setmetatable(POWER, { __index = function(_, k)
  if k > 22 then
    local power = POWER[k - 22]
    local p, rest = product(power, 1e22)
    return keep(k, p, rest + REST[k - 22] * 1e22)
  end
  local power = POWER[-k]
  local inverse = 1 / power
  local p, rest = product(inverse, power)
  return keep(k, inverse, ((1 - p) - rest - inverse * REST[-k]) * inverse)
end })

-- How near a decimal may be to the middle between two doubles, in parts of the way,
-- and a double to that between two decimals: LOW has 53 bits, and so an error of
-- some 10^-7 in the last digit.
local BELOW, ABOVE, MIDDLE = 1 - 1e-6, 1 + 1e-6, 0.5 - 1e-6

--- The shortest decimal of a double, and the nearest of those.
-- @tparam number v a float from 1e-270 to 1e270
-- @treturn ?integer m
-- @treturn integer k, so that m / 10^k reads back as v; nil where it is too close
--   a call, and for powers of two, whose neighbours lie at different distances
-- @treturn integer how many digits m has
return function(v)
  -- The k that makes v * 10^k an integer of 17 digits, or nearly so. The likeliest
  -- numbers are found first; a logarithm takes three times as long.
  local k
  if v < 1 and v >= 0.001 then
    k = v >= 0.1 and 17 or v >= 0.01 and 18 or 19
  elseif v >= 1 and v < 1e6 then
    k = v < 10 and 16 or v < 100 and 15 or v < 1000 and 14 or v < 1e4 and 13 or v < 1e5 and 12 or 11
  else
    k = 16 - log(v, 10) // 1 | 0
  end
  -- scaled + rest is v * 10^k.
  local power, high_power, low_power = POWER[k], HIGH[k], LOW[k]
  local scaled = v * power
  local s = SPLIT * v
  local high = s - (s - v)
  local low = v - high
  local rest = ((high * high_power - scaled) + high * low_power + low * high_power) + low * low_power
  local whole = (rest + ROUND) - ROUND
  local digits = (scaled | 0) + (whole | 0)
  rest = rest - whole

  -- To v is added what lies between half the distance to the next double and all of it.
  local distance = (v + v * 0x1.8p-53) - v
  if distance == v * 0x1p-52 then return nil end
  local half = distance * 0.5 * power

  -- How far the nearest number of 16 digits is, of two equally near the even one.
  local last = digits % 10
  local off = last + rest
  local up = off > 5 or off == 5 and digits % 20 == 15
  if up then
    off = 10 - off
  elseif off < 0 then
    off = -off
  end
  if off > half * ABOVE then
    -- All 17, unless it is not clear which is the nearest, or the logarithm was not right.
    if rest > MIDDLE or rest < -MIDDLE or digits < 10000000000000000 or digits > 99999999999999999 then return nil end
    return digits, k, 17
  end

  -- A number of 15 digits is one of 16, too.
  local tail = digits % 100
  local far = tail < 50 and tail + rest or 100 - tail - rest
  if far < 0 then far = -far end
  if far > half * ABOVE then
    if off > half * BELOW then return nil end
    return digits // 10 + (up and 1 or 0), k - 1, 16
  end
  if far > half * BELOW then return nil end
  digits, k = (digits + 50) // 100, k - 2
  local count = digits < 1000000000000000 and 15 or 16
  while digits % 10 == 0 do digits, k, count = digits // 10, k - 1, count - 1 end
  return digits, k, count
end
