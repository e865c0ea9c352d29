--- The messages of a pull consumer, one after the other, without an end (ADR-37).
--
-- More are asked for when half of what was asked for has come, so that there are always some on their way. What
-- breaks that off (a new leader, a server that has gone, a connection that was made anew) makes it ask again.
--
-- @module nats.jetstream.messages

local check = require "nats.check"
local clock = require "nats.clock"
local errors = require "nats.errors"
local inbox = require "nats.jetstream.inbox"
local status = require "nats.jetstream.status"

local MESSAGES = 500             -- asked for ahead, unless max_messages or max_bytes says otherwise
local BY_BYTES = 1000000         -- the same where max_bytes limits them
local EXPIRES = 30               -- seconds that a request waits at the server
local LONGEST = 30               -- seconds between two signs of life, at the most
local AGAIN = { absent = 0.5, busy = 1, moved = 0.1, away = 0.5 }      -- seconds until it is asked again

local Messages = { __name = "nats.jetstream.messages" }
Messages.__index = Messages

function Messages:__tostring()
  return ("nats.jetstream.messages: %s (%s)"):format(self.consumer.name, self.why and tostring(self.why) or "open")
end

local OPTIONS = {
  max_messages = "positive", max_bytes = "positive", expires = "interval", heartbeat = "interval",
  threshold_messages = "positive", threshold_bytes = "positive", stop_after = "positive",
  min_pending = "positive", min_ack_pending = "positive", group = "string", priority = "count", on_error = "function",
}

--- The options with their defaults, or an error at a caller's line.
local function options_of(given, what, level)
  level = level + 1
  given = given or {}
  check.fields(given, OPTIONS, what, level)
  local options = {}
  for name, value in pairs(given) do options[name] = value end
  options.expires = given.expires or EXPIRES
  if options.expires < 1 then error(what .. ": expires must be 1 second or more", level) end
  options.heartbeat = given.heartbeat or math.min(options.expires / 2, LONGEST)
  if options.heartbeat > options.expires / 2 then error(what .. ": heartbeat must be at most half of expires", level) end
  options.max_messages = given.max_messages or given.max_bytes and BY_BYTES or MESSAGES
  options.threshold_messages = given.threshold_messages or math.ceil(options.max_messages / 2)
  if options.max_bytes then options.threshold_bytes = given.threshold_bytes or math.ceil(options.max_bytes / 2) end
  return options
end

--- Raises unless a group is one of the consumer's, where it has groups.
local function check_group(consumer, group, what, level)
  local groups = consumer.info_cache.config.priority_groups
  if groups and #groups > 0 then
    for _, name in ipairs(groups) do
      if name == group then return end
    end
    error(("%s: group must be one of the consumer's: %s"):format(what, table.concat(groups, ", ")), level + 1)
  elseif group then
    error(what .. ": the consumer has no priority groups", level + 1)
  end
end

--- Makes them.
-- @tparam table consumer
-- @tparam ?table given options
-- @tparam string what the caller's name
-- @tparam integer level whose line an error names, as for `error`
-- @treturn ?table
-- @treturn ?string an error
local function messages(consumer, given, what, level)
  level = level + 1
  local options = options_of(given, what, level)
  check_group(consumer, options.group, what, level)
  local source, err = inbox(consumer.js.client, options.heartbeat)
  if not source then return nil, err end
  return Messages.of(consumer, source, options)
end

--- Makes messages of what arrives in a place.
-- @tparam table consumer
-- @tparam table source of nats.jetstream.inbox
-- @tparam table options
-- @treturn table
function Messages.of(consumer, source, options)
  return setmetatable({
    client = consumer.js.client,
    consumer = consumer,
    options = options,
    source = source,             -- where they arrive
    asked = 0,                   -- messages that were asked for and have not come
    asked_bytes = 0,             -- the same in bytes, where max_bytes is given
    count = 0,                   -- given out
    wait_until = nil,            -- not to ask before, by nats.clock
    is_stale = false,            -- of ordered ones: another consumer is to be made
    draining = false,            -- nothing more is asked for
    why = nil,                   -- why there are no more
  }, Messages)
end

--- Ends it.
local function finish(self, why)
  self.why = self.why or why
  self.source:close()
  return nil, self.why
end

--- Tells of what it recovers from by itself.
function Messages:_tell(err)
  if self.options.on_error then self.client:_protected(self.options.on_error, err, self) end
end

