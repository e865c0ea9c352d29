--- Points of the curve of Ed25519 (RFC 8032 section 5.1), as { x, y, z, t } with x/z and y/z the coordinates and
-- t = xy/z.
-- @module digest.ed25519.point
local field = require "digest.ed25519.field"

local add, subtract, multiply, square = field.add, field.subtract, field.multiply, field.square

local point = {}

-- d of the curve's equation, -121665/121666, and twice it.
local D = multiply({}, subtract({}, field.small(0), field.small(121665)), field.invert(field.small(121666)))
local TWO_D = subtract({}, add({}, D, D), field.small(0))

-- A square root of -1: 2^((p - 1) / 4). (p - 1) / 4 is 2 (2^252 - 3) + 1.
local ROOT = multiply({}, square({}, field.power_for_root(field.small(2))), field.small(2))

local ZERO = { field.small(0), field.small(1), field.small(1), field.small(0) }

-- The sums of section 5.1.4, with the same letters.
local function sum(p, q)
  local x1, y1, z1, t1 = p[1], p[2], p[3], p[4]
  local x2, y2, z2, t2 = q[1], q[2], q[3], q[4]
  local a = multiply({}, subtract({}, y1, x1), subtract({}, y2, x2))
  local b = multiply({}, add({}, y1, x1), add({}, y2, x2))
  local c = multiply({}, multiply({}, t1, TWO_D), t2)
  local d = multiply({}, z1, z2)
  add(d, d, d)
  local e, f, g, h = subtract({}, b, a), subtract({}, d, c), add({}, d, c), add({}, b, a)
  return { multiply(a, e, f), multiply(b, g, h), multiply(c, f, g), multiply(d, e, h) }
end

-- Doubles p in place: the tables of one point last for a whole multiplication.
local function double(p, s)
  local x1, y1, z1, t1 = p[1], p[2], p[3], p[4]
  local a, b, c, e, f, g, h = s[1], s[2], s[3], s[4], s[5], s[6], s[7]
  square(a, x1)
  square(b, y1)
  square(c, z1)
  add(c, c, c)
  add(h, a, b)
  add(e, x1, y1)
  subtract(e, h, square(e, e))
  subtract(g, a, b)
  add(f, c, g)
  multiply(x1, e, f)
  multiply(y1, g, h)
  multiply(t1, e, h)
  multiply(z1, f, g)
end

--- Adds two points.
-- @function add
-- @tparam table p
-- @tparam table q
-- @treturn table
point.add = sum

--- The point that gives the neutral one together with p.
-- @tparam table p
-- @treturn table
function point.negate(p)
  local zero = field.small(0)
  return { subtract({}, zero, p[1]), p[2], p[3], subtract({}, zero, p[4]) }
end

--- n times a point, four bits of n at a time.
-- Takes no care to take the same time for every n.
-- @tparam string n 32 bytes, the lowest first
-- @tparam table p
-- @treturn table
function point.multiply(n, p)
  local multiples = { [0] = ZERO, p }
  for i = 2, 15 do multiples[i] = sum(multiples[i - 1], p) end
  local out, scratch = sum(ZERO, ZERO), { {}, {}, {}, {}, {}, {}, {} }
  for i = 32, 1, -1 do
    local byte = n:byte(i)
    for shift = 4, 0, -4 do
      for _ = 1, 4 do double(out, scratch) end
      local digit = byte >> shift & 15
      if digit > 0 then out = sum(out, multiples[digit]) end
    end
  end
  return out
end

--- Writes a point: y, and whether x is odd in the highest bit (section 5.1.2).
-- @tparam table p
-- @treturn string 32 bytes
function point.to_bytes(p)
  local inverse = field.invert(p[3])
  local x = field.to_bytes(multiply({}, p[1], inverse))
  local y = field.to_bytes(multiply({}, p[2], inverse))
  return y:sub(1, 31) .. string.char(y:byte(32) | (x:byte(1) & 1) << 7)
end

local NUMBER_ZERO = ("\0"):rep(32)

-- The root of u / v, or nil (section 5.1.3, steps 2 and 3).
local function root(u, v)
  local v3 = multiply({}, square({}, v), v)
  local v7 = multiply({}, square({}, v3), v)
  local x = multiply({}, multiply({}, u, v3), field.power_for_root(multiply({}, u, v7)))
  local found = multiply({}, v, square({}, x))
  if field.to_bytes(found) == field.to_bytes(u) then return x end
  if field.to_bytes(add({}, found, u)) == NUMBER_ZERO then return multiply(x, x, ROOT) end
  return nil
end

--- Reads a point.
-- @tparam string bytes 32 of them
-- @treturn ?table nil where they are none, or are not written as section 5.1.2 writes it
function point.from_bytes(bytes)
  local y = field.from_bytes(bytes)
  local odd = bytes:byte(32) >> 7
  local plain = bytes:sub(1, 31) .. string.char(bytes:byte(32) & 127)
  if field.to_bytes(y) ~= plain then return nil end           -- y is 2^255 - 19 or more
  local one, y2 = field.small(1), square({}, y)
  local x = root(subtract({}, y2, one), add({}, multiply({}, D, y2), one))
  if not x then return nil end
  local written = field.to_bytes(x)
  if written == NUMBER_ZERO and odd == 1 then return nil end
  if written:byte(1) & 1 ~= odd then x = subtract({}, field.small(0), x) end
  return { x, y, one, multiply({}, x, y) }
end

--- The base point: y is 4/5, x is even.
point.BASE = point.from_bytes("\x58" .. ("\x66"):rep(31))

return point
