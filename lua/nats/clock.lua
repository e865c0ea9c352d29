--- The time, for measuring how long something takes.
--
-- Lua itself only has os.time, whole seconds, and os.clock, processor time. Each engine has something
-- better, of another name; a value is only ever compared with another value of the same clock.
--
-- @module nats.clock

--- The finest clock that this engine has.
-- @treturn function -> number seconds since some fixed moment
local function choose()
  local ok, native = pcall(require, "host.nats")
  if ok and type(native) == "table" and native.now then return native.now end
  local found, socket = pcall(require, "socket")
  if found and type(socket) == "table" and socket.gettime then return socket.gettime end
  return os.gettimeofday or os.time                 -- luacheck: ignore 143 (LuaTeX has gettimeofday)
end

return choose()
