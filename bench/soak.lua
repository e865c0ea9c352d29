--- Soak: does a client grow? `make soak` runs it over both transports; `moonwire bench/soak.lua` and `lua5.4
-- lua/moonwire/main.lua bench/soak.lua` need a server at NATS_URL:
--
--     soak.lua [MESSAGES [REQUESTS [SUBSCRIPTIONS [TRANSPORT]]]]      10000000, 100000, 10000, the engine's own
--
-- Messages go through one connection and back; memory at the end, of Lua and of the process, is within 10 % of what it
-- was after the first tenth. Ends with status 1 where something grew.
local nats = require "nats"

local MESSAGES = math.tointeger(tonumber(arg[1] or 10000000))
local REQUESTS = math.tointeger(tonumber(arg[2] or 100000))
local SUBSCRIPTIONS = math.tointeger(tonumber(arg[3] or 10000))
local BATCH = 1000               -- messages that are on their way at a time
local ALLOWED = 1.1              -- of the size after the first tenth
local SLACK = { lua = 64, process = 2048 }     -- KiB that a small heap may vary by

local nc = assert(nats.connect { transport = arg[4], name = "soak" })
local subject = "soak." .. nats.nuid()

--- KiB of the process; nil where the system does not tell.
local function resident()
  local file = io.open("/proc/self/status", "r")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return tonumber(text:match("VmRSS:%s*(%d+)"))
end

local function sizes()
  collectgarbage()
  collectgarbage()
  return { lua = collectgarbage "count", process = resident() }
end

local failed = false

--- Runs a piece of work in ten parts, and compares memory after the last with that after the first.
local function soak(what, count, work)
  local start, first = nats.clock(), nil
  local last
  for _ = 1, 10 do
    work(count // 10)
    last = sizes()
    first = first or last
  end
  for _, kind in ipairs { "lua", "process" } do
    if first[kind] then
      local grew = last[kind] > first[kind] * ALLOWED + SLACK[kind]
      failed = failed or grew
      print(("%-24s%10d%10.1f s   %-8s%10.0f KiB at first%10.0f KiB at the end%s"):format(what, count, nats.clock() - start, kind,
        first[kind], last[kind], grew and "   GREW" or ""))
    end
  end
end

local payload = ("x"):rep(128)
local sub = assert(nc:subscribe(subject))
soak("messages", MESSAGES, function(count)
  for _ = 1, count // BATCH do
    nc:batch(function()
      for _ = 1, BATCH do nc:publish(subject, payload) end
    end)
    for _ = 1, BATCH do assert(sub:next(30)) end
  end
end)
sub:unsubscribe()

nc:subscribe(subject .. ".ask", function(text, _, msg) msg:respond(text) end)
soak("requests", REQUESTS, function(count)
  for i = 1, count do assert(nc:request(subject .. ".ask", tostring(i), 30).data == tostring(i)) end
end)

soak("subscriptions", SUBSCRIPTIONS, function(count)
  for i = 1, count do
    local own = assert(nc:subscribe(subject .. ".sub." .. i))
    nc:publish(subject .. ".sub." .. i, "x")
    assert(own:next(30))
    own:unsubscribe()
  end
  nc:flush(30)
end)

soak("tasks", REQUESTS, function(count)
  for _ = 1, count // 100 do
    for i = 1, 100 do nc:spawn(function() assert(nc:request(subject .. ".ask", tostring(i), 30)) end) end
    while nc.tasks do nc:process(1) end
  end
end)

nc:close()
print(failed and "something grew" or "nothing grew")
os.exit(failed and 1 or 0)
