--- Sources of random bytes, and seeds, as the rock uuid 1.0 has them.
--
-- Each source is made by a function of its name, which returns it or nil and a message. A source takes a count and
-- returns as many bytes, or nil and a message.
--
-- @module uuid.rng
local digest = require "digest"
local random = require "digest.random"

local rng = {}

-- Sources ------------------------------------------------------------------------

--- The `random` of the rock luasystem.
-- @treturn function the source; or nil and a message where that rock is not installed, or older than 0.3
function rng.luasystem()
  local found, system = pcall(require, "system")
  if not found or type(system) ~= "table" then return nil, "luasystem is not available" end
  if type(system.random) ~= "function" then return nil, "this luasystem has no random: it is older than 0.3" end
  return system.random
end

--- The system's /dev/urandom; in the host, the same by way of Go.
-- @treturn function the source; or nil and a message where the system has none
function rng.urandom()
  if package.config:sub(1, 1) == "\\" then return nil, "/dev/urandom is not available on Windows" end
  local one, err = random(1)
  if not one then return nil, err end
  return random
end

--- Windows' source by way of a foreign function interface, which no engine here has.
-- @treturn nil
-- @treturn string why not
function rng.win_ffi()
  return nil, "win_ffi is not available: it needs LuaJIT's ffi or cffi-lua, on Windows"
end

--- Lua's own math.random, which can be foretold. Seed it first, once in a program (see `rng.seed`): it repeats else.
-- @treturn function the source
function rng.math_random()
  return function(count)
    local bytes = {}
    for i = 1, count do bytes[i] = string.char(math.random(0, 255)) end
    return table.concat(bytes)
  end
end

-- Seeds --------------------------------------------------------------------------

-- Lua 5.3 hands its seed to C's srand, an unsigned int; 5.4 and later take 128 bits.
local WIDE = _VERSION ~= "Lua 5.3"
local UNSIGNED = 0xffffffff

local function narrow(seed)
  seed = math.tointeger(seed) or math.floor(math.fmod(math.abs(seed), UNSIGNED + 1))
  if seed < 0 then seed = -seed end
  return seed & UNSIGNED
end

--- math.randomseed for every Lua: seeds too large for C's srand lose their highest bits, negative ones their sign.
-- Lua 5.4 and later get what they are given. A seed is the whole program's: a library must not set it.
-- @tparam integer seed
-- @tparam[opt] integer seed2 for Lua 5.4 and later
-- @treturn integer the seed that was set
-- @treturn ?integer the second seed
-- @raise as math.randomseed does
function rng.math_randomseed(seed, seed2)
  if not WIDE then
    if type(seed) ~= "number" then error("math_randomseed: seed must be a number, got " .. type(seed), 2) end
    seed = narrow(seed)
    math.randomseed(seed)
    return seed
  end
  if seed2 == nil then math.randomseed(seed) else math.randomseed(seed, seed2) end
  return seed, seed2
end

--- Makes a seed: 40 bytes of the system's source.
-- Where the system has none they are the 40 digits of a SHA-1 of what differs from run to run.
-- @tparam[opt] string inputdata goes into that SHA-1 as well
-- @treturn string 40 bytes
function rng.generate_seed(inputdata)
  local bytes = random(40)
  if bytes then return bytes end
  local parts = { tostring({}), tostring(inputdata), rng.math_random()(10), tostring(os.time()), tostring(os.clock()) }
  return digest.hex.encode(digest.sha1(table.concat(parts, "\0")))
end

--- Seeds math.random with `generate_seed`.
-- @tparam[opt] string inputdata see there
-- @treturn integer the seed that was set
-- @treturn ?integer the second seed, in Lua 5.4 and later
function rng.seed(inputdata)
  local bytes = rng.generate_seed(inputdata)
  if not WIDE then return rng.math_randomseed((string.unpack("<I4", bytes))) end
  local one, other = string.unpack("<i8i8", bytes)
  return rng.math_randomseed(one, other)
end

return rng
