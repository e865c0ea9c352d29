--- A program of its own for specs of JetStream: `contender.lua count URL BUCKET TIMES` counts up in a bucket beside
-- others; `contender.lua hold URL STREAM CONSUMER FILE` takes a message, says so in FILE, and never acknowledges it.
local nats = require "nats"

local work, url, first, second, file = table.unpack(arg, 1, 5)
local js = assert(nats.connect(url)):jetstream()

local works = {}

function works.count()
  local kv = assert(js:key_value(first))
  for _ = 1, tonumber(second) do
    repeat
      local entry = assert(kv:get "count")
      local revision, err = kv:update("count", tostring(math.tointeger(entry.value) + 1), entry.revision)
      assert(revision or err == nats.errors.wrong_revision, tostring(err))
    until revision
  end
end

function works.hold()
  local msg = assert(assert(js:consumer(first, second)):next(10))
  local said = assert(io.open(file, "wb"))
  said:write(msg.data)
  said:close()
  js.client:sleep(60)
end

works[work]()
