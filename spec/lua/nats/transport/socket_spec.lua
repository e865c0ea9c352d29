--- The socket transport against recorded conversations: what a server said, given out in any pieces.
local available = pcall(require, "socket")
if not available then
  describe("nats.transport.socket", function() pending("this engine has no socket") end)
  return
end

local errors = require "nats.errors"
local options = require "nats.options"
local socket = require "nats.transport.socket"

local INFO = 'INFO {"server_id":"N","max_payload":1024,"headers":true}\r\n'
local HELLO = INFO .. "PONG\r\n"

--- A socket that gives out chunks, then says "closed" or "timeout"; it keeps what is sent.
-- @tparam {string,...} chunks
-- @tparam[opt="timeout"] string ending
-- @tparam[opt] {most=integer,room=integer} takes bytes that one send takes, and all together before it breaks
local function recorded(chunks, ending, takes)
  local sock = { sent = "", closed = false }
  local at, room = 1, takes and takes.room or math.huge

  function sock:receive(count, prefix)
    local chunk = chunks[at]
    prefix = prefix or ""
    if not chunk then return nil, ending or "timeout", prefix end
    local piece = chunk:sub(1, count - #prefix)
    if #piece < #chunk then chunks[at] = chunk:sub(#piece + 1) else at = at + 1 end
    local data = prefix .. piece
    if #data == count then return data end
    return nil, "timeout", data
  end

  function sock:send(data, from)
    from = from or 1
    local count = math.min(#data - from + 1, takes and takes.most or math.huge, room)
    self.sent = self.sent .. data:sub(from, from + count - 1)
    room = room - count
    if room == 0 then return nil, "closed", from + count - 1 end
    if from + count - 1 == #data then return #data end
    return nil, "timeout", from + count - 1
  end

  function sock:close() self.closed = true end
  function sock:settimeout() end
  function sock:setoption() end

  --- The server says more.
  function sock:say(text) chunks[#chunks + 1] = text end

  --- What was sent since this was asked last, without the CONNECT.
  function sock:news()
    local text = self.sent:gsub("^CONNECT [^\n]*\nPING\r\n", "")
    self.sent = ""
    return text
  end

  return sock
end

--- Opens the transport over recorded sockets, one a connection.
local function open(socks, given)
  local resolved = options.resolve(given or {}, nil, nil, 1, function() end)
  local count = 0
  function resolved.dial(server)
    count = count + 1
    local sock = socks[count]
    if not sock then return nil, "connection refused" end
    sock.server = server.url
    return sock
  end
  resolved.delivered = given and given.delivered or function() return 0 end
  return socket.open(resolved)
end

local function opened(...)
  local t, err = open(...)
  assert.is_nil(err)
  return t
end

local function bytes(text)
  local list = {}
  for i = 1, #text do list[i] = text:sub(i, i) end
  return list
end

describe("nats.transport.socket", function()
  describe("opening", function()
    it("says who it is, and waits for the PONG", function()
      local sock = recorded { HELLO }
      local t = opened({ sock }, { name = "typesetter", user = "u", password = "p" })
      local json = sock.sent:match("^CONNECT (%b{})\r\nPING\r\n$")
      local fields = require("json").decode(json)
      assert.are.equal("typesetter", fields.name)
      assert.are.equal("u", fields.user)
      assert.are.equal("p", fields.pass)
      assert.are.equal("lua", fields.lang)
      assert.are.equal(1, fields.protocol)
      assert.is_true(fields.headers)
      assert.is_true(fields.no_responders)
      assert.is_true(fields.echo)
      assert.are.equal("connected", t:info().status)
      assert.are.equal(1024, t:info().max_payload)
    end)

    it("takes a server that speaks byte by byte", function()
      assert.are.equal("connected", opened({ recorded(bytes(HELLO)) }):info().status)
    end)

    it("takes a server that pings and says +OK first", function()
      local sock = recorded { INFO, "+OK\r\nPING\r\n+OK\r\nPONG\r\n" }
      opened { sock }
      assert.are.equal("PONG\r\n", sock:news())
    end)

    it("takes credentials of the URL over those of the options", function()
      local sock = recorded { HELLO }
      opened({ sock }, { url = "nats://a:b@h", user = "u", password = "p" })
      assert.is_truthy(sock.sent:find('"user":"a"', 1, true))
      assert.is_truthy(sock.sent:find('"pass":"b"', 1, true))
    end)

    local function fails(what, chunks, ending, given, constant, text)
      it(what, function()
        local sock = recorded(chunks, ending)
        local t, err = open({ sock }, given)
        assert.is_nil(t)
        assert.is_true(err == constant, tostring(err))
        assert.is_truthy(tostring(err):find(text, 1, true), tostring(err))
        assert.is_true(sock.closed)
      end)
    end

    local quick = { connect_timeout = 0.05 }
    fails("gives up on a server that says nothing", {}, "timeout", quick, errors.no_servers, "no answer within the time limit")
    fails("gives up on a server that stops in the middle", { "INFO {" }, "timeout", quick, errors.no_servers, "no answer")
    fails("gives up on a server that does not answer the PING", { INFO }, "timeout", quick, errors.no_servers, "no answer")
    fails("gives up on a server that hangs up", { INFO }, "closed", nil, errors.no_servers, "the server closed the connection")
    fails("does not speak to a web server", { "HTTP/1.1 400 Bad Request\r\n" }, nil, nil, errors.protocol, "a web server, not NATS")
    fails("wants an INFO first", { "PING\r\n" }, nil, nil, errors.protocol, "no INFO but PING")
    fails("takes no message before the connection is made", { INFO, "MSG a 1 1\r\nx\r\n" }, nil, nil, errors.protocol, "a message before")
    fails("has no TLS with a server that says more in the clear", { 'INFO {"tls_required":true}\r\nPING\r\n' }, nil, nil,
      errors.protocol, "the server said more in the clear")
    fails("says that a server requires credentials", { 'INFO {"auth_required":true}\r\n' }, nil, nil,
      errors.authorization, "requires credentials")
    fails("passes on why the server refuses it", { INFO, "-ERR 'Authorization Violation'\r\n" }, nil, { token = "s3cr3t" },
      errors.authorization, "authorization violation")
    fails("refuses an endless INFO", { "INFO " .. ("x"):rep(300000) }, nil, nil, errors.protocol, "a line of more than 262144 bytes")

    it("never goes on in the clear where TLS is wanted", function()
      for _, given in ipairs {
        { url = "tls://h" }, { tls = true }, { tls_first = true }, { tls_ca = "ca.pem" },
        { url = "ws://h", tls = true }, { url = "wss://h" },
      } do
        local sock = recorded { HELLO }
        local t, err = open({ sock }, given)
        assert.is_nil(t)
        assert.is_true(err == errors.tls, tostring(err))
        assert.are.equal("", sock.sent)
      end
    end)

    it("believes no max_payload that is none", function()
      for _, text in ipairs { '"abc"', "-1", "0", "1.5", "null", "[]", "1e999" } do
        local t = open { recorded { ('INFO {"max_payload":%s}\r\nPONG\r\n'):format(text) } }
        if t then assert.is_nil(t:info().max_payload, text) end
      end
    end)

    it("believes no servers that are none", function()
      local t = opened { recorded { 'INFO {"connect_urls":["", 5, null, {"a":1}, "b:99999", "c:1"]}\r\nPONG\r\n' } }
      assert.are.equal(2, #t.pool.entries)
    end)

    it("says nothing to a server that requires TLS", function()
      local sock = recorded { 'INFO {"tls_required":true}\r\n' }
      open({ sock }, { user = "u", password = "s3cr3t" })
      assert.are.equal("", sock.sent)
    end)

    it("goes on to the next server", function()
      local sock = recorded { HELLO }
      local t = opened({ recorded({}, "closed"), sock }, { url = "a,b", no_randomize = true })
      assert.are.equal("nats://b:4222", t:info().url)
    end)

    it("lists each server with its own reason", function()
      local socks = { recorded({}, "closed"), recorded { "HTTP/1.1 200 OK\r\n" } }
      local _, err = open(socks, { url = "nats://u:s3cr3t@a:1,b:2,c:3", no_randomize = true })
      assert.are.equal("no servers: nats://a:1 (the server closed the connection), "
        .. "nats://b:2 (protocol: a web server, not NATS: HTTP/1.1 200 OK), nats://c:3 (connection refused)", tostring(err))
    end)

    it("keeps secrets out of what it says of itself", function()
      local t = opened({ recorded { HELLO } }, { url = "nats://u:s3cr3t@h" })
      assert.are.equal("nats.transport.socket: nats://h:4222 (connected)", tostring(t))
      assert.are.equal("nats://h:4222", t:info().url)
    end)
  end)

  describe("reading", function()
    it("gives messages and pongs in order, however they come", function()
      local said = HELLO .. "MSG a 1 2\r\nm1\r\nPONG\r\nHMSG a 1 r 12 14\r\nNATS/1.0\r\n\r\nm2\r\nMSG b 2 0\r\n\r\n"
      for cut = 0, #said - 1, 3 do
        local chunks = { said:sub(1, cut), said:sub(cut + 1) }
        if cut == 0 then chunks = bytes(said) end
        -- The PONG comes before the PING was sent only because the conversation is a recorded one.
        local t = opened { recorded(chunks) }
        t:ping()
        assert.are.same({ 1, "a", nil, nil, "m1" }, { t:poll(0.5) })
        local _, event, number = t:poll(0.5)
        assert.are.equal("pong", event)
        assert.are.equal(1, number)
        assert.are.same({ 1, "a", "r", "NATS/1.0\r\n\r\n", "m2" }, { t:poll(0.5) })
        assert.are.same({ 2, "b", nil, nil, "" }, { t:poll(0.5) })
        assert.are.same({ nil, "timeout" }, { t:poll(0) })
      end
    end)

    it("answers a PING", function()
      local sock = recorded { HELLO .. "PING\r\n" }
      local t = opened { sock }
      sock:news()
      t:poll(0)
      assert.are.equal("PONG\r\n", sock:news())
    end)

    it("answers a PING in a script that only publishes", function()
      local sock = recorded { HELLO }
      local t = opened { sock }
      sock:say "PING\r\n"
      for _ = 1, 200 do t:publish("a", nil, nil, "x") end
      assert.is_truthy(sock:news():find("PONG\r\n", 1, true))
    end)

    it("tells of a permissions violation, and stays connected", function()
      local t = opened { recorded { HELLO .. "-ERR 'Permissions Violation for Publish to \"A\"'\r\n" } }
      assert.are.same({ nil, "error", 'permissions violation for publish to "a"' }, { t:poll(0) })
      assert.are.equal("connected", t:info().status)
    end)

    it("tells that a server is going away, and of new servers", function()
      local t = opened { recorded { HELLO, 'INFO {"ldm":true}\r\n', 'INFO {"connect_urls":["127.0.0.1:4333"]}\r\n' } }
      assert.are.equal("lame_duck", (select(2, t:poll(0))))
      assert.are.equal("discovered_servers", (select(2, t:poll(0))))
    end)

    it("forgets servers that it is told of no more, and keeps those that it was given", function()
      local t = opened { recorded { 'INFO {"connect_urls":["a:1","b:2"]}\r\nPONG\r\n', 'INFO {"connect_urls":["b:2","c:3"]}\r\n' } }
      assert.are.equal("discovered_servers", (select(2, t:poll(0))))
      local urls = {}
      for _, entry in ipairs(t.pool.entries) do urls[#urls + 1] = entry.server.url end
      table.sort(urls)
      assert.are.same({ "nats://127.0.0.1:4222", "nats://b:2", "nats://c:3" }, urls)
    end)

    it("keeps only so many servers that it is told of", function()
      local list = {}
      for i = 1, 5000 do list[i] = ('"10.0.0.1:%d"'):format(i) end
      local t = opened { recorded { 'INFO {"connect_urls":[' .. table.concat(list, ",") .. "]}\r\nPONG\r\n" } }
      assert.are.equal(513, #t.pool.entries)
    end)

    it("keeps only so many events for a script that does not poll", function()
      local sock = recorded { HELLO }
      local t = opened { sock }
      function sock:send(data) return #data end
      for _ = 1, 1200 do sock:say "-ERR 'Permissions Violation for Publish to \"a\"'\r\n" end
      for _ = 1, 128 * 1300 do t:publish("a", nil, nil, "") end
      assert.are.equal(1025, t.backlog_last)
      local count = 0
      while select(2, t:poll(0)) == "error" do count = count + 1 end
      assert.are.equal(1200, count)
    end)

    it("ends at once a connection that the server calls stale, and tells why first", function()
      local t = opened({ recorded { HELLO .. "-ERR 'Stale Connection'\r\n" } }, { allow_reconnect = false })
      assert.are.same({ nil, "error", "stale connection" }, { t:poll(0) })
      assert.are.same({ nil, "closed", "stale connection" }, { t:poll(0) })
    end)

    it("ends the connection at a protocol error, after the messages before it", function()
      local t = opened { recorded { HELLO .. "MSG a 1 1\r\nx\r\nNONSENSE\r\nMSG a 1 1\r\ny\r\n" } }
      assert.are.equal(1, (t:poll(0)))
      assert.are.same({ nil, "closed", "protocol: cannot be understood: NONSENSE" }, { t:poll(0) })
      assert.are.same({ nil, "closed" }, { t:poll(0) })
      assert.are.same({ nil, "closed" }, { t:publish("a", nil, nil, "x") })
      assert.are.same({ nil, "closed" }, { t:subscribe(1, "a") })
      assert.are.same({ nil, "closed" }, { t:ping() })
    end)

    it("ends a connection whose pings are not answered", function()
      local t = opened({ recorded { HELLO } }, { ping_interval = 0.01, allow_reconnect = false })
      local _, event, detail = t:poll(1)
      assert.are.equal("closed", event)
      assert.are.equal("stale connection: 2 pings unanswered", detail)
    end)

    it("asks before it judges: answers that waited during a long computation count", function()
      local sock = recorded { HELLO }
      local t = opened({ sock }, { ping_interval = 0.02, allow_reconnect = false })
      local clock = require "nats.clock"
      for _ = 1, 3 do
        local done = clock() + 0.05
        repeat until clock() >= done
        t:poll(0)
        sock:say "PONG\r\n"
        assert.are.same({ nil, "timeout" }, { t:poll(0) })
      end
    end)
  end)

  describe("writing", function()
    it("sends a publish at once", function()
      local sock = recorded { HELLO }
      local t = opened { sock }
      sock:news()
      assert.is_true(t:publish("a", nil, nil, "hello"))
      assert.are.equal("PUB a 5\r\nhello\r\n", sock:news())
      t:publish("a", "r", "NATS/1.0\r\n\r\n", "x")
      assert.are.equal("HPUB a r 12 13\r\nNATS/1.0\r\n\r\nx\r\n", sock:news())
    end)

    it("holds publishes under a cork, and sends them in order before anything else", function()
      local sock = recorded { HELLO }
      local t = opened { sock }
      sock:news()
      t:cork(true)
      t:publish("a", nil, nil, "1")
      t:publish("b", "r", "NATS/1.0\r\n\r\n", "2")
      assert.are.equal("", sock:news())
      t:subscribe(1, "c")
      assert.are.equal("PUB a 1\r\n1\r\nHPUB b r 12 13\r\nNATS/1.0\r\n\r\n2\r\nSUB c 1\r\n", sock:news())
      t:publish("a", nil, nil, "3")
      t:cork(false)
      assert.are.equal("PUB a 1\r\n3\r\n", sock:news())
    end)

    it("holds no more than a buffer under a cork", function()
      local sock = recorded { HELLO }
      local t = opened { sock }
      sock:news()
      t:cork(true)
      for _ = 1, 2100 do t:publish("a", nil, nil, "") end
      assert.is_true(#sock:news() > 0)
    end)

    it("goes on where a send took only a part", function()
      local takes = {}
      local sock = recorded({ HELLO }, "timeout", takes)
      local t = opened { sock }
      sock:news()
      takes.most = 7
      t:publish("a", nil, nil, "hello world")
      assert.are.equal("PUB a 11\r\nhello world\r\n", sock:news())
    end)

    it("takes in what the server had sent when a write fails", function()
      local sock = recorded({ HELLO }, "closed", { room = 300 })
      local t = opened({ sock }, { allow_reconnect = false })
      sock:say "MSG a 1 2\r\nm1\r\n-ERR 'Stale Connection'\r\n"
      assert.are.same({ nil, "closed" }, { t:publish("a", nil, nil, ("x"):rep(1000)) })
      assert.are.equal(1, (t:poll(0)))
      assert.are.same({ nil, "error", "stale connection" }, { t:poll(0) })
      assert.are.same({ nil, "closed", "stale connection" }, { t:poll(0) })
    end)
  end)

  describe("reconnecting", function()
    local now = { reconnect_wait = 0, reconnect_jitter = 0 }

    it("says so, in order", function()
      local t = opened({ recorded({ HELLO .. "MSG a 1 1\r\nx\r\n" }, "closed"), recorded { HELLO } }, now)
      assert.are.equal(1, (t:poll(1)))
      assert.are.same({ nil, "disconnected", "the server closed the connection" }, { t:poll(1) })
      assert.are.same({ nil, "reconnected", "nats://127.0.0.1:4222" }, { t:poll(1) })
      assert.are.equal("connected", t:info().status)
    end)

    it("brings subscriptions back, with what is left of their limits", function()
      local second = recorded { HELLO }
      local t = opened({ recorded({ HELLO, "MSG b 2 1\r\nx\r\n" }, "closed"), second },
        { reconnect_wait = 0, reconnect_jitter = 0 })
      t.options.delivered = function(sid) return sid == 2 and 1 or 0 end
      t:subscribe(1, "a", "workers")
      t:subscribe(2, "b")
      t:unsubscribe(2, 3)
      t:subscribe(3, "c")
      t:unsubscribe(3)
      for _ = 1, 3 do t:poll(1) end
      assert.are.equal("SUB a workers 1\r\nSUB b 2\r\nUNSUB 2 2\r\n", second:news())
    end)

    it("sends afterwards what was published meanwhile", function()
      local second = recorded { HELLO }
      local t = opened({ recorded({ HELLO }, "closed"), second }, { reconnect_wait = 0.05, reconnect_jitter = 0 })
      t:subscribe(1, "a")
      assert.are.equal("disconnected", (select(2, t:poll(1))))
      assert.is_true(t:publish("b", nil, nil, "1"))
      assert.is_true(t:publish("b", "r", "NATS/1.0\r\n\r\n", "2"))
      assert.are.equal("reconnected", (select(2, t:poll(1))))
      assert.are.equal("SUB a 1\r\nPUB b 1\r\n1\r\nHPUB b r 12 13\r\nNATS/1.0\r\n\r\n2\r\n", second:news())
    end)

    it("says so when more is published meanwhile than may wait", function()
      local t = opened({ recorded({ HELLO }, "closed") }, { reconnect_buffer = 30 })
      t:poll(1)
      assert.is_true(t:publish("b", nil, nil, "0123456789"))
      assert.are.same({ nil, "reconnect buffer exceeded" }, { t:publish("b", nil, nil, "0123456789") })
    end)

    it("sends again what the kernel did not take as a whole, and nothing else", function()
      -- CONNECT and PING take what they take; then one publish of 13 bytes and half of the next go out.
      local probe = recorded { HELLO }
      opened { probe }
      local second = recorded { HELLO }
      local first = recorded({ HELLO }, "closed", { room = #probe.sent + 20 })
      local t = opened({ first, second }, now)
      t:cork(true)
      for i = 1, 3 do t:publish("a", nil, nil, "no" .. i) end      -- "PUB a 3\r\nno1\r\n" has 14 bytes
      t:cork(false)
      assert.are.equal("disconnected", (select(2, t:poll(1))))
      assert.are.equal("reconnected", (select(2, t:poll(1))))
      assert.are.equal("PUB a 3\r\nno2\r\nPUB a 3\r\nno3\r\n", second:news())
    end)

    it("has a batch check anew, after a loss, what it had checked before", function()
      local socks = { recorded({ HELLO }, "closed"), recorded { (HELLO:gsub("1024", "4")) } }
      local function dialling(given)
        function given.dial() return table.remove(socks, 1), "connection refused" end
        return socket.open(given)
      end
      local nc = require("nats").connect("nats://a", {
        transport = { open = dialling }, reconnect_wait = 0, reconnect_jitter = 0, max_reconnect = 3,
      })
      local before, long, short
      nc:batch(function()
        for _ = 1, 2 do before = nc:publish("a", "12345") end
        nc:process(0)                             -- sends them; then the connection is gone
        for _ = 1, 20 do nc:process(0.01) end
        long, short = { nc:publish("a", "12345") }, { nc:publish("a", "1234") }
      end)
      assert.is_true(before)
      assert.are.equal(1, nc:stats().reconnects)
      assert.are.same({ nil, "maximum payload exceeded" }, long)
      assert.are.same({ true }, short)
    end)

    it("asks for no ping while it is away", function()
      local t = opened({ recorded({ HELLO }, "closed") }, { reconnect_wait = 1 })
      t:poll(1)
      assert.are.same({ nil, "disconnected" }, { t:ping() })
    end)

    it("ends when every server was given up, and says why", function()
      local t = opened({ recorded({ HELLO }, "closed") }, { reconnect_wait = 0, reconnect_jitter = 0, max_reconnect = 2 })
      t:poll(1)
      assert.are.same({ nil, "closed", "every server was given up: nats://127.0.0.1:4222 (connection refused)" }, { t:poll(1) })
    end)

    it("gives up a server that refuses us twice alike", function()
      local refusal = INFO .. "-ERR 'Authorization Violation'\r\n"
      local t = opened({ recorded({ HELLO }, "closed"), recorded { refusal }, recorded { refusal }, recorded { HELLO } }, now)
      t:poll(1)
      local _, event, detail = t:poll(1)
      assert.are.equal("closed", event)
      assert.is_truthy(detail:find("authorization violation", 1, true))
    end)

    it("tries the other servers first, those that it was told of too", function()
      local third = recorded { HELLO }
      local hello = 'INFO {"connect_urls":["other:4333"]}\r\nPONG\r\n'
      local t = opened({ recorded({ hello }, "closed"), third },
        { url = "nats://u:p@first:1", reconnect_wait = 0.2, reconnect_jitter = 0, no_randomize = true })
      t:poll(1)
      assert.are.same({ nil, "reconnected", "nats://other:4333" }, { t:poll(1) })
      assert.is_truthy(third.sent:find('"user":"u"', 1, true))
    end)

    it("waits for a server from the start when it is told to", function()
      local t = opened({ false, recorded { HELLO } },
        { retry_on_failed_connect = true, reconnect_wait = 0.01, reconnect_jitter = 0 })
      assert.are.equal("reconnecting", t:info().status)
      t:subscribe(1, "a")
      assert.are.equal("reconnected", (select(2, t:poll(1))))
    end)
  end)

  it("closes twice without harm", function()
    local sock = recorded { HELLO }
    local t = opened { sock }
    assert.is_true(t:close())
    assert.is_true(t:close())
    assert.is_true(sock.closed)
    assert.are.equal("closed", t:info().status)
  end)

  it("sends what a cork held back before it closes", function()
    local sock = recorded { HELLO }
    local t = opened { sock }
    sock:news()
    t:cork(true)
    t:publish("a", nil, nil, "1")
    t:close()
    assert.are.equal("PUB a 1\r\n1\r\n", sock:news())
  end)
end)
