--- Consumers that give each message once, in the order of the stream, to one client that acknowledges nothing (ADR-17).
--
-- Behind one stands a pull consumer of the server's memory. When a message is missing, the server is silent, or the
-- connection was made anew, another one is made that begins after the last message that was given out.
--
-- @module nats.jetstream.ordered

local api = require "nats.jetstream.api"
local check = require "nats.check"
local clock = require "nats.clock"
local config = require "nats.jetstream.config"
local consumer = require "nats.jetstream.consumer"
local errors = require "nats.errors"
local messages = require "nats.jetstream.messages"
local nuid = require "nats.nuid"
local reply = require "nats.jetstream.reply"

local INACTIVE = 300           -- seconds after which the server forgets one that nobody asks
local HEARTBEAT = 5            -- seconds between signs of life, when requests wait long
local LONG = 10                -- seconds from which on that is
local WAIT = { 0.25, 10 }      -- seconds until another one is tried to be made: at first, at the most

local Ordered = setmetatable({ __name = "nats.jetstream.ordered" }, { __index = consumer.class })
Ordered.__index = Ordered

function Ordered:__tostring() return "nats.jetstream.ordered: " .. self.stream end

local FIELDS = {}
for _, name in ipairs {
  "filter_subject", "filter_subjects", "deliver_policy", "opt_start_seq", "opt_start_time", "replay_policy",
  "inactive_threshold", "headers_only", "metadata",
} do FIELDS[name] = config.CONSUMER[name] end
FIELDS.name_prefix = "string"
FIELDS.max_reset_attempts = "integer"

--- The configuration of the next consumer.
local function fields_of(self)
  local given = self.fields
  self.serial = self.serial + 1
  local fields = {
    name = ("%s_%d"):format(self.prefix, self.serial), ack_policy = "none", mem_storage = true, num_replicas = 1,
    inactive_threshold = given.inactive_threshold or INACTIVE, headers_only = given.headers_only, metadata = given.metadata,
    replay_policy = given.replay_policy, filter_subject = given.filter_subject, filter_subjects = given.filter_subjects,
    deliver_policy = given.deliver_policy, opt_start_seq = given.opt_start_seq, opt_start_time = given.opt_start_time,
  }
  if self.last > 0 then
    fields.deliver_policy, fields.opt_start_seq, fields.opt_start_time = "by_start_sequence", self.last + 1, nil
  elseif fields.deliver_policy == "last_per_subject" and not fields.filter_subject and not fields.filter_subjects then
    fields.filter_subject = ">"
  end
  return fields
end

--- Makes the next consumer in place of the one that there was.
local function renew(self)
  local js = self.js
  if self.current then
    -- Nobody waits for the answer: where it does not arrive, the server forgets the consumer by itself.
    js.client:_send(("%sCONSUMER.DELETE.%s.%s"):format(js.prefix, self.stream, self.current.name), "", js.client:new_inbox())
    self.current = nil
  end
  local info, err = consumer.put(js, self.stream, fields_of(self), "create", "ordered_consumer", 1)
  if not info then return nil, err end
  self.current = consumer.handle(js, info)
  self.name, self.info_cache = info.name, info
  self.expected = 1                            -- number in the consumer of the next message
  -- What is new is what comes after this, also when the next consumer is made before anything has come.
  if self.fields.deliver_policy == "new" and self.last == 0 then self.last = info.delivered.stream_seq end
  self.is_fresh = true                         -- nothing was asked of it
  return true
end

--- Has a consumer of which nothing was asked.
local function prepare(self)
  if self.is_fresh then return true end
  return renew(self)
end

--- Notes that a message was given out.
-- @treturn boolean whether it is the next one
local function follows(self, msg)
  local in_stream, in_consumer = reply.numbers(msg.reply)
  if in_consumer ~= self.expected then return false end
  self.expected, self.last = in_consumer + 1, in_stream
  return true
end

-- Messages that are in order -------------------------------------------------------------------------

local InOrder = setmetatable({ __name = "nats.jetstream.messages" }, { __index = messages.class })
InOrder.__index = InOrder
InOrder.__call = messages.class.__call
InOrder.__tostring = messages.class.__tostring

-- What ends them all the same.
local ENDS = { refused = true, over = true, [errors.closed] = true, [errors.unsubscribed] = true, [errors.draining] = true }

function InOrder:_recover(kind, msg)
  if ENDS[kind] then return messages.class._recover(self, kind, msg) end
  self:_forget()
  self.is_stale = true
  if kind == "silent" then self:_tell(errors.no_heartbeat) end
  return true
end

function InOrder:_accept(msg)
  if follows(self.ordered, msg) then return true end
  self:_forget()
  self.is_stale = true
  return false
end

