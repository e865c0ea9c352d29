--- Several programs at one stream or bucket.
local js_support = require "spec.lua.nats.jetstream.support"
local moonwire = require "spec.support.moonwire"
local nats = require "nats"
local shell = require "spec.support.shell"

local URL = os.getenv "MOONWIRE_TEST_NATS_URL"
-- The first transport that this engine has.
local network
for _, one in ipairs(js_support.networks()) do
  if not network or network.name == "native" and not pcall(require, "host.nats") then network = one end
end

describe("programs at the same time", function()
  local it = network.it(it, function(reason) pending(reason) end)
  after_each(network.close)

  it("lose no update of a key, eight of them", function()
    if not moonwire.command then return pending(moonwire.reason) end
    local js = network.jetstream()
    local name = "spec-" .. nats.nuid()
    network.remember("KV_" .. name)
    local kv = js:create_key_value { bucket = name, storage = "memory" }
    kv:put("count", "0")
    local one = ("%s spec/support/contender.lua count %s %s 10 2>&1"):format(moonwire.command, shell.quote(URL), name)
    local said, status = shell.read(("for i in 1 2 3 4 5 6 7 8; do { %s; } & done; wait"):format(one))
    assert.are.equal(0, status)
    assert.are.equal("", said)
    assert.are.equal("80", kv:get("count").value)
    assert.are.equal(81, kv:get("count").revision)
  end)

  it("get the work of one that was killed while it had it", function()
    if not moonwire.command then return pending(moonwire.reason) end
    local stream, js = network.stream { retention = "workqueue" }
    local consumer = stream:create_consumer { durable_name = "d", ack_wait = 1 }
    js:publish(stream.name .. ".job", "typeset it")
    local file = os.tmpname()
    os.remove(file)
    local pid = shell.read(("%s spec/support/contender.lua hold %s %s d %s > /dev/null 2>&1 & echo $!")
      :format(moonwire.command, shell.quote(URL), stream.name, file))
    local held
    for _ = 1, 1000 do
      held = io.open(file, "rb")
      if held then break end
      js.client:sleep(0.02)
    end
    assert.is_truthy(held)
    held:close()
    os.execute("kill -KILL " .. pid)
    os.remove(file)
    local msg = consumer:next(20)
    assert.are.equal("typeset it", msg.data)
    assert.are.equal(2, msg:metadata().num_delivered)
    assert.is_true(msg:double_ack())
    assert.are.equal(0, stream:info().state.messages)
  end)
end)
