--- Consumers that send messages by themselves to a subject: for what exists already. New things pull.
--
-- @module nats.jetstream.push

local api = require "nats.jetstream.api"
local check = require "nats.check"
local consumer = require "nats.jetstream.consumer"
local errors = require "nats.errors"
local inbox = require "nats.jetstream.inbox"
local messages = require "nats.jetstream.messages"

local Push = { __name = "nats.jetstream.push", info = consumer.class.info, cached_info = consumer.class.cached_info }
Push.__index = Push

function Push:__tostring() return ("nats.jetstream.push: %s of %s"):format(self.name, self.stream) end

-- Their messages: nothing is asked for, and nothing has to be asked again.
local Pushed = setmetatable({ __name = "nats.jetstream.messages" }, { __index = messages.class })
Pushed.__index = Pushed
Pushed.__call = messages.class.__call
Pushed.__tostring = messages.class.__tostring

function Pushed:_refill() return true end

function Pushed:_recover(kind, msg)
  if kind == "reconnected" then
    self.source.reconnects = self.client.reconnects
    return true
  elseif kind == "silent" then
    self:_tell(errors.no_heartbeat)
    return true
  end
  return messages.class._recover(self, kind, msg)
end

local OPTIONS = { stop_after = "positive", on_error = "function" }

local function pushed(self, options, what, level)
  options = options or {}
  check.fields(options, OPTIONS, what, level + 1)
  local fields = self.info_cache.config
  local source, err = inbox(self.js.client, fields.idle_heartbeat, fields.deliver_subject, fields.deliver_group)
  if not source then return nil, err end
  return setmetatable(messages.class.of(self, source, options), Pushed)
end

--- Goes through the messages: `for msg in consumer:messages() do`. Flow control and heartbeats are seen to.
-- @tparam[opt] table options stop_after (so many messages), on_error (function(err): the server is silent that had
--   promised not to be)
-- @treturn ?table an iterator, with `next(timeout)`, `stop()`, `drain()`, and `why` when there are no more
-- @treturn ?string an error: "closed", "draining"
-- @raise on wrong options
function Push:messages(options)
  local all, err = pushed(self, options, "messages", 2)
  return all, err
end

--- Handles messages in a task, as those of pull consumers do.
-- @tparam function handler function(msg)
-- @tparam[opt] table options as of `messages`
-- @treturn ?table with `stop()`, `drain()`, `wait(timeout)`, `why()`
-- @treturn ?string an error: "closed", "draining"
-- @raise on wrong options
function Push:consume(handler, options)
  check.value(handler, "function", "consume: the handler", 2)
  local all, err = pushed(self, options, "consume", 2)
  if not all then return nil, err end
  return consumer.consume(all, handler)
end

local methods = {}

--- Makes or changes one.
local function put(self, stream, fields, action, what)
  check.value(fields, "table", what .. ": the configuration", 3)
  local all = {}
  for name, value in pairs(fields) do all[name] = value end
  all.deliver_subject = fields.deliver_subject or self.client:new_inbox()
  api.check_subject(all.deliver_subject, what .. ": deliver_subject", 3)
  local info, err = consumer.put(self, stream, all, action, what, 3)
  if not info then return nil, err end
  return consumer.handle(self, info, Push)
end

--- Makes a push consumer.
-- @tparam string stream its name; not for the method of a stream
-- @tparam table fields as of `create_consumer`, and deliver_subject (default: one that nobody else has), deliver_group
--   (the queue group among whose members messages are shared), idle_heartbeat (seconds), flow_control (true: the server
--   waits for those that are slow; it needs idle_heartbeat)
-- @treturn ?table the consumer: `messages`, `consume`, `info`
-- @treturn ?string|table an error
-- @raise on an unknown field, or a value of another kind
function methods:create_push_consumer(stream, fields)
  local one, err = put(self, stream, fields, "create", "create_push_consumer")
  return one, err
end

--- Changes a push consumer, as `create_push_consumer`.
-- @tparam string stream its name
-- @tparam table fields all of them
-- @treturn ?table the consumer
-- @treturn ?string|table an error
function methods:update_push_consumer(stream, fields)
  local one, err = put(self, stream, fields, "update", "update_push_consumer")
  return one, err
end

--- Finds a push consumer.
-- @tparam string stream its name
-- @tparam string name
-- @treturn ?table the consumer
-- @treturn ?string|table an error: errors.consumer_not_found
function methods:push_consumer(stream, name)
  local info, err = consumer.find(self, stream, name, "push_consumer", 2)
  if not info then return nil, err end
  if not info.config.deliver_subject then return nil, errors.new(errors.pull, "this is a pull consumer: consumer finds it") end
  return consumer.handle(self, info, Push)
end

return { methods = methods }
