--- JetStream: streams that keep messages, consumers that hand them out, and what is built upon them (ADR-1 and on).
--
--     local js = nc:jetstream()
--     js:create_stream { name = "ORDERS", subjects = { "orders.>" } }
--     local ack = js:publish("orders.new", "one coffee", { msg_id = "order-1" })
--     local consumer = js:create_consumer("ORDERS", { durable_name = "kitchen" })
--     for msg in consumer:messages() do
--       msg:ack()
--     end
--
-- The names are those of nats.go's package jetstream with underscores; fields of configurations are the API's own.
-- Durations are seconds. A caller's mistake raises; what server and network say no to comes back as nil and an error,
-- which compares with the constants of nats.errors.
--
-- @module nats.jetstream

local api = require "nats.jetstream.api"
local check = require "nats.check"
local subjects = require "nats.subject"

local TIMEOUT = 5                   -- seconds of a request to the API (ADR-22)
local PENDING = 4000                -- publishes that may wait for their acknowledgement, as in nats.go
local PREFIX = "$JS.API"

local JetStream = { __name = "nats.jetstream" }
JetStream.__index = JetStream

function JetStream:__tostring() return "nats.jetstream: " .. self.prefix end

local OPTIONS = { domain = "string", prefix = "string", timeout = "interval", max_pending = "positive" }

--- What the account has and may have.
-- @treturn ?table as the API has it: memory, storage, streams, consumers, limits, api, domain, tiers
-- @treturn ?string|table an error: errors.jetstream_not_enabled, errors.jetstream_not_enabled_for_account
function JetStream:account_info()
  return api.request(self, "INFO")
end

-- In this order their own files describe them.
for _, name in ipairs { "stream", "consumer", "publish", "publisher", "batch" } do
  for method, fn in pairs(require("nats.jetstream." .. name).methods) do JetStream[method] = fn end
end

-- Loaded when they are used.
for module, methods in pairs {
  ["nats.kv"] = {
    "create_key_value", "update_key_value", "create_or_update_key_value", "key_value", "delete_key_value",
    "key_value_names", "key_values",
  },
} do
  for _, method in ipairs(methods) do
    JetStream[method] = function(self, ...) return require(module).methods[method](self, ...) end
  end
end

--- Makes what a client has of JetStream; `nc:jetstream()` does.
-- @tparam table nc the client
-- @tparam ?table options as of `nc:jetstream`
-- @tparam integer level whose line an error names, as for `error`
-- @treturn table
local function jetstream(nc, options, level)
  options = options or {}
  check.fields(options, OPTIONS, "jetstream", level)
  if options.domain and options.prefix then error("jetstream: domain and prefix cannot be given together", level) end
  local prefix = options.prefix or options.domain and "$JS." .. options.domain .. ".API" or PREFIX
  local problem = subjects.problem(prefix)
  if problem then error("jetstream: domain or prefix " .. problem, level) end
  return setmetatable({
    client = nc,
    prefix = prefix .. ".",             -- of the API's subjects
    is_foreign = prefix ~= PREFIX,      -- the API is behind a domain or another account
    timeout = options.timeout or TIMEOUT,
    max_pending = options.max_pending or PENDING,
    publisher = nil,                    -- of nats.jetstream.publisher, once something is published asynchronously
  }, JetStream)
end

return jetstream
