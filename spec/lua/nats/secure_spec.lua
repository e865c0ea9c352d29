--- TLS and WebSocket, before servers that want them.
local nats = require "nats"
local program = require "spec.support.program"
local server = require "spec.support.server"
local support = require "spec.lua.nats.support"
local tls = require "nats.transport.tls"

describe("connections that are more than TCP", function()
  local folder, reason, servers

  setup(function()
    local secrets, why = program.build("secrets", "./secrets")
    if not secrets then
      reason = why
      return
    end
    folder = server.folder()
    assert(os.execute(secrets .. " " .. folder))
    local certificate = ('cert_file: "%s/server.pem", key_file: "%s/server.key"'):format(folder, folder)
    servers = server.start_all {
      tls = ("tls { %s }"):format(certificate),
      mutual = ('tls { %s, ca_file: "%s/ca.pem", verify: true }'):format(certificate, folder),
      first = ("tls { %s, handshake_first: true }"):format(certificate),
      optional = ("allow_non_tls: true, tls { %s }"):format(certificate),
      plain = 'ping_interval: "60s"',
      old = ('tls { %s, min_version: "1.2", cipher_suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] }'):format(certificate),
      ws = 'websocket { host: "127.0.0.1", port: -1, no_tls: true }',
      wss = ('websocket { host: "127.0.0.1", port: -1, tls { %s } }'):format(certificate),
    }
  end)

  teardown(function()
    for _, one in pairs(servers or {}) do one.stop() end
    if folder then os.execute("rm -rf " .. folder) end
  end)

  for _, network in ipairs(support.networks { no_server = true }) do
    describe("over the " .. network.name .. " transport", function()
      local it = network.it(it, function(why) pending(why) end)
      local has_tls = network.name == "native" or tls.available "" == true

      local function connect(which, options, scheme)
        options.transport = network.name
        local port = servers[which].port
        if scheme and scheme:find "^ws" then port = servers[which].ports.websocket[1]:match(":(%d+)") end
        options.url = options.url or ("%s://127.0.0.1:%s"):format(scheme or "nats", port)
        options.connect_timeout = 5
        return nats.connect(options)
      end

      --- A message there and back, large enough for many frames and records.
      local function talks(nc)
        local subject, payload = support.subject(), ("0123456789"):rep(60000)
        local sub = nc:subscribe(subject)
        for i = 1, 3 do assert.is_true(nc:publish(subject, i .. payload)) end
        for i = 1, 3 do assert.is_true(sub:next(10).data == i .. payload) end
        assert.is_true(nc:flush(5))
        nc:close()
      end

      local function secure(title, test)
        it(title, function()
          if reason then return pending(reason) end
          if not has_tls then return pending "this engine has no TLS" end
          test()
        end)
      end

      secure("a server gets the TLS that it wants, unasked", function()
        talks(assert(connect("tls", { tls_ca = folder .. "/ca.pem" })))
      end)

      secure("a tls:// URL is spoken to in TLS", function()
        talks(assert(connect("optional", { tls_ca = folder .. "/ca.pem" }, "tls")))
      end)

      secure("a server that wants the handshake first gets it", function()
        talks(assert(connect("first", { tls_ca = folder .. "/ca.pem", tls_first = true })))
      end)

      secure("TLS 1.2 will do", function()
        talks(assert(connect("old", { tls_ca = folder .. "/ca.pem" })))
      end)

      secure("a client shows its certificate", function()
        talks(assert(connect("mutual",
          { tls_ca = folder .. "/ca.pem", tls_cert = folder .. "/client.pem", tls_key = folder .. "/client.key" })))
        local nc = connect("mutual", { tls_ca = folder .. "/ca.pem" })
        assert.is_nil(nc)
      end)

      secure("the name in the certificate is the one that was meant", function()
        talks(assert(connect("tls", { tls_ca = folder .. "/ca.pem", tls_name = "localhost" })))
        local nc, err = connect("tls", { tls_ca = folder .. "/ca.pem", tls_name = "other.example.com" })
        assert.is_nil(nc)
        assert.is_true(err == nats.errors.tls, tostring(err))
      end)

      secure("a certificate for which nobody vouches is refused", function()
        local nc, err = connect("tls", { tls = true })
        assert.is_nil(nc)
        assert.is_true(err == nats.errors.tls, tostring(err))
      end)

      secure("a server without TLS is not spoken to in the clear", function()
        local nc, err = connect("plain", { tls = true, user = "u", password = "s3cr3t" })
        assert.is_nil(nc)
        assert.is_true(err == nats.errors.tls, tostring(err))
      end)

      secure("a WebSocket may be encrypted", function()
        talks(assert(connect("wss", { tls_ca = folder .. "/ca.pem" }, "wss")))
      end)

      it("a WebSocket is as good as TCP", function()
        if reason then return pending(reason) end
        talks(assert(connect("ws", {}, "ws")))
      end)

      it("a WebSocket and TCP do not stand in one list", function()
        assert.has_error(function() nats.connect("ws://a,nats://b", { transport = network.name }) end)
      end)

      it("without TLS in the engine two other ways are named, and nothing is sent", function()
        if reason then return pending(reason) end
        if has_tls then return pending "this engine has TLS" end
        for _, try in ipairs { { "tls", {} }, { "optional", {}, "tls" }, { "first", { tls_first = true } }, { "wss", {}, "wss" } } do
          local nc, err = connect(try[1], try[2], try[3])
          assert.is_nil(nc)
          assert.is_true(err == nats.errors.tls, tostring(err))
          assert.is_truthy(tostring(err):find("moonwire proxy", 1, true), tostring(err))
          assert.is_truthy(tostring(err):find("leaf node", 1, true), tostring(err))
        end
      end)
    end)
  end
end)
