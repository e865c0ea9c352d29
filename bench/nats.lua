-- A contender of bench/nats: for each line "WORK COUNT CHECK" does that work, then says "done".
--
-- publish uses nc:batch where the transport has no thread of its own to write while the script goes on.
local url = ...
local here = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = here .. "/../lua/?.lua;" .. here .. "/../lua/?/init.lua;" .. package.path

local nats = require "nats"

local TIMEOUT = 5        -- seconds without a message, and the measurement has failed
local SIZE = 128         -- bytes of a message

local nc = assert(nats.connect(url, { pending_msgs = -1, pending_bytes = -1 }))
local batches = not pcall(require, "host.nats")

local BLANKS = (" "):rep(SIZE)

local function numbered(n) return (n .. BLANKS):sub(1, SIZE) end

local function say(text)
  io.stdout:write(text, "\n")
  io.stdout:flush()
end

local function expect(payload, n)
  if payload ~= numbered(n) then error(("received %q as number %d"):format(payload, n), 0) end
end

local works = {}

function works.publish(count, check)
  local function publish()
    local payload = numbered(0)
    for i = 1, count do
      if check then payload = numbered(i) end
      assert(nc:publish("bench.out", payload))
    end
  end
  if batches then assert(nc:batch(publish)) else publish() end
  assert(nc:flush(TIMEOUT))
end

function works.receive(count, check)
  local sub = assert(nc:subscribe "bench.in")
  assert(nc:flush(TIMEOUT))
  say "ready"
  for i = 1, count do
    local msg = assert(sub:next(TIMEOUT))
    if check then expect(msg.data, i) end
  end
  sub:unsubscribe()
end

function works.callback(count, check)
  local n = 0
  local sub = assert(nc:subscribe("bench.in", function(payload)
    n = n + 1
    if check then expect(payload, n) end
  end))
  assert(nc:flush(TIMEOUT))
  say "ready"
  while n < count do
    local some = assert(nc:process(TIMEOUT))
    if some == 0 then error(("received %d messages of %d"):format(n, count), 0) end
  end
  sub:unsubscribe()
end

function works.request(count, check)
  local payload = numbered(0)
  for i = 1, count do
    if check then payload = numbered(i) end
    local msg = assert(nc:request("bench.echo", payload, TIMEOUT))
    if check then expect(msg.data, i) end
  end
end

function works.stream(count, check)
  local js = nc:jetstream { max_pending = 4000 }
  local function publish()
    local payload = numbered(0)
    for i = 1, count do
      if check then payload = numbered(i) end
      assert(js:publish_async("bench.stream", payload))
    end
  end
  if batches then assert(nc:batch(publish)) else publish() end
  assert(js:publish_complete(30))
end

for line in io.lines() do
  local work, count, check = line:match "^(%a+) (%d+) (%a+)$"
  local ok, err = pcall(works[work], math.tointeger(count), check == "true")
  say(ok and "done" or tostring(err))
end
