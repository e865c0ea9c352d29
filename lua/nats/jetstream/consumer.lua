--- Consumers: made, looked at, and asked for messages (ADR-37).
--
-- @module nats.jetstream.consumer

local api = require "nats.jetstream.api"
local check = require "nats.check"
local clock = require "nats.clock"
local config = require "nats.jetstream.config"
local errors = require "nats.errors"
local inbox = require "nats.jetstream.inbox"
local messages = require "nats.jetstream.messages"
local nuid = require "nats.nuid"
local status = require "nats.jetstream.status"
local time = require "nats.jetstream.time"

local EXPIRES = 30             -- seconds that `fetch` waits, unless it is told otherwise
local HEARTBEAT = 5            -- seconds between signs of life when it waits long
local LONG = 10                -- seconds from which on they are asked for
local GRACE = 1                -- seconds more than a request's own that its end may take

local Consumer = { __name = "nats.jetstream.consumer" }
Consumer.__index = Consumer

function Consumer:__tostring() return ("nats.jetstream.consumer: %s of %s"):format(self.name, self.stream) end

--- Makes the handle of a consumer that there is.
local function handle(js, info, class)
  return setmetatable({
    js = js,
    stream = info.stream_name,
    name = info.name,
    info_cache = info,               -- what was last known of it
    pin_id = nil,                    -- where it has a pinned group: what we are known by
  }, class or Consumer)
end

--- Asks for something whose answer is what a consumer is now.
local function asked(js, subject, request)
  local answer, err = api.request(js, subject, request)
  if not answer then return nil, err end
  if type(answer.config) ~= "table" then return nil, errors.new(errors.invalid_response, "no configuration of a consumer in it") end
  return config.decode(answer, config.CONSUMER_INFO)
end

--- Looks at the consumer.
-- @treturn ?table as the API has it, durations in seconds: config, delivered, ack_floor, num_ack_pending,
--   num_redelivered, num_waiting, num_pending, cluster, paused, priority_groups
-- @treturn ?string|table an error: errors.consumer_not_found
function Consumer:info()
  local info, err = asked(self.js, ("CONSUMER.INFO.%s.%s"):format(self.stream, self.name))
  if not info then return nil, err end
  self.info_cache = info
  return info
end

--- What was last known of the consumer.
-- @treturn table as `info` gives it
function Consumer:cached_info() return self.info_cache end

-- Fetching -------------------------------------------------------------------------------------------

local FETCH = {
  expires = "interval", heartbeat = "interval", max_bytes = "positive", no_wait = "boolean",
  min_pending = "positive", min_ack_pending = "positive", group = "string", priority = "count",
}

-- What ends a fetch, with what it gives beside the messages that came; what is not here is asked again.
local ENDS = {
  over = function() return nil end,
  timeout = function() return nil end,
  silent = function() return errors.no_heartbeat end,
  absent = function() return errors.no_responders end,
  unpinned = status.error, moved = status.error, busy = status.error, deleted = status.error, refused = status.error,
}

