local wire = require "nats.transport.wire"

--- What a reader gives for a stream, as one line a thing; chunks: where the stream is cut.
local function read(stream, cuts)
  local reader = wire.reader()
  local out = {}
  local function take()
    while true do
      local sid, subject, reply, headers, payload = wire.next(reader)
      if sid then
        out[#out + 1] = ("%d|%s|%s|%s|%s"):format(sid, subject, reply or "-", headers or "-", payload)
      elseif subject == "INFO" then
        out[#out + 1] = "INFO|" .. tostring(reply.server_id)
      elseif subject then
        out[#out + 1] = subject .. "|" .. tostring(reply)
        if subject == "protocol" then return false end
      else
        return true
      end
    end
  end
  local from = 1
  for _, cut in ipairs(cuts) do
    wire.feed(reader, stream:sub(from, cut))
    from = cut + 1
    if not take() then return out end
  end
  wire.feed(reader, stream:sub(from))
  take()
  return out
end

local CONVERSATION = table.concat {
  'INFO {"server_id":"N1","max_payload":1048576,"headers":true}\r\n',
  "+OK\r\nPING\r\nPONG\r\n",
  "MSG a.b 1 5\r\nhello\r\n",
  "MSG a.b 1 0\r\n\r\n",
  "MSG a 22 _INBOX.x.12 3\r\n\r\n\0\r\n",
  "MSG a 1 12 5\r\nhello\r\n",
  "MSG a.b 1 5\r\nworld\r\n",
  "HMSG a 1 12 17\r\nNATS/1.0\r\n\r\nhello\r\n",
  "HMSG a 1 r 22 22\r\nNATS/1.0\r\nA: 12345\r\n\r\n\r\n",
  "-ERR 'Permissions Violation for Publish to \"A\"'\r\n",
  'INFO {"server_id":"N2"}\r\n',
  "MSG z 3 19\r\nMSG a 1 1\r\nPING\r\nxx\r\n",
}

local EXPECTED = {
  "INFO|N1", "+OK|nil", "PING|nil", "PONG|nil",
  "1|a.b|-|-|hello",
  "1|a.b|-|-|",
  "22|a|_INBOX.x.12|-|\r\n\0",
  "1|a|12|-|hello",
  "1|a.b|-|-|world",
  "1|a|-|NATS/1.0\r\n\r\n|hello",
  "1|a|r|NATS/1.0\r\nA: 12345\r\n\r\n|",
  '-ERR|permissions violation for publish to "a"',
  "INFO|N2",
  "3|z|-|-|MSG a 1 1\r\nPING\r\nxx",
}

describe("nats.transport.wire", function()
  it("reads a conversation that comes as a whole", function()
    -- "NATS/1.0\r\nA: 12345\r\n\r\n" has 22 bytes, "NATS/1.0\r\n\r\n" 12.
    assert.are.same(EXPECTED, read(CONVERSATION, {}))
  end)

  it("reads a conversation byte by byte", function()
    local cuts = {}
    for i = 1, #CONVERSATION do cuts[i] = i end
    assert.are.same(EXPECTED, read(CONVERSATION, cuts))
  end)

  it("reads a conversation cut in two at every place", function()
    for cut = 1, #CONVERSATION - 1 do
      assert.are.same(EXPECTED, read(CONVERSATION, { cut }))
    end
  end)

  it("reads a conversation cut in three", function()
    for first = 1, #CONVERSATION - 1, 7 do
      for second = first + 1, #CONVERSATION - 1, 11 do
        assert.are.same(EXPECTED, read(CONVERSATION, { first, second }))
      end
    end
  end)

  it("joins a long message once", function()
    local payload = ("0123456789abcdef"):rep(65536)     -- 1 MiB in 256 chunks
    local reader = wire.reader()
    local stream = "MSG big 7 1048576\r\n" .. payload .. "\r\n"
    local taken
    for from = 1, #stream, 4096 do
      wire.feed(reader, stream:sub(from, from + 4095))
      local sid, _, _, _, data = wire.next(reader)
      taken = sid and data
    end
    assert.is_true(taken == payload)
  end)

  describe("a control line that comes again and again", function()
    -- Alike three times, then another size, another subject, a reply, and the first once more.
    local stream = ("MSG a 1 2\r\nhi\r\n"):rep(3) .. "MSG a 1 3\r\nyou\r\n" .. "MSG b 2 2\r\n\r\n\r\n"
      .. "MSG a 1 r 2\r\nhi\r\n" .. "MSG a 1 2\r\nho\r\n"
    local wanted = { "1 a - hi", "1 a - hi", "1 a - hi", "1 a - you", "2 b - \r\n", "1 a r hi", "1 a - ho" }

    it("may be followed by any other, at every split", function()
      for split = 0, #stream do
        local reader, got = wire.reader(), {}
        for _, part in ipairs { stream:sub(1, split), stream:sub(split + 1) } do
          wire.feed(reader, part)
          local sid, subject, reply, _, data = wire.next(reader)
          while sid do
            got[#got + 1] = ("%d %s %s %s"):format(sid, subject, reply or "-", data)
            sid, subject, reply, _, data = wire.next(reader)
          end
        end
        assert.are.same(wanted, got)
      end
    end)

    it("is refused when more bytes follow than it announced", function()
      local reader = wire.reader()
      wire.feed(reader, ("MSG a 1 2\r\nhi\r\n"):rep(3) .. "MSG a 1 2\r\nhi!\r\n")
      for _ = 1, 3 do assert.are.equal(1, (wire.next(reader))) end
      local sid, kind, detail = wire.next(reader)
      assert.is_nil(sid)
      assert.are.same({ "protocol", "more bytes than were announced: MSG a 1 2" }, { kind, detail })
    end)
  end)

  it("keeps what it remembers of control lines bounded", function()
    local reader = wire.reader()
    for i = 1, 5000 do
      wire.feed(reader, ("MSG s%d 1 0\r\n\r\n"):format(i))
      assert.are.equal(1, (wire.next(reader)))
    end
    local count = 0
    for _ in pairs(reader.known) do count = count + 1 end
    assert.is_true(count <= 1024)
  end)

  it("understands damaged conversations alike however they come, and always comes to an end", function()
    local random = 20261124                              -- a generator of our own: the same in every engine
    local function draw(most)
      random = (random * 1103515245 + 12345) % 2147483648
      return random // 65536 % most + 1
    end
    local lines = {}
    for line in CONVERSATION:gmatch("[^\n]*\n") do lines[#lines + 1] = line end
    local function before_protocol(out)
      local list = {}
      for i, line in ipairs(out) do
        if line:find("^protocol") then return list, true end
        list[i] = line
      end
      return list, false
    end
    for _ = 1, 1000 do
      local picked = {}
      for i = 1, draw(6) do picked[i] = lines[draw(#lines)] end
      local stream = table.concat(picked)
      local at = draw(#stream)
      stream = stream:sub(1, at - 1) .. string.char(draw(256) - 1) .. stream:sub(at + draw(3) - 1)
      local cuts = {}
      while (cuts[#cuts] or 0) < #stream do cuts[#cuts + 1] = math.min(#stream, (cuts[#cuts] or 0) + draw(9)) end
      local whole, ended = before_protocol(read(stream, {}))
      local pieces, pieces_ended = before_protocol(read(stream, cuts))
      assert.are.same(whole, pieces)
      assert.are.equal(ended, pieces_ended)
    end
  end)

  describe("refuses", function()
    local function refuses(what, stream)
      it(what, function()
        for cut = 0, math.min(#stream - 1, 100) do
          local out = read(stream, { cut })
          assert.is_truthy(out[#out] and out[#out]:find("^protocol|"), ("cut at %d: %s"):format(cut, tostring(out[#out])))
        end
      end)
    end

    refuses("a negative size", "MSG a 1 -5\r\nhello\r\n")
    refuses("a size that is no number", "MSG a 1 five\r\nhello\r\n")
    refuses("a size with a fraction", "MSG a 1 5.0\r\nhello\r\n")
    refuses("a hexadecimal size", "MSG a 1 0x5\r\nhello\r\n")
    refuses("a missing size", "MSG a 1\r\nhello\r\n")
    refuses("a size beyond every limit", "MSG a 1 99999999999\r\n")
    refuses("a size of a hundred digits", "MSG a 1 " .. ("9"):rep(100) .. "\r\n")
    refuses("a sid that is no number", "MSG a x 5\r\nhello\r\n")
    refuses("a sid of a hundred digits", "MSG a " .. ("9"):rep(100) .. " 5\r\nhello\r\n")
    refuses("a payload that is longer than its size", "MSG a 1 3\r\nhello\r\n")
    refuses("a payload without a line's end", "MSG a 1 5\r\nhelloPING\r\n")
    refuses("a size of headers above that of the message", "HMSG a 1 20 10\r\nNATS/1.0\r\n\r\n")
    refuses("a missing size of headers", "HMSG a 1 12\r\nNATS/1.0\r\n\r\n\r\n")
    refuses("five words after MSG", "MSG a 1 r 5 6\r\nhello\r\n")
    refuses("an unknown verb", "HELLO world\r\n")
    refuses("an empty line", "\r\n")
    refuses("a line in the wrong case", "msg a 1 5\r\nhello\r\n")
    refuses("INFO that is no JSON", "INFO {nonsense}\r\n")
    refuses("INFO that is no object", "INFO 5\r\n")
    refuses("a line without an end", ("x"):rep(5000))
    refuses("a message's control line without an end", "MSG " .. ("x"):rep(5000))
    refuses("a control line that is too long", "MSG " .. ("x"):rep(5000) .. " 1 0\r\n\r\n")
    refuses("INFO without an end", "INFO " .. ("x"):rep(300000))
    refuses("a web server", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
  end)

  it("shows what it could not understand in few and printable characters", function()
    local out = read("\1\2secret" .. ("x"):rep(100) .. "\r\n", {})
    assert.are.equal("protocol|cannot be understood: \\x01\\x02secret" .. ("x"):rep(32), out[1])
  end)

  it("writes the lines of the protocol", function()
    assert.are.equal("SUB a.> 3\r\n", wire.subscribe(3, "a.>"))
    assert.are.equal("SUB a q 3\r\n", wire.subscribe(3, "a", "q"))
    assert.are.equal("UNSUB 3\r\n", wire.unsubscribe(3))
    assert.are.equal("UNSUB 3 10\r\n", wire.unsubscribe(3, 10))
    assert.are.equal("PUB a 5", wire.publish("a", nil, nil, 5))
    assert.are.equal("PUB a r 0", wire.publish("a", "r", nil, 0))
    assert.are.equal("HPUB a 12 17", wire.publish("a", nil, "NATS/1.0\r\n\r\n", 5))
    assert.are.equal("HPUB a r 12 12", wire.publish("a", "r", "NATS/1.0\r\n\r\n", 0))
  end)
end)
