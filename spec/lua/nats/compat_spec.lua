local nats = require "nats"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("scripts of lua-nats over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    it("connect, subscribe, publish and wait", function()
      local client, subject = network.connect(), support.subject()
      client:connect()
      local got = {}
      local id = client:subscribe(subject, function(payload) got[#got + 1] = payload end)
      client:publish(subject, "1")
      client:publish(subject, "2")
      assert.is_true(client:wait(2))
      assert.are.same({ "1", "2" }, got)
      client:unsubscribe(id)
      assert.are.equal(0, client:count_subscriptions())
    end)

    it("make requests with a callback", function()
      local client, subject = network.connect(), support.subject()
      client:subscribe(subject, function(payload, reply) client:publish(reply, payload:upper()) end)
      local answer
      local id, inbox = client:request(subject, "hello", function(payload) answer = payload end)
      assert.are.equal("number", type(id))
      assert.is_truthy(inbox:find("^_INBOX%."))
      client:wait(2)
      assert.are.equal("HELLO", answer)
    end)

    it("ping", function() assert.is_true(network.connect():ping()) end)

    it("ask for the server's INFO, and shut down", function()
      local client = network.connect()
      assert.are.equal("number", type(client:get_server_info().max_payload))
      client:shutdown()
      assert.are.same({}, client:get_server_info())
      assert.are.same({ nil, "closed" }, { client:wait(1) })
    end)
  end)
end

describe("scripts of lua-nats", function()
  it("connect with a host and a port", function()
    local nc, err = nats.connect("127.0.0.1", 1)
    assert.is_nil(nc)
    assert.is_truthy(tostring(err):find("127.0.0.1:1", 1, true), tostring(err))
  end)
end)
