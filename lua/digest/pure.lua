--- The digests in Lua alone: cutting data into blocks, and the last block's padding.
--
-- MD5, SHA-1 and SHA-2 differ in how they digest a block, in its size and in how the length is written; the rest
-- of Merkle and Damgard's construction is the same (RFC 1321 section 3.1, FIPS 180-4 section 5).
--
-- @module digest.pure
local pack = string.pack

local pure = {}

local FILES = {
  md5 = "digest.pure.md5", sha1 = "digest.pure.sha1", sha224 = "digest.pure.sha256", sha256 = "digest.pure.sha256",
  sha384 = "digest.pure.sha512", sha512 = "digest.pure.sha512",
}

-- Compiled functions by the function that compiles them: two digests share each of SHA-2's.
local compiled = {}

local function algorithm(name)
  local found = require(FILES[name])[name]
  local blocks = compiled[found.compile] or found.compile()
  compiled[found.compile] = blocks
  return found, blocks
end

local methods = {}
local metatable = { __index = methods, __name = "digest.pure" }

--- Begins a digest.
-- @tparam string name such as "sha256"
-- @return an object with `update(chunk)` and `final()`; neither checks anything
function pure.new(name)
  local found, blocks = algorithm(name)
  return setmetatable({
    algorithm = found,
    blocks = blocks,                              -- digests whole blocks
    state = table.move(found.start, 1, #found.start, 1, {}),
    rest = "",                                    -- what does not fill a block yet
    size = 0,                                     -- bytes so far, rest included
  }, metatable)
end

--- Takes more data.
-- @tparam string chunk
function methods:update(chunk)
  local block, rest, size = self.algorithm.block, self.rest, #chunk
  self.size = self.size + size
  if #rest + size < block then
    self.rest = rest .. chunk
    return
  end
  local first = 1
  if rest ~= "" then
    first = block - #rest + 1
    self.blocks(self.state, rest .. chunk:sub(1, first - 1), 1, 1)
  end
  local count = (size - first + 1) // block
  self.blocks(self.state, chunk, first, count)
  self.rest = chunk:sub(first + count * block)
end

--- Ends the digest.
-- @treturn string its bytes
function methods:final()
  local found = self.algorithm
  local block, length_size = found.block, found.length_size
  -- A one bit, zeros up to a whole number of blocks with the length in it, the length.
  local zeros = (block - (#self.rest + 1 + length_size)) % block
  local last = self.rest .. "\x80" .. ("\0"):rep(zeros) .. pack(found.length, self.size * 8)
  self.blocks(self.state, last, 1, #last // block)
  return pack(found.output, table.unpack(self.state))
end

--- Digests a string at once.
-- @tparam string name
-- @tparam string data
-- @treturn string the digest's bytes
function pure.sum(name, data)
  local state = pure.new(name)
  state:update(data)
  return state:final()
end

return pure
