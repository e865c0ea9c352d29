--- Numbers modulo 2^255 - 19, for Ed25519.
--
-- A number is a list of ten limbs, of 26 and 25 bits in turn: ten products of two limbs, times 38, then stay within
-- 63 bits. Limbs are never negative, since `>>` knows no sign. Each function says how large the limbs are that it
-- gives: "carried" is below 2^26 + 2^15, or 2^25 + 2^15 where the limb has 25 bits. `multiply` and `square` take
-- limbs of up to three times that.
--
-- @module digest.ed25519.field
local field = {}

local LIMBS = 10

local function bits(i) return i % 2 == 0 and 26 or 25 end

-- Both functions are written out, as the digests are (see digest.pure.unrolled): a loop over 100 products that
-- fetches limbs and factors from tables takes four times as long.

local function names(prefix, format)
  local list = {}
  for i = 0, LIMBS - 1 do list[i + 1] = format:format(prefix, i) end
  return table.concat(list, ", ")
end

-- Takes h0 to h9 down to carried limbs. What is beyond 2^255 comes back at the low end, times 19.
local function carry_lines()
  local lines = {}
  for i = 0, LIMBS - 1 do
    local last = i == LIMBS - 1
    lines[#lines + 1] = ("h%d = h%d + %s(h%d >> %d)"):format((i + 1) % LIMBS, (i + 1) % LIMBS, last and "19 * " or "", i, bits(i))
    lines[#lines + 1] = ("h%d = h%d & 0x%x"):format(i, i, (1 << bits(i)) - 1)
  end
  lines[#lines + 1] = "h1 = h1 + (h0 >> 26)"
  lines[#lines + 1] = "h0 = h0 & 0x3ffffff"
  return table.concat(lines, "\n")
end

local STORE = [[
out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9], out[10] = h0, h1, h2, h3, h4, h5, h6, h7, h8, h9
return out
]]

-- How often the product of limbs i and j counts: twice when both have 25 bits (2^25.5 each), times 19 beyond the end.
local function counts(i, j)
  return i % 2 == 1 and j % 2 == 1 and 2 or 1, i + j >= LIMBS and 19 or 1
end

local function load_lines(lines)
  return assert(load(table.concat(lines, "\n"), "=digest.ed25519.field", "t"))()
end

local function make_multiply()
  local lines = {
    "return function(out, f, g)",
    "local " .. names("f", "%s%d") .. " = f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10]",
    "local " .. names("g", "%s%d") .. " = g[1], g[2], g[3], g[4], g[5], g[6], g[7], g[8], g[9], g[10]",
    "local d1, d3, d5, d7, d9 = 2 * f1, 2 * f3, 2 * f5, 2 * f7, 2 * f9",
    "local n1, n2, n3, n4, n5, n6, n7, n8, n9 = 19*g1, 19*g2, 19*g3, 19*g4, 19*g5, 19*g6, 19*g7, 19*g8, 19*g9",
  }
  for k = 0, LIMBS - 1 do
    local terms = {}
    for i = 0, LIMBS - 1 do
      local j = (k - i) % LIMBS
      local twice, wrapped = counts(i, j)
      terms[#terms + 1] = ("%s%d * %s%d"):format(twice == 2 and "d" or "f", i, wrapped == 19 and "n" or "g", j)
    end
    lines[#lines + 1] = ("local h%d = %s"):format(k, table.concat(terms, " + "))
  end
  lines[#lines + 1] = carry_lines()
  lines[#lines + 1] = STORE .. "end"
  return load_lines(lines)
end

local function make_square()
  local lines = {
    "return function(out, f)",
    "local " .. names("f", "%s%d") .. " = f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9], f[10]",
    "local " .. names("d", "%s%d") .. " = 2*f0, 2*f1, 2*f2, 2*f3, 2*f4, 2*f5, 2*f6, 2*f7, 2*f8, 2*f9",
    "local q1, q3, q5, q7 = 4 * f1, 4 * f3, 4 * f5, 4 * f7",
    "local n5, n6, n7, n8, n9 = 19 * f5, 19 * f6, 19 * f7, 19 * f8, 19 * f9",
  }
  local left = { "f", "d", [4] = "q" }
  for k = 0, LIMBS - 1 do
    local terms = {}
    for i = 0, LIMBS - 1 do
      local j = (k - i) % LIMBS
      if i <= j then
        local twice, wrapped = counts(i, j)
        if i < j then twice = twice * 2 end
        terms[#terms + 1] = ("%s%d * %s%d"):format(left[twice], i, wrapped == 19 and "n" or "f", j)
      end
    end
    lines[#lines + 1] = ("local h%d = %s"):format(k, table.concat(terms, " + "))
  end
  lines[#lines + 1] = carry_lines()
  lines[#lines + 1] = STORE .. "end"
  return load_lines(lines)
end

--- Multiplies: out = f * g, carried. `out` may be f or g.
-- @function multiply
-- @tparam table out where the limbs go
-- @tparam table f
-- @tparam table g
-- @return out
local multiply = make_multiply()

--- Squares: out = f * f, carried. `out` may be f.
-- @function square
-- @tparam table out
-- @tparam table f
-- @return out
local square = make_square()

field.multiply, field.square = multiply, square

--- Adds: out = f + g. Not carried: the limbs are those of f and g together. `out` may be f or g.
-- @tparam table out
-- @tparam table f
-- @tparam table g
-- @return out
function field.add(out, f, g)
  for i = 1, LIMBS do out[i] = f[i] + g[i] end
  return out
end

-- Limbs of 4 (2^255 - 19): more than those of any two carried numbers together.
local FOUR_P = { 4 * ((1 << 26) - 19) }
for i = 1, LIMBS - 1 do FOUR_P[i + 1] = 4 * ((1 << bits(i)) - 1) end

local function carry(h)
  for i = 1, LIMBS - 1 do
    local size = bits(i - 1)
    h[i + 1], h[i] = h[i + 1] + (h[i] >> size), h[i] & (1 << size) - 1
  end
  h[1], h[10] = h[1] + 19 * (h[10] >> 25), h[10] & 0x1ffffff
  h[2], h[1] = h[2] + (h[1] >> 26), h[1] & 0x3ffffff
  return h
end

--- Subtracts: out = f - g, carried. g may be the sum of two carried numbers. `out` may be f or g.
-- @tparam table out
-- @tparam table f
-- @tparam table g
-- @return out
function field.subtract(out, f, g)
  for i = 1, LIMBS do out[i] = f[i] + FOUR_P[i] - g[i] end
  return carry(out)
end

--- Raises f to 2^n by n squarings; a new number.
local function squared(f, n)
  local out = square({}, f)
  for _ = 2, n do square(out, out) end
  return out
end

-- f^(2^250 - 1) and f^11, from which both exponents below are near. ones(n) stands for f^(2^n - 1).
local function chain(f)
  local two = squared(f, 1)
  local nine = multiply({}, squared(two, 2), f)
  local eleven = multiply({}, nine, two)
  local function longer(a, by, b) return multiply({}, squared(a, by), b) end
  local ones5 = longer(eleven, 1, nine)
  local ones10 = longer(ones5, 5, ones5)
  local ones20 = longer(ones10, 10, ones10)
  local ones40 = longer(ones20, 20, ones20)
  local ones50 = longer(ones40, 10, ones10)
  local ones100 = longer(ones50, 50, ones50)
  local ones200 = longer(ones100, 100, ones100)
  return longer(ones200, 50, ones50), eleven
end

--- 1 / f, that is f^(2^255 - 21) by Fermat; a new number, carried. 0 for 0.
-- @tparam table f
-- @treturn table
function field.invert(f)
  local ones250, eleven = chain(f)
  return multiply({}, squared(ones250, 5), eleven)
end

--- f^(2^252 - 3), from which square roots are made (RFC 8032 section 5.1.3); a new number, carried.
-- @tparam table f
-- @treturn table
function field.power_for_root(f)
  return multiply({}, squared((chain(f)), 2), f)
end

--- Reads 32 bytes, the lowest first; the highest bit is left out.
-- @tparam string bytes
-- @treturn table carried
function field.from_bytes(bytes)
  local out, limb, size = {}, 0, 0
  for i = 1, 32 do
    limb, size = limb | bytes:byte(i) << size, size + 8
    local wanted = bits(#out)
    if size >= wanted and #out < LIMBS then
      out[#out + 1] = limb & (1 << wanted) - 1
      limb, size = limb >> wanted, size - wanted
    end
  end
  return out
end

--- Writes a number below 2^255 - 19, whatever its limbs.
-- @tparam table f
-- @treturn string 32 bytes, the lowest first
function field.to_bytes(f)
  local h = carry(carry(table.move(f, 1, LIMBS, 1, {})))
  -- Below 2^255 now. Is it 2^255 - 19 or more? Then adding 19 carries out of the top.
  local over = 19
  for i = 1, LIMBS do over = h[i] + over >> bits(i - 1) end
  h[1] = h[1] + 19 * over
  for i = 1, LIMBS do
    local size = bits(i - 1)
    if i < LIMBS then h[i + 1] = h[i + 1] + (h[i] >> size) end
    h[i] = h[i] & (1 << size) - 1
  end
  local out, rest, size, limb = {}, 0, 0, 0
  for i = 1, 32 do
    while size < 8 and limb < LIMBS do
      limb = limb + 1
      rest, size = rest | h[limb] << size, size + bits(limb - 1)
    end
    out[i] = string.char(rest & 255)
    rest, size = rest >> 8, size - 8
  end
  return table.concat(out)
end

--- A small number.
-- @tparam integer n from 0 to 2^26 - 1
-- @treturn table carried
function field.small(n) return { n, 0, 0, 0, 0, 0, 0, 0, 0, 0 } end

return field
