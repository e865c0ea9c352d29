--- WebSocket (RFC 6455) over a socket: what luasocket's send and receive are, in binary frames.
--
-- @module nats.transport.websocket

local base64 = require "digest.base64"
local clock = require "nats.clock"
local digest = require "digest"
local errors = require "nats.errors"
local nuid = require "nats.nuid"
local random = require "digest.random"

local websocket = {}

local KEY_TAIL = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"     -- RFC 6455 section 1.3
local MAX_ANSWER = 16384         -- bytes of the HTTP answer: a proxy may add some headers
local MAX_FRAME = 65536          -- bytes that we send in one
local MAX_CONTROL = 125          -- bytes of a ping or close (section 5.5)
local MAX_COMING = 65 * 1024 * 1024   -- bytes of a frame that a server sends: more than its largest message
local CHUNK = 65536              -- bytes asked of the socket at a time
local SMALL = 4096               -- pieces of a frame that are shorter are joined at once: each costs a place
local MAX_GOING = 65536          -- bytes of ours that wait, beyond which a server's pings have no answer

local CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

-- Frames ---------------------------------------------------------------------------------------------

--- Masks bytes with a key of four (section 5.3), 64 of them at a time.
-- @tparam string data
-- @tparam string key
-- @treturn string
function websocket.mask(data, key)
  local eight, out, at = string.unpack("<I8", key .. key), {}, 1
  while at + 63 <= #data do
    local a, b, c, d, e, f, g, h = string.unpack("<i8i8i8i8i8i8i8i8", data, at)
    out[#out + 1] = string.pack("<i8i8i8i8i8i8i8i8", a ~ eight, b ~ eight, c ~ eight, d ~ eight, e ~ eight, f ~ eight,
      g ~ eight, h ~ eight)
    at = at + 64
  end
  for i = at, #data do
    out[#out + 1] = string.char(data:byte(i) ~ key:byte((i - 1) % 4 + 1))
  end
  return table.concat(out)
end

--- Four bytes that nobody can foresee, or, where the system has none, that differ.
local function new_key() return random(4) or nuid():sub(1, 4) end

--- Writes a frame, the last of its message.
-- @tparam integer kind
-- @tparam string payload
-- @tparam[opt] string key of the mask, four bytes
-- @treturn string
function websocket.frame(kind, payload, key)
  key = key or new_key()
  local size = #payload
  local head = string.char(0x80 | kind) .. (size < 126 and string.char(0x80 | size)
    or size < 65536 and string.pack(">BI2", 0x80 | 126, size) or string.pack(">BI8", 0x80 | 127, size))
  return head .. key .. websocket.mask(payload, key)
end

--- Reads a frame of a server.
-- @tparam string data
-- @tparam integer at
-- @treturn ?integer kind; nil: more bytes are needed; false: this is no frame that a server may send
-- @treturn ?string payload, or what is wrong
-- @treturn ?integer where the next one begins
function websocket.parse(data, at)
  local first, second = data:byte(at, at + 1)
  if not second then return nil end
  local kind, size, start = first & 15, second & 127, at + 2
  if first & 0x70 ~= 0 then return false, "a frame with bits that nobody asked for" end
  if second & 0x80 ~= 0 then return false, "a masked frame" end
  if size >= 126 then
    local bytes = size == 126 and 2 or 8
    if #data < start + bytes - 1 then return nil end
    size = string.unpack(bytes == 2 and ">I2" or ">i8", data, start)
    start = start + bytes
  end
  if size < 0 or size > MAX_COMING then return false, "a frame that is too long" end
  if kind >= CLOSE and (size > MAX_CONTROL or first & 0x80 == 0) then return false, "a control frame that is none" end
  if #data < start + size - 1 then return nil, nil, nil, start + size - at end
  return kind, data:sub(start, start + size - 1), start + size
end

-- The socket -----------------------------------------------------------------------------------------

local Wrapped = { __name = "nats.transport.websocket" }
Wrapped.__index = Wrapped

--- Sends what is left of frames; true, or nil and why not.
local function push(self)
  while self.going ~= "" do
    local last, err, taken = self.sock:send(self.going)
    self.going = last and "" or self.going:sub((taken or 0) + 1)
    if not last then return nil, err end
  end
  return true
end

--- Sends as luasocket does. A frame that the kernel took in part counts as taken but for its last byte,
-- which is asked for again.
function Wrapped:send(data, from)
  from = from or 1
  local sent = from - 1
  if self.going ~= "" then
    local ok, err = push(self)
    if not ok then return nil, err, sent end
    if self.counted then sent = self.counted end
    self.counted = nil
  end
  while sent < #data do
    local piece = data:sub(sent + 1, sent + MAX_FRAME)
    self.going = self.going .. websocket.frame(BINARY, piece)
    local ok, err = push(self)
    if not ok then
      self.counted = sent + #piece
      return nil, err, self.counted - 1
    end
    sent = sent + #piece
  end
  return sent
end

-- What comes besides data: kind -> function(self, payload).
local CONTROL = {
  [PING] = function(self, payload)
    if #self.going > MAX_GOING then return end       -- it pings, and does not read
    self.going = self.going .. websocket.frame(PONG, payload)
    push(self)
  end,
  [PONG] = function() end,
  [CLOSE] = function(self)
    self.going = self.going .. websocket.frame(CLOSE, "")
    push(self)
    self.ended = "closed"
  end,
}

--- Takes frames out of what has come.
local function unpack_frames(self)
  local raw, at, out = table.concat(self.pieces), 1, {}
  while not self.ended do
    local kind, payload, after, need = websocket.parse(raw, at)
    if kind == nil then
      self.need = need or 0
      break
    elseif kind == false then
      self.ended = "WebSocket: " .. payload
    elseif kind == BINARY or kind == TEXT or kind == CONTINUATION then
      out[#out + 1] = payload
    elseif CONTROL[kind] then
      CONTROL[kind](self, payload)
    else
      self.ended = "WebSocket: a frame of an unknown kind"
    end
    at = after or at
  end
  self.pieces, self.bytes = { raw:sub(at) }, #raw - at + 1
  if #out > 0 then self.data = self.data .. table.concat(out) end
end

--- Reads what has come, or waits for it.
-- @tparam number patience seconds
-- @treturn ?string why nothing came
local function pull(self, patience)
  local sock = self.sock
  local data, err, part
  if patience > 0 then
    sock:settimeout(patience)
    data, err = sock:receive(1)
    sock:settimeout(0)
    if data then data, err, part = sock:receive(CHUNK, data) end
  else
    data, err, part = sock:receive(CHUNK)
  end
  data = data or part or ""
  if data == "" then return err end
  local pieces = self.pieces
  local last = #pieces
  if #pieces[last] < SMALL then pieces[last] = pieces[last] .. data else pieces[last + 1] = data end
  self.bytes = self.bytes + #data
  if self.bytes >= self.need then unpack_frames(self) end
end

function Wrapped:receive(count, prefix)
  prefix = prefix or ""
  local wanted = count - #prefix
  local deadline = clock() + self.timeout
  local err
  while #self.data < wanted and not self.ended and not err do
    local before = #self.data
    local left = deadline - clock()
    err = pull(self, math.max(0, left))
    if not err and left <= 0 and (#self.data > before or self.need == 0) then err = "timeout" end
  end
  if #self.data >= wanted then
    local data = self.data:sub(1, wanted)
    self.data = self.data:sub(wanted + 1)
    return prefix .. data
  end
  local part = prefix .. self.data
  self.data = ""
  return nil, self.ended or err, part
end

function Wrapped:settimeout(seconds)
  self.timeout = seconds
  self.sock:settimeout(seconds)
end

function Wrapped:setoption(...) return self.sock:setoption(...) end

function Wrapped:close()
  if not self.ended then
    self.going = self.going .. websocket.frame(CLOSE, "\3\232")        -- 1000: in good order
    push(self)
  end
  self.sock:close()
end

local function refused(problem) return nil, errors.new(errors.protocol, problem) end

--- Reads the HTTP answer, up to its empty line.
local function answer(sock, deadline)
  local bytes, tail = {}, ""
  while tail ~= "\r\n\r\n" do
    if #bytes > MAX_ANSWER then return nil, "an answer without an end" end
    local left = deadline - clock()
    if left <= 0 then return nil, "no answer within the time limit" end
    sock:settimeout(left)
    local byte, err = sock:receive(1)                -- no more than belongs to it
    sock:settimeout(0)
    if not byte then return nil, err == "timeout" and "no answer within the time limit" or "the server closed the connection" end
    bytes[#bytes + 1], tail = byte, tail:sub(-3) .. byte
  end
  return table.concat(bytes)
end

--- Makes a WebSocket of a connection.
-- @tparam table sock as luasocket's, connected, not blocking
-- @tparam table server as nats.url makes it: host, port, path
-- @tparam number deadline of nats.clock
-- @treturn ?table a socket as luasocket's
-- @treturn ?table|string an error equal to errors.protocol, or luasocket's
function websocket.wrap(sock, server, deadline)
  local key = base64.encode(random(16) or nuid():sub(1, 16))
  local host = server.url:match("^%a+://(.*)$")
  local sent, err = sock:send(table.concat({
    ("GET %s HTTP/1.1"):format(server.path or "/"), "Host: " .. host, "Upgrade: websocket", "Connection: Upgrade",
    "Sec-WebSocket-Key: " .. key, "Sec-WebSocket-Version: 13", "", "",
  }, "\r\n"))
  if not sent then return nil, err end
  local text
  text, err = answer(sock, deadline)
  if not text then return nil, err end
  local status = text:match("^HTTP/1%.1 (%d+)")
  if status ~= "101" then
    return refused(("not a WebSocket: the server answers %s"):format(text:match("^[ -~]*"):sub(1, 60)))
  end
  local accepted = text:lower():match("\r\nsec%-websocket%-accept:[ \t]*()")
  accepted = accepted and text:match("^[^\r ]+", accepted)
  if accepted ~= base64.encode(digest.sha1(key .. KEY_TAIL)) then
    return refused("not a WebSocket: Sec-WebSocket-Accept does not fit")
  end
  return setmetatable({
    sock = sock,
    timeout = 0,          -- seconds, of receive
    pieces = { "" },      -- of what has come and is no whole frame yet
    bytes = 0,            -- of them
    need = 0,             -- how many make one, where that is known
    data = "",            -- payloads that have come and were not asked for
    going = "",           -- bytes of frames that the kernel has not taken
    counted = nil,        -- what of the string being sent is in them
    ended = nil,          -- why nothing more comes
  }, Wrapped)
end

return websocket
