--- NATS for Lua: one API in every engine.
--
--     local nats = require "nats"
--     local nc = assert(nats.connect())             -- NATS_URL, else nats://127.0.0.1:4222
--     nc:subscribe("greet.*", function(payload, reply, msg)
--       if reply then msg:respond("hello " .. payload) end
--     end)
--     print(nc:request("greet.me", "world", 1).data)
--     nc:close()
--
-- @module nats

local client = require "nats.client"
local clock = require "nats.clock"
local compat = require "nats.compat"
local errors = require "nats.errors"
local headers = require "nats.headers"
local nuid = require "nats.nuid"
local options = require "nats.options"
local private = require "nats.private"
local service = require "nats.service"
local transport = require "nats.transport"

local nats = {
  clock = clock,
  errors = errors,
  headers = headers,
  nuid = nuid,
  service = service,
}

local function connect(first, second, third, level)
  local given, err = options.resolve(first, second, third, level + 1)
  if not given then return nil, err end
  local chosen
  chosen, err = transport.choose(given.transport)
  if not chosen then return nil, err end
  for _, text in ipairs(private.warnings(given)) do
    if given.on_error then
      given.on_error(errors.new(errors.configuration, text))
    else
      io.stderr:write("nats: warning: ", text, "\n")
    end
  end
  return client(chosen.open, given)
end

--- Connects to a server.
--
-- `connect()`, `connect(url [, options])`, `connect({ url, url ... } [, options])`, `connect(options)`,
-- `connect(host, port [, timeout])`; this last form, and a table with `host` and no URL, give a client that
-- behaves as those of lua-nats (nats.compat): it raises what others return. What is not given comes from
-- NATS_URL, NATS_USER, NATS_PASSWORD, NATS_TOKEN, NATS_CREDS, NATS_NKEY,
-- NATS_JWT, NATS_SEED, NATS_CA, NATS_CERT, NATS_KEY, NATS_TIMEOUT, then
-- from the context of natscli that NATS_CONTEXT names or that is selected, else from the defaults in
-- nats.options, which names every option. Files with secrets that others can read are warned about.
-- @tparam[opt] string|table first
-- @tparam[opt] table|integer second
-- @tparam[opt] number third
-- @treturn ?table the client
-- @treturn ?table an error: errors.no_servers with every server's reason, errors.authorization,
--   errors.tls, errors.protocol, errors.configuration
-- @raise on an unknown option, a wrong type, a URL that is none
function nats.connect(first, second, third)
  if not compat.is_meant(first, second) then
    local nc, err = connect(first, second, third, 2)
    return nc, err
  end
  local client_of, where, later = compat.connector(connect, first, second, third)
  return compat.client(client_of, where, later, 2), nil
end

return nats
