--- Time, from what the engine has.
-- luacheck: ignore 143
local os, pcall, require, type = os, pcall, require, type

local clock = {}

local has_socket, socket = pcall(require, "socket")
if not has_socket or type(socket) ~= "table" then socket = nil end

--- Seconds since 1970, as fine as the engine knows them.
clock.now = os.gettimeofday or socket and socket.gettime or os.time

--- Seconds that only go forward, for durations: of the wall where the engine has a fine clock, else
-- of the processor.
clock.tick = os.gettimeofday or socket and socket.gettime or os.clock

--- Waits.
-- @tparam number seconds
function clock.sleep(seconds)
  if socket then return socket.sleep(seconds) end
  os.execute("sleep " .. ("%.3f"):format(seconds))
end

return clock