--- Asks for messages and waits until they are there, or the time is up.
-- @treturn {table,...}
-- @treturn ?string|table an error
local function fetch(self, count, options)
  local no_wait = options.no_wait
  local expires = not no_wait and (options.expires or EXPIRES) or nil
  local heartbeat = options.heartbeat
  if not heartbeat and expires and expires >= LONG then heartbeat = HEARTBEAT end
  local source, err = inbox(self.js.client, heartbeat)
  if not source then return {}, err end
  local list, bytes = {}, 0
  local deadline = clock() + (expires or self.js.timeout)
  local left, again = expires, true
  while again do
    again = false
    local ok
    ok, err = source:ask(self, {
      batch = count - #list, expires = left, no_wait = no_wait,
      max_bytes = options.max_bytes and options.max_bytes - bytes,
      min_pending = options.min_pending, min_ack_pending = options.min_ack_pending,
      group = options.group, priority = options.priority, id = self.pin_id,
    })
    while ok and #list < count do
      local msg, kind, with_status = source:next(deadline + GRACE)
      if msg then
        list[#list + 1], bytes = msg, bytes + #msg.data
        local pin = rawget(msg, "block") and msg:header "Nats-Pin-Id"
        if pin then self.pin_id = pin end
      else
        if kind == "unpinned" then self.pin_id = nil end
        if kind == "reconnected" and expires then       -- the request went with its connection
          left = deadline - clock()
          again = left > 0
          if heartbeat and left < 2 * heartbeat then source.heartbeat = nil end
        end
        if not again then err = not ENDS[kind] and kind or ENDS[kind] and ENDS[kind](with_status) end
        break
      end
    end
  end
  source:close()
  return list, err
end

--- Raises what is wrong with options of `fetch`.
local function check_fetch(options, what, level)
  check.fields(options, FETCH, what, level + 1)
  if options.heartbeat and options.heartbeat * 2 > (options.expires or EXPIRES) then
    error(what .. ": heartbeat must be at most half of expires", level + 1)
  end
end

--- Asks for messages and waits until they are there, or the time is up.
-- @tparam integer count at most
-- @tparam[opt] table options expires (seconds; default 30), no_wait (true: only what is there now), max_bytes (of all),
--   heartbeat (seconds between signs of life, default 5 when expires is 10 or more), group, priority, min_pending,
--   min_ack_pending (ADR-42)
-- @treturn ?{table,...} messages: as many as came in the time, none when none did
-- @treturn ?string|table an error where something else ended it: "no heartbeat", "no responders", "closed",
--   errors.consumer_deleted, errors.pull; messages that had come stand beside it, else there is nil
-- @raise on wrong arguments
function Consumer:fetch(count, options)
  check.value(count, "positive", "fetch: count", 2)
  options = options or {}
  check_fetch(options, "fetch", 2)
  local list, err = fetch(self, count, options)
  if err and #list == 0 then return nil, err end
  return list, err
end

--- Waits for one message.
-- @tparam[opt] table|number options as of `fetch`, or its expires: seconds to wait at most; default 30
-- @treturn ?table the message
-- @treturn ?string|table an error: "timeout", and those of `fetch`
-- @raise on wrong options
function Consumer:next(options)
  if type(options) == "number" then
    check.value(options, "interval", "next: expires", 2)
    options = { expires = options }
  end
  options = options or {}
  check_fetch(options, "next", 2)
  local list, err = fetch(self, 1, options)
  if list[1] then return list[1] end
  return nil, err or errors.timeout
end

--- Goes through the messages, without an end: `for msg in consumer:messages() do`. Some are always asked for ahead; it
-- goes on over reconnections and new leaders.
-- @tparam[opt] table options max_messages (asked for ahead; default 500), max_bytes (instead), expires (seconds of a
--   request; default 30, at least 1), heartbeat (seconds; default half of expires, at most 30), threshold_messages,
--   threshold_bytes (when to ask for more; default half), stop_after (so many messages), group, priority, min_pending,
--   min_ack_pending (ADR-42), on_error (function(err) for what it recovers from by itself)
-- @treturn ?table an iterator, with `next(timeout)`, `stop()`, `drain()`, and `why` when there are no more
-- @treturn ?string an error: "closed", "draining"
-- @raise on wrong options
function Consumer:messages(options)
  local all, err = messages.new(self, options, "messages", 2)
  return all, err
end

local Consuming = { __name = "nats.jetstream.consuming" }
Consuming.__index = Consuming

--- Takes no more, as `messages:stop` does.
function Consuming:stop() self.messages:stop() end

--- Asks for no more; what has arrived is still handled.
function Consuming:drain() self.messages:drain() end

--- Waits until the last message was handled.
-- @tparam[opt] number timeout seconds; nil: no limit
-- @treturn ?boolean true
-- @treturn ?string an error: "timeout", "closed"
function Consuming:wait(timeout)
  local _, err = self.task:join(timeout)
  if err then return nil, err end
  return true
end

--- Why it has ended; nil: it has not.
function Consuming:why() return self.messages.why end

--- Handles messages in a task (`nc:spawn`): they are called for one after the other while the script waits for
-- something, in `nc:run()` for example. The handler may wait too.
local function consume(all, handler)
  local nc = all.client
  local task, err = nc:spawn(function()
    for msg in all do nc:_protected(handler, msg) end
    local why = all.why
    if why ~= errors.unsubscribed and why ~= errors.max_messages and why ~= errors.closed then
      if all.options.on_error then all:_tell(why) else nc:_report(why) end
    end
  end)
  if not task then return nil, err end
  return setmetatable({ messages = all, task = task }, Consuming)
end

--- Handles messages as they come: in a task of the client, while the script waits for something.
-- @tparam function handler function(msg); what it raises goes to `nc.on_error`, and the next message comes
-- @tparam[opt] table options as of `messages`; what ends it goes to on_error too, else to `nc.on_error`
-- @treturn ?table with `stop()`, `drain()`, `wait(timeout)`, `why()`
-- @treturn ?string an error: "closed", "draining"
-- @raise on wrong options
function Consumer:consume(handler, options)
  check.value(handler, "function", "consume: the handler", 2)
  local all, err = messages.new(self, options, "consume", 2)
  if not all then return nil, err end
  return consume(all, handler)
end

-- What JetStream and its streams have of them --------------------------------------------------------

local DEFAULTS = { ack_policy = "explicit", deliver_policy = "all", replay_policy = "instant" }

--- Makes or changes a consumer.
-- @tparam table js
-- @tparam string stream its name
-- @tparam table fields
-- @tparam string action "create", "update", "": either
-- @tparam string what the caller's name
-- @tparam integer level whose line an error names, as for `error`
-- @treturn ?table what it is
-- @treturn ?string|table an error
local function put(js, stream, fields, action, what, level)
  api.check_name(stream, what .. ": the stream's name", level)
  check.value(fields, "table", what .. ": the configuration", level)
  local request = config.encode(fields, config.CONSUMER, what, level)
  for name, value in pairs(DEFAULTS) do request[name] = request[name] or value end
  local name = fields.durable_name or fields.name or nuid()
  if fields.name and name ~= fields.name then error(what .. ": name and durable_name must be the same", level) end
  api.check_name(name, what .. ": name", level)
  request.name = name
  local subject = ("CONSUMER.CREATE.%s.%s"):format(stream, name)
  if fields.filter_subject then
    api.check_subject(fields.filter_subject, what .. ": filter_subject", level)
    subject = subject .. "." .. fields.filter_subject
  end
  return asked(js, subject, { stream_name = stream, config = request, action = action ~= "" and action or nil })
end

local function check_pull(fields, what, level)
  if type(fields) == "table" and fields.deliver_subject then
    error(what .. ": a consumer with deliver_subject pushes; create_push_consumer makes one", level + 1)
  end
end

local js, of_stream = {}, {}

-- Each is there twice: `js:create_consumer(stream, fields)` and `stream:create_consumer(fields)`.
for name, action in pairs { create_consumer = "create", update_consumer = "update", create_or_update_consumer = "" } do
  js[name] = function(self, stream, fields)
    check_pull(fields, name, 2)
    local info, err = put(self, stream, fields, action, name, 3)
    if not info then return nil, err end
    return handle(self, info)
  end
  of_stream[name] = function(self, fields) return js[name](self.js, self.name, fields) end
end

--- Makes a pull consumer. One that has the same configuration already is no error.
-- @function create_consumer
-- @tparam string stream its name; not for the method of a stream
-- @tparam table fields durable_name or name (default: one that nobody else has), and what else the API has:
--   filter_subject, deliver_policy, ack_wait, max_deliver, backoff, inactive_threshold, ... (nats.jetstream.config
--   lists them); durations are seconds. ack_policy is "explicit" unless it is given
-- @treturn ?table the consumer
-- @treturn ?string|table an error: errors.consumer_exists, errors.stream_not_found, ...
-- @raise on an unknown field, or a value of another kind

--- Changes a consumer; as `create_consumer`, and errors.consumer_does_not_exist where there is none.
-- @function update_consumer

--- Makes or changes a consumer, as `create_consumer`.
-- @function create_or_update_consumer

local function find(self, stream, name, what, level)
  api.check_name(stream, what .. ": the stream's name", level + 1)
  api.check_name(name, what .. ": the name", level + 1)
  return asked(self, ("CONSUMER.INFO.%s.%s"):format(stream, name))
end

--- Finds a pull consumer.
-- @tparam string stream its name
-- @tparam string name
-- @treturn ?table the consumer
-- @treturn ?string|table an error: errors.consumer_not_found
function js:consumer(stream, name)
  local info, err = find(self, stream, name, "consumer", 2)
  if not info then return nil, err end
  if info.config.deliver_subject then return nil, errors.new(errors.pull, "this is a push consumer: push_consumer finds it") end
  return handle(self, info)
end

--- Removes a consumer.
-- @tparam string stream its name
-- @tparam string name
-- @treturn ?boolean true
-- @treturn ?string|table an error: errors.consumer_not_found
function js:delete_consumer(stream, name)
  api.check_name(stream, "delete_consumer: the stream's name", 2)
  api.check_name(name, "delete_consumer: the name", 2)
  local answer, err = api.request(self, ("CONSUMER.DELETE.%s.%s"):format(stream, name))
  if not answer then return nil, err end
  return true
end

--- The names of a stream's consumers.
-- @tparam string stream its name
-- @treturn ?{string,...}
-- @treturn ?string|table an error
function js:consumer_names(stream)
  api.check_name(stream, "consumer_names: the stream's name", 2)
  return api.list(self, "CONSUMER.NAMES." .. stream, "consumers")
end

--- What the consumers of a stream are.
-- @tparam string stream its name
-- @treturn ?{table,...} as `consumer:info` gives them
-- @treturn ?string|table an error
function js:consumers(stream)
  api.check_name(stream, "consumers: the stream's name", 2)
  local all, err = api.list(self, "CONSUMER.LIST." .. stream, "consumers")
  if not all then return nil, err end
  for _, info in ipairs(all) do config.decode(info, config.CONSUMER_INFO) end
  return all
end

--- Asks for something that is done to a consumer.
local function done(self, verb, stream, name, request, what)
  api.check_name(stream, what .. ": the stream's name", 3)
  api.check_name(name, what .. ": the name", 3)
  return api.request(self, ("CONSUMER.%s.%s.%s"):format(verb, stream, name), request)
end

--- Delivers nothing until a point in time.
-- @tparam string stream its name
-- @tparam string name
-- @tparam number|string until_when seconds since 1970, or as RFC 3339 has it
-- @treturn ?{paused=boolean,pause_until=string,pause_remaining=?number}
-- @treturn ?string|table an error
function js:pause_consumer(stream, name, until_when)
  local request = config.encode({ pause_until = until_when }, config.CONSUMER, "pause_consumer", 2)
  local answer, err = done(self, "PAUSE", stream, name, request, "pause_consumer")
  if not answer then return nil, err end
  return config.decode(answer, config.CONSUMER_INFO)
end

--- Ends a pause.
-- @tparam string stream its name
-- @tparam string name
-- @treturn ?{paused=boolean}
-- @treturn ?string|table an error
function js:resume_consumer(stream, name)
  local answer, err = done(self, "PAUSE", stream, name, { pause_until = time.format(0) }, "resume_consumer")
  return answer, err
end

--- Takes the messages of a pinned group from the client that has them; another one gets them (ADR-42).
-- @tparam string stream its name
-- @tparam string name
-- @tparam string group
-- @treturn ?boolean true
-- @treturn ?string|table an error
function js:unpin_consumer(stream, name, group)
  check.value(group, "string", "unpin_consumer: group", 2)
  local answer, err = done(self, "UNPIN", stream, name, { group = group }, "unpin_consumer")
  if not answer then return nil, err end
  return true
end

for _, name in ipairs {
  "consumer", "delete_consumer", "consumer_names", "consumers", "pause_consumer", "resume_consumer", "unpin_consumer",
} do
  of_stream[name] = function(self, ...) return js[name](self.js, self.name, ...) end
end

-- Those that deliver in order, and those that push, have files of their own, loaded when they are used.
for name, module in pairs {
  ordered_consumer = "ordered", create_push_consumer = "push", update_push_consumer = "push", push_consumer = "push",
} do
  js[name] = function(self, ...) return require("nats.jetstream." .. module).methods[name](self, ...) end
  of_stream[name] = function(self, ...) return js[name](self.js, self.name, ...) end
end

return {
  methods = js, of_stream = of_stream, class = Consumer, handle = handle, put = put, find = find, consume = consume,
  check_fetch = check_fetch,
}
