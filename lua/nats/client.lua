--- A connection to NATS, as a script uses it.
--
-- Nothing happens in the background: messages arrive, callbacks run and the connection is looked after
-- while one of the blocked calls runs: next, messages, request, flush, drain, process, run. Callbacks
-- run in order of arrival, and never inside another one: what arrives while a callback waits for
-- something is called when it has returned.
--
-- @module nats.client

local check = require "nats.check"
local clock = require "nats.clock"
local codec = require "nats.codec"
local compat = require "nats.compat"
local errors = require "nats.errors"
local headers = require "nats.headers"
local many = require "nats.many"
local nuid = require "nats.nuid"
local service = require "nats.service"
local subjects = require "nats.subject"
local subscription = require "nats.subscription"
local tasks = require "nats.tasks"

local type, xpcall = type, xpcall

local CHECKED = 4096          -- subjects remembered as good: programs use few, and inboxes must not pile up
local PROCESS = 4096          -- messages of one process(): it returns even when they come faster than it works
local LATE = 1024             -- messages taken in when a time limit is over: some of them may have been in time
local DRAIN_FLUSH = 5         -- seconds in which the last publishes must be taken when a client is drained

local Client = { __name = "nats.client" }
Client.__index = Client

-- What a client talks to once it is closed.
local function is_closed() return nil, errors.closed end
local CLOSED = setmetatable({ poll = function() return nil, "closed" end }, { __index = function() return is_closed end })

--- Makes a client; `nats.connect` does.
-- @tparam function open of a transport, as the contract in nats.transport says
-- @tparam table options as nats.options makes them
-- @treturn ?table the client
-- @treturn ?table an error of the transport
local function client(open, options)
  local self
  function options.delivered(sid) return self.subs[sid] and self.subs[sid].delivered or 0 end
  local transport, err = open(options)
  if not transport then return nil, err end
  self = setmetatable({
    transport = transport,
    options = options,
    on_error = options.on_error,   -- function(err, sub, msg) for what no call can return; nil: to stderr
    handlers = {},                 -- event -> array of functions
    reporting = false,             -- handlers of errors are being called
    subs = {},                     -- sid -> subscription
    last_sid = 0,
    checked = {},                  -- subjects that may be published to
    checked_count = 0,
    tasks = nil,                   -- of nats.tasks, while there are some
    running = nil,                 -- the message whose callback runs
    taken = 0,                     -- which one that is of those taken in together
    calls = {},                    -- messages first_call..last_call wait for their callbacks
    first_call = 1,
    last_call = 0,
    pings = 0,                     -- asked
    pongs = 0,                     -- the last one that was answered
    lost_pings = 0,                -- the last one that went with its connection
    inbox = nil,                   -- prefix of reply subjects, once a request was made
    mux = nil,                     -- the subscription that takes all answers
    requests = {},                 -- reply subject -> true while it is waited for, then the message or an error
    last_request = 0,
    corked = 0,                    -- depth of batches
    draining = false,
    why = nil,                     -- why the connection was closed, nil: it is not, or by the script
    max_payload = 0,
    headers = false,               -- whether the server takes headers
    past_msgs = 0, past_bytes = 0, -- what subscriptions received that have ended
    past_out = nil,                -- the transport's counters once it is closed
    reconnects = 0, errors = 0,
    publish = Client.publish,      -- found at once, without a look into the metatable
  }, Client)
  self:_learn()
  return self
end

--- Takes over what the server says of itself.
function Client:_learn()
  local info = self.transport:info()
  self.max_payload = info.max_payload or 1024 * 1024    -- not known before the first connection
  self.headers = info.headers ~= false
  self.url = info.url or self.url
end

function Client:__tostring()
  return ("nats.client: %s (%s)"):format(self.url, self:status())
end

--- Tells of an error that no call can return.
function Client:_report(err, sub, msg)
  self.errors = self.errors + 1
  if self.handlers.error and not self.reporting then
    self.reporting = true                  -- what a handler raises in turn goes to on_error
    self:_emit("error", err, sub, msg)
    self.reporting = false
    if not self.on_error then return end
  end
  if self.on_error then return self.on_error(err, sub, msg) end
  io.stderr:write("nats: ", tostring(err), sub and " (" .. sub.subject .. ")" or "", "\n")
