-- The speed of `digest` in the engine that runs this, in MB/s of processor time; best of several runs.
--
--     bin/moonwire bench/digest.lua
--     lua5.4 bench/digest.lua
--     texlua bench/digest.lua
--     luametatex --luaonly bench/digest.lua
--
-- "whole" is one string of 4 MiB, "chunks" the same in 64 KiB chunks, "Lua" our own code for it in this engine. Short
-- strings and signatures are in microseconds and milliseconds each.

local here = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = here .. "/../lua/?.lua;" .. here .. "/../lua/?/init.lua;" .. package.path
local digest = require "digest"
local ed25519 = require "digest.ed25519"
local engine = require "moonwire.engine"
local pure = require "digest.pure"

local SIZE, CHUNK, RUNS = 4 * 1024 * 1024, 64 * 1024, 5
-- What takes less than this is repeated: the clock counts microseconds.
local ENOUGH = 0.02

local function seconds(f, ...)
  local best = math.huge
  for _ = 1, RUNS do
    local begin, count = os.clock(), 0
    repeat
      f(...)
      count = count + 1
    until os.clock() - begin > ENOUGH
    best = math.min(best, (os.clock() - begin) / count)
  end
  return best
end

local function speed(f, ...) return ("%.0f"):format(SIZE / 1e6 / seconds(f, ...)) end

local data = ("The quick brown fox jumps over \0\xff"):rep(SIZE // 33 + 1):sub(1, SIZE)
local chunks = {}
for i = 1, SIZE, CHUNK do chunks[#chunks + 1] = data:sub(i, i + CHUNK - 1) end

local function in_chunks(begin)
  local state = begin()
  for _, chunk in ipairs(chunks) do state:update(chunk) end
  return state:final()
end

print(("%s, %s"):format(engine, _VERSION))
print(("%-8s %-12s %7s %7s %7s %9s"):format("", "from", "whole", "chunks", "Lua", "20 bytes"))
for _, name in ipairs { "md5", "sha1", "sha224", "sha256", "sha384", "sha512" } do
  local sum = digest[name]
  print(("%-8s %-12s %7s %7s %7s %6.2f us"):format(name, digest.from(name), speed(sum, data), speed(in_chunks, sum),
    speed(pure.sum, name, data), seconds(sum, "twenty bytes of text") * 1e6))
end

print(("%-8s %-12s %7s"):format("crc32", "", speed(digest.crc32, data)))
print(("%-8s %-12s %7s"):format("crc16", "", speed(digest.crc16, data)))
for _, name in ipairs { "hex", "base64", "base32" } do
  local codec = digest[name]
  print(("%-8s %-12s %7s encode %7s decode"):format(name, "", speed(codec.encode, data), speed(codec.decode, codec.encode(data))))
end

local seed = ("s"):rep(32)
local signature = ed25519.sign(seed, "nonce")
print(("%-8s %-12s %7.2f ms sign %7.2f ms verify"):format("ed25519", "", seconds(ed25519.sign, seed, "nonce") * 1e3,
  seconds(ed25519.verify, ed25519.public_key(seed), "nonce", signature) * 1e3))
