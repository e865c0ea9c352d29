--- Base64 and base64url (RFC 4648 sections 4 and 5).
--
--    local base64 = require "digest.base64"
--    base64.encode("any bytes"), base64.url.encode("any bytes", { padding = false })
--
-- Written text is padded unless the caller says otherwise, as section 3.2 asks; read text may be either. What is
-- read is read strictly: line breaks, foreign characters, the other alphabet and bits left over are errors.
--
-- @module digest.base64
local byte, char, concat = string.byte, string.char, table.concat

local LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

-- Bytes that are encoded, or characters that are decoded, before their pieces are joined: the pieces' memory is
-- then the same for any size of text. A multiple of 6 and of 8.
local PORTION = 48 * 1024

-- Encoding -----------------------------------------------------------------

-- Two characters for each 12 bits.
local function pairs_of(alphabet)
  local list = {}
  for i = 0, 4095 do
    local high, low = (i >> 6) + 1, (i & 63) + 1
    list[i] = alphabet:sub(high, high) .. alphabet:sub(low, low)
  end
  return list
end

local function encode_whole(data, first, last, two)
  local out, n = {}, 0
  local i = first
  while i + 5 <= last do
    local a, b, c, d, e, f = byte(data, i, i + 5)
    out[n + 1] = two[a << 4 | b >> 4]
    out[n + 2] = two[(b & 15) << 8 | c]
    out[n + 3] = two[d << 4 | e >> 4]
    out[n + 4] = two[(e & 15) << 8 | f]
    n, i = n + 4, i + 6
  end
  return concat(out), i
end

local function encode_rest(data, first, two, padding)
  local a, b, c, d, e = byte(data, first, -1)
  local front = ""
  if c then
    front = two[a << 4 | b >> 4] .. two[(b & 15) << 8 | c]
    a, b = d, e
  end
  if not a then return front end
  if b then return front .. two[a << 4 | b >> 4] .. two[(b & 15) << 8]:sub(1, 1) .. (padding and "=" or "") end
  return front .. two[a << 4] .. (padding and "==" or "")
end

local function encode(data, two, padding)
  local out, position = {}, 1
  repeat
    local part, after = encode_whole(data, position, math.min(#data, position + PORTION - 1), two)
    out[#out + 1], position = part, after
  until position + 5 > #data
  out[#out + 1] = encode_rest(data, position, two, padding)
  return concat(out)
end

-- Decoding -----------------------------------------------------------------

local function values_of(alphabet)
  local list = {}
  for i = 1, 64 do list[alphabet:byte(i)] = i - 1 end
  return list
end

-- Groups of 8 characters, all of which are known to be of the alphabet.
local function decode_whole(text, first, last, value)
  local out, n = {}, 0
  local i = first
  while i + 7 <= last do
    local a, b, c, d, e, f, g, h = byte(text, i, i + 7)
    local x = value[a] << 18 | value[b] << 12 | value[c] << 6 | value[d]
    local y = value[e] << 18 | value[f] << 12 | value[g] << 6 | value[h]
    n = n + 1
    out[n] = char(x >> 16, x >> 8 & 255, x & 255, y >> 16, y >> 8 & 255, y & 255)
    i = i + 8
  end
  return concat(out), i
end

-- Up to 7 characters. nil when the bits that fill up the last of them are not zero.
local function decode_rest(text, first, last, value)
  local out, bits, count = {}, 0, 0
  for i = first, last do
    bits, count = bits << 6 | value[byte(text, i)], count + 6
    if count >= 8 then
      count = count - 8
      out[#out + 1] = char(bits >> count & 255)
    end
  end
  if bits & (1 << count) - 1 ~= 0 then return nil end
  return concat(out)
end

local function decode(text, value, foreign, name)
  local last = #text:match("^(.-)=*$")
  local wrong = text:find(foreign)
  if wrong and wrong <= last then return nil, ("%s: a foreign character at position %d"):format(name, wrong) end
  local signs = #text - last
  if last % 4 == 1 or signs > 0 and signs ~= -last % 4 then
    return nil, ("%s: the text ends too early or is padded wrongly"):format(name)
  end
  local out, position = {}, 1
  repeat
    local part, after = decode_whole(text, position, math.min(last, position + PORTION - 1), value)
    out[#out + 1], position = part, after
  until position + 7 > last
  local rest = decode_rest(text, position, last, value)
  if not rest then return nil, ("%s: bits are left over at position %d"):format(name, last) end
  out[#out + 1] = rest
  return concat(out)
end

-- The two alphabets ----------------------------------------------------------

local function codec(name, alphabet, foreign)
  local two, value                              -- made when they are first needed

  local function check(what, given)
    if type(given) ~= "string" then error(("%s.%s must be a string, got %s"):format(name, what, type(given)), 3) end
  end

  local methods = {}

  --- Writes bytes as text.
  -- @function encode
  -- @tparam string data
  -- @tparam[opt] table options `padding`: false leaves out the "=" at the end
  -- @treturn string
  -- @raise at the caller's line when data is no string
  function methods.encode(data, options)
    check("encode: data", data)
    two = two or pairs_of(alphabet)
    return encode(data, two, not options or options.padding ~= false)
  end

  --- Reads text, padded or not.
  -- @function decode
  -- @tparam string text
  -- @treturn string the bytes; or nil and what is wrong
  -- @raise at the caller's line when text is no string
  function methods.decode(text)
    check("decode: text", text)
    value = value or values_of(alphabet)
    return decode(text, value, foreign, name)
  end

  return methods
end

local base64 = codec("base64", LETTERS .. "+/", "[^A-Za-z0-9+/]")

--- The alphabet for URLs and file names, with the same two functions.
base64.url = codec("base64url", LETTERS .. "-_", "[^A-Za-z0-9_-]")

return base64
