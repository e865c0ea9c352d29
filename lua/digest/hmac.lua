--- HMAC, keyed authentication by any of the digests (RFC 2104, FIPS 198-1).
-- @module digest.hmac
local algorithms = require "digest.algorithms"
local source = require "digest.source"

local hmac = {}

local function padded(key, byte)
  return (key:gsub(".", function(c) return string.char(c:byte() ~ byte) end))
end

-- The two keys of the RFC's section 2: the key, filled up to a block, exclusive-or'ed with two bytes.
local function keys(name, key)
  local block = algorithms[name].block
  if #key > block then key = source.of(name).sum(key) end
  key = key .. ("\0"):rep(block - #key)
  return padded(key, 0x36), padded(key, 0x5c)
end

--- Authenticates a string at once.
-- @tparam string name of the digest
-- @tparam string key
-- @tparam string data
-- @treturn string the code's bytes
function hmac.sum(name, key, data)
  local inner, outer = keys(name, key)
  local sum = source.of(name).sum
  return sum(outer .. sum(inner .. data))
end

local methods = {}
local metatable = { __index = methods, __name = "digest.hmac" }

--- Begins an authentication.
-- @tparam string name of the digest
-- @tparam string key
-- @return an object with `update(chunk)` and `final()`; neither checks anything
function hmac.new(name, key)
  local inner, outer = keys(name, key)
  local from = source.of(name)
  local state = from.new()
  state:update(inner)
  return setmetatable({ state = state, outer = outer, sum = from.sum }, metatable)
end

--- Takes more data.
-- @tparam string chunk
function methods:update(chunk) self.state:update(chunk) end

--- Ends the authentication.
-- @treturn string the code's bytes
function methods:final() return self.sum(self.outer .. self.state:final()) end

return hmac
