--- The transport over luasocket's `socket`, for engines without a native NATS client.
--
-- One thread: the connection is read, kept alive and found broken while the script calls the client,
-- and at no other time. What the server sends meanwhile waits in the kernel.
--
-- @module nats.transport.socket

local clock = require "nats.clock"
local errors = require "nats.errors"
local wire = require "nats.transport.wire"

local concat = table.concat
local next_of = wire.next

local CHUNK = 65536          -- bytes asked of the socket at a time: larger ones were not faster
local SLICE = 0.25           -- seconds of one wait in the kernel, which a Ctrl-C cannot end
local WRITE_TIMEOUT = 10     -- seconds in which a server must take some bytes; it gives us as long
local CORK_MESSAGES = 256    -- publishes held at most; more of them were not faster
local CORK_BYTES = 65536
local VERSION = "0.1.0"

local Socket = { __name = "nats.transport.socket" }
Socket.__index = Socket

--- Sends all of a string; nil and why the connection is of no more use.
local function write(self, data)
  local sock = self.sock
  local last, err, position = sock:send(data)
  if last then return true end
  sock:settimeout(WRITE_TIMEOUT)
  while not last and err == "timeout" do
    local before = position
    last, err, position = sock:send(data, position + 1)
    if not last and err == "timeout" and position == before then
      err = ("the server took no bytes for %d s"):format(WRITE_TIMEOUT)
    end
  end
  sock:settimeout(0)
  if last then return true end
  self.broken = self.broken or err
  return nil, errors.disconnected
end

--- Sends what a cork held back.
local function send_held(self)
  if self.held == 0 then return true end
  local data = concat(self.out, "", 1, self.held)
  if self.held_bytes > 2 * CORK_BYTES then self.out = {} end   -- else a long payload would stay in memory
  self.held, self.held_bytes = 0, 0
  return write(self, data)
end

--- Sends a line, in its place after all that was published before.
local function say(self, line)
  if self.broken then return nil, errors.disconnected end
  local ok, err = send_held(self)
  if not ok then return nil, err end
  return write(self, line)
end

--- Reads what has come; true, or nil and "timeout" or why the connection ended.
local function fill(self, timeout)
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
  return nil, err == "closed" and "the server closed the connection" or err
end

