--- A subscription: where messages of a subject wait for the script, or the callback that takes them.
--
-- @module nats.subscription

local check = require "nats.check"
local errors = require "nats.errors"
local Message = require "nats.message"

local setmetatable = setmetatable

local Subscription = { __name = "nats.subscription" }
Subscription.__index = Subscription

--- Makes the message of what a transport gave, and counts it.
local function arrived(self, subject, reply, block, payload)
  local delivered = self.delivered + 1
  self.delivered = delivered
  local msg = setmetatable({ subject = subject, data = payload, reply = reply, sub = self }, Message)
  if block then
    msg.block = block
    self.delivered_bytes = self.delivered_bytes + #payload + #block
  else
    self.delivered_bytes = self.delivered_bytes + #payload
  end
  if delivered == self.max then self.client:_end(self, errors.max_messages) end
  return msg
end

--- Makes a subscription; only the client does.
-- @tparam table client
-- @tparam integer sid
-- @tparam string subject
-- @tparam table options queue, max, callback, pending_msgs, pending_bytes
-- @treturn table
local function subscription(client, sid, subject, options)
  return setmetatable({
    client = client,
    sid = sid,
    subject = subject,
    queue = options.queue,           -- the queue group's name, nil: none
    max = options.max,               -- messages until it ends by itself, nil: no end
    callback = options.callback,     -- function(payload, reply, msg), nil: messages wait for next()
    direct = nil,                    -- the client's own subscriptions: function(client, msg)
    ended = nil,                     -- why no more messages come: an error; nil: they do
    discarded = false,               -- the script unsubscribed: callbacks that wait are not called
    delivered = 0,                   -- messages that came, dropped ones too
    delivered_bytes = 0,             -- of their payloads and headers
    pending_msgs = options.pending_msgs or client.options.pending_msgs,      -- limits, -1: none
    pending_bytes = options.pending_bytes or client.options.pending_bytes,
    waiting = {},                    -- messages first..last have not been taken
    first = 1,
    last = 0,
    bytes = 0,                       -- of payload that wait, in callbacks' queue too
    count = 0,                       -- of messages that wait, in callbacks' queue too
    lost = 0,                        -- messages dropped because too many were waiting
    slow = false,                    -- dropping was reported and has not ended
    patience = nil,                  -- the last time limit of next(), which is known to be good
    arrived = arrived,               -- found at once, without a look into the metatable
  }, Subscription)
end

function Subscription:__tostring()
  return ("nats.subscription: %s (%s)"):format(self.subject, self.ended and tostring(self.ended) or "open")
end

--- Makes room for a message that has to wait, or counts it as dropped.
-- @tparam integer size of the payload in bytes
-- @treturn boolean whether there is room
function Subscription:_admit(size)
  local msgs, bytes = self.pending_msgs, self.pending_bytes
  if (msgs >= 0 and self.count >= msgs) or (bytes >= 0 and self.bytes + size > bytes) then
    self.lost = self.lost + 1
    if not self.slow then
      self.slow = true
      self.client:_report(errors.slow_consumer, self)
      self.client:_emit("slow_consumer", self)
    end
    return false
  end
  -- Half the limit free again: it has recovered, and the next drop is news.
  if self.slow and (msgs < 0 or self.count <= msgs // 2) and (bytes < 0 or self.bytes <= bytes // 2) then
    self.slow = false
  end
  self.count, self.bytes = self.count + 1, self.bytes + size
  return true
end

--- A message that waited is taken.
function Subscription:_release(size)
  self.count, self.bytes = self.count - 1, self.bytes - size
end

--- Puts a message in the queue of next().
function Subscription:_push(msg)
  local last = self.last + 1
  self.last = last
  self.waiting[last] = msg
  if self.client.tasks then self.client.tasks:wake(self) end
end

local function take(self)
  local first = self.first
  local msg = self.waiting[first]
  self.waiting[first] = nil
  if first == self.last then
    self.first, self.last = 1, 0
  else
    self.first = first + 1
  end
  self:_release(#msg.data)
  return msg
end

local function has_some(self) return self.last >= self.first or self.ended end

--- Takes the next message; waits for it when there is none.
-- @tparam[opt] number timeout seconds; 0: do not wait; nil: no limit
-- @treturn ?table the message
-- @treturn ?string an error: "timeout", "closed", "unsubscribed", "maximum messages delivered"
-- @raise when the subscription has a callback
function Subscription:next(timeout)
  if timeout ~= self.patience then
    if timeout ~= nil then check.value(timeout, "seconds", "next: timeout", 2) end
    self.patience = timeout
  end
  if self.last >= self.first then return take(self) end
  local client = self.client
  if self.callback then error("next: this subscription has a callback", 2) end
  if self.ended then return nil, self.ended end

  if not client.tasks then
    -- What comes most often: the next thing that arrived is for this subscription.
    local sid, subject, reply, block, payload = client.transport:poll(0)
    if sid == self.sid then
      return arrived(self, subject, reply, block, payload)
    end
    client:_handle(sid, subject, reply, block, payload)
  end
  local ok, err = client:_wait(has_some, self, timeout, self)
  if self.last >= self.first then return take(self) end
  return nil, not ok and err or self.ended
end

local function iterate(state)
  return (state.sub:next(state.timeout))
end

--- Goes through messages until none comes within the time, or the subscription ends.
-- @tparam[opt] number timeout seconds to wait for each message; nil: no limit
-- @treturn function an iterator for a generic `for`
function Subscription:messages(timeout)
  if self.callback then error("messages: this subscription has a callback", 2) end
  if timeout ~= nil then check.value(timeout, "seconds", "messages: timeout", 2) end
  return iterate, { sub = self, timeout = timeout }
end

--- Ends the subscription, now or after a number of messages.
-- @tparam[opt] integer max messages since the subscription was made; nil: now
-- @treturn ?boolean true
-- @treturn ?string an error: "closed"; a subscription that has ended returns why
function Subscription:unsubscribe(max)
  if max ~= nil then check.value(max, "positive", "unsubscribe: max", 2) end
  return self.client:_unsubscribe(self, max)
end

--- Ends the subscription after what the server has sent before: it is told to stop, then everything
-- that was on its way is taken in. Callbacks run meanwhile; other messages wait for `next`.
-- @tparam[opt] number timeout seconds; default: the option drain_timeout
-- @treturn ?boolean true
-- @treturn ?string an error: "timeout", "closed"
function Subscription:drain(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "drain: timeout", 2) end
  return self.client:_drain({ self }, timeout)
end

--- How much waits for the script.
-- @treturn integer messages
-- @treturn integer bytes of their payloads
function Subscription:pending() return self.count, self.bytes end

--- How many messages were dropped because too many were waiting.
-- @treturn integer
function Subscription:dropped() return self.lost end

--- How many messages the server has sent for this subscription.
-- @treturn integer
function Subscription:received() return self.delivered end

--- Whether messages can still come.
-- @treturn boolean
function Subscription:is_open() return self.ended == nil end

return subscription
