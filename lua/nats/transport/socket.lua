--- The transport over luasocket's `socket`, for engines without a native NATS client.
--
-- One thread: the connection is read, kept alive, found broken and made anew while the script calls
-- the client, and at no other time. What the server sends meanwhile waits in the kernel.
--
-- @module nats.transport.socket

local clock = require "nats.clock"
local cork = require "nats.transport.cork"
local dial = require "nats.transport.dial"
local errors = require "nats.errors"
local pool = require "nats.transport.pool"
local socket = require "socket"
local wire = require "nats.transport.wire"

local concat, find = table.concat, string.find
local next_of = wire.next

local CHUNK = 16384          -- bytes asked of the socket at a time: luasocket joins larger ones out of pieces, copying twice
local SLICE = 0.25           -- seconds of one wait in the kernel, which a Ctrl-C cannot end
local WRITE_TIMEOUT = 10     -- seconds in which a server must take some bytes; it gives us as long
local STALL = 0.01           -- seconds of one wait in a write, between looks at what has come
local SPILL = 64 * 1024 * 1024   -- bytes read while a write waits, at most: as much as a server keeps for us
local GLANCE = 128           -- publishes after which the server's own words are looked for
local LAST_WORDS = 128       -- chunks read of a connection that broke while writing, so that this ends
local LATE = 2               -- chunks without a message that are read when the time of a poll is over
local UNTOLD = 1024          -- events that wait for a script which does not poll; then nothing more is read

local Socket = { __name = "nats.transport.socket" }
Socket.__index = Socket

local choose_publish, lost, send   -- further down, since they know what is below them

-- What poll has to tell before it reads on ------------------------------------------------------------

local function poll_backlog(self)
  local first = self.backlog_first
  local item = self.backlog[first]
  self.backlog[first] = nil
  if first == self.backlog_last then
    self.backlog_first, self.backlog_last, self.poll = 1, 0, next_of
  else
    self.backlog_first = first + 1
  end
  return item[1], item[2], item[3], item[4], item[5]
end

--- Adds a message, or nil and an event, that poll tells in its turn.
local function tell(self, ...)
  self.backlog_last = self.backlog_last + 1
  self.backlog[self.backlog_last] = { ... }
  self.poll = poll_backlog
end

-- Reading and writing ---------------------------------------------------------------------------------

--- What luasocket calls "closed", in words; other errors as they are.
local function reason(err) return err == "closed" and "the server closed the connection" or err end