end

local function traced(value)
  return { value = value, text = debug.traceback(tostring(value), 2) }
end

--- The error of a function of the script that raised. What is to end the function that called it is
-- raised again: that its task was cancelled, and a Ctrl-C, with the traceback of where it came.
function Client:_raised(failure)
  if type(failure) ~= "table" then failure = { value = failure, text = failure } end   -- Lua had no memory for more
  local value = failure.value
  if value == errors.cancelled then error(value, 0) end
  if errors.is_interrupt(value) then
    -- The frames of the function itself: those that called us are in the traceback of who catches this.
    error(value:find("\n", 1, true) and value or failure.text:gsub("\n[^\n]+ in function 'xpcall'.*", ""), 0)
  end
  local err = errors.new(errors.callback, failure.text)
  err.value = value
  return err
end

--- Calls a function of the script; true, or nil and an error when it raises.
function Client:_attempt(fn, ...)
  local ok, failure = xpcall(fn, traced, ...)
  if ok then return true end
  return nil, self:_raised(failure)
end

--- Calls a function of the script, and tells of it when it raises.
function Client:_protected(fn, ...)
  local ok, err = self:_attempt(fn, ...)
  if not ok then self:_report(err) end
end

--- Runs the callbacks that wait, oldest first.
local function run_calls(self)
  while self.last_call > 0 do
    local first = self.first_call
    local msg = self.calls[first]
    self.calls[first] = nil
    if first == self.last_call then
      self.first_call, self.last_call = 1, 0
    else
      self.first_call = first + 1
    end
    local sub = msg.sub
    sub:_release(#msg.data)
    if not sub.discarded then
      self.running = msg
      sub.callback(msg.data, msg.reply, msg)
      self.running = nil
    end
  end
end

--- Forgets a subscription.
function Client:_end(sub, why)
  if self.subs[sub.sid] == sub then
    self.subs[sub.sid] = nil
    self.past_msgs, self.past_bytes = self.past_msgs + sub.delivered, self.past_bytes + sub.delivered_bytes
  end
  sub.ended = sub.ended or why
  if self.tasks then self.tasks:wake_all(sub) end
end

--- Takes in a message that no callback can have at once.
local function keep(self, sub, msg)
  if sub.direct then
    sub.direct(self, msg)
  elseif sub:_admit(#msg.data) then
    if sub.callback then
      self.last_call = self.last_call + 1
      self.calls[self.last_call] = msg
      if not self.running then run_calls(self) end     -- some were left when a Ctrl-C ended one
    else
      sub:_push(msg)
    end
  end
end

--- Takes in a message, or what a poll returned instead of one; no callback runs.
-- @treturn boolean|nil true; nil and "timeout" or "closed"
function Client:_handle(sid, subject, reply, block, payload)
  if not sid then return self:_event(subject, reply) end
  local sub = self.subs[sid]
  if sub then keep(self, sub, sub:arrived(subject, reply, block, payload)) end   -- else it has ended meanwhile
  return true
end

--- Takes in what arrives, and runs callbacks.
local function take_in(self, left, most)
  local subs = self.subs
  for count = 1, most do
    local sid, subject, reply, block, payload = self.transport:poll(left)
    local sub = subs[sid]
    local callback = sub and sub.callback
    if callback and not self.running and self.last_call == 0 then
      local msg = sub:arrived(subject, reply, block, payload)
      self.running, self.taken = msg, count
      callback(payload, reply, msg)
      self.running = nil
      if self.last_call > 0 then run_calls(self) end
    else
      local ok, err = self:_handle(sid, subject, reply, block, payload)
      if not ok then return count > 1 and count - 1 or nil, err end
    end
    if self.tasks then return count end
    left = 0
  end
  return most
end

--- Takes in what arrives. Callbacks run under one protected call, since one for each costs as much as all the
-- rest: it begins anew after one that raised.
-- @tparam ?number left seconds to wait for the first thing, nil: no limit
-- @tparam[opt=1] integer most things to take in, as long as they are there
-- @treturn ?integer how many; nil: none
-- @treturn ?string where it stopped before: "timeout" or "closed"
function Client:_take(left, most)
  if self.running then return take_in(self, left, most or 1) end
  local ok, count, err = xpcall(take_in, traced, self, left, most or 1)
  while not ok do
    local failure, msg = count, self.running
    if not msg then error(type(failure) == "table" and failure.value or failure, 0) end
    self.running = nil
    self:_report(self:_raised(failure), msg.sub, msg)
    ok, count, err = xpcall(run_calls, traced, self)
    if ok then count = self.taken end
  end
  return count, err
end

--- Fails what waits for an answer of a connection that is gone.
function Client:_fail_waiting(err)
  for number = math.max(self.pongs, self.lost_pings) + 1, self.pings do self:_wake(number) end
  self.lost_pings = self.pings
  for reply, state in pairs(self.requests) do
    if state == true then
      self.requests[reply] = err
      self:_wake(reply)
    end
  end
end

--- Lets the tasks go on that wait for a key.
function Client:_wake(key)
  if self.tasks then self.tasks:wake_all(key) end
end

-- What happens to a connection: event -> function(client, detail).
local EVENTS = {
  pong = function(self, number)
    local known = math.max(self.pongs, self.lost_pings)
    number = number or math.min(known + 1, self.pings)         -- nats.go does not count them
    for asked = known + 1, number do self:_wake(asked) end
    self.pongs = number
  end,
  disconnected = function(self) self:_fail_waiting(errors.disconnected) end,
  reconnected = function(self)
    self.reconnects = self.reconnects + 1
    self:_learn()
  end,
  error = function(self, detail) self:_report(errors.of_server(detail)) end,
  closed = function(self, detail)
    self.why = detail
    if detail then self:_report(errors.new(errors.lost, detail)) end
    self:_finish()
  end,
}

--- Calls the functions of the script that wait for an event.
function Client:_emit(event, ...)
  for _, handler in ipairs(self.handlers[event] or {}) do self:_protected(handler, ...) end
end

function Client:_event(event, detail)
  if event == "timeout" then return nil, errors.timeout end
  local own = EVENTS[event]
  if own and self.transport ~= CLOSED then own(self, detail) end
  if event ~= "error" then self:_emit(event, detail) end        -- of errors _report has told
  if event == "closed" then return nil, errors.closed end
  return true
end

--- Ends everything that hangs on the connection.
function Client:_finish()
  self.past_out = self.transport:info()
  self.transport = CLOSED
  self:_fail_waiting(errors.closed)
  for _, sub in pairs(self.subs) do self:_end(sub, errors.closed) end
  if self.tasks then self.tasks:finish() end
end

--- A task was cancelled while it waited.
function Client:_abandoned(key)
  self.requests[key] = nil
  if self.tasks then self.tasks:wake(key) end          -- what woke it may be of use to another
end

--- Takes in what arrives, one thing by default, or lets tasks go on.
-- @tparam ?number left seconds to wait at most, nil: no limit
-- @tparam[opt=1] integer most things, as long as they are there
-- @treturn ?integer how many; nil: none
-- @treturn ?string where it stopped before: "timeout" or "closed"
function Client:_step(left, most)
  if self.tasks then return self.tasks:step(left) end
  return self:_take(left, most)
end

--- Waits until `ready(argument)` is true: takes in what arrives, or, in a task, lets others do it.
-- @tparam function ready
-- @param argument of ready
-- @tparam ?number timeout seconds, nil: no limit
-- @param key what wakes a task that waits for this: `_wake(key)` is called when ready may have become true
-- @treturn ?boolean true; nil and "timeout" or "closed"
function Client:_wait(ready, argument, timeout, key)
  local task = self.tasks and self.tasks:current()
  if task then return self.tasks:wait(task, ready, argument, timeout, key) end
  local deadline, late = timeout and clock() + timeout, 0
  while not ready(argument) do
    local left
    if deadline then
      left = math.max(0, deadline - clock())
      if left == 0 then late = late + 1 end
      if late > LATE then return nil, errors.timeout end       -- they come faster than the script works
    end
    local ok, err = self:_step(left)
    if not ok then
      if ready(argument) then return true end
      return nil, err
    end
  end
  return true
end

--- Raises what is wrong with a subject.
local function refuse(what, subject, problem, level)
  error(("%s %s%s"):format(what, type(subject) == "string" and check.quoted(subject) .. " " or "", problem), level + 1)
end

--- Checks a subject that is not known to be good, and remembers it.
local function check_subject(self, subject, what, level)
  local problem = subjects.problem(subject)
  if problem then refuse(what, subject, problem, level + 1) end
  if self.checked_count >= CHECKED then self.checked, self.checked_count = {}, 0 end
  self.checked[subject] = true
  self.checked_count = self.checked_count + 1
end

--- Sends a message whose subjects are known to be good.
function Client:_send(subject, payload, reply, fields, level)
  if type(payload) ~= "string" then
    error("the payload must be a string, not " .. (payload == nil and "nil" or "a " .. type(payload)), level)
  end
  local block, size = nil, #payload
  if fields ~= nil then
    block = headers.encode(fields, level)
    if not self.headers then return nil, errors.headers end
    size = size + #block
  end
  if size > self.max_payload then return nil, errors.max_payload end
  return self.transport:publish(subject, reply, block, payload)
end

--- Publishes a message. It is on its way to the server when the call returns, except in a `batch`.
-- @tparam string subject without wildcards
-- @tparam string payload any bytes, at most what the server's max_payload says
-- @tparam[opt] string reply subject that an answer should go to
-- @tparam[opt] table fields headers: key -> string or array of strings
-- @treturn ?boolean true
-- @treturn ?string an error: "maximum payload exceeded", "closed", "disconnected"
-- @raise on a malformed subject or header and a payload that is not a string (ADR-4, ADR-6)
function Client:publish(subject, payload, reply, fields)
  local checked = self.checked
  if checked[subject] and reply == nil and fields == nil and type(payload) == "string" and #payload <= self.max_payload then
    return self.transport:publish(subject, nil, nil, payload)
  end
  return self:_publish(subject, payload, reply, fields, 2)   -- a tail call: level 2 is the caller
end

function Client:_publish(subject, payload, reply, fields, level)
  local checked = self.checked
  if not checked[subject] then check_subject(self, subject, "subject", level) end
  if reply ~= nil then
    if not checked[reply] then check_subject(self, reply, "reply subject", level) end
    if #subject + #reply > subjects.MAX then refuse("reply subject", reply, "is too long beside its subject", level) end
  end
  return self:_send(subject, payload, reply, fields, level)
end

local SUBSCRIBE = {
  queue = "string", max = "positive", callback = "function", pending_msgs = "limit", pending_bytes = "limit",
}

--- Subscribes to a subject.
-- @tparam string subject may have the wildcards `*` and `>`
-- @tparam[opt] function|table options a callback `function(payload, reply, msg)`, or a table of queue
--   (name of a queue group), max (messages until it ends), callback, pending_msgs and pending_bytes (what
--   may wait, -1: no limit; more is dropped, counted and reported)
-- @treturn ?table the subscription
-- @treturn ?string an error: "closed", "draining"
-- @raise on a malformed subject or queue name, and unknown options (ADR-6)
function Client:subscribe(subject, options)
  local problem = subjects.problem(subject, true)
  if problem then refuse("subscribe: subject", subject, problem, 2) end
  if type(options) == "table" and not (getmetatable(options) or {}).__call then
    check.fields(options, SUBSCRIBE, "subscribe", 2)
    local bad = options.queue and subjects.queue_problem(options.queue)
    if bad then error("subscribe: queue " .. bad, 2) end
    if options.queue and #subject + #options.queue > subjects.MAX then
      error("subscribe: queue is too long beside its subject", 2)
    end
  elseif options ~= nil then
    check.value(options, "function", "subscribe: the callback", 2)
    options = { callback = options }
  end
  return self:_subscribe(subject, options or {})
end

function Client:_subscribe(subject, options)
  if self.draining then return nil, errors.draining end
  local sid = self.last_sid + 1
  local ok, err = self.transport:subscribe(sid, subject, options.queue)
  if ok and options.max then ok, err = self.transport:unsubscribe(sid, options.max) end
  if not ok then return nil, err end
  self.last_sid = sid
  local sub = subscription(self, sid, subject, options)
  self.subs[sid] = sub
  return sub
end

--- Ends a subscription, as `sub:unsubscribe` does.
-- @tparam table|integer sub a subscription or its sid
-- @tparam[opt] integer max messages since the subscription was made; nil: now
-- @treturn ?boolean true
-- @treturn ?string an error: "closed"; a subscription that has ended returns why
function Client:unsubscribe(sub, max)
  local known = type(sub) == "table" and sub or self.subs[math.tointeger(tonumber(sub))]
  if type(sub) ~= "table" and not tonumber(sub) then error("unsubscribe: this is no subscription", 2) end
  if not known then return nil, errors.unsubscribed end
  if max ~= nil then check.value(max, "positive", "unsubscribe: max", 2) end
  return self:_unsubscribe(known, max)
end

function Client:_unsubscribe(sub, max)
  if sub.ended then return nil, sub.ended end
  local over = not max or sub.delivered >= max
  local ok, err = self.transport:unsubscribe(sub.sid, not over and max or nil)
  if not ok then return nil, err end
  if over then
    sub.discarded = not max
    self:_end(sub, max and errors.max_messages or errors.unsubscribed)
  else
    sub.max = max
  end
  return true
end

local function is_answered(ping)
  return ping.client.pongs >= ping.number or ping.client.lost_pings >= ping.number
end

--- A ping and its pong; true, or nil and an error.
local function roundtrip(self, timeout)
  local ok, err = self.transport:ping()
  if not ok then return nil, err end
  local number = self.pings + 1
  self.pings = number
  ok, err = self:_wait(is_answered, { client = self, number = number }, timeout, number)
  if self.pongs >= number then return true end
  if not ok then return nil, err end
  return nil, self.transport == CLOSED and errors.closed or errors.disconnected
end

--- Waits until the server has handled everything that was sent. Callbacks run meanwhile.
-- @tparam[opt] number timeout seconds; default: the option timeout
-- @treturn ?boolean true
-- @treturn ?string an error: "timeout", "closed", "disconnected"
function Client:flush(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "flush: timeout", 2) end
  return roundtrip(self, timeout or self.options.timeout)
end

--- Measures a round trip to the server.
-- @tparam[opt] number timeout seconds; default: the option timeout
-- @treturn ?number seconds
-- @treturn ?string an error as `flush` returns it
function Client:rtt(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "rtt: timeout", 2) end
  local start = clock()
  local ok, err = roundtrip(self, timeout or self.options.timeout)
  if not ok then return nil, err end
  return clock() - start
end

--- Makes a subject that only this client knows, for replies.
-- @treturn string
function Client:new_inbox()
  return self.options.inbox_prefix .. "." .. nuid()
end

--- An answer came: it waits under its subject for who asked.
local function answered(self, msg)
  local subject = msg.subject
  if self.requests[subject] ~= true then return end     -- too late, or a second one
  local block = rawget(msg, "block")
  if block and msg.data == "" and block:find("^NATS/1%.0 503") then
    self.requests[subject] = errors.no_responders
  else
    self.requests[subject] = msg
  end
  if self.tasks then self.tasks:wake(subject) end
end

--- One subscription takes the answers of all requests.
local function open_inbox(self)
  local prefix = self:new_inbox() .. "."
  local sub, err = self:_subscribe(prefix .. "*", {})
  if not sub then return nil, err end
  sub.direct = answered
  self.mux, self.inbox = sub, prefix
  return true
end

local function is_settled(state) return state.requests[state.reply] ~= true end

--- Asks a question and waits for one answer. Callbacks run meanwhile.
-- @tparam string subject
-- @tparam string payload
-- @tparam[opt] number timeout seconds; default: the option timeout
-- @tparam[opt] table fields headers
-- @treturn ?table the answer, a message
-- @treturn ?string an error: "timeout", "no responders", "closed", "disconnected", "maximum payload exceeded"
-- @raise what `publish` raises
function Client:request(subject, payload, timeout, fields)
  if type(timeout) == "function" then return compat.methods.request(self, subject, payload, timeout) end
  return self:_request(subject, payload, timeout, fields, 2)      -- a tail call: level 2 is the caller
end

function Client:_request(subject, payload, timeout, fields, level)
  if timeout ~= nil then check.value(timeout, "seconds", "request: timeout", level) end
  if not self.checked[subject] then check_subject(self, subject, "subject", level) end
  return self:_ask(subject, payload, timeout, fields, level)
end

--- Asks a question on a subject that is known to be good.
function Client:_ask(subject, payload, timeout, fields, level)
  if not self.inbox then
    local ok, err = open_inbox(self)
    if not ok then return nil, err end
  end
  local number = self.last_request + 1
  self.last_request = number
  local reply, requests = self.inbox .. number, self.requests
  local ok, err = self:_send(subject, payload, reply, fields, level + 1)
  if not ok then return nil, err end
  requests[reply] = true
  ok, err = self:_wait(is_settled, { requests = requests, reply = reply }, timeout or self.options.timeout, reply)
  local answer = requests[reply]
  requests[reply] = nil
  if type(answer) == "table" then return answer end
  if not ok then return nil, err end
  return nil, answer
end

--- JetStream, as this client reaches it: streams, consumers, key-value buckets.
-- @tparam[opt] table options domain (of JetStream, behind a leaf node), prefix (of the API's subjects, instead of
--   "$JS.API"), timeout (seconds that a request to the API may take; default 5), max_pending (publishes of
--   `publish_async` that may wait for their acknowledgement; default 4000)
-- @treturn table as nats.jetstream has it; nothing is asked of the server yet
-- @raise on unknown options
function Client:jetstream(options)
  return require("nats.jetstream")(self, options, 2)      -- loaded when it is used: many scripts do not
end

--- Dispatches what has arrived: callbacks run, other messages go to their subscriptions.
-- @tparam[opt=0] number timeout seconds to wait when nothing has arrived yet
-- @treturn ?integer how many things were taken in, 0: nothing came within the time
-- @treturn ?string an error: "closed"
function Client:process(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "process: timeout", 2) end
  local total, left = 0, timeout or 0
  repeat
    local count, err = self:_step(left, PROCESS - total)
    total, left = total + (count or 0), 0
    if err == errors.timeout or err and total > 0 then return total end
    if err then return nil, err end
  until total == PROCESS
  return total
end

--- Dispatches until the connection is closed: callbacks, tasks, timers.
-- @treturn ?boolean true: the script closed it, in a callback
-- @treturn ?string why it was lost; "timeout": nothing can come any more, over the memory transport
function Client:run()
  while self.transport ~= CLOSED do
    local count, err = self:_step(nil, PROCESS)
    if not count and err == errors.timeout then return nil, err end
  end
  if self.why then return nil, self.why end
  return true
end

--- Sends many publishes as few writes. All of them are on their way when it returns.
-- @tparam function fn what publishes; called with the client
-- @treturn ?boolean true
-- @treturn ?string an error: "closed", "disconnected"
-- @raise what `fn` raises, after sending what it had published
function Client:batch(fn)
  check.value(fn, "function", "batch: fn", 2)
  local ok, err = self.transport:cork(true, Client.publish)
  if not ok then return nil, err end
  local own = self.publish
  if err and own == Client.publish then self.publish = err end
  self.corked = self.corked + 1
  local fine, raised = pcall(fn, self)
  self.corked, self.publish = self.corked - 1, own
  if self.corked == 0 then ok, err = self.transport:cork(false) end
  if not fine then error(raised, 0) end
  return ok, err
end

function Client:_drain(subs, timeout)
  timeout = timeout or self.options.drain_timeout
  for _, sub in ipairs(subs) do
    if not sub.ended then
      local ok, err = self.transport:drain(sub.sid)
      if not ok then return nil, err end
    end
  end
  local ok, err = roundtrip(self, timeout)
  for _, sub in ipairs(subs) do self:_end(sub, errors.unsubscribed) end
  return ok, err
end

--- Ends all subscriptions after what was on its way to them, sends what was published, and closes.
-- Messages that wait for `next` can still be taken.
-- @tparam[opt] number timeout seconds; default: the option drain_timeout
-- @treturn ?boolean true
-- @treturn ?string an error: "timeout", "closed"
function Client:drain(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "drain: timeout", 2) end
  if self.transport == CLOSED then return nil, errors.closed end
  local subs = {}
  for _, sub in pairs(self.subs) do
    if not sub.direct then subs[#subs + 1] = sub end
  end
  table.sort(subs, function(a, b) return a.sid < b.sid end)
  self.draining = true
  local ok, err = self:_drain(subs, timeout)
  if ok then ok, err = roundtrip(self, DRAIN_FLUSH) end      -- what the callbacks published meanwhile
  self:_close()
  return ok, err
end

function Client:_close()
  if self.transport == CLOSED then return end
  self.transport:close()
  self:_finish()
  self:_emit "closed"
end

--- Closes the connection; what was published goes out first, and no callback is called any more. Closing
-- twice does no harm.
-- @treturn boolean true
function Client:close()
  self:_close()
  self.calls, self.first_call, self.last_call = {}, 1, 0
  return true
end

--- The state of the connection.
-- @treturn string "connected", "reconnecting", "draining" or "closed"
function Client:status()
  if self.transport == CLOSED then return "closed" end
  if self.draining then return "draining" end
  return self.transport:info().status
end

--- How much came for all subscriptions, those that have ended too.
-- @treturn integer messages
-- @treturn integer bytes of their headers and payloads
function Client:received()
  local msgs, bytes = self.past_msgs, self.past_bytes
  for _, sub in pairs(self.subs) do
    msgs, bytes = msgs + sub.delivered, bytes + sub.delivered_bytes
  end
  return msgs, bytes
end

--- Counters since the connection was made.
-- @treturn {in_msgs=integer,in_bytes=integer,out_msgs=integer,out_bytes=integer,reconnects=integer,errors=integer}
function Client:stats()
  local msgs, bytes = self:received()
  local out = self.past_out or self.transport:info()
  return {
    in_msgs = msgs, in_bytes = bytes, out_msgs = out.out_msgs, out_bytes = out.out_bytes,
    reconnects = self.reconnects, errors = self.errors,
  }
end

--- What the server last said of itself.
-- @treturn ?table the INFO of the protocol: server_name, version, max_payload ...
-- @treturn ?string an error: "closed"
function Client:server_info()
  if self.transport == CLOSED then return nil, errors.closed end
  return self.transport:info().server
end

-- What there is to be told of, with what its functions are called with.
local TOLD = {
  disconnected = true,         -- why, or nil
  reconnected = true,          -- the server's URL
  closed = true,               -- why; nil: the script closed it
  lame_duck = true,            -- the server will go away: nothing
  discovered_servers = true,   -- nothing
  slow_consumer = true,        -- the subscription that drops messages
  error = true,                -- what on_error gets: err, sub, msg
}

--- Calls a function when something happens to the connection.
-- @tparam string event "disconnected" (why), "reconnected" (the server's URL), "closed" (why), "lame_duck",
--   "discovered_servers", "slow_consumer" (the subscription), "error" (err, sub, msg as `on_error`; where
--   there is such a function and no `on_error`, nothing is written to the standard error)
-- @tparam function fn called with what stands in parentheses
-- @raise on an unknown event
function Client:on(event, fn)
  check.value(event, "string", "on: event", 2)
  if not TOLD[event] then
    local near = check.nearest(event, TOLD)
    error(("on: there is no event %s%s"):format(check.quoted(event), near and (", did you mean %q?"):format(near) or ""), 2)
  end
  check.value(fn, "function", "on: fn", 2)
  local list = self.handlers[event] or {}
  list[#list + 1] = fn
  self.handlers[event] = list
end

for _, methods in ipairs { tasks, many, codec.client, service.client, compat.methods } do
  for name, method in pairs(methods) do
    if not Client[name] then Client[name] = method end
  end
end

return client
