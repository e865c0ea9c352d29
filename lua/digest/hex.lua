--- Hexadecimal, two lower-case digits a byte (RFC 4648 section 8, in lower case as digests are written).
-- @module digest.hex
local hex = {}

local digits, bytes = {}, {}
for i = 0, 255 do
  local byte, pair = string.char(i), ("%02x"):format(i)
  digits[byte] = pair
  bytes[pair], bytes[pair:upper()] = byte, byte
  bytes[pair:sub(1, 1):upper() .. pair:sub(2)] = byte
  bytes[pair:sub(1, 1) .. pair:sub(2):upper()] = byte
end

--- Writes bytes as digits.
-- @tparam string data
-- @treturn string lower-case digits
-- @raise at the caller's line when data is no string
function hex.encode(data)
  if type(data) ~= "string" then error("hex.encode: data must be a string, got " .. type(data), 2) end
  return (data:gsub(".", digits))
end

--- Reads digits, of either case.
-- @tparam string text
-- @treturn string the bytes; or nil and what is wrong where
-- @raise at the caller's line when text is no string
function hex.decode(text)
  if type(text) ~= "string" then error("hex.decode: text must be a string, got " .. type(text), 2) end
  local wrong = text:find("[^0-9A-Fa-f]")
  if wrong then return nil, ("hex: not a digit at position %d"):format(wrong) end
  if #text % 2 == 1 then return nil, "hex: an odd number of digits" end
  return (text:gsub("..", bytes))
end

return hex
