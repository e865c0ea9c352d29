--- Time, from what the engine has.
-- luacheck: ignore 143
local os, pcall, require, type = os, pcall, require, type

local clock = {}

-- A module that this engine may lack, or an empty table.
local function optional(name)
  local found, module = pcall(require, name)
  return found and type(module) == "table" and module or {}
end

local socket = optional "socket"
local host = optional "host.nats"  -- in the moonwire binary, which may run where there is no luasocket

--- Seconds since 1970, as fine as the engine knows them.
clock.now = os.gettimeofday or socket.gettime or os.time

--- Seconds for durations: of the wall where the engine has a fine clock, else of the processor.
clock.tick = host.now or os.gettimeofday or socket.gettime or os.clock

local function shell_sleep(seconds) os.execute("sleep " .. ("%.3f"):format(seconds)) end

--- Waits.
-- @tparam number seconds
-- @function clock.sleep
clock.sleep = socket.sleep or host.sleep or shell_sleep

return clock
