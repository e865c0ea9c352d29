--- NATS keys: Ed25519 keys written as base32 with a letter that says whose they are and a checksum.
--
-- A seed is a secret: nothing here puts any of it into a message.
--
-- @module nats.nkey

local base32 = require "digest.base32"
local crc16 = require "digest.crc16"
local ed25519 = require "digest.ed25519"

local nkey = {}

local SEED = 18 << 3         -- "S" as the first of 5 bits
local KINDS = {              -- the byte that makes the letter of a key
  [20 << 3] = "user", [0] = "account", [14 << 3] = "operator", [13 << 3] = "server", [2 << 3] = "cluster", [23 << 3] = "curve",
}

--- Reads base32 and its checksum.
local function payload(text)
  local bytes = base32.decode(text)
  if not bytes or #bytes < 4 then return nil end
  local data = bytes:sub(1, -3)
  local low, high = bytes:byte(-2, -1)
  if crc16(data) ~= low | high << 8 then return nil end
  return data
end

local function checked(data) return base32.encode(data .. string.pack("<I2", crc16(data)), { padding = false }) end

--- Reads a seed.
-- @tparam string text such as SUAM..., blanks round it are passed over
-- @treturn ?string 32 bytes, the secret
-- @treturn string whose it is ("user", "account", ...); after a nil: what is wrong, without the seed
function nkey.seed(text)
  local data = payload(text:match("^%s*(.-)%s*$"))
  if not data then return nil, "this is no seed: wrong characters, or they do not fit its checksum" end
  local first, second = data:byte(1, 2)
  local kind = KINDS[(first & 7) << 5 | second >> 3]
  if first & 0xf8 ~= SEED then
    return nil, "this is no seed but another key; a seed begins with S"
  elseif not kind or #data ~= 34 then
    return nil, "this is a seed of an unknown kind"
  end
  return data:sub(3), kind
end

--- Writes the public key of a user's seed.
-- @tparam string seed 32 bytes
-- @treturn string such as UDXU...
function nkey.public(seed)
  return checked(string.char(20 << 3) .. ed25519.public_key(seed))
end

return nkey
