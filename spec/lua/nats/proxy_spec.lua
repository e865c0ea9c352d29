--- `moonwire proxy` before a server that wants TLS and a password: every engine talks to it, the TeX engines too.
local nats = require "nats"
local program = require "spec.support.program"
local server = require "spec.support.server"
local support = require "spec.lua.nats.support"

describe("over moonwire proxy", function()
  local folder, reason, upstream, proxy, port

  local function start()
    return server.start(('tls { cert_file: "%s/server.pem", key_file: "%s/server.key" }\nauthorization { user: ann, password: s3cr3t }\n')
      :format(folder, folder), { port = port })
  end

  setup(function()
    local secrets, why = program.build("secrets", "./secrets")
    if not secrets then
      reason = why
      return
    end
    folder = server.folder()
    assert(os.execute(secrets .. " " .. folder))
    local token = assert(io.open(folder .. "/token", "wb"))
    token:write "t0ken\n"
    token:close()
    os.execute("chmod 600 " .. folder .. "/token")
    upstream = start()
    port = upstream.port
    proxy = server.proxy(("--tlsca %s/ca.pem --token-file %s/token --user ann --password s3cr3t tls://127.0.0.1:%d")
      :format(folder, folder, port))
  end)

  teardown(function()
    if proxy then proxy.stop() end
    if upstream then upstream.stop() end
    if folder then os.execute("rm -rf " .. folder) end
  end)

  for _, network in ipairs(support.networks { no_server = true }) do
    describe("by the " .. network.name .. " transport", function()
      local network_it = network.it(it, function(why) pending(why) end)

      local function it(title, test)
        network_it(title, function()
          if reason then return pending(reason) end
          test()
        end)
      end

      local function connect(options)
        options.transport, options.connect_timeout = network.name, 10
        options.url = "nats://127.0.0.1:" .. proxy.port
        return nats.connect(options)
      end

      it("messages come and go, with headers and of any size", function()
        local nc, subject = assert(connect { token = "t0ken" }), support.subject()
        local sub = nc:subscribe(subject)
        local payload = ("0123456789"):rep(60000)
        for i = 1, 3 do nc:publish(subject, i .. payload, nil, { K = { "a", tostring(i) } }) end
        for i = 1, 3 do
          local msg = assert(sub:next(10))
          assert.is_true(msg.data == i .. payload)
          assert.are.same({ "a", tostring(i) }, msg.headers.K)
        end
        nc:close()
      end)

      it("requests are answered, or nobody is there", function()
        local nc, subject = assert(connect { token = "t0ken" }), support.subject()
        nc:subscribe(subject, function(payload, _, msg) msg:respond(payload:upper()) end)
        assert.are.equal("HELLO", nc:request(subject, "hello", 10).data)
        assert.are.same({ nil, "no responders" }, { nc:request(support.subject(), "", 10) })
        nc:close()
      end)

      it("what the client wants of the protocol holds", function()
        local nc, subject = assert(connect { token = "t0ken", no_echo = true, verbose = true }), support.subject()
        local sub = nc:subscribe(subject)
        nc:publish(subject, "x")
        assert.is_true(nc:flush(10))
        assert.are.equal(0, (sub:pending()))
        nc:close()
      end)

      it("nothing in the server's INFO leads past the proxy", function()
        local nc = assert(connect { token = "t0ken" })
        local info = nc:server_info()
        assert.is_falsy(info.tls_required)
        assert.is_falsy(info.nonce)
        assert.is_falsy(info.connect_urls and info.connect_urls[1])
        nc:close()
      end)

      it("who does not show the token is refused", function()
        for _, options in ipairs { {}, { token = "wr0ng" }, { user = "ann", password = "s3cr3t" } } do
          local nc, err = connect(options)
          assert.is_nil(nc)
          assert.is_true(err == nats.errors.authorization, tostring(err))
          assert.is_nil(tostring(err):find("wr0ng", 1, true) or tostring(err):find("s3cr3t", 1, true))
        end
      end)

      it("a server that was away is there again", function()
        local subject = support.subject()
        local nc = assert(connect { token = "t0ken", reconnect_wait = 0.05, reconnect_jitter = 0, max_reconnect = -1 })
        local sub = nc:subscribe(subject)
        assert.is_true(nc:flush(10))
        local away, back = false, false
        nc:on("disconnected", function() away = true end)
        nc:on("reconnected", function() back = true end)
        upstream.kill()
        local deadline = nats.clock() + 20
        while not away and nats.clock() < deadline do nc:process(0.1) end
        upstream = start()
        while not back and nats.clock() < deadline do nc:process(0.1) end
        assert.is_true(away and back)
        nc:publish(subject, "again")
        assert.are.equal("again", assert(sub:next(10)).data)
        nc:close()
      end)
    end)
  end
end)