--- Asks for more when enough have come; push consumers have another one of this.
-- @treturn ?boolean nil and an error: it ends
function Messages:_refill()
  local options = self.options
  local few = self.asked < options.threshold_messages
    or options.max_bytes and self.asked_bytes < options.threshold_bytes
  if not few or self.draining then return true end
  if self.wait_until then
    if clock() < self.wait_until then return true end
    self.wait_until = nil
  end
  if self.is_stale then
    local fine, why = self:_renew()
    if not fine and why then return nil, why end
    if not fine then return true end             -- it tries again
  end
  local batch = options.max_messages - (options.max_bytes and 0 or self.asked)
  if options.stop_after then batch = math.min(batch, options.stop_after - self.count - self.asked) end
  if batch < 1 then return true end
  local ok, err = self.source:ask(self.consumer, {
    batch = batch, expires = options.expires,
    max_bytes = options.max_bytes and options.max_bytes - self.asked_bytes or nil,
    min_pending = options.min_pending, min_ack_pending = options.min_ack_pending,
    group = options.group, priority = options.priority, id = self.consumer.pin_id,
  })
  if err == errors.closed or err == errors.draining then return nil, err end
  if not ok then
    self.wait_until = clock() + AGAIN.away
    return true
  end
  self.asked = options.max_bytes and batch or self.asked + batch
  if options.max_bytes then self.asked_bytes = options.max_bytes end
  return true
end

--- Begins anew: what was asked for will not come.
-- @tparam[opt] number delay seconds until it is asked again
function Messages:_forget(delay)
  self.asked, self.asked_bytes = 0, 0
  self.wait_until = delay and clock() + delay or nil
end

--- Whether the consumer is there; else the error that says so.
local function look(self)
  local info, err = self.consumer:info()
  if info then return true end
  if err == errors.consumer_not_found or err == errors.stream_not_found then
    return nil, errors.new(errors.consumer_deleted, tostring(err))
  end
  return true
end

-- What happens instead of a message -> function(self, msg): goes on when it returns true, else nil and why it ends.
local EVENTS = {
  over = function(self, msg)
    local left, bytes = status.left(msg)
    self.asked = math.max(0, self.asked - left)
    self.asked_bytes = math.max(0, self.asked_bytes - bytes)
    return true
  end,
  unpinned = function(self)
    self.consumer.pin_id = nil
    self:_forget()
    return true
  end,
  moved = function(self, msg)
    self:_forget(AGAIN.moved)
    self:_tell(status.error(msg))
    return true
  end,
  busy = function(self, msg)
    self:_forget(AGAIN.busy)
    self:_tell(status.error(msg))
    return true
  end,
  absent = function(self)
    self:_forget(AGAIN.absent)
    self:_tell(errors.no_responders)
    return look(self)
  end,
  silent = function(self)
    self:_forget()
    self:_tell(errors.no_heartbeat)
    return look(self)
  end,
  reconnected = function(self)
    self:_forget()
    return true
  end,
  deleted = function(_, msg) return nil, status.error(msg) end,
  refused = function(_, msg) return nil, status.error(msg) end,
}

--- Recovers from what happened instead of a message; ordered consumers have another one of this.
-- @treturn ?boolean true: it goes on; nil and why it ends
function Messages:_recover(kind, msg)
  local event = EVENTS[kind]
  if not event then return nil, kind end
  return event(self, msg)
end

--- Looks at a message before it is given out; ordered consumers have another one of this.
-- @treturn boolean whether it is to be given out
function Messages:_accept(msg)
  local pin = rawget(msg, "block") and msg:header "Nats-Pin-Id"
  if pin then self.consumer.pin_id = pin end
  return true
end

local function take(self, msg)
  self.asked = math.max(0, self.asked - 1)
  if self.options.max_bytes then
    local block = rawget(msg, "block")
    self.asked_bytes = math.max(0, self.asked_bytes - #msg.data - #msg.subject - #(msg.reply or "") - (block and #block or 0))
  end
  if not self:_accept(msg) then return nil end
  self.count = self.count + 1
  if self.count == self.options.stop_after then finish(self, errors.max_messages) end
  return msg
end

--- Waits for the next message.
-- @tparam[opt] number timeout seconds; nil: no limit
-- @treturn ?table the message
-- @treturn ?string|table an error: "timeout", and then more may come; why there are no more: "unsubscribed" (by
--   `stop` or `drain`), "maximum messages delivered" (stop_after), "closed", errors.consumer_deleted, errors.pull
function Messages:next(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "next: timeout", 2) end
  local deadline = timeout and clock() + timeout
  while not self.why do
    if self.draining and self.source.sub:pending() == 0 then return finish(self, errors.unsubscribed) end
    local ok, err = self:_refill()
    if not ok then return finish(self, err) end
    local limit = self.wait_until and math.min(self.wait_until, deadline or math.huge) or deadline
    local msg, kind, with_status = self.source:next(limit)
    if msg then
      msg = take(self, msg)
      if msg then return msg end
    elseif kind ~= errors.timeout then
      ok, err = self:_recover(kind, with_status)
      if not ok then return finish(self, err) end
    elseif deadline and clock() >= deadline then
      return nil, errors.timeout
    end
  end
  return nil, self.why
end

-- So that `for msg in messages do` goes through them.
function Messages:__call() return (self:next()) end

--- Takes no more. What had arrived is delivered again, to this consumer or another one of its kind, when its time to
-- be acknowledged is over.
function Messages:stop()
  if not self.why then finish(self, errors.unsubscribed) end
end

--- Asks for no more: what has arrived is still given out, then it ends.
function Messages:drain() self.draining = true end

return { new = messages, class = Messages }
