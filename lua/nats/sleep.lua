--- Doing nothing for a while, by the engine's own means.
--
-- @module nats.sleep

local clock = require "nats.clock"

local SLICE = 0.05          -- seconds of one wait in the kernel, which a Ctrl-C may not end

--- The wait of this engine; nil where it has none.
local function choose()
  local ok, native = pcall(require, "host.nats")
  if ok and type(native) == "table" and native.sleep then return native.sleep end
  local found, socket = pcall(require, "socket")
  if found and type(socket) == "table" then return socket.sleep end
end

local wait = choose() or function() end        -- then it keeps looking at the clock

--- Waits.
-- @tparam number seconds
local function sleep(seconds)
  local deadline = clock() + seconds
  local left = seconds
  while left > 0 do
    wait(math.min(left, SLICE))
    left = deadline - clock()
  end
end

return sleep
