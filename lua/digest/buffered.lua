--- Incremental digests where the engine's code takes whole strings only.
--
-- The C code of the TeX engines is 13 to 31 times as fast as ours, so chunks are kept and digested as one string at
-- the end; but only up to a limit, beyond which they are handed to the code that needs no memory.
--
-- @module digest.buffered
local pure = require "digest.pure"

local buffered = {}

-- Bytes kept of one digest: dozens of the chunks that object stores and registries cut data into, and still small
-- beside what a TeX engine takes for itself.
buffered.LIMIT = 8 * 1024 * 1024

-- Chunks are joined by so many, so that the memory of many small ones is that of their bytes.
local JOIN = 512

local methods = {}
local metatable = { __index = methods, __name = "digest.buffered" }

--- Begins a digest.
-- @tparam string name such as "sha256"
-- @tparam function sum digests a whole string
-- @return an object with `update(chunk)` and `final()`; neither checks anything
function buffered.new(name, sum)
  return setmetatable({
    name = name,
    sum = sum,
    parts = {},              -- joined chunks
    chunks = {},             -- those that are not joined yet
    size = 0,                -- bytes of both
    state = nil,             -- the digest in Lua, once there is more than the limit
  }, metatable)
end

local function join(self)
  self.parts[#self.parts + 1] = table.concat(self.chunks)
  self.chunks = {}
end

local function hand_over(self)
  self.state = pure.new(self.name)
  join(self)
  for _, part in ipairs(self.parts) do self.state:update(part) end
  self.parts, self.chunks = nil, nil
end

--- Takes more data.
-- @tparam string chunk
function methods:update(chunk)
  if not self.state then
    self.size = self.size + #chunk
    if self.size <= buffered.LIMIT then
      self.chunks[#self.chunks + 1] = chunk
      if #self.chunks == JOIN then join(self) end
      return
    end
    hand_over(self)
  end
  self.state:update(chunk)
end

--- Ends the digest.
-- @treturn string its bytes
function methods:final()
  if self.state then return self.state:final() end
  join(self)
  return self.sum(table.concat(self.parts))
end

return buffered
