--- What the world does to a NATS client, as values to compare with. What JetStream's servers say stands here too,
-- from nats.jetstream.errors.
--
-- An error that needs no detail is a plain string, so `err == "timeout"` works. An error that carries
-- detail is an object that equals its constant here and prints as "code: detail":
--
--     local nc, err = nats.connect("nats://127.0.0.1:4222")
--     if err == nats.errors.no_servers then print(err) end   --> no servers: nats://127.0.0.1:4222 ...
--
-- @module nats.errors

local jetstream = require "nats.jetstream.errors"

local Error = { __name = "nats.error" }

function Error.__eq(a, b) return a.code == b.code end

function Error.__tostring(self)
  if self.detail == nil then return self.code end
  return self.code .. ": " .. tostring(self.detail)
end

function Error.__concat(a, b) return tostring(a) .. tostring(b) end

local function object(code) return setmetatable({ code = code }, Error) end

local errors = {
  -- plain strings
  timeout = "timeout",
  closed = "closed",
  disconnected = "disconnected",
  no_responders = "no responders",
  max_payload = "maximum payload exceeded",
  headers = "headers not supported by the server",
  max_messages = "maximum messages delivered",     -- sub:next() past the subscription's own limit
  unsubscribed = "unsubscribed",
  draining = "draining",
  slow_consumer = "slow consumer",
  reconnect_buffer = "reconnect buffer exceeded",
  interrupted = "interrupted",
  stalled = "stalled",                             -- these two end request_many
  sentinel = "sentinel",
  cancelled = "cancelled",                         -- raised in a task that is cancelled while it waits
  -- objects
  no_servers = object "no servers",
  authorization = object "authorization",
  permissions = object "permissions",
  protocol = object "protocol",
  tls = object "tls",
  configuration = object "configuration",
  lost = object "connection lost",                 -- for good; only nc.on_error sees it
  callback = object "callback",                    -- a callback raised; only nc.on_error sees it
  server = object "server",                        -- what else a server says with -ERR
  -- of JetStream
  no_heartbeat = "no heartbeat",                   -- a server is silent that had promised not to be
  already_acked = "already acknowledged",
  too_many_pending = "too many publishes wait for their acknowledgement",
  no_stream = object "no stream",                  -- takes the subject
  invalid_response = object "invalid response",    -- what answered is not JetStream, or speaks otherwise
  consumer_deleted = object "consumer deleted",    -- while messages were taken from it
  pull = object "pull",                            -- what else a consumer says to who asks for messages
  bucket_not_found = object "bucket not found",
  bucket_exists = object "bucket exists",          -- with another configuration
  key_not_found = object "key not found",          -- never written, or deleted
  key_exists = object "key exists",
  wrong_revision = object "wrong revision",        -- somebody else was faster
}

for name, constant in pairs(jetstream.constants) do errors[name] = constant end

--- Makes an error object with detail.
-- @tparam table constant one of the objects of this module
-- @tparam string detail what is wrong, where, and what to do
-- @treturn table an error equal to the constant
function errors.new(constant, detail)
  return setmetatable({ code = constant.code, detail = detail }, Error)
end

--- Whether what a function raised is a Ctrl-C, as `lua` and the moonwire binary raise it: the words "interrupted!",
-- by themselves or behind a position, and perhaps a traceback after them.
-- @param value
-- @treturn boolean
function errors.is_interrupt(value)
  local line = type(value) == "string" and value:match("^[^\n]*")
  return line == "interrupted!" or line and line:find("^.-:%d+: interrupted!$") ~= nil
end

--- Sorts what a server said with -ERR by its text (ADR-40), already lower-cased and unquoted.
-- @tparam string text
-- @treturn table an error object
function errors.of_server(text)
  local kind = text:find("^permissions violation") and "permissions"
    or (text:find("^authorization") or text:find("^authentication")
      or text:find("^user authentication") or text:find("^account authentication")) and "authorization"
    or text:find("^secure connection") and "tls"
    or (text:find("^unknown protocol") or text:find("^parser error")
      or text:find("^maximum control line")) and "protocol"
    or "server"
  return errors.new(errors[kind], text)
end

return errors
