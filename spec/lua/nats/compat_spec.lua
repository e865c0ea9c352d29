local nats = require "nats"
local server = require "spec.support.server"
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
  local URL = os.getenv "MOONWIRE_TEST_NATS_URL"
  local host, port = (URL or "://127.0.0.1:1"):match("://([^:]+):(%d+)")
  port = math.tointeger(tonumber(port))

  local function server_it(title, test)
    it(title, function()
      if not URL then return pending "MOONWIRE_TEST_NATS_URL is not set" end
      test()
    end)
  end

  it("raise when there is no server", function()
    local ok, err = pcall(function() nats.connect("127.0.0.1", 1) end)
    assert.is_false(ok)
    assert.is_truthy(err:find("compat_spec.lua:%d+: could not connect to 127.0.0.1:1 %[.*refused%]$"), err)
  end)

  server_it("publish and subscribe, in the five lines of its manual", function()
    local client, subject = nats.connect({ host = host, port = port, tcp_nodelay = true }), support.subject()
    client:connect()
    local got = {}
    local function callback(message, reply) got[#got + 1] = { message, reply } end
    local id = client:subscribe(subject, callback)
    assert.are.equal("string", type(id))
    assert.is_nil((client:publish(subject, "message to be published")))
    client:wait(1)
    client:unsubscribe(id)
    assert.are.same({ { "message to be published" } }, got)
    assert.are.equal(0, client:count_subscriptions())
    client:close()
  end)

  server_it("ask, are answered, and ping", function()
    local client, subject = nats.connect(host, port), support.subject()
    client:connect()
    client:subscribe(subject, function(message, reply) client:publish(reply, message:upper()) end)
    local answer
    client:request(subject, "help me", function(message) answer = message end)
    client:wait(2)
    assert.are.equal("HELP ME", answer)
    assert.is_true(client:ping())
    client:shutdown()
  end)

  server_it("raise at their own line what other clients return", function()
    local client = nats.connect(host, port)
    client:connect()
    client:close()
    for _, fn in ipairs {
      function() client:publish("a", "b") end, function() client:subscribe("a", print) end, function() client:wait(1) end,
      function() client:ping() end,
    } do
      local ok, err = pcall(fn)
      assert.is_false(ok)
      assert.is_truthy(err:find("compat_spec.lua:%d+: nats: closed"), err)
    end
  end)

  it("say who they are before they connect", function()
    if not URL then return pending "MOONWIRE_TEST_NATS_URL is not set" end
    local own = server.start 'authorization { user: "ann", password: "s3cr3t" }'
    local client = nats.connect("127.0.0.1", own.port)
    client:set_auth("ann", "s3cr3t")
    assert.has_error(function() client:publish("a", "b") end)
    client:connect()
    assert.is_true(client:ping())
    assert.is_nil(tostring(client):find("s3cr3t", 1, true))
    client:close()
    client = nats.connect("127.0.0.1", own.port)
    client:set_auth("ann", "wrong")
    local ok, err = pcall(client.connect, client)
    own.stop()
    assert.is_false(ok)
    assert.is_truthy(tostring(err):find("authorization", 1, true), tostring(err))
    assert.is_nil(tostring(err):find("wrong", 1, true))
  end)
end)
