-- The language as it has to be while a connection is open and its calls are on the stack: what stock
-- Lua does in each of these places, written out. Given the server's URL, returns "well" or raises.

local nats = require "nats"
local nc = assert(nats.connect((...)))
local sub = nc:subscribe "language"

local function same(got, want, what)
  if got ~= want then error(("%s: got %s, want %s"):format(what, tostring(got), tostring(want)), 2) end
end

-- A round trip: the connection has survived what came before.
local function alive(what)
  nc:publish("language", what)
  local msg = assert(sub:next(5))
  same(msg.data, what, "message")
end
alive "begin"

-- A call that raises, below pcall, xpcall, in a coroutine, below a to-be-closed variable.
local ok, message = pcall(nc.publish, nc, "a b", "x")
same(ok, false, "a wrong subject")
same(type(message), "string", "its message")
local trace = select(2, xpcall(nc.publish, debug.traceback, nc, "a b", "x"))
same(trace:find("stack traceback:", 1, true) ~= nil, true, "a traceback")
same(coroutine.resume(coroutine.create(nc.publish), nc, "a b", "x"), false, "in a coroutine")
same(pcall(coroutine.wrap(nc.publish), nc, "a b", "x"), false, "in a wrapped one")
local closed = 0
pcall(function()
  local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 nc:publish("language", "closing") end })
  nc:publish("a b", "x")
end)
same(closed, 1, "to be closed")
same(sub:next(5).data, "closing", "published while closing")
alive "after errors"

-- An error object passes through a callback's caller and a pcall round a call that succeeds.
local object = setmetatable({}, { __tostring = function() return "object" end })
local caught = select(2, pcall(function() nc:publish("language", "before") error(object) end))
same(caught, object, "an error object")
same(sub:next(5).data, "before", "before it")

-- Coroutines: publish in one, receive in another, yield between; close one that has published.
local publisher = coroutine.wrap(function()
  for i = 1, 100 do nc:publish("language", tostring(i)) coroutine.yield(i) end
end)
local receiver = coroutine.wrap(function()
  while true do coroutine.yield(assert(sub:next(5)).data) end
end)
for i = 1, 100 do
  same(publisher(), i, "the publisher")
  same(receiver(), tostring(i), "the receiver")
end
local suspended = coroutine.create(function()
  local _ <close> = setmetatable({}, { __close = function() nc:publish("language", "from close") end })
  coroutine.yield()
end)
coroutine.resume(suspended)
same(coroutine.close(suspended), true, "close")
same(sub:next(5).data, "from close", "published by it")

-- The stack overflows where a call is being made.
local depth = 0
local function deep()
  depth = depth + 1
  if depth % 10000 == 0 then nc:publish("language", "deep") end
  return 1 + deep()
end
ok, message = pcall(deep)
same(ok, false, "a stack overflow")
same(message:find("stack overflow", 1, true) ~= nil, true, "its message")
for _ = 1, depth // 10000 do same(assert(sub:next(5)).data, "deep", "published on the way") end
alive "after the overflow"
local function nested(n)
  local good, err = pcall(nc.publish, nc, "language", "nested")
  if not good then return err end
  return coroutine.wrap(nested)(n + 1)
end
message = select(2, pcall(nested, 1)) -- the inner or the outer pcall is what catches it
same(message:find("C stack overflow", 1, true) ~= nil, true, "too many nested coroutines")
while sub:next(0.2) do end
alive "after nesting"

-- Memory: no string of 64 TB, before and after which everything works.
ok, message = pcall(function() nc:publish("language", io.open "/dev/null":read(1 << 46)) end)
same(ok, false, "no memory")
same(message, "not enough memory", "its message")
alive "after no memory"

-- A function that was dumped and loaded publishes as well.
local dumped = load(string.dump(function(...) local c, s = ... c:publish(s, "dumped") end), "dumped", "b")
dumped(nc, "language")
same(sub:next(5).data, "dumped", "string.dump")

-- Finalizers that publish, whenever they come.
for i = 1, 100 do setmetatable({}, { __gc = function() nc:publish("language", "collected") end }) end
collectgarbage()
collectgarbage()
for _ = 1, 100 do same(assert(sub:next(5)).data, "collected", "from a finalizer") end

-- Hooks run in the middle of everything.
local events = 0
debug.sethook(function() events = events + 1 end, "crl", 100)
for i = 1, 100 do nc:publish("language", tostring(i)) end
for i = 1, 100 do same(assert(sub:next(5)).data, tostring(i), "under a hook") end
debug.sethook()
same(events > 1000, true, "hook events")

nc:close()
return "well"
