--- One try to connect to one server: TCP, then the first lines of the protocol.
--
-- @module nats.transport.dial

local clock = require "nats.clock"
local credentials = require "nats.credentials"
local errors = require "nats.errors"
local socket = require "socket"
local tls = require "nats.transport.tls"
local websocket = require "nats.transport.websocket"
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
  local nonce = type(info.nonce) == "string" and info.nonce or nil
  local fields, err = credentials.fields(options, server, nonce)
  if not fields then return nil, err end
  if info.auth_required and not next(fields) then
    return nil, errors.new(errors.authorization,
      "the server requires credentials: give user and password, token, creds, nkey, or jwt and seed")
  end
  return fields
end

--- Whether a connection must be encrypted, whatever the server says.
local function wants_tls(server, options)
  return server.scheme == "tls" or server.scheme == "wss" or options.tls or options.tls_first
    or (options.tls_ca or options.tls_cert or options.tls_key or options.tls_name) ~= nil
end

--- Encrypts a connection after the server's INFO, where one of us wants that; the socket, or nil and an error.
local function secured(reader, sock, info, server, options, deadline)
  local wanted = wants_tls(server, options)
  if not wanted and not info.tls_required then return sock end
  if not info.tls_required and not info.tls_available then
    return nil, errors.new(errors.tls, "the server does not offer TLS, and without it nothing is sent")
  elseif not wire.is_empty(reader) then
    return nil, errors.new(errors.protocol, "the server said more in the clear than its INFO")
  end
  return tls.wrap(sock, server, options, deadline)
end

--- The protocol up to the first PONG; the server's INFO, or nil and an error.
-- @tparam table line has the socket, `sock`, and whether it is as it is to be, encrypted or a WebSocket, `whole`
local function greet(reader, line, server, options, deadline)
  local kind, info = hear(reader, line.sock, deadline)
  if not kind then return nil, info end
  if kind == "-ERR" then return nil, errors.of_server(info) end
  if kind ~= "INFO" then return nil, errors.new(errors.protocol, kind == "protocol" and info or "no INFO but " .. kind) end

  if not line.whole then
    local encrypted, problem = secured(reader, line.sock, info, server, options, deadline)
    if not encrypted then return nil, problem end
    line.sock = encrypted
  end
  local sock = line.sock
  local who, err = identity(info, server, options)
  if not who then return nil, err end
  local ok
  ok, err = say(sock, deadline, wire.connect {
    verbose = options.verbose, pedantic = options.pedantic, echo = not options.no_echo,
    user = who.user, pass = who.pass, auth_token = who.auth_token, jwt = who.jwt, nkey = who.nkey, sig = who.sig,
    tls_required = wants_tls(server, options),
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

--- Does what there is to do with a socket before the server speaks: TLS, WebSocket.
-- @treturn ?boolean true; nil and an error
local function prepare(line, server, options, deadline)
  local function replace(sock, err)
    line.sock = sock or line.sock
    return sock ~= nil, err
  end
  local over_http, ok, err = server.scheme == "ws" or server.scheme == "wss", true, nil
  if server.scheme == "wss" or options.tls_first then
    ok, err = replace(tls.wrap(line.sock, server, options, deadline))
  end
  if ok and over_http then
    ok, err = replace(websocket.wrap(line.sock, server, deadline))
  end
  line.whole = over_http or options.tls_first == true
  return ok or nil, err
end

--- Connects to a server.
-- @tparam table reader a reader of nats.transport.wire, which is emptied and gets what the server says
-- @tparam table server as nats.url makes it
-- @tparam table options as nats.options makes them
-- @treturn ?table the socket, not blocking; nil: there is no connection
-- @treturn table|string the server's INFO; without a connection why: an error of nats.errors, or luasocket's
local function dial(reader, server, options)
  if wants_tls(server, options) then
    local ok, err = tls.available(server.url)
    if not ok then return nil, err end
    if server.scheme == "ws" then
      return nil, errors.new(errors.tls, "a ws:// URL is not encrypted, and options want TLS: use wss://")
    end
  end
  local deadline = clock() + options.connect_timeout
  local sock, err = (options.dial or tcp)(server, deadline)
  if not sock then return nil, err end
  wire.reset(reader)
  local line = { sock = sock, whole = false }
  local ok, info
  ok, err = prepare(line, server, options, deadline)
  if ok then info, err = greet(reader, line, server, options, deadline) end
  if info then return line.sock, info end
  line.sock:close()
  return nil, err
end

return dial
