--- What a message of a consumer has beside what every message has: acknowledgement, and where it stands.
--
-- @module nats.jetstream.message

local check = require "nats.check"
local errors = require "nats.errors"
local reply = require "nats.jetstream.reply"

local NANOSECONDS = 1000000000
local TIMEOUT = 5              -- seconds in which a server confirms an acknowledgement

local methods = {}

--- Tells the server what became of a message.
-- @tparam table msg
-- @tparam string payload
-- @tparam boolean is_final nothing more can be told afterwards
-- @tparam string what the caller's name
-- @tparam[opt] number confirmed seconds to wait for the server's word
local function tell(msg, payload, is_final, what, confirmed)
  if not reply.is(msg.reply) then
    error(what .. ": this message is not of a consumer, so nobody waits for that", 2)      -- a tail call: level 2 is the caller
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
  return tell(self, "+ACK", true, "ack")
end

--- Says that the message is done with, and waits until the server has noted it: then it is not delivered again.
-- @tparam[opt=5] number timeout seconds
-- @treturn ?boolean true
-- @treturn ?string an error: "timeout", "no responders" (the consumer is gone), "already acknowledged",
--   "disconnected": nobody knows then whether it was noted; it may be said again
-- @raise when the message is not of a consumer
function methods.double_ack(self, timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "double_ack: timeout", 2) end
  return tell(self, "+ACK", true, "double_ack", timeout or TIMEOUT)
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
  return tell(self, payload, true, "nak")
end

--- Says that the work goes on: the time in which it must be acknowledged begins anew.
-- @treturn ?boolean true
-- @treturn ?string an error: "already acknowledged", and as `publish` returns them
-- @raise when the message is not of a consumer
function methods.in_progress(self)
  return tell(self, "+WPI", false, "in_progress")
end

--- Says that the message shall not be delivered again although it is not done with.
-- @tparam[opt] string reason for the server's advisory; one line
-- @treturn ?boolean true
-- @treturn ?string an error: "already acknowledged", and as `publish` returns them
-- @raise when the message is not of a consumer
function methods.term(self, reason)
  if reason ~= nil then check.value(reason, "string", "term: reason", 2) end
  return tell(self, reason and "+TERM " .. reason or "+TERM", true, "term")
end

--- Where the message stands in its stream and its consumer.
-- @treturn ?table stream, consumer, domain (nil: none), sequence = { stream, consumer }, num_delivered (1: for the first
--   time), num_pending (how many are to come after it), timestamp (seconds since 1970 when the stream took it),
--   nanoseconds (the same exactly)
-- @treturn ?string after a nil: this is no message of a consumer
function methods.metadata(self)
  local in_stream, in_consumer, nanoseconds, pending = reply.numbers(self.reply)
  if not in_stream then return nil, "not a message of a consumer" end
  local stream, consumer, delivered, domain = reply.names(self.reply)
  return {
    domain = domain,
    stream = stream,
    consumer = consumer,
    num_delivered = delivered,
    num_pending = pending,
    sequence = { stream = in_stream, consumer = in_consumer },
    timestamp = nanoseconds / NANOSECONDS,
    nanoseconds = nanoseconds,
  }
end

return methods
