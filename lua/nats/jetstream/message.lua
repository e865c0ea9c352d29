--- What a message of a consumer has beside what every message has: acknowledgement, and where it stands.
--
-- Who is to be told, and all that is known of the message, stands in its reply subject:
-- `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`, with domain and account
-- before the stream where it has eleven tokens or more.
--
-- @module nats.jetstream.message

local check = require "nats.check"
local errors = require "nats.errors"

local PREFIX = "$JS.ACK."
local NANOSECONDS = 1000000000
local TIMEOUT = 5              -- seconds in which a server confirms an acknowledgement
local NO_DOMAIN = "_"

local methods = {}

--- Tells the server what became of a message.
-- @tparam table msg
-- @tparam string payload
-- @tparam boolean is_final nothing more can be told afterwards
-- @tparam string what the caller's name
-- @tparam[opt] number confirmed seconds to wait for the server's word
local function tell(msg, payload, is_final, what, confirmed)
  if not msg.reply or msg.reply:sub(1, #PREFIX) ~= PREFIX then
    error(what .. ": this message is not of a consumer, so nobody waits for that", 3)
  end
  if rawget(msg, "acked") then return nil, errors.already_acked end
  local nc = msg.sub.client
  local ok, err
  if confirmed then
    ok, err = nc:_ask(msg.reply, payload, confirmed, nil, 3)
  else
    ok, err = nc:_send(msg.reply, payload)
  end
  if not ok then return nil, err end
  msg.acked = is_final
  return true
end

--- Says that the message is done with. The server may not have heard it when this returns, see `double_ack`.
-- @treturn ?boolean true
-- @treturn ?string an error: "already acknowledged", and as `publish` returns them
-- @raise when the message is not of a consumer
function methods.ack(self)
  local ok, err = tell(self, "+ACK", true, "ack")
  return ok, err
end

--- Says that the message is done with, and waits until the server has noted it: then it is not delivered again.
-- @tparam[opt=5] number timeout seconds
-- @treturn ?boolean true
-- @treturn ?string an error: "timeout", "no responders" (the consumer is gone), "already acknowledged",
--   "disconnected": nobody knows then whether it was noted; it may be said again
-- @raise when the message is not of a consumer
function methods.double_ack(self, timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "double_ack: timeout", 2) end
  local ok, err = tell(self, "+ACK", true, "double_ack", timeout or TIMEOUT)
  return ok, err
end

--- Gives the message back, to be delivered again.
-- @tparam[opt] number delay seconds until then; nil: at once
-- @treturn ?boolean true
-- @treturn ?string an error: "already acknowledged", and as `publish` returns them
-- @raise when the message is not of a consumer
function methods.nak(self, delay)
  local payload = "-NAK"
  if delay ~= nil then
    check.value(delay, "seconds", "nak: delay", 2)
    payload = ('-NAK {"delay":%d}'):format(math.floor(delay * NANOSECONDS))
  end
  local ok, err = tell(self, payload, true, "nak")
  return ok, err
end

--- Says that the work goes on: the time in which it must be acknowledged begins anew.
-- @treturn ?boolean true
-- @treturn ?string an error: "already acknowledged", and as `publish` returns them
-- @raise when the message is not of a consumer
function methods.in_progress(self)
  local ok, err = tell(self, "+WPI", false, "in_progress")
  return ok, err
end

--- Says that the message shall not be delivered again although it is not done with.
-- @tparam[opt] string reason for the server's advisory; one line
-- @treturn ?boolean true
-- @treturn ?string an error: "already acknowledged", and as `publish` returns them
-- @raise when the message is not of a consumer
function methods.term(self, reason)
  if reason ~= nil then check.value(reason, "string", "term: reason", 2) end
  local ok, err = tell(self, reason and "+TERM " .. reason or "+TERM", true, "term")
  return ok, err
end

--- Where the message stands in its stream and its consumer.
-- @treturn ?table stream, consumer, domain (nil: none), sequence = { stream, consumer }, num_delivered, num_pending,
--   timestamp, nanoseconds; num_delivered: how often it was delivered, 1: the first time; num_pending: how many are to come after it;
--   timestamp: seconds since 1970 when the stream took it, nanoseconds: the same exactly
-- @treturn ?string after a nil: this is no message of a consumer
function methods.metadata(self)
  local reply = self.reply
  if not reply or reply:sub(1, #PREFIX) ~= PREFIX then return nil, "not a message of a consumer" end
  local tokens = {}
  for token in reply:sub(#PREFIX + 1):gmatch("[^.]+") do tokens[#tokens + 1] = token end
  local first = #tokens >= 9 and 3 or 1                   -- of the stream; else 7 tokens begin with it
  local nanoseconds = math.tointeger(tonumber(tokens[first + 5]))
  if not nanoseconds or not tokens[first + 6] then return nil, "not a message of a consumer" end
  local domain = first == 3 and tokens[1] or NO_DOMAIN
  return {
    domain = domain ~= NO_DOMAIN and domain or nil,
    stream = tokens[first],
    consumer = tokens[first + 1],
    num_delivered = math.tointeger(tonumber(tokens[first + 2])),
    sequence = {
      stream = math.tointeger(tonumber(tokens[first + 3])),
      consumer = math.tointeger(tonumber(tokens[first + 4])),
    },
    timestamp = nanoseconds / NANOSECONDS,
    nanoseconds = nanoseconds,
    num_pending = math.tointeger(tonumber(tokens[first + 6])),
  }
end

return methods
