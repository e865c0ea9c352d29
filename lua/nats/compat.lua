--- Calls of the lua-nats library (2015-2018), over the client's own, so that its scripts go on working.
--
-- What it called the same and meant the same needs nothing here: connect(host, port), publish,
-- subscribe(subject, callback), unsubscribe, close.
--
-- @module nats.compat

local check = require "nats.check"

local compat = {}

--- Does nothing: the connection was made by `nats.connect`.
-- @treturn boolean true
function compat:connect() return self:status() ~= "closed" end

--- Asks the server for a sign of life.
-- @treturn ?boolean true
-- @treturn ?string an error as `flush` returns it
function compat:ping() return self:flush() end

--- Dispatches until a number of messages has come, answers included.
-- @tparam[opt=0] integer count 0: for ever
-- @treturn ?boolean true
-- @treturn ?string an error: "closed"
function compat:wait(count)
  if count ~= nil then check.value(count, "count", "wait: count", 2) end
  local before = self:received()
  while not count or count == 0 or self:received() - before < count do
    local ok, err = self:_step(nil)
    if not ok then return nil, err end
  end
  return true
end

--- Asks a question; the answer goes to a callback while something else waits.
-- @tparam table self the client
-- @tparam string subject
-- @tparam string payload
-- @tparam function callback function(payload, reply, msg)
-- @treturn ?integer the subscription's sid, for `unsubscribe`; nil and an error
-- @treturn string the reply subject
function compat.request(self, subject, payload, callback)
  local inbox = self:new_inbox()
  local sub, err = self:_subscribe(inbox, { max = 1, callback = callback })
  if not sub then return nil, err end
  local ok
  ok, err = self:publish(subject, payload, inbox)
  if not ok then
    sub:unsubscribe()
    return nil, err
  end
  return sub.sid, inbox
end

--- Closes the connection.
function compat:shutdown() return self:close() end

--- How many subscriptions there are.
-- @treturn integer
function compat:count_subscriptions()
  local count = 0
  for _, sub in pairs(self.subs) do
    if not sub.direct then count = count + 1 end
  end
  return count
end

--- What the server last said of itself.
-- @treturn table INFO; empty when the connection is closed
function compat:get_server_info() return self:server_info() or {} end

return compat
