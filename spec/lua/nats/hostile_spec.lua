--- Servers that lie, babble, stall and never end: nothing that one sends may make a client raise, hang or
-- fill the memory, over any transport.
local errors = require "nats.errors"
local nats = require "nats"
local program = require "spec.support.program"
local server = require "spec.support.server"
local support = require "spec.lua.nats.support"

local INFO = '"server_id":"H","version":"2.10.0","proto":1,"max_payload":1048576,"headers":true'
local function info(more) return { say = "INFO {" .. INFO .. (more and "," .. more or "") .. "}\r\n" } end
local PONG = { say = "PONG\r\n" }
local HOLD = { hold = true }
local PINGED = { hear = "PING\r\n" }

--- What is heard when a client connects, then a subscription of the client, then what a test is about.
local function connected(...)
  return { info(), PINGED, PONG, { hear = "SUB " }, ... }
end

-- Servers that no client can be connected to: name -> steps, then the errors that may come of it.
local REFUSED = {
  ["hangs up at once"] = { { { say = "" } }, errors.no_servers },
  ["says nothing"] = { { HOLD }, errors.no_servers },
  ["says that nothing comes"] = { { { half = true } }, errors.no_servers, errors.protocol },
  ["stops in the middle of its INFO"] = { { { say = 'INFO {"server_id":' }, HOLD }, errors.no_servers },
  ["hangs up in the middle of its INFO"] = { { { say = 'INFO {"server_id":' } }, errors.no_servers },
  ["sends an INFO without end"] = { { { say = "INFO {" }, { forever = '"a":1,' } }, errors.protocol, errors.no_servers },
  ["sends a line without end"] = { { { forever = "x" } }, errors.protocol, errors.no_servers },
  ["sends an INFO that is no JSON"] = { { { say = "INFO nonsense\r\n" }, HOLD }, errors.protocol },
  ["sends an empty INFO"] = { { { say = "INFO \r\n" }, HOLD }, errors.protocol, errors.no_servers },
  ["sends an INFO as deep as the sea"] = { { { say = "INFO " .. ('{"a":'):rep(40000) .. "\r\n" }, HOLD }, errors.protocol },
  ["sends a PONG first"] = { { PONG, HOLD }, errors.protocol },
  ["sends a message first"] = { { { say = "MSG a 1 1\r\nx\r\n" }, HOLD }, errors.protocol },
  ["speaks HTTP"] = { { { say = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" } }, errors.protocol },
  ["speaks SSH"] = { { { say = "SSH-2.0-OpenSSH_9.2\r\n" }, HOLD }, errors.protocol },
  ["speaks TLS"] = { { { say = "\21\3\1\0\2\2\50" }, HOLD }, errors.no_servers, errors.protocol },
  ["refuses"] = { { info(), { say = "-ERR 'Authorization Violation'\r\n" }, HOLD }, errors.authorization },
  ["is full"] = { { info(), PINGED, { say = "-ERR 'maximum connections exceeded'\r\n" } }, errors.server, errors.no_servers },
  ["never answers the PING"] = { { info(), HOLD }, errors.no_servers },
  ["hangs up instead of an answer"] = { { info(), PINGED }, errors.no_servers },
  ["pings without end instead of an answer"] = { { info(), { forever = "PING\r\n" } }, errors.no_servers, errors.protocol },
  ["agrees without end"] = { { info(), { forever = "+OK\r\n" } }, errors.no_servers, errors.protocol },
  ["introduces itself without end"] = { { info(), { forever = info().say } }, errors.no_servers, errors.protocol },
  ["announces an impossible message at once"] = {
    { { say = info().say .. "MSG a 1 9223372036854775807\r\n" }, HOLD }, errors.protocol, errors.no_servers },
  ["wants a nonce signed that is none"] = { { info '"auth_required":true,"nonce":[1]' , HOLD },
    errors.authorization, errors.protocol, errors.no_servers },
}

-- Servers that lie about themselves, and may be lived with: name -> more of their INFO.
local LIARS = {
  ["a negative max_payload"] = '"max_payload":-1',
  ["a max_payload of words"] = '"max_payload":"lots"',
  ["a max_payload beyond all numbers"] = '"max_payload":1e999',
  ["a max_payload with a fraction"] = '"max_payload":10.5',
  ["headers of another kind"] = '"headers":"yes"',
  ["servers that are none"] = '"connect_urls":["", ":", "a:b:c", "//", "\\r\\nPUB x 0", 5, null, [], {}]',
  ["servers that are no list"] = '"connect_urls":{"a":1}',
  ["thousands of servers"] = '"connect_urls":["10.0.0.1:1"' .. (',"10.0.0.1:2"'):rep(1000) .. "]",
  ["numbers that are no numbers"] = '"client_id":"x","port":-5,"proto":1e99',
  ["names that are no names"] = '"server_id":5,"server_name":{},"version":null,"cluster":[]',
  ["everything twice"] = INFO,
}

-- What a server says to a client that has subscribed once (the sid 1): what comes of it is `gives`, the
-- payloads that arrive, and `status`, the state of the connection afterwards.
local SAID = {
  ["a message and the end"] = { { { say = "MSG a 1 1\r\nx\r\n" } }, gives = { "x" }, status = "closed" },
  ["half a control line and the end"] = { { { say = "MSG a 1 1\r\nx\r\nMSG a" } }, gives = { "x" }, status = "closed" },
  ["half a message and the end"] = { { { say = "MSG a 1 5\r\nhel" } }, gives = {}, status = "closed" },
  ["half a message and silence"] = { { { say = "MSG a 1 5\r\nhel" }, HOLD }, gives = {}, status = "connected" },
  ["a message byte by byte"] = {
    { { drip = "HMSG a 1 r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n" }, HOLD }, gives = { "hi" }, status = "connected" },
  ["a message of no bytes"] = { { { say = "MSG a 1 0\r\n\r\n" }, HOLD }, gives = { "" }, status = "connected" },
  ["a message that looks like the protocol"] = {
    { { say = "MSG a 1 18\r\nMSG a 1 3\r\nxyz\r\n\r\n\r\n" }, HOLD }, gives = { "MSG a 1 3\r\nxyz\r\n\r\n" }, status = "connected" },
  ["fewer bytes than announced"] = { { { say = "MSG a 1 9\r\nhello\r\nMSG a 1 1\r\nx\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["more bytes than announced"] = { { { say = "MSG a 1 1\r\nhello\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["a negative size"] = { { { say = "MSG a 1 -1\r\nx\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["a size that is no number"] = { { { say = "MSG a 1 0x5\r\nhello\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["a size beyond integers"] = { { { say = "MSG a 1 99999999999999999999999\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["the largest integer as a size"] = { { { say = "MSG a 1 9223372036854775807\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["the same in small letters"] = { { { say = "msg a 1 9223372036854775807\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["a size that no server allows"] = { { { say = "MSG a 1 999999999\r\n" }, { forever = "x" } }, gives = {}, status = "closed" },
  ["a message of 60 MB that does not come"] = { { { say = "MSG a 1 60000000\r\nx" }, HOLD }, gives = {}, status = "connected" },
  ["headers of 60 MB that do not come"] = { { { say = "HMSG a 1 60000000 60000000\r\nx" }, HOLD }, gives = {}, status = "connected" },
  ["headers longer than all"] = { { { say = "HMSG a 1 15 3\r\nNATS/1.0\r\n\r\n\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["negative headers"] = { { { say = "HMSG a 1 -3 3\r\nabc\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["headers of no bytes"] = { { { say = "HMSG a 1 0 3\r\nabc\r\n" }, HOLD }, gives = { "abc" }, status = "connected" },
  ["headers that are none"] = { { { say = "HMSG a 1 9 12\r\nnonsense!abc\r\n" }, HOLD }, gives = { "abc" }, status = "connected" },
  ["too few words"] = { { { say = "MSG a 1\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["too many words"] = { { { say = "MSG a 1 r r 1\r\nx\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["a sid that nobody has"] = { { { say = "MSG a 77 1\r\nx\r\nMSG a 1 1\r\ny\r\n" }, HOLD }, gives = { "y" }, status = "connected" },
  ["a sid that nobody can have"] = {
    { { say = "MSG a 99999999999999999999 1\r\nx\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["a negative sid"] = { { { say = "MSG a -1 1\r\nx\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["a message of another subject"] = { { { say = "MSG b.c.d 1 1\r\nx\r\n" }, HOLD }, gives = { "x" }, status = "connected" },
  ["another protocol in the middle"] = { { { say = "MSG a 1 1\r\nx\r\nHTTP/1.1 200 OK\r\n" }, HOLD }, gives = { "x" }, status = "closed" },
  ["zeros"] = { { { say = ("\0"):rep(100) .. "\r\n" }, HOLD }, gives = {}, status = "closed" },
  ["a line without end"] = { { { say = "MSG " }, { forever = "a" } }, gives = {}, status = "closed" },
  ["an INFO without end"] = { { { say = "INFO {" }, { forever = '"a":1,' } }, gives = {}, status = "closed" },
  ["an error without end"] = { { { say = "-ERR '" }, { forever = "a" } }, gives = {}, status = "closed" },
  -- nats.go takes no notice of this one.
  ["an INFO that is no JSON"] = { { { say = "INFO nonsense\r\nMSG a 1 1\r\nx\r\n" }, HOLD }, gives = {}, status = nil },
  ["PONGs that nobody asked for"] = { { { say = "PONG\r\n", times = 2000 }, { say = "MSG a 1 1\r\nx\r\n" }, HOLD },
    gives = { "x" }, status = "connected" },
  ["silence"] = { { HOLD }, gives = {}, status = "connected" },
  ["that nothing more comes"] = { { { half = true } }, gives = {}, status = "closed" },
}

-- What a server may say with -ERR (ADR-40, and what nats-server says besides): text -> whether the
-- connection lives on; "hangs up": the server ends it, as servers do.
local COMPLAINTS = {
  ["'Permissions Violation for Subscription to \"a\"'"] = true,
  ["'Permissions Violation for Publish to \"a\"'"] = true,
  ["'maximum subscriptions exceeded'"] = true,
  ["'Unknown Protocol Operation'"] = false,
  ["'Attempted To Connect To Route Port'"] = false,
  ["'Authorization Violation'"] = "hangs up",
  ["'Authorization Timeout'"] = "hangs up",
  ["'User Authentication Expired'"] = "hangs up",
  ["'User Authentication Revoked'"] = "hangs up",
  ["'Account Authentication Expired'"] = "hangs up",
  ["'Invalid Client Protocol'"] = false,
  ["'Maximum Control Line Exceeded'"] = false,
  ["'Parser Error'"] = false,
  ["'Secure Connection - TLS Required'"] = false,
  ["'Stale Connection'"] = false,
  ["'maximum connections exceeded'"] = false,
  ["'Slow Consumer'"] = false,
  ["'Maximum Payload Violation'"] = false,
  ["'Invalid Subject'"] = false,
  ["'Server Shutdown'"] = false,
  ["without quotes"] = false,
  ["'\1\2\27[31m'"] = false,
}

-- What does not end: the client must come back from each call within the call's own time limit.
local FLOODS = {
  ["pings"] = { "PING\r\n" },
  ["pongs"] = { "PONG\r\n" },
  ["agreement"] = { "+OK\r\n" },
  ["introductions"] = { 'INFO {"max_payload":1048576,"headers":true}\r\n' },
  ["new servers each time"] = { 'INFO {"max_payload":1048576,"headers":true,"connect_urls":["10.0.0.1:1","10.0.0.2:1"]}\r\n'
    .. 'INFO {"max_payload":1048576,"headers":true,"connect_urls":["10.0.0.3:1","10.0.0.4:1"]}\r\n' },
  ["messages for nobody"] = { "MSG a 99 5\r\nhello\r\n" },
  ["messages"] = { "MSG a 1 5\r\nhello\r\n", takes = true },
  ["messages with headers"] = { "HMSG a 1 12 17\r\nNATS/1.0\r\n\r\nhello\r\n", takes = true },
  ["complaints"] = { "-ERR 'Permissions Violation for Publish to \"a\"'\r\n" },
}

-- What a WebSocket server may send: name -> steps after the client is connected.
local FRAMES = {
  ["a frame of the largest size"] = { { raw = "\130\127\127\255\255\255\255\255\255\255" }, HOLD },
  ["a frame of a negative size"] = { { raw = "\130\127\255\255\255\255\255\255\255\255" }, HOLD },
  ["a masked frame"] = { { raw = "\130\129\0\0\0\0x" }, HOLD },
  ["reserved bits"] = { { raw = "\178\1x" }, HOLD },
  ["an unknown kind"] = { { raw = "\131\1x" }, HOLD },
  ["a close"] = { { raw = "\136\0" }, HOLD },
  ["half a frame and the end"] = { { raw = "\130\126\1" } },
}

-- JSON is made of characters: of each byte one.
local function bytes_as_text(text)
  return (text:gsub("[\128-\255]", function(c) return utf8.char(c:byte()) end))
end

--- What may come of a call, besides success.
local EXPECTED = {
  [errors.timeout] = true, [errors.closed] = true, [errors.disconnected] = true, [errors.no_responders] = true,
  [errors.reconnect_buffer] = true, [errors.max_payload] = true, [errors.headers] = true,
}

--- The most memory that this process has had, in kB; 0 where the system does not tell.
local function peak()
  local file = io.open("/proc/self/status", "rb")
  if not file then return 0 end
  local text = file:read("a")
  file:close()
  return tonumber(text:match("VmHWM:%s*(%d+)")) or 0
end

describe("a client before a hostile server", function()
  local reason, hostile

  setup(function()
    local path, why = program.build("hostile", "./hostile")
    if not path then
      reason = why
      return
    end
    local script = {}
    for name, entry in pairs(REFUSED) do script["refused: " .. name] = entry[1] end
    for name, more in pairs(LIARS) do script["liar: " .. name] = { info(more), PINGED, PONG, HOLD } end
    for name, entry in pairs(SAID) do script["said: " .. name] = connected(table.unpack(entry[1])) end
    for text, lives in pairs(COMPLAINTS) do
      script["err: " .. text] = connected({ say = "-ERR " .. text .. "\r\n" }, lives ~= "hangs up" and HOLD or nil)
    end
    for name, entry in pairs(FLOODS) do script["flood: " .. name] = connected { forever = entry[1] } end
    for name, steps in pairs(FRAMES) do
      local all = { { upgrade = true }, info(), PINGED, PONG, { hear = "SUB " } }
      for _, step in ipairs(steps) do all[#all + 1] = step.raw and { raw = bytes_as_text(step.raw) } or step end
      script["frame: " .. name] = all
    end
    hostile = server.hostile(path, script)
  end)

  teardown(function()
    if hostile then hostile.stop() end
  end)

  for _, network in ipairs(support.networks { no_server = true }) do
    describe("over the " .. network.name .. " transport", function()
      local it = network.it(it, function(why) pending(why) end)

      local function connect(name, options)
        options = options or {}
        options.transport, options.allow_reconnect = network.name, false
        options.connect_timeout = options.connect_timeout or 5
        options.url = ("%s://127.0.0.1:%d"):format(options.scheme or "nats", hostile.ports[name])
        options.scheme = nil
        options.on_error = options.on_error or function() end
        return nats.connect(options)
      end

      local function test(title, fn)
        it(title, function()
          if reason then return pending(reason) end
          fn()
        end)
      end

      --- All that a script does; nothing of it may raise, and what comes of it is in the documents.
      local function used(nc, sub)
        local function expect(what, ok, err)
          assert.is_true(ok ~= nil or EXPECTED[err] ~= nil, what .. ": " .. tostring(err))
        end
        expect("publish", nc:publish("a", "x"))
        expect("publish", nc:publish("a", "x", "r", { A = "1" }))
        expect("request", nc:request("a", "x", 0.02))
        expect("flush", nc:flush(0.02))
        expect("process", nc:process(0))
        local msg, err = sub:next(0.02)
        assert.is_true(msg ~= nil or EXPECTED[err] ~= nil or err == errors.unsubscribed, tostring(err))
        assert.are.equal("number", type(nc:stats().in_msgs))
        assert.are.equal("string", type(tostring(nc)))
        nc:publish("bye", "")
        nc:close()
      end

      for name, entry in pairs(REFUSED) do
        test("that " .. name .. " has no connection", function()
          local fits, waits = false, false
          for i = 2, #entry do waits = waits or entry[i] == errors.no_servers end
          local nc, err = connect("refused: " .. name, { connect_timeout = waits and 0.2 or nil })
          assert.is_nil(nc)
          for i = 2, #entry do fits = fits or err == entry[i] end
          assert.is_true(fits, tostring(err))
          assert.is_true(#tostring(err) < 1000, #tostring(err) .. " bytes")
        end)
      end

      for name in pairs(LIARS) do
        test("that tells of " .. name .. " works, or is refused", function()
          local nc, err = connect("liar: " .. name, { connect_timeout = 0.5 })
          if not nc then
            assert.is_true(err == errors.protocol or err == errors.no_servers, tostring(err))
            return
          end
          assert.is_true(math.type(nc.max_payload) == "integer" and nc.max_payload > 0, tostring(nc.max_payload))
          used(nc, nc:subscribe("a"))
        end)
      end

      for name, entry in pairs(SAID) do
        test("that says " .. name, function()
          local before = peak()
          local nc = assert(connect("said: " .. name))
          local sub, got = nc:subscribe "a", {}
          for _ = 1, #entry.gives do
            local msg, err = sub:next(10)
            assert.is_truthy(msg, tostring(err))
            assert.are.equal("table", type(msg.headers or {}))
            got[#got + 1] = msg.data
          end
          assert.are.same(entry.gives, got)
          if entry.status == "closed" then
            assert.are.same({ nil, "closed" }, { sub:next(10) })
          elseif entry.status then
            assert.are.same({ nil, "timeout" }, { sub:next(0.02) })
          end
          assert.are.equal(entry.status or nc:status(), nc:status())
          used(nc, sub)
          assert.is_true(peak() - before < 100000, ("%d kB more"):format(peak() - before))
        end)
      end

      for text, lives in pairs(COMPLAINTS) do
        test("that complains with " .. text:gsub("%c", "?"), function()
          local said = {}
          local nc = assert(connect("err: " .. text, { on_error = function(err) said[#said + 1] = err end }))
          local sub = nc:subscribe "a"
          while #said == 0 do assert.is_truthy(nc:process(10) ~= 0) end
          if lives == true then
            assert.are.equal("connected", nc:status())
          else
            assert.are.same({ nil, "closed" }, { sub:next(10) })
          end
          used(nc, sub)
        end)
      end

      for name, entry in pairs(FLOODS) do
        test("that never ends with " .. name, function()
          local before = peak()
          local nc = assert(connect("flood: " .. name, { pending_msgs = 1000 }))
          local sub = nc:subscribe "a"
          for _ = 1, 3 do
            local msg, err = sub:next(0.05)
            assert.are.equal(entry.takes and "hello" or nil, msg and msg.data)
            assert.are.equal(not entry.takes and "timeout" or nil, err)
          end
          for _ = 1, 1000 do nc:publish("a", "x") end
          used(nc, sub)
          collectgarbage()
          assert.is_true(peak() - before < 250000, ("%d kB more"):format(peak() - before))
        end)
      end

      for name in pairs(FRAMES) do
        test("that sends over a WebSocket " .. name, function()
          local nc = assert(connect("frame: " .. name, { scheme = "ws" }))
          local sub = nc:subscribe "a"
          assert.are.same({ nil, "closed" }, { sub:next(10) })
          nc:close()
        end)
      end
    end)
  end
end)
