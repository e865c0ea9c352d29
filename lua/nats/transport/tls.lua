--- TLS over a socket, by luasec, where the engine has it.
--
-- The TeX engines load no C modules, so there is none in them. A connection that is to be encrypted is
-- never made in the clear instead.
--
-- @module nats.transport.tls

local clock = require "nats.clock"
local errors = require "nats.errors"
local hostname = require "nats.transport.hostname"

local tls = {}

local SLICE = 0.25       -- seconds of one wait in the kernel, which a Ctrl-C cannot end

-- Where systems keep the authorities that they trust.
local AUTHORITIES = {
  "/etc/ssl/certs/ca-certificates.crt",          -- Debian, Arch
  "/etc/pki/tls/certs/ca-bundle.crt",            -- Fedora
  "/etc/ssl/ca-bundle.pem",                      -- SUSE
  "/etc/ssl/cert.pem",                           -- Alpine, BSD, macOS
}

local NONE = "this engine has no TLS. Two ways work: `moonwire proxy --listen 127.0.0.1:PORT %s` beside it, which speaks TLS for "
  .. "it, or a nats-server on loopback that is a leaf node of the cluster and holds TLS and credentials; connect to that. "
  .. "(In lua5.4 luasec, package lua-sec, is enough.)"

local function refused(problem) return nil, errors.new(errors.tls, problem) end

--- Whether this engine has TLS.
-- @tparam string url of the server, for the message
-- @treturn ?boolean true
-- @treturn ?table after a nil: an error equal to errors.tls that says what to do
function tls.available(url)
  local ok, ssl = pcall(require, "ssl")
  if ok and type(ssl) == "table" and ssl.wrap then return true end
  return refused(NONE:format(url))
end

local function readable(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

--- The file of authorities that vouch for servers.
local function authorities(options)
  if options.tls_ca then
    if readable(options.tls_ca) then return options.tls_ca end
    return refused("tls_ca " .. options.tls_ca .. ": this file cannot be read")
  end
  for _, path in ipairs { os.getenv "SSL_CERT_FILE" or AUTHORITIES[1], table.unpack(AUTHORITIES) } do
    if readable(path) then return path end
  end
  return refused("this system has no file of authorities where it is looked for; give tls_ca")
end

-- luasec's words for "later".
local LATER = { wantread = true, wantwrite = true, timeout = true }

local Wrapped = { __name = "nats.transport.tls" }
Wrapped.__index = Wrapped

local function plain(err) return LATER[err] and "timeout" or err end

function Wrapped:receive(count, prefix)
  local data, err, part = self.conn:receive(count, prefix)
  return data, plain(err), part
end

function Wrapped:send(data, from)
  local last, err, taken = self.conn:send(data, from)
  return last, plain(err), taken
end

function Wrapped:settimeout(seconds) self.conn:settimeout(seconds) end
function Wrapped:setoption() end                 -- luasec has none; they were set before
function Wrapped:close() self.conn:close() end

--- Why a handshake failed, in words that help.
local function explained(err)
  if err:find("certificate verify failed", 1, true) or err:find("unknown ca", 1, true) then
    return err .. ": no authority that we trust vouches for the certificate; give tls_ca if it is one of your own"
  elseif err:find("wrong version number", 1, true) then
    return err .. ": the server did not answer with TLS"
  elseif err == "closed" then
    return "the server closed the connection during the handshake; does it want a client's certificate (tls_cert, tls_key)?"
  end
  return err
end

--- Makes a connection encrypted: TLS 1.2 or later, the server's certificate and its name verified.
-- @tparam table sock of luasocket, connected
-- @tparam table server as nats.url makes it
-- @tparam table options tls_ca, tls_cert, tls_key, tls_name
-- @tparam number deadline of nats.clock
-- @treturn ?table a socket as luasocket's, not blocking
-- @treturn ?table an error equal to errors.tls
function tls.wrap(sock, server, options, deadline)
  local ok, err = tls.available(server.url)
  if not ok then return nil, err end
  local ssl = require "ssl"
  local ca
  ca, err = authorities(options)
  if not ca then return nil, err end
  if (options.tls_cert == nil) ~= (options.tls_key == nil) then
    return refused("tls_cert and tls_key: one is useless without the other")
  end
  local fine, conn, problem = pcall(ssl.wrap, sock, {
    mode = "client", protocol = "any", verify = "peer",
    options = { "all", "no_sslv2", "no_sslv3", "no_tlsv1", "no_tlsv1_1" },
    cafile = ca, certificate = options.tls_cert, key = options.tls_key,
  })
  if not fine or not conn then return refused(tostring(fine and problem or conn)) end
  local name = options.tls_name or server.tls_name or server.host
  if not name:find("^[%d.]+$") and not name:find(":", 1, true) then conn:sni(name) end
  repeat
    conn:settimeout(math.max(0.001, math.min(SLICE, deadline - clock())))
    ok, err = conn:dohandshake()
  until ok or not LATER[err] or clock() >= deadline
  local verified
  if ok then
    verified, err = hostname.verify(conn:getpeercertificate():extensions(), name)
  else
    err = LATER[err] and "no answer to the handshake within the time limit" or explained(tostring(err))
  end
  if not verified then
    conn:close()
    return refused(err)
  end
  conn:settimeout(0)
  return setmetatable({ conn = conn }, Wrapped)
end

return tls
