--- Numbers modulo L = 2^252 + 27742317777372353535851937790883648493, the order of Ed25519's base point.
--
-- Nine limbs of 28 bits hold 252 bits, so what is beyond 2^252 stands in the tenth limb, which is 0 or 1.
--
-- @module digest.ed25519.scalar
local scalar = {}

local BITS = 28
local MASK = (1 << BITS) - 1

-- L - 2^252, five limbs, and L, ten of them; the lowest first.
local EXCESS = { 0xcf5d3ed, 0x12631a5, 0x79cd658, 0xf9dea2f, 0x14de }
local L = { 0xcf5d3ed, 0x12631a5, 0x79cd658, 0xf9dea2f, 0x14de, 0, 0, 0, 0, 1 }

-- Limbs of bytes, the lowest first.
local function limbs_of(bytes)
  local out, limb, size = {}, 0, 0
  for i = 1, #bytes do
    limb, size = limb | bytes:byte(i) << size, size + 8
    if size >= BITS then
      out[#out + 1] = limb & MASK
      limb, size = limb >> BITS, size - BITS
    end
  end
  out[#out + 1] = limb
  return out
end

-- Makes limbs of sums of limbs, which may be negative; returns what is left of the top.
local function carry(h, count)
  local over = 0
  for i = 1, count do
    local sum = h[i] + over
    h[i], over = sum & MASK, sum // (MASK + 1)
  end
  return over
end

-- The remainder of a number of any length. It is read from the top: the remainder so far is moved up by a limb, and
-- what then is beyond 2^252, q of it, is q L - q (L - 2^252).
local function remainder(number)
  local r = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
  for i = #number, 1, -1 do
    local q = r[9] + (r[10] << BITS)
    table.move(r, 1, 8, 2)
    r[1], r[10] = number[i], 0
    for k = 1, 5 do r[k] = r[k] - q * EXCESS[k] end
    if carry(r, 10) < 0 then
      for k = 1, 10 do r[k] = r[k] + L[k] end
      carry(r, 10)
    end
  end
  return r
end

--- Reads bytes, the lowest first, modulo L.
-- @tparam string bytes any number of them
-- @treturn table ten limbs
function scalar.from_bytes(bytes) return remainder(limbs_of(bytes)) end

--- a + b * c modulo L.
-- @tparam table a
-- @tparam table b
-- @tparam table c
-- @treturn table ten limbs
function scalar.add_product(a, b, c)
  local out = {}
  for i = 1, 20 do out[i] = a[i] or 0 end
  for i = 1, 10 do
    for j = 1, 10 do out[i + j - 1] = out[i + j - 1] + b[i] * c[j] end
  end
  carry(out, 20)
  return remainder(out)
end

--- Writes 32 bytes, the lowest first.
-- @tparam table s ten limbs
-- @treturn string
function scalar.to_bytes(s)
  local out, rest, size, limb = {}, 0, 0, 0
  for i = 1, 32 do
    while size < 8 and limb < 10 do
      limb = limb + 1
      rest, size = rest | s[limb] << size, size + BITS
    end
    out[i] = string.char(rest & 255)
    rest, size = rest >> 8, size - 8
  end
  return table.concat(out)
end

--- Whether 32 bytes are a number below L: others are refused in signatures, which would not be unique else (RFC 8032
-- section 5.1.7).
-- @tparam string bytes
-- @treturn boolean
function scalar.is_reduced(bytes)
  local number = limbs_of(bytes)
  for i = 10, 1, -1 do
    if number[i] ~= L[i] then return number[i] < L[i] end
  end
  return false
end

return scalar
