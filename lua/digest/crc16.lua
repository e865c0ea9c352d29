--- CRC-16/XMODEM, the check in NATS keys: polynomial 0x1021, nothing reflected, begins with 0.
-- @module digest.crc16

local table_of = {}
for i = 0, 255 do
  local crc = i << 8
  for _ = 1, 8 do crc = crc & 0x8000 ~= 0 and crc << 1 ~ 0x1021 or crc << 1 end
  table_of[i] = crc & 0xffff
end

--- The checksum of data.
-- @tparam string data
-- @tparam[opt=0] integer crc the checksum of what comes before data
-- @treturn integer 0 to 65535
-- @raise at the caller's line when data is no string or crc no integer
local function crc16(data, crc)
  if type(data) ~= "string" then error("crc16: data must be a string, got " .. type(data), 2) end
  if crc == nil then crc = 0 end
  if math.type(crc) ~= "integer" then error("crc16: crc must be an integer, got " .. tostring(crc), 2) end
  crc = crc & 0xffff
  for i = 1, #data do
    crc = (crc << 8 ~ table_of[crc >> 8 ~ data:byte(i)]) & 0xffff
  end
  return crc
end

return crc16
