--- Stands in for the rock uuid 1.0 where that is not installed: the same calls, over this project's `digest`.
--
--    local uuid = require "uuid"
--    print(uuid())                     -- 5b3f7b2e-0b8a-4c7d-9f43-2b6a0d8f1e55
--
-- The rock takes no source of random bytes by itself: a script has to say `uuid.set_rng(uuid.rng.urandom())` first.
-- That works here too, but is not needed: the system's source is the default in every engine.
--
-- @module uuid
local random = require "digest.random"
local rng = require "uuid.rng"

local uuid = {
  --- Sources of random bytes. See `uuid.rng`.
  rng = rng,
}

-- The form of RFC 9562 section 4, of 16 bytes.
local FORM = "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x"

local from = random

--- Sets the source of random bytes, for the whole program.
-- @tparam function func `func(count)` returns as many random bytes, or nil and a message
-- @tparam[opt] string err what to raise when func is no function: the functions of `uuid.rng` return nil and a message
-- @treturn boolean true
-- @raise at the caller's line when func is no function
function uuid.set_rng(func, err)
  if type(func) ~= "function" then
    error(err or "uuid.set_rng: func must be a function that gives random bytes, got " .. type(func), 2)
  end
  from = func
  return true
end

local function bytes_of(count)
  local bytes, err = from(count)
  if type(bytes) ~= "string" or #bytes ~= count then
    error("uuid: the source gave no random bytes: " .. tostring(err or "it must return " .. count .. " of them"), 3)
  end
  return bytes
end

-- The text of 16 bytes, with the version and the variant in their places (section 4.1 and 4.2).
local function text_of(bytes, version)
  local b = { bytes:byte(1, 16) }
  b[7] = b[7] & 0x0f | version << 4
  b[9] = b[9] & 0x3f | 0x80
  return FORM:format(table.unpack(b))
end

--- Makes a random identifier (version 4). Calling the module does the same.
-- @treturn string such as "5b3f7b2e-0b8a-4c7d-9f43-2b6a0d8f1e55"
-- @raise when the source of random bytes fails
function uuid.v4()
  local bytes = bytes_of(16)
  return text_of(bytes, 4)
end

-- Version 7 ---------------------------------------------------------------------

local COUNTER_MAX = 0xfff

-- Of the last identifier, whoever made it: identifiers of one program have one order.
local last = { milliseconds = -1, counter = 0 }

local function now()
  local found, socket = pcall(require, "socket")
  local clock = found and type(socket) == "table" and socket.gettime or os.gettimeofday or os.time -- luacheck: ignore 143
  return math.floor(clock() * 1000)
end

--- Makes an identifier that sorts by time (version 7; not in the rock): each is greater than the one before.
-- The 12 bits after the time count what is made within a millisecond (RFC 9562 section 6.2, method 1), beginning
-- below the middle; when they are full, or the clock is set back, the time goes ahead of the clock.
-- Where the engine has no clock but os.time, the time is that of the second.
-- @treturn string such as "01932c07-209c-7f3a-8d0e-6f0a2b1c3d4e"
-- @raise when the source of random bytes fails
function uuid.v7()
  local bytes = bytes_of(10)
  local milliseconds, counter = now(), string.unpack(">I2", bytes) & COUNTER_MAX >> 1
  if milliseconds <= last.milliseconds then
    milliseconds = last.milliseconds
    if last.counter == COUNTER_MAX then milliseconds = milliseconds + 1 else counter = last.counter + 1 end
  end
  last.milliseconds, last.counter = milliseconds, counter
  return text_of(string.pack(">I6I2", milliseconds, counter) .. bytes:sub(3), 7)
end

-- What 1.0 keeps for scripts of before ---------------------------------------------

-- The last 12 hexadecimal digits of an address, in lower case: six bytes.
local function node_of(address)
  local digits = address:gsub("[^0-9A-Fa-f]", ""):lower():sub(-12)
  if #digits < 12 then return nil end
  return (digits:gsub("..", function(pair) return string.char(tonumber(pair, 16)) end))
end

--- Makes a random identifier that ends in a hardware address (deprecated in 1.0).
-- @tparam[opt] string address at least 12 hexadecimal digits with anything between, such as "00:0c:29:69:41:c6"; of
--   more the last 12 count. nil: none.
-- @treturn string
-- @raise at the caller's line when address is no string or has fewer digits
function uuid.new(address)
  local bytes = bytes_of(16)
  if address == nil then return text_of(bytes, 4) end
  if type(address) ~= "string" then error("uuid.new: address must be a string, got " .. type(address), 2) end
  local node = node_of(address)
  if not node then error("uuid.new: address must have 12 hexadecimal digits: " .. address, 2) end
  return text_of(bytes:sub(1, 10) .. node, 4)
end

--- As `uuid.rng.seed` (deprecated in 1.0).
-- @function seed
uuid.seed = rng.seed

--- As `uuid.rng.math_randomseed` (deprecated in 1.0).
-- @function randomseed
uuid.randomseed = rng.math_randomseed

return setmetatable(uuid, { __call = function() return uuid.v4() end })
