--- Ed25519 signatures in Lua (RFC 8032 section 5.1), with which NATS asks for proof of a key.
--
--    local ed25519 = require "digest.ed25519"
--    local signature = ed25519.sign(seed, nonce)
--
-- It takes different time for different keys: do not sign with it what others send as often as they like while they
-- measure how long it takes. A client that signs one nonce per connection is not in that place.
--
-- @module digest.ed25519
local digest = require "digest"
local point = require "digest.ed25519.point"
local scalar = require "digest.ed25519.scalar"

local ed25519 = {}

local function check(where, what, given, size)
  if type(given) ~= "string" then error(("%s: %s must be a string, got %s"):format(where, what, type(given)), 3) end
  if size and #given ~= size then error(("%s: %s must have %d bytes, got %d"):format(where, what, size, #given), 3) end
end

-- Section 5.1.5: the secret number, and the prefix that makes signatures differ.
local function expand(seed)
  local hash = digest.sha512(seed)
  local secret = string.char(hash:byte(1) & 248) .. hash:sub(2, 31) .. string.char(hash:byte(32) & 63 | 64)
  return scalar.from_bytes(secret), hash:sub(33)
end

local function base_times(number) return point.multiply(scalar.to_bytes(number), point.BASE) end

--- The public key of a seed.
-- @tparam string seed 32 bytes, which RFC 8032 calls the private key
-- @treturn string 32 bytes
-- @raise at the caller's line when seed is not 32 bytes
function ed25519.public_key(seed)
  check("ed25519.public_key", "seed", seed, 32)
  return point.to_bytes(base_times((expand(seed))))
end

--- Signs a message (section 5.1.6).
-- The public key is derived each time and cannot be handed in: signing with a false one gives the key away.
-- @tparam string seed 32 bytes
-- @tparam string message any bytes
-- @treturn string 64 bytes
-- @raise at the caller's line when seed is not 32 bytes or message no string
function ed25519.sign(seed, message)
  check("ed25519.sign", "seed", seed, 32)
  check("ed25519.sign", "message", message)
  local secret, prefix = expand(seed)
  local public = point.to_bytes(base_times(secret))
  local r = scalar.from_bytes(digest.sha512(prefix .. message))
  local commitment = point.to_bytes(base_times(r))
  local k = scalar.from_bytes(digest.sha512(commitment .. public .. message))
  return commitment .. scalar.to_bytes(scalar.add_product(r, k, secret))
end

--- Verifies a signature (section 5.1.7, without the cofactor, as Go's crypto/ed25519 does).
-- @tparam string public 32 bytes
-- @tparam string message
-- @tparam string signature 64 bytes; of any other size it is false
-- @treturn boolean whether the key's owner signed the message
-- @raise at the caller's line when public is not 32 bytes, or message or signature no string
function ed25519.verify(public, message, signature)
  check("ed25519.verify", "public", public, 32)
  check("ed25519.verify", "message", message)
  check("ed25519.verify", "signature", signature)
  if #signature ~= 64 then return false end
  local commitment, s = signature:sub(1, 32), signature:sub(33)
  local key = point.from_bytes(public)
  if not key or not scalar.is_reduced(s) then return false end
  local k = scalar.from_bytes(digest.sha512(commitment .. public .. message))
  local sum = point.add(point.multiply(s, point.BASE), point.multiply(scalar.to_bytes(k), point.negate(key)))
  return point.to_bytes(sum) == commitment
end

return ed25519
