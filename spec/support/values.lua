--- Values and damaged texts, made by chance from a seed, for specs that compare two codecs.
local values = {}

--- A source of chance of its own: engines differ in math.random, and in documents it repeats.
-- @tparam integer seed
-- @treturn function random(n), an integer from 1 to n
function values.random(seed)
  local state = seed
  return function(n)
    state = (state * 6364136223846793005 + 1442695040888963407) & 0x7FFFFFFFFFFFFFFF
    return (state >> 30) % n + 1
  end
end

local STRINGS = {
  "", "a", "key", "two words", "\"", "\\", "/", "</script>", "\b\f\n\r\t", "\0", "\1\31", "\127", "é", "\u{80}", "\u{AD}", "\u{600}",
  "\u{2028}\u{2029}", "\u{20AC}", "\u{FEFF}", "\u{1F600}", "\u{10FFFF}", "true", "null", "1",
  "-0", "0x10", "a\\/b", "{}", "[", "//", "/* */",
}

local NUMBERS = {
  0, 1, -1, 42, 255, 65536, 2147483647, 99999999999999, 0.5, -0.25, 0.1, 1.5e10, 1e15, 1e16, 1e21, 1e100, -1e-7, 3.14159265358979, 1 / 3,
  5e-324, 123456789.125, 1e-5, 2.5e-10, 1.7976931348623157e308,
}

--- A value.
-- @tparam function random
-- @tparam integer depth levels of tables
-- @param null
-- @tparam[opt] boolean lists whether tables with holes and keys that are numbers may occur
-- @return
function values.value(random, depth, null, lists)
  local kind = random(depth > 0 and 9 or 5)
  if kind == 1 then return STRINGS[random(#STRINGS)] .. STRINGS[random(#STRINGS)] end
  if kind == 2 then return NUMBERS[random(#NUMBERS)] end
  if kind == 3 then return random(2) == 1 end
  if kind == 4 then return null end
  if kind == 5 then return random(100000) / 2 ^ random(20) end
  local t = {}
  for i = 1, random(7) - 1 do
    local key = i
    if kind > 7 then key = STRINGS[random(#STRINGS)] end
    if lists and random(12) == 1 then key = random(14) - 2 end
    t[key] = values.value(random, depth - 1, null, lists)
  end
  return t
end

local SPLINTERS = {
  "[", "]", "{", "}", ",", ":", '"', "\\", "\\u", "\\ud800", "\\u00e9", "\\x", "-", "+", ".", "e", "E5", "0",
  "01", "1", "0x1F", "nan", "inf", "Infinity", "true",
  "fals", "null", "nul", " ", "\n", "\t", "\0", "\1", "//", "/*", "*/", "'", "\255", "\239\187\191", "é", "[[", "{}", "[]",
  ",,", "1.5", "-.5", "1.",
}

--- A text that was JSON before something was done to it.
-- @tparam function random
-- @tparam string text
-- @treturn string
function values.damaged(random, text)
  for _ = 1, random(3) do
    local at, how = random(#text + 1), random(4)
    if how == 1 then
      text = text:sub(1, at - 1) .. text:sub(at + random(3))
    elseif how == 2 then
      text = text:sub(1, at - 1) .. SPLINTERS[random(#SPLINTERS)] .. text:sub(at)
    elseif how == 3 then
      text = text:sub(1, at - 1) .. SPLINTERS[random(#SPLINTERS)] .. text:sub(at + 1)
    else
      text = text:sub(1, at)
    end
  end
  return text
end

--- Whether two values are alike: numbers by value, tables by what is in them (but for keys that are tables), and NaN
-- is like NaN.
-- @param a
-- @param b
-- @param null_a null as it is in a
-- @param null_b null as it is in b
-- @treturn boolean
function values.alike(a, b, null_a, null_b)
  if rawequal(a, null_a) or rawequal(b, null_b) then return rawequal(a, null_a) and rawequal(b, null_b) end
  if type(a) ~= "table" or type(b) ~= "table" then return a == b or a ~= a and b ~= b end
  for k, v in next, a do
    if type(k) ~= "table" and not values.alike(v, b[k], null_a, null_b) then return false end
  end
  for k in next, b do
    if type(k) ~= "table" and a[k] == nil then return false end
  end
  return true
end

return values
