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
local CORK_BYTES = 65536     -- of publishes held at most; more of them were not faster
local LINE_BYTES = 32        -- what a control line counts in that, so that empty payloads end too
local HEADS = 1024           -- control lines remembered, since making one costs as much as sending it
local VERSION = "0.1.0"

local Socket = { __name = "nats.transport.socket" }
Socket.__index = Socket

local choose_publish                 -- further down: it knows the functions that a publish can be

--- The control lines of publishes without reply and headers: subject -> size of the payload -> line.
local function remembered_heads()
  local count = 0
  local function of_subject(heads, subject)
    if count >= HEADS then
      for key in pairs(heads) do heads[key] = nil end
      count = 0
    end
    local sizes = setmetatable({}, { __index = function(sizes, size)
      local line = "PUB " .. subject .. " " .. size
      count = count + 1
      if count < HEADS then sizes[size] = line end
      return line
    end })
    heads[subject] = sizes
    return sizes
  end
  return setmetatable({}, { __index = of_subject })
end

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
  choose_publish(self)
  return nil, errors.disconnected
end

--- Sends what a cork held back.
local function send_held(self)
  local held, out = self.held, self.out
  if held == 0 then return true end
  out[held + 1] = ""                     -- so that the last line ends too
  local data = concat(out, "\r\n", 1, held + 1)
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
  choose_publish(self)
  wire.reset(self)
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

--- Where poll goes when no message is at hand: handles what else there is, then waits.
local function wait(self, timeout, kind, argument)
  if self.held > 0 then send_held(self) end
  while true do
    if self.status == "closed" then
      local event = table.remove(self.events, 1)
      if event then return nil, event[1], event[2] end
      return nil, "closed"
    end
    if not kind then kind, argument = select(2, wire.other(self)) end
    if kind then
      local event, detail = HANDLERS[kind](self, argument)
      if event then return nil, event, detail end
      return next_of(self, timeout)
    end
    local start = timeout and timeout > 0 and clock()
    local ok, err = fill(self, math.min(timeout or SLICE, SLICE))
    if start then timeout = math.max(0, timeout - (clock() - start)) end
    if ok then return next_of(self, timeout) end
    if err ~= "timeout" or self.broken then
      lost(self, self.broken or err)
    else
      keep_alive(self)
      if timeout and timeout <= 0 then return nil, "timeout" end
    end
  end
end

-- A message that has come already costs no call but this one.
Socket.poll = next_of

local function publish_now(self, subject, reply, headers, payload)
  local head = (not reply and not headers) and self.heads[subject][#payload] or wire.publish(subject, reply, headers, payload)
  return write(self, headers and concat { head, "\r\n", headers, payload, "\r\n" } or head .. "\r\n" .. payload .. "\r\n")
end

local function publish_corked(self, subject, reply, headers, payload)
  local head
  if reply or headers then
    head = wire.publish(subject, reply, headers, payload)
    if headers then payload = headers .. payload end
  else
    head = self.heads[subject][#payload]
  end
  local out, held, bytes = self.out, self.held + 2, self.held_bytes + #payload + LINE_BYTES
  out[held - 1], out[held] = head, payload
  self.held, self.held_bytes = held, bytes
  if bytes >= CORK_BYTES then return send_held(self) end
  return true
end

local function publish_broken() return nil, errors.disconnected end
local function publish_closed() return nil, errors.closed end

--- Chooses what publish does now; a look at each condition in each call would be a third of its time.
function choose_publish(self)
  self.publish = self.status == "closed" and publish_closed or self.broken and publish_broken
    or self.corked and publish_corked or publish_now
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
  choose_publish(self)
  if self.status == "closed" then return true end
  if self.broken then return nil, errors.disconnected end
  -- luasocket writes 8 KiB at a time; the kernel may join them while more is to come.
  self.sock:setoption("tcp-nodelay", not on)
  if on then return true end
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
  choose_publish(self)
  wire.reset(self)
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
      local sid, kind, argument = next_of(self, nil)
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
    publish = publish_now,   -- changes with status, broken and corked
    heads = remembered_heads(),
    out = {},                -- lines without their ends that a cork holds back, the first `held` of them
    held = 0,
    held_bytes = 0,
  }
  local ok
  ok, err = handshake(self, deadline)
  if not ok then
    sock:close()
    return nil, err
  end
  self.otherwise = wait
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
