--- Publishing without waiting for each answer: many may be on their way at the same time.
--
-- All answers arrive at one subscription of the client's own kind: they are noted whenever the client takes in
-- what has come, in a callback too.
--
-- @module nats.jetstream.publisher

local check = require "nats.check"
local clock = require "nats.clock"
local errors = require "nats.errors"
local publish = require "nats.jetstream.publish"
local subjects = require "nats.subject"

local ATTEMPTS = 2             -- again when nobody took it
local WAIT = 0.25              -- seconds until then

local Future = { __name = "nats.jetstream.future" }
Future.__index = Future

local function is_settled(future) return future.ack ~= nil or future.err ~= nil end

--- Waits for what the stream says.
-- @tparam[opt] number timeout seconds; default: that of JetStream
-- @treturn ?table as of `publish`; also in the field `ack` once it is there
-- @treturn ?string|table an error as of `publish`; also in the field `err`. "timeout": it may still come
function Future:wait(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "wait: timeout", 2) end
  local js = self.publisher.js
  local ok, err = js.client:_wait(is_settled, self, timeout or js.timeout, self)
  if self.ack then return self.ack end
  return nil, self.err or not ok and err
end

--- A publish has come to its end.
local function settle(self, future, ack, err)
  self.futures[future.number] = nil
  self.pending = self.pending - 1
  future.ack, future.err = ack, err
  if err then self.failed[#self.failed + 1] = future end
  local nc = self.js.client
  if nc.tasks then
    nc.tasks:wake_all(future)
    if self.pending < self.js.max_pending then nc.tasks:wake_all(self) end
  end
end

local function send(self, future)
  return self.js.client:_send(future.subject, future.data, self.prefix .. future.number, future.fields, 3)
end

--- Sends it again, when nobody was there to take it.
local function again(self, future)
  future.tried = (future.tried or 0) + 1
  if future.tried > ATTEMPTS then return settle(self, future, nil, publish.no_stream(future.subject)) end
  self.js.client:after(WAIT, function()
    if self.futures[future.number] ~= future then return end
    local ok, err = send(self, future)
    if not ok then settle(self, future, nil, err) end
  end)
end

--- An answer has come.
local function answered(self, msg)
  local future = self.futures[math.tointeger(tonumber(msg.subject:sub(#self.prefix + 1)))]
  if not future then return end
  if msg.data == "" and msg.status == 503 then return again(self, future) end
  return settle(self, future, publish.ack(msg))
end

--- Makes what a JetStream publishes with.
local function open(js)
  local nc = js.client
  local prefix = nc:new_inbox() .. "."
  local sub, err = nc:_subscribe(prefix .. "*", {})
  if not sub then return nil, err end
  local self = {
    js = js,
    prefix = prefix,
    sub = sub,
    futures = {},              -- number -> future, those without an answer
    pending = 0,               -- how many these are
    last = 0,                  -- number of the last one
    failed = {},               -- those that failed since publish_complete
    subject = nil,             -- the last one that was found to be good
  }
  function sub.direct(_, msg) answered(self, msg) end
  -- What was asked of a connection that is gone nobody answers.
  local function lose(why)
    return function()
      for _, future in pairs(self.futures) do settle(self, future, nil, why) end
    end
  end
  nc:on("disconnected", lose(errors.disconnected))
  nc:on("closed", lose(errors.closed))
  js.publisher = self
  return self
end

local function has_room(self) return self.pending < self.js.max_pending end

local methods = {}

--- Publishes a message and does not wait for the stream's word. When `max_pending` of them have none, it waits until
-- there is room.
-- @tparam string subject
-- @tparam string data
-- @tparam[opt] table options as of `publish`; of timeout and retry only that there are two more attempts holds here
-- @treturn ?table what will have the answer: `wait(timeout)`, and the fields `ack`, `err`
-- @treturn ?string|table an error: "too many publishes wait for their acknowledgement", and those of `nc:publish`
-- @raise what `nc:publish` raises, and on unknown options
function methods:publish_async(subject, data, options)
  local publisher = self.publisher
  if not publisher then
    local opened, err = open(self)
    if not opened then return nil, err end
    publisher = opened
  end
  if subject ~= publisher.subject then
    local problem = subjects.problem(subject)
    if problem then error("publish_async: the subject " .. problem, 2) end
    publisher.subject = subject
  end
  local fields = options and publish.headers(options, "publish_async", 2)
  local ok, err
  if publisher.pending >= self.max_pending then
    ok, err = self.client:_wait(has_room, publisher, self.timeout, publisher)
    if not ok then return nil, err == errors.timeout and errors.too_many_pending or err end
  end
  local number = publisher.last + 1
  publisher.last = number
  local future = setmetatable({ publisher = publisher, number = number, subject = subject, data = data, fields = fields }, Future)
  ok, err = send(publisher, future)
  if not ok then return nil, err end
  publisher.futures[number] = future
  publisher.pending = publisher.pending + 1
  return future
end

--- How many publishes have no answer yet.
-- @treturn integer
function methods:publish_async_pending()
  return self.publisher and self.publisher.pending or 0
end

--- Waits until all that was published with `publish_async` has its answer.
-- @tparam[opt] number timeout seconds for all of it; default: that of JetStream
-- @treturn ?boolean true: the stream has taken all of it
-- @treturn ?string|table an error: "timeout", or that of the first one that failed since the last call of this
-- @treturn ?{table,...} all that failed, as `publish_async` gave them: `subject`, `data`, `err`
function methods:publish_complete(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "publish_complete: timeout", 2) end
  local publisher = self.publisher
  if not publisher then return true end
  local nc, deadline = self.client, clock() + (timeout or self.timeout)
  while publisher.pending > 0 do
    local _, future = next(publisher.futures)
    local ok, err = nc:_wait(is_settled, future, math.max(0, deadline - clock()), future)
    if not ok and not is_settled(future) then return nil, err, publisher.failed end
  end
  local failed = publisher.failed
  publisher.failed = {}
  if failed[1] then return nil, failed[1].err, failed end
  return true
end

return { methods = methods }
