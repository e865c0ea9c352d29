--- Digests, checksums and the encodings that go with them, the same in every engine.
--
--    local digest = require "digest"
--    digest.hex.encode(digest.sha256("abc"))
--    local d = digest.sha256()
--    for chunk in chunks do d:update(chunk) end
--    local bytes = d:final()
--
-- Digests are bytes, since that is what keys, HMAC and base64 are made of; `digest.hex.encode` makes digits of them.
--
-- The engine's own code computes them where it has some, else Lua does: `digest.from` tells. `digest.random` and
-- `digest.ed25519` are modules of their own.
--
-- @module digest
local algorithms = require "digest.algorithms"
local base64 = require "digest.base64"
local hmac = require "digest.hmac"
local source = require "digest.source"

local type, error = type, error

local digest = {}

--- Hexadecimal: `encode(data)`, `decode(text)`. See `digest.hex`.
digest.hex = require "digest.hex"

--- Base64: `encode(data, { padding = false })`, `decode(text)`. See `digest.base64`.
digest.base64 = base64

--- Base64 for URLs and file names, with the same functions.
digest.base64url = base64.url

--- Base32, with the same functions. See `digest.base32`.
digest.base32 = require "digest.base32"

--- The checksum of zip and gzip: `crc32(data, before)` -> integer. See `digest.crc32`.
digest.crc32 = require "digest.crc32"

--- The checksum of NATS keys: `crc16(data, before)` -> integer. See `digest.crc16`.
digest.crc16 = require "digest.crc16"

-- Incremental digests ----------------------------------------------------------

local methods = {}
local metatable = { __index = methods, __name = "digest" }

local function incremental(name, state)
  return setmetatable({
    name = name,
    state = state,               -- what computes it; false after final
  }, metatable)
end

local function unfinished(self, method)
  if getmetatable(self) ~= metatable then error(method .. ": call it as a method of a digest", 3) end
  if not self.state then error(method .. ": this " .. self.name .. " is finished; begin a new one", 3) end
  return self.state
end

--- Takes more data.
-- @tparam string chunk
-- @return the digest itself, for another call
-- @raise at the caller's line when chunk is no string or the digest is finished
function methods:update(chunk)
  local state = unfinished(self, "update")
  if type(chunk) ~= "string" then error("update: chunk must be a string, got " .. type(chunk), 2) end
  state:update(chunk)
  return self
end

--- Ends the digest.
-- @treturn string its bytes
-- @raise at the caller's line when it has been ended before
function methods:final()
  local bytes = unfinished(self, "final"):final()
  self.state = false
  return bytes
end

-- Digests ------------------------------------------------------------------------

--- MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512 (RFC 1321, FIPS 180-4).
-- @function md5
-- @function sha1
-- @function sha224
-- @function sha256
-- @function sha384
-- @function sha512
-- @tparam[opt] string data
-- @return the digest's bytes; without an argument an object with `update(chunk)` and `final()`
-- @raise at the caller's line when data is given and is no string
for name in pairs(algorithms) do
  digest[name] = function(...)
    local data = ...
    if type(data) == "string" then return source.of(name).sum(data) end
    if select("#", ...) == 0 then return incremental(name, source.of(name).new()) end
    error(("digest.%s: data must be a string, got %s"):format(name, type(data)), 2)
  end
end

local function known(where, name)
  if algorithms[name] then return end
  error(("%s: the digest must be one of md5, sha1, sha224, sha256, sha384, sha512, got %s"):format(where, tostring(name)), 3)
end

--- HMAC (RFC 2104).
-- @tparam string name of the digest, such as "sha256"
-- @tparam string key any bytes, of any length
-- @tparam[opt] string data
-- @return the code's bytes; without data an object with `update(chunk)` and `final()`
-- @raise at the caller's line when there is no such digest, or key or data is no string
function digest.hmac(...)
  local name, key, data = ...
  known("digest.hmac", name)
  if type(key) ~= "string" then error("digest.hmac: key must be a string, got " .. type(key), 2) end
  if type(data) == "string" then return hmac.sum(name, key, data) end
  if select("#", ...) < 3 then return incremental("hmac of " .. name, hmac.new(name, key)) end
  error("digest.hmac: data must be a string, got " .. type(data), 2)
end

--- Whose code computes a digest here.
-- @tparam string name such as "sha256"
-- @treturn string "host.digest" (Go's), "md5" or "sha2" (the TeX engine's), "openssl" (the rock luaossl) or "lua" (ours)
-- @raise at the caller's line when there is no such digest
function digest.from(name)
  known("digest.from", name)
  return source.of(name).from
end

return digest
