--- The transport over nats.go, for the native host: the handle of `host.nats` is the transport.
--
-- Connecting, reading, writing, keep-alive and reconnection happen on threads of their own, so nothing
-- of them waits for the script to call.
--
-- @module nats.transport.native

local errors = require "nats.errors"
local host = require "host.nats"
local json = require "json"

-- The options of nats.options that nats.go has as well.
local OPTIONS = {
  "servers", "name", "user", "password", "token", "creds", "nkey", "jwt", "seed",
  "tls", "tls_first", "tls_ca", "tls_cert", "tls_key", "tls_name",
  "verbose", "pedantic", "no_echo", "no_randomize",
  "connect_timeout", "ping_interval", "max_pings_out",
  "allow_reconnect", "max_reconnect", "reconnect_wait", "reconnect_jitter", "reconnect_jitter_tls",
  "reconnect_buffer", "retry_on_failed_connect",
}

-- The errors with detail: code -> constant.
local OBJECTS = {}
for _, constant in pairs(errors) do
  if type(constant) == "table" then OBJECTS[constant.code] = constant end
end

local native = {}

--- Writes options as the host reads them.
-- @tparam table options as `nats.options` makes them
-- @treturn string JSON
function native.encode(options)
  local chosen = {}
  for _, name in ipairs(OPTIONS) do chosen[name] = options[name] end
  return json.encode(chosen)
end

--- Opens a connection to the first server that takes it.
-- @tparam table options as `nats.options` makes them
-- @treturn ?userdata the transport, as the contract in nats.transport says
-- @treturn ?table|string an error: with one server its own, else errors.no_servers with each server's reason
function native.open(options)
  local handle, code, detail = host.connect(native.encode(options))
  if handle then return handle end
  local constant = OBJECTS[code]
  return nil, constant and errors.new(constant, detail) or code
end

return native
