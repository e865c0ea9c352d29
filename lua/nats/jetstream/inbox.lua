--- Where the messages of a consumer arrive that were asked for, and what else can happen while one waits for them.
--
-- Silence counts only while the script waits here: what arrived while it was busy elsewhere is found first, so a slow
-- handler is never taken for a server that has gone.
--
-- @module nats.jetstream.inbox

local clock = require "nats.clock"
local config = require "nats.jetstream.config"
local errors = require "nats.errors"
local json = require "json"
local status = require "nats.jetstream.status"

local LOOK = 0.5          -- seconds after which it is looked whether the connection was made anew

local Inbox = { __name = "nats.jetstream.inbox" }
Inbox.__index = Inbox

--- Makes one.
-- @tparam table client
-- @tparam ?number heartbeat seconds between signs of life that are asked for; nil: none
-- @tparam[opt] string subject where messages come by themselves; nil: one that nobody else has
-- @tparam[opt] string queue with that: the queue group
-- @treturn ?table
-- @treturn ?string an error: "closed", "draining"
local function inbox(client, heartbeat, subject, queue)
  local sub, err = client:_subscribe(subject or client:new_inbox(), { queue = queue })
  if not sub then return nil, err end
  return setmetatable({
    client = client,
    sub = sub,
    heartbeat = heartbeat,
    reconnects = client.reconnects,      -- when messages were last asked for
  }, Inbox)
end

--- Asks a consumer for messages.
-- @tparam table consumer
-- @tparam table request batch, expires (seconds), max_bytes, no_wait, min_pending, min_ack_pending, id, group, priority
-- @treturn ?boolean true; nil and an error as `publish` returns them
function Inbox:ask(consumer, request)
  self.reconnects = self.client.reconnects
  local fields = {}
  for name, value in pairs(request) do fields[name] = value end
  fields.expires = fields.expires and config.nanoseconds(fields.expires)
  fields.idle_heartbeat = self.heartbeat and config.nanoseconds(self.heartbeat)
  local js = consumer.js
  local subject = ("%sCONSUMER.MSG.NEXT.%s.%s"):format(js.prefix, consumer.stream, consumer.name)
  return self.client:_send(subject, json.encode(fields), self.sub.subject)
end

--- Whether the server is really silent: what it had sent before it answers a ping has arrived then.
-- @treturn boolean
local function is_silent(self)
  local ok = self.client:flush(self.heartbeat)
  return ok and self.sub:pending() == 0 or false
end

--- A sign of life. One that asks for an answer wants to know whether all before it was taken (flow control): it
-- stands behind that in the queue, so it was.
local function answer_to(self, msg)
  local stalled = msg.reply or msg:header "Nats-Consumer-Stalled"
  if stalled then self.client:_send(stalled, "") end
end

--- Waits for a message.
-- @tparam ?number deadline by nats.clock; nil: no limit
-- @treturn ?table a message of the stream
-- @treturn ?string after a nil: a kind of nats.jetstream.status but "alive"; "timeout", "silent" (two heartbeats are
--   missing), "reconnected"; else the error with which the subscription ended
-- @treturn ?table the message with the status
function Inbox:next(deadline)
  local sub, client = self.sub, self.client
  local heard
  while true do
    local msg, err
    if sub:pending() > 0 then
      msg, err = sub:next(0)
    else
      local now = clock()
      heard = heard or now
      local wait = LOOK
      if deadline then wait = math.min(wait, math.max(0, deadline - now)) end
      if self.heartbeat then wait = math.min(wait, math.max(0, heard + 2 * self.heartbeat - now)) end
      msg, err = sub:next(wait)
    end
    if msg then
      if msg.data ~= "" then return msg end
      local kind = status.of(msg)
      if not kind then return msg end
      if kind ~= "alive" then return nil, kind, msg end
      answer_to(self, msg)
      heard = nil
    elseif err ~= errors.timeout then
      return nil, err
    elseif client.reconnects ~= self.reconnects then
      return nil, "reconnected"
    else
      local now = clock()
      if deadline and now >= deadline then return nil, errors.timeout end
      if self.heartbeat and now >= heard + 2 * self.heartbeat then
        if is_silent(self) then return nil, "silent" end
        heard = nil
      end
    end
  end
end

--- Begins anew, so that nothing more of what was asked for comes.
-- @treturn ?boolean true
-- @treturn ?string an error: "closed", "draining"
function Inbox:renew()
  local sub, err = self.client:_subscribe(self.client:new_inbox(), {})
  if not sub then return nil, err end
  self:close()
  self.sub = sub
  return true
end

--- Takes no more. What has arrived is lost here, and will be delivered again where it must be acknowledged.
function Inbox:close()
  if not self.sub.ended then self.sub:unsubscribe() end
end

return inbox
