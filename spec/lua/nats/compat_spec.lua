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

    it("say commands of the protocol themselves, but no others", function()
      local client, subject = network.connect(), support.subject()
      local got = {}
      local sub = client:subscribe(subject, function(payload, reply) got[#got + 1] = { payload, reply } end)
      assert.are.same({ action = "PONG" }, client:raw_cmd "PING")
      assert.are.same({ action = "OK" }, client:raw_cmd "PONG")
      assert.are.same({ action = "OK" }, client:raw_cmd("PUB " .. subject .. " 3\r\nabc"))
      assert.are.same({ action = "OK" }, client:raw_cmd("PUB " .. subject .. " back.to.me 5\r\n\r\nabc"))
      client:wait(2)
      assert.are.same({ { "abc" }, { "\r\nabc", "back.to.me" } }, got)
      assert.are.same({ action = "OK" }, client:raw_cmd("UNSUB " .. sub.sid))
      assert.are.equal(0, client:count_subscriptions())
      for _, line in ipairs { "CONNECT {}", "SUB a 1", "MSG a 1 0", "", "ping", "HPUB a 12 12" } do
        local ok, err = pcall(function() client:raw_cmd(line) end)
        assert.is_false(ok)
        assert.is_truthy(err:find("compat_spec.lua:%d+: raw_cmd: only PING"), err)
      end
      assert.is_nil(client:raw_cmd("PUB " .. subject .. " 3\r\nabcd\r\nPUB x 0\r\n"))
    end)

    it("have what they say and hear printed", function()
      local client, subject = network.connect(), support.subject()
      local printed, print_as_ever = {}, print
      _G.print = function(line) printed[#printed + 1] = line end      -- luacheck: ignore
      client:enable_trace()
      client:enable_trace()                                           -- once is enough
      _G.print = print_as_ever                                        -- luacheck: ignore
      local id = client:subscribe(subject, function() end).sid
      client:publish(subject, "hello", "back")
      client:publish(subject, "you", nil, { K = "v" })
      client:ping()
      client:unsubscribe(id)
      client:batch(function() client:publish(subject, "in a batch") end)
      client:flush()
      assert.are.same({
        ("->> SUB %s %d"):format(subject, id),
        ("->> PUB %s back 5\r\nhello"):format(subject),
        ("->> HPUB %s 18 21\r\nNATS/1.0\r\nK: v\r\n\r\nyou"):format(subject),
        "->> PING",
        ("<<- MSG %s %d back 5"):format(subject, id), "<<- hello",
        ("<<- HMSG %s %d 18 21"):format(subject, id), "<<- NATS/1.0\r\nK: v\r\n\r\nyou",
        "<<- PONG",
        ("->> UNSUB %d"):format(id),
        ("->> PUB %s 10\r\nin a batch"):format(subject),
        "->> PING", "<<- PONG",
      }, printed)
    end)

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

  it("are told of a scheme that there is not", function()
    local ok, err = pcall(function() nats.connect { host = "127.0.0.1", scheme = "unix", path = "/x" } end)
    assert.is_false(ok)
    assert.is_truthy(err:find("compat_spec.lua:%d+: connect: scheme unix: nats, tcp and tls are known"), err)
  end)

  server_it("may bring their own socket, which is spoken over from connect on", function()
    local socket = require "socket"
    local sock = assert(socket.tcp())
    assert(sock:connect(host, port))
    local client = nats.connect { socket = sock }
    assert.has_error(function() client:ping() end)
    client:set_verbose(true)
    client:connect()
    assert.is_true(client:ping())
    client:close()
    client = nats.connect { host = host, port = tostring(port), socket = sock }
    assert.has_error(function() client:connect() end)
  end)

  server_it("are verbose and pedantic when they want", function()
    local client = nats.connect(host, tostring(port))
    client:set_verbose(true)
    client:set_pedantic(true)
    client:connect()
    assert.are.same({ true, true }, { client.nc.options.verbose, client.nc.options.pedantic })
    assert.is_true(client:ping())
    client:close()
  end)
end)

-- The five kinds of script in that library's manual, in its style; here they do what they say.
describe("a script for lua-nats, unchanged:", function()
  local open, closed

  setup(function()
    local servers = server.start_all { open = "max_payload: 1MB", closed = 'authorization { user: "user", password: "password" }' }
    open, closed = servers.open, servers.closed
  end)
  teardown(function()
    open.stop()
    closed.stop()
  end)

  --- Runs a script as an engine does, and gives what it prints.
  local function run(name, ...)
    local printed = {}
    local env = setmetatable({
      arg = { [0] = name, "127.0.0.1", ... },
      print = function(...)
        local words = table.pack(...)
        for i = 1, words.n do words[i] = tostring(words[i]) end
        printed[#printed + 1] = table.concat(words, "\t")
      end,
    }, { __index = _G })
    assert(loadfile(("examples/lua-nats/%s.lua"):format(name), "t", env))()
    return printed
  end

  it("publish.lua", function()
    local nc = assert(nats.connect("nats://127.0.0.1:" .. open.port))
    local sub = nc:subscribe "weather.*"
    nc:flush()
    run("publish", open.port)
    assert.are.same({ "snow", "sun" }, { sub:next(10).data, sub:next(10).data })
    nc:close()
  end)

  it("subscribe.lua", function()
    -- A program beside it publishes once the script listens, which a request finds out.
    os.execute(([[NATS_URL=nats://127.0.0.1:%d %s -e '
      local nc, msg, err = assert(require"nats".connect())
      repeat msg, err = nc:request("weather.north", "snow", 0.1) until err ~= "no responders"
      nc:publish("weather.south", "sun")' > /dev/null 2>&1 < /dev/null &]]):format(open.port, os.getenv "MOONWIRE_BIN" or "bin/moonwire"))
    assert.are.same({ "heard: snow", "heard: sun", "subscriptions: 0" }, run("subscribe", open.port))
  end)

  it("request.lua", function() assert.are.same({ "answer: lala" }, run("request", open.port)) end)

  it("ping.lua", function()
    local printed_here, print_as_ever = {}, print
    _G.print = function(line) printed_here[#printed_here + 1] = line end    -- luacheck: ignore
    local printed = run("ping", open.port)
    _G.print = print_as_ever                                                -- luacheck: ignore
    assert.are.same({ "true" }, printed)
    assert.are.equal('->> CONNECT {"lang":"lua","pedantic":false,"verbose":false}', printed_here[1])
    assert.is_truthy(printed_here[2]:find '^<<%- INFO {.*"version":')
    assert.are.same({ "->> PING", "<<- PONG" }, { printed_here[3], printed_here[4] })
  end)

  it("auth.lua", function()
    assert.are.same({ "true" }, run("auth", closed.port))
    local ok, err = pcall(run, "auth", closed.port, "user", "wr0ng")
    assert.is_false(ok)
    assert.is_truthy(err:find("auth.lua:%d+: nats: authorization"), err)
    assert.is_nil(err:find("wr0ng", 1, true))
  end)
end)
