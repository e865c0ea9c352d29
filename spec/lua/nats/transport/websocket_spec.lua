local websocket = require "nats.transport.websocket"

local ACCEPT = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nsec-websocket-accept:  %s\r\n\r\n"

--- A frame as a server sends it: not masked.
local function frame(kind, payload, open)
  local size = #payload
  return string.char((open and 0 or 0x80) | kind) .. (size < 126 and string.char(size) or string.pack(">BI2", 126, size)) .. payload
end

--- A socket that gives out chunks, one a read, and takes at most so many bytes a write.
local function recorded(chunks, most)
  local sock = { sent = "", at = 1 }
  function sock:receive(count, prefix)
    local chunk = chunks[self.at]
    prefix = prefix or ""
    if not chunk then return nil, "timeout", prefix end
    local piece = chunk:sub(1, count - #prefix)
    if #piece < #chunk then chunks[self.at] = chunk:sub(#piece + 1) else self.at = self.at + 1 end
    if #prefix + #piece == count then return prefix .. piece end
    return nil, "timeout", prefix .. piece
  end
  function sock:send(data, from)
    from = from or 1
    local last = math.min(#data, from + (most or #data) - 1)
    self.sent = self.sent .. data:sub(from, last)
    if last == #data then return last end
    return nil, "timeout", last
  end
  function sock:settimeout() end
  function sock:is_empty() return chunks[self.at] == nil end
  function sock:close() self.closed = true end
  return sock
end

--- A WebSocket after its handshake, whose server then sends these.
local function opened(chunks, most)
  local sock = recorded(chunks)
  local server = { url = "ws://h:80", path = "/nats" }
  local send = sock.send
  function sock:send(data, from)            -- the key decides what the server answers
    local key = data:match("Sec%-WebSocket%-Key: ([^\r]+)")
    table.insert(chunks, 1, ACCEPT:format(require("digest.base64").encode(
      require("digest").sha1(key .. "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))))
    return send(self, data, from)
  end
  local ws, err = websocket.wrap(sock, server, require("nats.clock")() + 5)
  assert.is_nil(err)
  sock.request, sock.sent, sock.send = sock.sent, "", recorded({}, most).send
  return ws, sock
end

--- Everything that comes until nothing does.
local function all(ws)
  local text = ""
  for _ = 1, 1000 do
    local data, err, part = ws:receive(65536)
    text = text .. (data or part)
    if not data and part == "" and (err ~= "timeout" or ws.sock:is_empty()) then return text, err end
  end
end

--- The payloads of the frames that a client sent.
local function unmasked(sent)
  local out, at = "", 1
  while at <= #sent do
    local second = sent:byte(at + 1)
    assert.is_true(second & 0x80 ~= 0)
    local size, start = second & 127, at + 2
    if size >= 126 then size, start = string.unpack(size == 126 and ">I2" or ">I8", sent, start) end
    out = out .. websocket.mask(sent:sub(start + 4, start + 3 + size), sent:sub(start, start + 3))
    at = start + 4 + size
  end
  return out
end

describe("nats.transport.websocket", function()
  it("masks as RFC 6455 does", function()
    assert.are.equal("\x7f\x9f\x4d\x51\x58", websocket.mask("Hello", "\x37\xfa\x21\x3d"))       -- section 5.7
    assert.are.equal("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", websocket.frame(1, "Hello", "\x37\xfa\x21\x3d"))
  end)

  it("unmasks what it masked, of every length", function()
    for size = 0, 200 do
      local data = ("abcdefghij"):rep(20):sub(1, size)
      assert.are.equal(data, websocket.mask(websocket.mask(data, "\1\200\3\255"), "\1\200\3\255"))
    end
  end)

  it("asks as HTTP wants it", function()
    local _, sock = opened {}
    assert.is_truthy(sock.request:find("^GET /nats HTTP/1.1\r\nHost: h:80\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"), sock.request)
    assert.is_truthy(sock.request:find("\r\n\r\n$"))
  end)

  it("gives what is in frames, however they come", function()
    local said = frame(2, "INFO {}\r\n") .. frame(2, "MSG a ", true) .. frame(0, "1 1\r\n") .. frame(1, ("x"):rep(300))
    for cut = 1, #said, 3 do
      local ws = opened { said:sub(1, cut), said:sub(cut + 1) }
      assert.are.equal("INFO {}\r\nMSG a 1 1\r\n" .. ("x"):rep(300), (all(ws)))
    end
    local bytes = {}
    for i = 1, #said do bytes[i] = said:sub(i, i) end
    assert.are.equal("INFO {}\r\nMSG a 1 1\r\n" .. ("x"):rep(300), (all((opened(bytes)))))
  end)

  it("answers a ping, between the parts of a message too", function()
    local ws, sock = opened { frame(2, "ab", true) .. frame(9, "are you there") .. frame(0, "cd") }
    assert.are.equal("abcd", (all(ws)))
    assert.are.equal(0x8a, sock.sent:byte(1))
    assert.are.equal("are you there", unmasked(sock.sent))
  end)

  it("ends when the server closes", function()
    local ws = opened { frame(2, "x") .. frame(8, "\3\232") .. frame(2, "never") }
    local text, err = all(ws)
    assert.are.equal("x", text)
    assert.are.equal("closed", err)
  end)

  it("refuses what no server may send", function()
    for said, text in pairs {
      ["\x82\x81abcdx"] = "a masked frame", ["\xc2\0"] = "bits that nobody asked for",
      ["\x82\x7f\255\255\255\255\255\255\255\255"] = "too long",
      ["\x82\x7f\0\0\0\1\0\0\0\0"] = "too long", ["\x89\x7e\0\xff"] = "a control frame that is none", ["\x09\0"] = "a control frame",
      ["\x83\0"] = "of an unknown kind",
    } do
      local _, err = all((opened { said }))
      assert.is_truthy(tostring(err):find(text, 1, true), tostring(err))
    end
  end)

  it("sends all, however little the kernel takes at a time", function()
    for _, most in ipairs { 1, 3, 7, 1000, 70000 } do
      local ws, sock = opened({}, most)
      local data = ("0123456789"):rep(most < 1000 and 20 or 15000)
      local from, sent = 1, nil
      for _ = 1, 1000000 do
        local last, err, taken = ws:send(data, from)
        sent = last
        if last then break end
        assert.are.equal("timeout", err)
        assert.is_true(taken >= from - 1 and taken < #data)
        from = taken + 1
      end
      assert.are.equal(#data, sent)
      assert.is_true(unmasked(sock.sent) == data)
    end
  end)

  it("is none when the answer is another", function()
    for answer, text in pairs {
      ["HTTP/1.1 404 Not Found\r\n\r\n"] = "404", [ACCEPT:format "AAAA"] = "Sec-WebSocket-Accept does not fit",
      [("x"):rep(20000)] = "an answer without an end", ["INFO {}\r\n"] = "within the time limit",
    } do
      local patience = answer:find "^INFO" and 0.1 or 10
      local ws, err = websocket.wrap(recorded { answer }, { url = "ws://h:80" }, require("nats.clock")() + patience)
      assert.is_nil(ws)
      assert.is_truthy(tostring(err):find(text, 1, true), tostring(err))
    end
  end)
end)
