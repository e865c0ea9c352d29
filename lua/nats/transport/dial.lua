--- One try to connect to one server: TCP, then the first lines of the protocol.
--
-- @module nats.transport.dial

local clock = require "nats.clock"
local credentials = require "nats.credentials"
local errors = require "nats.errors"
local socket = require "socket"
local wire = require "nats.transport.wire"

local CHUNK = 4096             -- bytes asked of the socket at a time: an INFO and little more
local VERSION = "0.1.0"
local SILENT = "no answer within the time limit"

--- Connects a socket to a server.
local function tcp(server, deadline)
  local sock, err = socket.tcp()
  if not sock then return nil, err end
  sock:settimeout(math.max(0.001, deadline - clock()))
  local ok
  ok, err = sock:connect(server.host, server.port)
  if not ok then
    sock:close()
    return nil, err == "timeout" and SILENT or err
  end
  sock:settimeout(0)
  sock:setoption("tcp-nodelay", true)
  return sock
end

--- Sends a few lines.
local function say(sock, deadline, line)
  sock:settimeout(math.max(0.001, deadline - clock()))
  local ok, err = sock:send(line)
  sock:settimeout(0)
  return ok, err == "timeout" and SILENT or err
end

--- Waits for what the server says: its kind and argument, as of wire.next; nil and why there is none.
local function hear(reader, sock, deadline)
  while true do
    local sid, kind, argument = wire.next(reader)
    if sid then return "protocol", "a message before the connection was made" end
    if kind then return kind, argument end
    local left = deadline - clock()
    if left <= 0 then return nil, SILENT end
    sock:settimeout(left)
    local data, err = sock:receive(1)
    sock:settimeout(0)
    if not data then return nil, err == "timeout" and SILENT or "the server closed the connection" end
    local more, _, part = sock:receive(CHUNK, data)
    wire.feed(reader, more or part)
  end
end

--- Who we say we are; nil and what keeps us from going on with a server, going by its INFO.
local function identity(info, server, options)
  if info.tls_required then
    return nil, errors.new(errors.tls, "the server requires TLS, which the socket transport does not speak")
  end
  local nonce = type(info.nonce) == "string" and info.nonce or nil
  local fields, err = credentials.fields(options, server, nonce)
  if not fields then return nil, err end
  if info.auth_required and not next(fields) then
    return nil, errors.new(errors.authorization,
      "the server requires credentials: give user and password, token, creds, nkey, or jwt and seed")
  end
  return fields
end

--- The protocol up to the first PONG; the server's INFO, or nil and an error.
local function greet(reader, sock, server, options, deadline)
  local kind, info = hear(reader, sock, deadline)
  if not kind then return nil, info end
  if kind == "-ERR" then return nil, errors.of_server(info) end
  if kind ~= "INFO" then return nil, errors.new(errors.protocol, kind == "protocol" and info or "no INFO but " .. kind) end

  local who, err = identity(info, server, options)
  if not who then return nil, err end
  local ok
  ok, err = say(sock, deadline, wire.connect {
    verbose = options.verbose, pedantic = options.pedantic, echo = not options.no_echo,
    user = who.user, pass = who.pass, auth_token = who.auth_token, jwt = who.jwt, nkey = who.nkey, sig = who.sig,
    tls_required = false,
    name = options.name, lang = "lua", version = VERSION, protocol = 1,
    headers = info.headers == true, no_responders = info.headers == true,
  } .. "PING\r\n")
  if not ok then return nil, err end
  while true do
    local said, argument = hear(reader, sock, deadline)
    if not said then return nil, argument end
    if said == "PONG" then return info end
    if said == "-ERR" then return nil, errors.of_server(argument) end
    if said == "protocol" then return nil, errors.new(errors.protocol, argument) end
    if said == "INFO" then info = argument end
    if said == "PING" then say(sock, deadline, "PONG\r\n") end
  end
end

--- Connects to a server.
-- @tparam table reader a reader of nats.transport.wire, which is emptied and gets what the server says
-- @tparam table server as nats.url makes it
-- @tparam table options as nats.options makes them
-- @treturn ?table the socket, not blocking; nil: there is no connection
-- @treturn table|string the server's INFO; without a connection why: an error of nats.errors, or luasocket's
local function dial(reader, server, options)
  if server.scheme ~= "nats" or options.tls or options.tls_first then
    return nil, errors.new(errors.tls, "the socket transport speaks neither TLS nor WebSocket")
  end
  local deadline = clock() + options.connect_timeout
  local sock, err = (options.dial or tcp)(server, deadline)
  if not sock then return nil, err end
  wire.reset(reader)
  local info
  info, err = greet(reader, sock, server, options, deadline)
  if info then return sock, info end
  sock:close()
  return nil, err
end

return dial
