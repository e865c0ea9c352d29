--- Identifiers that no two clients share: 22 random characters of 0-9, A-Z, a-z.
--
-- @module nats.nuid

local random = require "digest.random"

local DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
local LENGTH = 22                                   -- as nats.go has it: 131 bits

--- Bytes that differ from run to run and from call to call, where the system has no random device.
-- math.random alone would repeat: documents seed it alike on every pass.
local function mixed(count)
  local bytes = {}
  for i = 1, count do
    local address = tostring({}):match("0x(%x+)") or "0"
    local seed = tonumber(address:sub(-8), 16) ~ math.floor(os.clock() * 1e6) ~ (os.time() << 8)
    bytes[i] = string.char(((seed * 2654435761 >> 15) ~ math.random(0, 255)) & 255)
  end
  return table.concat(bytes)
end

--- Makes an identifier.
-- @treturn string 22 characters
local function nuid()
  local out, n = {}, 0
  repeat
    local bytes = random(LENGTH + 10) or mixed(LENGTH + 10)
    for i = 1, #bytes do
      local b = bytes:byte(i)
      if b < 248 and n < LENGTH then                -- 248 = 4 * 62: above it some digits would come more often
        n = n + 1
        out[n] = DIGITS:sub(b % 62 + 1, b % 62 + 1)
      end
    end
  until n == LENGTH
  return table.concat(out)
end

return nuid
