--- One question, many answers (ADR-47).
--
-- Only the time spent waiting counts against the limits, not what the script does with an answer.
--
-- @module nats.many

local check = require "nats.check"
local clock = require "nats.clock"
local errors = require "nats.errors"

local Replies = { __name = "nats.replies" }
Replies.__index = Replies

local KINDS = {
  timeout = "interval", stall = "interval", max = "positive", headers = "table", sentinel = "sentinel",
}

--- The standard sentinel: a message without a payload.
local function is_empty(msg) return msg.data == "" end

function Replies:__tostring()
  return ("nats.replies: %s"):format(self.why and tostring(self.why) or "open")
end

--- Ends the question.
local function finish(self, why)
  self.why = self.why or why
  self.sub:unsubscribe()
  return nil, self.why
end

--- Why nothing came within the time.
local function silence(self, was_stall)
  local nc = self.client
  if nc.reconnects ~= self.reconnects or nc:status() == "reconnecting" then return errors.disconnected end
  return was_stall and errors.stalled or errors.timeout
end

--- Waits for the next answer.
-- @treturn ?table a message
-- @treturn string|table why there are no more: "timeout" (of all), "stalled", "maximum messages delivered",
--   "sentinel", "no responders", "unsubscribed" (by `stop`), "disconnected", "closed", or an error equal to
--   errors.server for another status
function Replies:next()
  if self.why then return nil, self.why end
  local patience = self.count > 0 and self.stall and math.min(self.stall, self.left) or self.left
  local start = clock()
  local msg, err = self.sub:next(patience)
  self.left = math.max(0, self.left - (clock() - start))
  if not msg then return finish(self, err == errors.timeout and silence(self, patience < self.left) or err) end
  if msg.status and msg.data == "" then
    return finish(self, msg.status == 503 and errors.no_responders
      or errors.new(errors.server, ("status %s %s"):format(msg.status, msg.description or "")))
  end
  if self.sentinel and self.sentinel(msg) then return finish(self, errors.sentinel) end
  self.count = self.count + 1
  if self.count == self.max then finish(self, errors.max_messages) end
  return msg
end

-- So that `for msg in replies do` goes through the answers.
function Replies:__call() return (self:next()) end

--- Waits for all answers that are left.
-- @treturn {table,...} messages
-- @treturn string|table why there are no more, as of `next`
function Replies:all()
  local list = {}
  for msg in self do list[#list + 1] = msg end
  return list, self.why
end

--- Takes no more answers.
function Replies:stop()
  if not self.why then finish(self, errors.unsubscribed) end
end

local methods = {}

--- Asks a question that many may answer.
--
--    for msg in assert(nc:request_many("stations", "?", { stall = 0.2 })) do print(msg.data) end
--
-- @tparam string subject
-- @tparam string payload
-- @tparam[opt] table options timeout (seconds for all of it; default: the option timeout), stall (seconds
--   to wait for another answer after the first), max (answers), sentinel (true: an empty answer is the end;
--   or a function(msg) that says whether this is; it is not given out), headers
-- @treturn ?table the answers: an iterator, with `next`, `all`, `stop`, and `why` when there are no more
-- @treturn ?string an error as `publish` returns them
-- @raise what `publish` raises, and on unknown options
function methods:request_many(subject, payload, options)
  options = options or {}
  check.fields(options, KINDS, "request_many", 2)
  local sentinel = options.sentinel
  if sentinel == true then sentinel = is_empty end
  local inbox = self:new_inbox()
  local sub, err = self:_subscribe(inbox, {})
  if not sub then return nil, err end
  local replies = setmetatable({
    client = self,
    sub = sub,
    left = options.timeout or self.options.timeout,      -- seconds of waiting, for all answers
    stall = options.stall,
    max = options.max,
    sentinel = sentinel,                                 -- function(msg) -> whether it is the end; nil: none is
    count = 0,                                           -- answers given out
    reconnects = self.reconnects,                        -- when it was asked
    why = nil,                                           -- why there are no more
  }, Replies)
  local ok
  ok, err = self:_publish(subject, payload, inbox, options.headers, 3)
  if ok then return replies end
  replies:stop()
  return nil, err
end

return methods