--- Reads without waiting, to keep it for `fill`. Our own messages may be what the server cannot get rid of:
-- while it waits for us it takes nothing, so that a script which hears itself would wait for ever.
local function spill(self)
  if self.spilt_bytes >= SPILL then return end
  local data, _, part = self.sock:receive(CHUNK)
  data = data or part
  self.spilt[#self.spilt + 1] = data
  self.spilt_bytes = self.spilt_bytes + #data
end

--- Sends all of a string; nil and the number of bytes that the kernel took, when the connection broke.
local function write(self, data)
  local sock = self.sock
  local last, err, taken = sock:send(data)
  if last then return true end
  local stalled = 0
  while not last and err == "timeout" and stalled < WRITE_TIMEOUT do
    spill(self)
    sock:settimeout(STALL)
    local before = taken
    last, err, taken = sock:send(data, taken + 1)
    sock:settimeout(0)
    stalled = (last or taken > before) and 0 or stalled + STALL
  end
  if last then return true end
  return nil, taken, err == "timeout" and ("the server took nothing for %d s"):format(WRITE_TIMEOUT) or reason(err)
end

--- Reads what has come; true, or nil and "timeout" or why the connection ended.
local function fill(self, timeout)
  if self.spilt_bytes > 0 then
    wire.feed(self, concat(self.spilt))
    self.spilt, self.spilt_bytes = {}, 0
    return true
  end
  local sock = self.sock
  local data, err, part = sock:receive(CHUNK)
  data = data or part
  if data == "" and err == "timeout" and timeout > 0 then
    sock:settimeout(timeout)
    data, err = sock:receive(1)
    sock:settimeout(0)
    if data then
      local more
      more, err, part = sock:receive(CHUNK, data)
      data = more or part
    end
  end
  if data and data ~= "" then
    wire.feed(self, data)
    return true
  end
  return nil, reason(err)
end

-- What the server says besides messages: kind -> function(self, argument) -> ?event, ?detail.
local HANDLERS = {
  PING = function(self) send(self, "PONG\r\n") end,
  PONG = function(self)
    self.unanswered = 0
    local number = table.remove(self.pings, 1)
    if number then return "pong", number end
  end,
  ["+OK"] = function() end,
  INFO = function(self, fields)
    local known = self.server_info
    self.server_info = fields
    local news = self.pool:discover(fields.connect_urls)
    if fields.ldm and not known.ldm then return "lame_duck" end
    if news then return "discovered_servers" end
  end,
  -- ADR-40: some leave the connection as it is, some end it and another may do, the others are for good.
  ["-ERR"] = function(self, text)
    if text:find("^permissions violation") or text:find("^maximum subscriptions exceeded") then
      return "error", text
    elseif errors.of_server(text) == errors.authorization then
      self.reason = text                        -- the server hangs up
      return "error", text
    elseif text:find("^stale connection") or text:find("^maximum connections exceeded")
      or text:find("^unknown protocol operation") then
      tell(self, nil, "error", text)
      return lost(self, text)
    end
    lost(self, text, true)
  end,
  protocol = function(self, detail) lost(self, tostring(errors.new(errors.protocol, detail)), true) end,
}

--- Takes in what is left of a connection that broke while something was written to it: messages that
-- the server had sent, and its reason.
local function last_words(self)
  for _ = 1, LAST_WORDS do
    if not fill(self, 0) then break end
  end
  self.otherwise = wire.otherwise
  while true do
    local sid, subject, reply, headers, payload = next_of(self)
    if sid then
      tell(self, sid, subject, reply, headers, payload)
    elseif subject == "-ERR" then
      self.reason = reply
      tell(self, nil, "error", reply)
    elseif subject == nil or subject == "protocol" then
      break
    end
  end
end

--- Keeps a publish for the next connection.
local function put_away(self, head, body)
  local line = head .. "\r\n" .. body .. "\r\n"
  self.away[#self.away + 1], self.away_bytes = line, self.away_bytes + #line
end

--- What was published so far: messages, and bytes of their headers and payloads.
local function counted(self)
  local messages, bytes = self.held.waiting()
  return self.out_msgs + messages, self.out_bytes + bytes
end

--- Takes out what a cork held back; from here on it counts as published.
local function take_held(self)
  self.out_msgs, self.out_bytes = counted(self)
  return self.held.take()
end

--- Ends the transport for good.
local function ended(self)
  self.status = "closed"
  take_held(self)
  self.away, self.away_bytes = {}, 0
  wire.reset(self)
  choose_publish(self)
end

--- The connection is gone: says so, once, and leaves the rest to `reconnect`.
-- @tparam string why
-- @tparam[opt] boolean final there is no other server that would do
function lost(self, why, final)
  if self.status ~= "connected" then return end
  why = self.reason or why
  self.reason = nil
  self.sock:close()
  wire.reset(self)
  self.spilt, self.spilt_bytes = {}, 0
  self.otherwise = self.wait
  self.pings, self.unanswered = {}, 0
  if final or not self.options.allow_reconnect then
    tell(self, nil, "closed", why)
    return ended(self)
  end
  tell(self, nil, "disconnected", why)
  self.status = "reconnecting"
  local lines, count = take_held(self)                      -- not sent by its cork
  for i = 1, count, 2 do put_away(self, lines[i], lines[i + 1]) end
  self.pool:lost()
  self.next_try = clock() + self.pool:pause()
  choose_publish(self)
end

--- Sends a line; false when the connection broke over it.
function send(self, line)
  local ok, _, why = write(self, line)
  if ok then return true end
  last_words(self)
  lost(self, why)
  return false
end

--- Sends what a cork held back.
local function send_held(self)
  local lines, count = take_held(self)
  if count == 0 then return true end
  lines[count + 1] = ""                     -- so that the last line ends too
  local ok, taken, why = write(self, concat(lines, "\r\n", 1, count + 1))
  if ok then return true end
  for i = 1, count, 2 do                    -- what the kernel did not take as a whole cannot have arrived
    taken = taken - #lines[i] - #lines[i + 1] - 4
    if taken < 0 then put_away(self, lines[i], lines[i + 1]) end
  end
  last_words(self)
  lost(self, why)
  if self.status == "closed" then return nil, errors.closed end
  return true
end

--- Sends a line in its place, after all that was published before; false when the connection is away.
local function say(self, line)
  send_held(self)
  return self.status == "connected" and send(self, line)
end

--- Asks whether the server is there when it has been silent for long. Only called when nothing is left
-- to read: a script that computed for an hour has its answers waiting in the kernel, and they count.
local function keep_alive(self)
  local now = clock()
  if now < self.next_ping then return end
  if self.unanswered >= self.options.max_pings_out then
    return lost(self, ("stale connection: %d pings unanswered"):format(self.unanswered))
  end
  self.unanswered = self.unanswered + 1
  self.next_ping = now + self.options.ping_interval
  self.pings[#self.pings + 1] = false
  say(self, "PING\r\n")
end

--- Looks for the server's own words from a script that publishes and never polls: a PING wants its
-- answer. Messages stay where they are.
local function glance(self)
  if self.backlog_last - self.backlog_first >= UNTOLD then return end
  if wire.is_empty(self) then
    local ok, err = fill(self, 0)
    if not ok and err ~= "timeout" then return lost(self, err) end
  end
  while self.status == "connected" and not find(self.buffer, "^H?MSG", self.position) do
    local _, kind, argument = wire.other(self)
    if not kind then break end
    local event, detail = HANDLERS[kind](self, argument)
    if event then tell(self, nil, event, detail) end
  end
  if self.status == "connected" then keep_alive(self) end
end

-- Reconnecting ----------------------------------------------------------------------------------------

--- A new connection takes up what the lost one had: subscriptions, then what was published meanwhile.
local function restore(self)
  local lines = {}
  local sids = {}
  for sid in pairs(self.subs) do sids[#sids + 1] = sid end
  table.sort(sids)
  for _, sid in ipairs(sids) do
    local sub = self.subs[sid]
    local left = sub.max and sub.max - self.options.delivered(sid)
    for i = self.backlog_first, self.backlog_last do
      if left and self.backlog[i][1] == sid then left = left - 1 end
    end
    if not left or left > 0 then
      lines[#lines + 1] = wire.subscribe(sid, sub.subject, sub.queue)
      if left then lines[#lines + 1] = wire.unsubscribe(sid, left) end
    end
  end
  if not send(self, concat(lines)) then return end
  local away = self.away
  for i, line in ipairs(away) do
    if not send(self, line) then              -- it is away again: the rest waits on
      self.away = table.move(away, i, #away, 1, {})
      return
    end
    self.away_bytes = self.away_bytes - #line
  end
  self.away = {}
end

--- Takes over a connection that dial made.
local function connected(self, entry, sock, info)
  self.pool:succeeded(entry)
  self.sock, self.server, self.server_info = sock, entry.server, info
  self.pool:discover(info.connect_urls)
  self.status = "connected"
  self.next_ping = clock() + self.options.ping_interval
  self.otherwise = self.wait
  choose_publish(self)
end

--- Tries the servers whose turn it is. Each may take connect_timeout: there is no other thread to wait.
local function reconnect(self)
  local servers = self.pool
  while self.status == "reconnecting" and clock() >= self.next_try do
    local entry = servers:take()
    if entry then
      self.otherwise = wire.otherwise
      local sock, info = dial(self, entry.server, self.options)
      self.otherwise = self.wait
      if sock then
        connected(self, entry, sock, info)
        tell(self, nil, "reconnected", entry.server.url)
        return restore(self)
      end
      servers:failed(entry, info)
    end
    if #servers.entries == 0 then
      tell(self, nil, "closed", "every server was given up: " .. servers:reasons())
      return ended(self)
    end
    if #servers.left == 0 then servers:begin() end
    self.next_try = clock() + servers:pause()
  end
end

-- Waiting ---------------------------------------------------------------------------------------------

--- Where poll goes when no message is at hand: handles what else there is, then waits. A server that
-- never ends to send what is no message does not keep it beyond its time: when that is over the time limit
-- counts down from 0 the chunks that were read since, unless they are those of one message.
local function wait(self, timeout, kind, argument)
  send_held(self)
  while true do
    if self.backlog_last > 0 then return poll_backlog(self) end
    if self.status == "closed" then return nil, "closed" end
    local start = timeout and timeout > 0 and clock()
    local slice = math.max(0, math.min(timeout or SLICE, SLICE))
    if self.status == "reconnecting" then
      reconnect(self)
      if self.status == "reconnecting" and slice > 0 then
        socket.sleep(math.max(0, math.min(slice, self.next_try - clock())))
      end
    else
      if not kind then kind, argument = select(2, wire.other(self)) end
      if kind then
        local event, detail = HANDLERS[kind](self, argument)
        if event then return nil, event, detail end
        if start then timeout = math.max(0, timeout - (clock() - start)) end
        return self:poll(timeout)
      end
      if timeout and timeout <= 0 and self.need == 0 then
        timeout = timeout - 1
        if timeout < -LATE then return nil, "timeout" end
      end
      local ok, err = fill(self, slice)
      if start then timeout = math.max(0, timeout - (clock() - start)) end
      if ok then return self:poll(timeout) end
      start = nil
      if err == "timeout" then keep_alive(self) else lost(self, err) end
    end
    if start then timeout = math.max(0, timeout - (clock() - start)) end
    if timeout and timeout <= 0 and self.backlog_last == 0 then return nil, "timeout" end
  end
end
Socket.wait = wait

-- Publishing ------------------------------------------------------------------------------------------

local function publish_now(self, subject, reply, headers, payload)
  self.published = self.published + 1
  if self.published >= GLANCE then
    self.published = 0
    glance(self)
    return self:publish(subject, reply, headers, payload)
  end
  local head = (reply or headers) and wire.publish(subject, reply, headers, #payload) or self.held.head(subject, #payload)
  local line = headers and concat { head, "\r\n", headers, payload, "\r\n" } or head .. "\r\n" .. payload .. "\r\n"
  if send(self, line) then
    self.out_msgs, self.out_bytes = self.out_msgs + 1, self.out_bytes + #payload + (headers and #headers or 0)
    return true
  end
  return self:publish(subject, reply, headers, payload)    -- not taken as a whole, so it cannot have arrived
end

--- The cork has enough.
local function full(self)
  glance(self)
  return send_held(self)
end

--- While there is no connection publishes wait for the next one, as many as the option allows.
local function publish_away(self, subject, reply, headers, payload)
  reconnect(self)
  if self.status ~= "reconnecting" then return self:publish(subject, reply, headers, payload) end
  local head, body = wire.publish(subject, reply, headers, #payload), headers and headers .. payload or payload
  local most = self.options.reconnect_buffer
  if most >= 0 and self.away_bytes + #head + #body + 4 > most then return nil, errors.reconnect_buffer end
  put_away(self, head, body)
  self.out_msgs, self.out_bytes = self.out_msgs + 1, self.out_bytes + #body
  return true
end

local function publish_closed() return nil, errors.closed end

--- Chooses what publish does now; a look at each condition in each call would be a third of its time.
function choose_publish(self)
  self.publish = self.status == "closed" and publish_closed or self.status == "reconnecting" and publish_away
    or self.corked and self.held.publish or publish_now
  self.held.open(self.publish == self.held.publish, self.slow)
end

-- The rest of the contract ----------------------------------------------------------------------------

function Socket:subscribe(sid, subject, queue)
  if self.status == "closed" then return nil, errors.closed end
  self.subs[sid] = { subject = subject, queue = queue, max = nil }
  say(self, wire.subscribe(sid, subject, queue))
  return true
end

function Socket:unsubscribe(sid, max)
  if self.status == "closed" then return nil, errors.closed end
  local sub = self.subs[sid]
  if max and sub then sub.max = max else self.subs[sid] = nil end
  say(self, wire.unsubscribe(sid, max))
  return true
end

function Socket:drain(sid) return self:unsubscribe(sid) end

function Socket:ping()
  if self.status ~= "connected" then
    return nil, self.status == "closed" and errors.closed or errors.disconnected
  end
  self.asked = self.asked + 1
  self.pings[#self.pings + 1] = self.asked
  if say(self, "PING\r\n") then return true end
  return nil, self.status == "closed" and errors.closed or errors.disconnected
end

function Socket:cork(on, publish)
  if self.status == "closed" then return nil, errors.closed end
  self.corked, self.slow = on, publish
  choose_publish(self)
  if self.status ~= "connected" then return true end
  -- luasocket writes 8 KiB at a time; the kernel may join them while more is to come.
  self.sock:setoption("tcp-nodelay", not on)
  if on then return true, self.held.bulk end
  return send_held(self)
end

function Socket:info()
  local server = self.server_info
  local out_msgs, out_bytes = counted(self)
  local most = math.tointeger(server.max_payload)          -- whatever a server says: the client counts with it
  return {
    status = self.status,
    url = self.server.url,
    max_payload = most and most > 0 and most or nil,
    headers = server.headers == true or next(server) == nil,
    out_msgs = out_msgs,
    out_bytes = out_bytes,
    server = server,
  }
end

function Socket:close()
  if self.status == "closed" then return true end
  if self.status == "connected" then
    send_held(self)
    if self.status == "connected" then self.sock:close() end
  end
  ended(self)
  return true
end

function Socket:__tostring()
  return ("nats.transport.socket: %s (%s)"):format(self.server.url, self.status)
end

local module = {}

--- Opens a connection to the first server that takes it.
-- @tparam table options as `nats.options` makes them
-- @treturn ?table the transport, as the contract in nats.transport says
-- @treturn ?table an error: with one server its own, else errors.no_servers with each server's reason
function module.open(options)
  local servers, self = pool(options), nil
  self = setmetatable(wire.reader {
    options = options,
    pool = servers,
    sock = nil,              -- of luasocket, not blocking
    server = servers.entries[1].server,
    server_info = {},        -- the server's last INFO
    status = "reconnecting", -- "connected", "closed"
    reason = nil,            -- what the server said before it ended the connection
    subs = {},               -- sid -> { subject, queue, max }, for a new connection
    backlog = {},            -- what poll tells before it reads on, backlog_first..backlog_last of it
    backlog_first = 1,
    backlog_last = 0,
    spilt = {},              -- chunks that were read while a write waited
    spilt_bytes = 0,
    pings = {},              -- of each PING on its way: its number when the client asked for it, else false
    asked = 0,               -- pings that the client asked for
    unanswered = 0,          -- pings of ours that were not answered
    next_ping = 0,           -- when one is due
    next_try = 0,            -- when the next server is to be tried
    published = 0,           -- since the last glance
    out_msgs = 0,            -- without what a cork holds back
    out_bytes = 0,
    poll = next_of,          -- changes with backlog; a message that has come already costs no call but this one
    publish = nil,           -- changes with status and corked
    corked = false,
    slow = nil,              -- the client's publish, while corked
    held = cork.new(function() return full(self) end),   -- what a cork holds back
    away = {},               -- publishes that wait for a connection
    away_bytes = 0,
  }, Socket)
  servers:begin()
  local entry, err = servers:take(), nil
  while entry do
    local sock, info = dial(self, entry.server, options)
    if sock then
      connected(self, entry, sock, info)
      return self
    end
    err = info
    servers:failed(entry, err)
    entry = servers:take()
  end
  if options.retry_on_failed_connect then
    self.otherwise = wait
    servers:begin()
    self.next_try = clock() + servers:pause()
    choose_publish(self)
    return self
  end
  if #options.servers == 1 and type(err) == "table" then
    return nil, errors.new(err, self.server.url .. ": " .. err.detail)
  end
  return nil, errors.new(errors.no_servers, servers:reasons())
end

return module