--- Ends the connection and says so, once.
local function lost(self, why)
  if self.status == "closed" then return end
  self.status = "closed"
  self.sock:close()
  self.events[#self.events + 1] = { "closed", why }
end

-- What the server says besides messages: kind -> function(self, argument) -> ?event, ?detail.
local HANDLERS = {
  PING = function(self) say(self, "PONG\r\n") end,
  PONG = function(self)
    self.unanswered = 0
    if table.remove(self.pings, 1) then return "pong" end
  end,
  ["+OK"] = function() end,
  INFO = function(self, fields)
    local known = self.server_info
    self.server_info = fields
    if fields.ldm and not known.ldm then return "lame_duck" end
    if #(fields.connect_urls or {}) > #(known.connect_urls or {}) then return "discovered_servers" end
  end,
  ["-ERR"] = function(self, text)
    local lasting = text:find("^permissions violation") or text:find("^maximum subscriptions exceeded")
    if not lasting then lost(self, text) end
    return "error", text
  end,
  protocol = function(self, detail) lost(self, tostring(errors.new(errors.protocol, detail))) end,
}

--- Asks whether the server is there when it has been silent for long. Only called when nothing is left
-- to read: a script that computed for an hour has its answers waiting in the kernel, and they count.
local function keep_alive(self, now)
  if now < self.next_ping then return end
  if self.unanswered >= self.options.max_pings_out then
    return lost(self, ("stale connection: %d pings unanswered"):format(self.unanswered))
  end
  self.unanswered = self.unanswered + 1
  self.next_ping = now + self.options.ping_interval
  self.pings[#self.pings + 1] = false
  say(self, "PING\r\n")
end

--- Goes on where no message was at hand: handles `kind`, then waits for a message or an event.
local function wait(self, kind, argument, timeout)
  if self.held > 0 then send_held(self) end
  local deadline
  while true do
    if kind and self.status ~= "closed" then
      local event, detail = HANDLERS[kind](self, argument)
      if event then return nil, event, detail end
    end
    if self.status == "closed" then
      local event = table.remove(self.events, 1)
      if event then return nil, event[1], event[2] end
      return nil, "closed"
    elseif not kind then
      local now = clock()
      if timeout and not deadline then deadline = now + timeout end
      local left = deadline and math.max(0, deadline - now) or SLICE
      local ok, err = fill(self, left < SLICE and left or SLICE)
      if not ok and err ~= "timeout" then
        lost(self, self.broken or err)
      elseif not ok then
        if self.broken then lost(self, self.broken) else keep_alive(self, now) end
        if left <= SLICE and deadline and self.status ~= "closed" then return nil, "timeout" end
      end
    end
    local sid, subject, reply, headers, payload = next_of(self)
    if sid then return sid, subject, reply, headers, payload end
    kind, argument = subject, reply
  end
end

function Socket:poll(timeout)
  local sid, subject, reply, headers, payload = next_of(self)
  if sid then return sid, subject, reply, headers, payload end
  return wait(self, subject, reply, timeout)
end

function Socket:publish(subject, reply, headers, payload)
  if self.status == "closed" then return nil, errors.closed end
  local line = wire.publish(subject, reply, headers, payload)
  if not self.corked then
    if self.broken then return nil, errors.disconnected end
    return write(self, line)
  end
  local held = self.held + 1
  self.out[held] = line
  self.held, self.held_bytes = held, self.held_bytes + #line
  if held >= CORK_MESSAGES or self.held_bytes >= CORK_BYTES then return send_held(self) end
  return true
end

function Socket:subscribe(sid, subject, queue)
  if self.status == "closed" then return nil, errors.closed end
  return say(self, wire.subscribe(sid, subject, queue))
end

function Socket:unsubscribe(sid, max)
  if self.status == "closed" then return nil, errors.closed end
  return say(self, wire.unsubscribe(sid, max))
end

function Socket:drain(sid) return self:unsubscribe(sid) end

function Socket:ping()
  if self.status == "closed" then return nil, errors.closed end
  self.pings[#self.pings + 1] = true
  return say(self, "PING\r\n")
end

function Socket:cork(on)
  self.corked = on
  if on or self.status == "closed" then return true end
  if self.broken then return nil, errors.disconnected end
  return send_held(self)
end

function Socket:info()
  local server = self.server_info
  return {
    status = self.status,
    url = self.server.url,
    max_payload = server.max_payload,
    headers = server.headers == true,
    server = server,
  }
end

function Socket:close()
  if self.status == "closed" then return true end
  send_held(self)
  self.status = "closed"
  self.sock:close()
  return true
end

function Socket:__tostring()
  return ("nats.transport.socket: %s (%s)"):format(self.server.url, self.status)
end

--- The credentials that a CONNECT carries: those of the server's URL, else the options'.
local function credentials(server, options)
  local source = (server.user or server.token) and server or options
  return source.user, source.password, source.token
end

--- Speaks the first lines of the protocol; true, or nil and an error.
local function handshake(self, deadline)
  local server, options = self.server, self.options
  local function hear()
    while true do
      local sid, kind, argument = next_of(self)
      if sid then return "protocol", "a message before the connection was made" end
      if kind then return kind, argument end
      local left = deadline - clock()
      local ok, err = fill(self, math.max(0, left))
      if not ok then
        if err == "timeout" then return "silent", "no answer within the time limit" end
        return "silent", err
      end
    end
  end
  local kind, info = hear()
  if kind ~= "INFO" then
    if kind == "silent" then return nil, info end
    return nil, errors.new(errors.protocol, kind == "protocol" and info or "no INFO but " .. kind)
  end
  self.server_info = info
  local user, password, token = credentials(server, options)
  if info.tls_required then
    return nil, errors.new(errors.tls, "the server requires TLS, which the socket transport does not speak")
  elseif info.auth_required and not (user or token) then
    return nil, errors.new(errors.authorization, info.nonce
      and "the server requires credentials (user, password, token or a signed nonce)"
      or "the server requires credentials: give user and password, or token")
  end
  local ok, err = write(self, wire.connect {
    verbose = options.verbose, pedantic = options.pedantic, echo = not options.no_echo,
    tls_required = false, name = options.name, user = user, pass = password, auth_token = token,
    lang = "lua", version = VERSION, protocol = 1, headers = info.headers == true,
    no_responders = info.headers == true,
  } .. "PING\r\n")
  if not ok then return nil, self.broken or err end
  while true do
    local said, argument = hear()
    if said == "PONG" then return true end
    if said == "-ERR" then return nil, errors.of_server(argument) end
    if said == "protocol" then return nil, errors.new(errors.protocol, argument) end
    if said == "silent" then return nil, argument end
    if said == "INFO" then self.server_info = argument end
    if said == "PING" then write(self, "PONG\r\n") end
  end
end

--- Connects a socket to a server.
local function tcp(server, deadline)
  local socket = require "socket"
  local sock, err = socket.tcp()
  if not sock then return nil, err end
  sock:settimeout(math.max(0.001, deadline - clock()))
  local ok
  ok, err = sock:connect(server.host, server.port)
  if not ok then
    sock:close()
    return nil, err == "timeout" and "no answer within the time limit" or err
  end
  sock:settimeout(0)
  sock:setoption("tcp-nodelay", true)
  return sock
end

--- Makes a connection of a server, or nil and why not.
local function dial(server, options)
  if server.scheme ~= "nats" or options.tls or options.tls_first then
    return nil, errors.new(errors.tls, ("%s: the socket transport speaks neither TLS nor WebSocket"):format(server.url))
  elseif options.creds or options.nkey then
    return nil, errors.new(errors.authorization, "the socket transport cannot sign with creds or nkey")
  end
  local deadline = clock() + options.connect_timeout
  local dialer = options.dial or tcp
  local sock, err = dialer(server, deadline)
  if not sock then return nil, err end
  local self = wire.reader {
    sock = sock,
    options = options,
    server = server,
    server_info = nil,       -- the server's last INFO
    status = "connected",    -- "closed" at the end
    broken = nil,            -- why nothing more can be written; what came before is still read
    events = {},             -- { event, detail } that poll has yet to tell
    pings = {},              -- of each PING on its way: true when the client asked for it
    unanswered = 0,          -- pings of ours that were not answered
    next_ping = clock() + options.ping_interval,
    corked = false,
    out = {},                -- lines that a cork holds back, the first `held` of them
    held = 0,
    held_bytes = 0,
  }
  local ok
  ok, err = handshake(self, deadline)
  if not ok then
    sock:close()
    return nil, err
  end
  return setmetatable(self, Socket)
end

local module = {}

--- Opens a connection to the first server that takes it.
-- @tparam table options as `nats.options` makes them
-- @treturn ?table the transport, as the contract in nats.transport says
-- @treturn ?table an error: with one server its own, else errors.no_servers with each server's reason
function module.open(options)
  local order = {}
  for i, server in ipairs(options.servers) do
    table.insert(order, options.no_randomize and i or math.random(i), server)
  end
  local reasons, err = {}, nil
  for i, server in ipairs(order) do
    local self
    self, err = dial(server, options)
    if self then return self end
    reasons[i] = ("%s (%s)"):format(server.url, tostring(err))
  end
  if #order == 1 and type(err) == "table" then return nil, err end
  return nil, errors.new(errors.no_servers, concat(reasons, ", "))
end

return module
