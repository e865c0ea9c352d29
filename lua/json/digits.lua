--- The shortest decimal that reads back as a given double, without formatting it.
--
-- Formatting a double takes C longer than all else that writing it takes, and to
-- find the fewest digits needs two or three tries. So this scales the double to
-- an integer of 17 digits, exactly, as the sum of two doubles (Dekker's product),
-- and then looks whether 15 or 16 of them say enough: whether the decimal lies
-- within half the distance to the next double.
--
-- @module json.digits

-- 10^k, exact in a double up to 10^22, and its halves of 26 bits.
local POWER, HIGH, LOW = {}, {}, {}
local SPLIT = 2.0 ^ 27 + 1
for k = 0, 22 do
  local p = tonumber("1e" .. k)
  local s = SPLIT * p
  POWER[k], HIGH[k], LOW[k] = p, s - (s - p), p - (s - (s - p))
end

-- The k that makes v * 10^k an integer of 17 digits, or nearly so. The likeliest
-- numbers are found first; a logarithm takes three times as long.
local function power_for(v)
  if v >= 1 then
    return v < 10 and 16 or v < 100 and 15 or v < 1000 and 14 or v < 1e4 and 13 or v < 1e5 and 12
      or v < 1e6 and 11 or v < 1e7 and 10 or v < 1e8 and 9 or 8
  end
  return v >= 0.1 and 17 or v >= 0.01 and 18 or v >= 0.001 and 19 or 20
end

--- The shortest decimal of a double.
-- @tparam number v a float from 1e-4 to 1e9
-- @treturn ?integer m
-- @treturn integer k, so that m / 10^k reads back as v; nil where it is too close
--   a call, and for powers of two, whose neighbours lie at different distances
return function(v)
  local k = power_for(v)
  local p = POWER[k]
  -- product + rest is v * 10^k, exactly.
  local product = v * p
  if product < 1e16 or product >= 1e17 then return nil end
  local s = SPLIT * v
  local high = s - (s - v)
  local low = v - high
  local rest = ((high * HIGH[k] - product) + high * LOW[k] + low * HIGH[k]) + low * LOW[k]

  local whole = (rest + 0.5) // 1
  local digits = (product | 0) + (whole | 0)
  rest = rest - whole

  -- 1.5 times what lies between half the distance to the next double and all of it.
  local unit = v * 0x1p-53
  local distance = (v + 1.5 * unit) - v
  if unit == distance * 0.5 then return nil end
  local half = distance * 0.5 * p
  local sure = half * (1 - 1e-9)

  local off = digits % 100
  if off < 50 then off = off + rest else off = 100 - off - rest end
  if off < 0 then off = -off end
  if off <= half then
    if off >= sure then return nil end
    digits, k = (digits + 50) // 100, k - 2
    while digits % 10 == 0 do digits, k = digits // 10, k - 1 end
    return digits, k
  end
  local last = digits % 10
  local shorter = digits // 10
  -- The nearest, and of two equally near the even one.
  if last > 5 or last == 5 and (rest > 0 or rest == 0 and shorter % 2 == 1) then
    shorter, off = shorter + 1, 10 - last - rest
  else
    off = last + rest
    if off < 0 then off = -off end
  end
  if off <= half then
    if off >= sure then return nil end
    return shorter, k - 1
  end
  return digits, k
end
