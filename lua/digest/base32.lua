--- Base32 (RFC 4648 section 6), in which NATS writes its keys.
--
-- Upper case only, as the RFC's alphabet is; written text is padded unless the caller says otherwise, read text may
-- be either; bits left over are an error.
--
-- @module digest.base32
local base32 = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

-- "=" behind the characters of a last group of 1 to 4 bytes; a group of 5 has none.
local PADDING = { [0] = 0, 6, 4, 3, 1 }

local value = {}
for i = 1, 32 do value[ALPHABET:sub(i, i)] = i - 1 end

--- Writes bytes as text.
-- @tparam string data
-- @tparam[opt] table options `padding`: false leaves out the "=" at the end
-- @treturn string
-- @raise at the caller's line when data is no string
function base32.encode(data, options)
  if type(data) ~= "string" then error("base32.encode: data must be a string, got " .. type(data), 2) end
  local out, bits, count = {}, 0, 0
  local function put(index) out[#out + 1] = ALPHABET:sub(index + 1, index + 1) end
  for i = 1, #data do
    bits, count = (bits << 8 | data:byte(i)) & 0xfff, count + 8
    while count >= 5 do
      count = count - 5
      put(bits >> count & 31)
    end
  end
  if count > 0 then put(bits << 5 - count & 31) end
  local padding = not options or options.padding ~= false
  return table.concat(out) .. (padding and ("="):rep(PADDING[#data % 5]) or "")
end

--- Reads text, padded or not.
-- @tparam string text
-- @treturn string the bytes; or nil and what is wrong
-- @raise at the caller's line when text is no string
function base32.decode(text)
  if type(text) ~= "string" then error("base32.decode: text must be a string, got " .. type(text), 2) end
  local last = #text:match("^(.-)=*$")
  local wrong = text:sub(1, last):find("[^A-Z2-7]")
  if wrong then return nil, ("base32: a foreign character at position %d"):format(wrong) end
  local size, signs = last * 5 // 8, #text - last
  if last ~= (size * 8 + 4) // 5 or signs > 0 and signs ~= PADDING[size % 5] then
    return nil, "base32: the text ends too early or is padded wrongly"
  end
  local out, bits, count = {}, 0, 0
  for i = 1, last do
    bits, count = (bits << 5 | value[text:sub(i, i)]) & 0xfff, count + 5
    if count >= 8 then
      count = count - 8
      out[#out + 1] = string.char(bits >> count & 255)
    end
  end
  if bits & (1 << count) - 1 ~= 0 then return nil, ("base32: bits are left over at position %d"):format(last) end
  return table.concat(out)
end

return base32