--- Goes on with another consumer.
-- @treturn ?boolean true; nil: not yet; nil and why it ends
function InOrder:_renew()
  local ordered = self.ordered
  local ok, err = renew(ordered)
  if ok then ok, err = self.source:renew() end
  if ok then
    self.consumer, self.is_stale, self.wait, self.attempts = ordered.current, false, WAIT[1], 0
    ordered.is_fresh = false
    return true
  end
  self.attempts = self.attempts + 1
  local most = ordered.fields.max_reset_attempts or -1
  if err == errors.stream_not_found or err == errors.closed or most >= 0 and self.attempts >= most then return nil, err end
  self:_tell(err)
  self.wait_until = clock() + self.wait
  self.wait = math.min(self.wait * 2, WAIT[2])
  return nil
end

--- Makes them.
local function in_order(self, options, what, level)
  local ok, err = prepare(self)
  if not ok then return nil, err end
  local given = {}
  for name, value in pairs(options or {}) do given[name] = value end
  if type(given.expires or LONG) == "number" and (given.expires or LONG) >= LONG then
    given.heartbeat = given.heartbeat or HEARTBEAT
  end
  local all
  all, err = messages.new(self.current, given, what, level + 1)
  if not all then return nil, err end
  self.is_fresh = false
  all.ordered = self
  all.attempts, all.wait = 0, WAIT[1]           -- to make another consumer; seconds until the next
  return setmetatable(all, InOrder)
end

--- Goes through the messages, as `consumer:messages`; each comes once, in its order.
-- @tparam[opt] table options
-- @treturn ?table an iterator
-- @treturn ?string|table an error
function Ordered:messages(options)
  local all, err = in_order(self, options, "messages", 2)
  return all, err
end

--- Handles messages in a task, as `consumer:consume`; each comes once, in its order.
-- @tparam function handler function(msg)
-- @tparam[opt] table options
-- @treturn ?table
-- @treturn ?string|table an error
function Ordered:consume(handler, options)
  check.value(handler, "function", "consume: the handler", 2)
  local all, err = in_order(self, options, "consume", 2)
  if not all then return nil, err end
  return consumer.consume(all, handler)
end

--- Asks for messages, as `consumer:fetch`; what comes follows what was given out before.
-- @tparam integer count
-- @tparam[opt] table options
-- @treturn ?{table,...}
-- @treturn ?string|table an error
function Ordered:fetch(count, options)
  check.value(count, "positive", "fetch: count", 2)
  consumer.check_fetch(options or {}, "fetch", 2)
  if not self.current then
    local ok, err = renew(self)
    if not ok then return nil, err end
  end
  self.is_fresh = false
  local list, err = self.current:fetch(count, options)
  local good = {}
  for i, msg in ipairs(list or {}) do
    if not follows(self, msg) then break end
    good[i] = msg
  end
  -- Another one goes on where these end.
  if err or #good < #(list or {}) then self.current = nil end
  if err and #good == 0 then return nil, err end
  return good, err
end

--- Waits for one message, as `consumer:next`.
-- @tparam[opt] table|number options
-- @treturn ?table the message
-- @treturn ?string|table an error
function Ordered:next(options)
  if type(options) == "number" then options = { expires = options } end
  consumer.check_fetch(options or {}, "next", 2)
  local list, err = self:fetch(1, options)
  if list and list[1] then return list[1] end
  return nil, err or errors.timeout
end

local methods = {}

--- Makes a consumer that gives each message once, in order.
-- @tparam string stream its name; not for the method of a stream
-- @tparam[opt] table fields filter_subject or filter_subjects, deliver_policy, opt_start_seq, opt_start_time,
--   replay_policy, inactive_threshold (seconds), headers_only, metadata, name_prefix, max_reset_attempts (to make another
--   consumer; default -1: for ever)
-- @treturn ?table the consumer: `messages`, `consume`, `fetch`, `next`, `cached_info`
-- @treturn ?string|table an error: errors.stream_not_found
-- @raise on unknown fields
function methods:ordered_consumer(stream, fields)
  api.check_name(stream, "ordered_consumer: the stream's name", 2)
  fields = fields or {}
  check.value(fields, "table", "ordered_consumer: the configuration", 2)
  config.encode(fields, FIELDS, "ordered_consumer", 2)
  local ordered = setmetatable({
    js = self,
    stream = stream,
    fields = fields,
    prefix = fields.name_prefix or nuid(),
    serial = 0,                  -- of the consumer that there is
    last = 0,                    -- number in the stream of the last message that was given out
    expected = 1,
    is_fresh = false,
    current = nil,               -- the pull consumer that there is now
  }, Ordered)
  local ok, err = renew(ordered)
  if not ok then return nil, err end
  return ordered
end

return { methods = methods }
