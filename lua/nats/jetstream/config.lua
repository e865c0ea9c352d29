--- The fields of streams and consumers: what there is, of which kind, and how each goes over the wire.
--
-- Names are the API's own. Durations are seconds here and nanoseconds there; this is the one place that knows it.
--
-- @module nats.jetstream.config

local check = require "nats.check"
local json = require "json"
local time = require "nats.jetstream.time"

local config = {}

local NANOSECONDS = 1000000000
local LONGEST = 9223372036              -- seconds whose nanoseconds a 64-bit integer holds

local function nanoseconds(seconds) return math.floor(seconds * NANOSECONDS + 0.5) end

local function seconds(value)
  if value % NANOSECONDS == 0 then return value // NANOSECONDS end
  return value / NANOSECONDS
end

local function is_duration(v) return type(v) == "number" and v >= 0 and v <= LONGEST end

--- Whether a value is an array of what a test accepts.
local function is_list(v, test)
  if type(v) ~= "table" then return false end
  local count = 0
  for _ in pairs(v) do count = count + 1 end
  for i = 1, count do
    if not test(v[i]) then return false end
  end
  return true
end

local function mapped(list, fn)
  local out = json.array {}
  for i, one in ipairs(list) do out[i] = fn(one) end
  return out
end

local function is_string(v) return type(v) == "string" end

local function same(v) return v end

-- kind -> what is accepted, its test, how it is written, how it is read.
local KINDS = {
  string = { "a string", is_string, same, same },
  boolean = { "true or false", function(v) return type(v) == "boolean" end, same, same },
  integer = { "an integer", function(v) return math.type(v) == "integer" end, same, same },
  duration = { "a number of seconds, 0 or more", is_duration, nanoseconds, seconds },
  durations = { "an array of seconds", function(v) return is_list(v, is_duration) end,
    function(v) return mapped(v, nanoseconds) end, function(v) return mapped(v, seconds) end },
  time = { "a time such as 2026-11-24T16:02:03Z, or seconds since 1970", function(v)
    return math.type(v) ~= nil and v >= 0 and v <= LONGEST or is_string(v) and time.parse(v) ~= nil
  end, function(v) return is_string(v) and v or time.format(nanoseconds(v)) end, same },
  strings = { "an array of strings", function(v) return is_list(v, is_string) end, function(v) return mapped(v, same) end, same },
  words = { "a table of strings, keys and values", function(v)
    if type(v) ~= "table" then return false end
    for key, value in pairs(v) do
      if not is_string(key) or not is_string(value) then return false end
    end
    return true
  end, function(v)
    local copy = json.object {}
    for key, value in pairs(v) do copy[key] = value end
    return copy
  end, same },
}

-- What stands for a kind above, too: a table of the words that there are, of fields, or of what a list has.
local function one_of(...) return { words = { ... } } end
local function object(fields) return { fields = fields } end
local function list_of(fields) return { list = fields } end

local TRANSFORM = { src = "string", dest = "string" }

local SOURCE = {
  name = "string", opt_start_seq = "integer", opt_start_time = "time", filter_subject = "string",
  subject_transforms = list_of(TRANSFORM),
  external = object { api = "string", deliver = "string" },
  consumer = object { name = "string", deliver_subject = "string" },
}

--- The fields of a stream.
config.STREAM = {
  name = "string", description = "string", subjects = "strings",
  retention = one_of("limits", "interest", "workqueue"),
  storage = one_of("file", "memory"),
  discard = one_of("old", "new"),
  compression = one_of("none", "s2"),
  persist_mode = one_of("default", "async"),
  num_replicas = "integer", max_consumers = "integer", max_msgs = "integer", max_bytes = "integer",
  max_msgs_per_subject = "integer", max_msg_size = "integer", first_seq = "integer",
  max_age = "duration", duplicate_window = "duration", subject_delete_marker_ttl = "duration",
  no_ack = "boolean", sealed = "boolean", deny_delete = "boolean", deny_purge = "boolean",
  allow_rollup_hdrs = "boolean", allow_direct = "boolean", mirror_direct = "boolean",
  discard_new_per_subject = "boolean", allow_msg_ttl = "boolean", allow_msg_counter = "boolean",
  allow_atomic = "boolean", allow_batched = "boolean", allow_msg_schedules = "boolean",
  placement = object { cluster = "string", tags = "strings", preferred = "string" },
  mirror = object(SOURCE),
  sources = list_of(SOURCE),
  subject_transform = object(TRANSFORM),
  republish = object { src = "string", dest = "string", headers_only = "boolean" },
  consumer_limits = object { inactive_threshold = "duration", max_ack_pending = "integer" },
  metadata = "words", template_owner = "string",
}

--- The fields of a consumer.
config.CONSUMER = {
  name = "string", durable_name = "string", description = "string",
  deliver_policy = one_of("all", "last", "new", "by_start_sequence", "by_start_time", "last_per_subject"),
  ack_policy = one_of("explicit", "none", "all", "flow_control"),
  replay_policy = one_of("instant", "original"),
  priority_policy = one_of("none", "overflow", "pinned_client", "prioritized"),
  opt_start_seq = "integer", opt_start_time = "time",
  ack_wait = "duration", backoff = "durations", inactive_threshold = "duration", max_expires = "duration",
  idle_heartbeat = "duration", priority_timeout = "duration",
  max_deliver = "integer", max_waiting = "integer", max_ack_pending = "integer", max_batch = "integer",
  max_bytes = "integer", rate_limit_bps = "integer", num_replicas = "integer",
  filter_subject = "string", filter_subjects = "strings", sample_freq = "string",
  deliver_subject = "string", deliver_group = "string", flow_control = "boolean",
  headers_only = "boolean", mem_storage = "boolean", direct = "boolean", sourcing = "boolean",
  pause_until = "time", priority_groups = "strings", metadata = "words",
}

local PEERS = object { replicas = list_of { active = "duration" } }

--- What the API tells of a stream: only what is not to be read as it stands.
config.STREAM_INFO = {
  config = object(config.STREAM), cluster = PEERS,
  mirror = object { active = "duration" }, sources = list_of { active = "duration" },
}

--- What the API tells of a consumer.
config.CONSUMER_INFO = { config = object(config.CONSUMER), cluster = PEERS, pause_remaining = "duration" }

-- Writing --------------------------------------------------------------------------------------------

local encode

local function encode_value(value, kind, what, level)
  level = level + 1
  if type(kind) == "string" then
    local entry = KINDS[kind]
    if not entry[2](value) then
      local shown = is_string(value) and check.quoted(value) or type(value) == "table" and "this table" or tostring(value)
      error(("%s must be %s, not %s"):format(what, entry[1], shown), level)
    end
    return entry[3](value)
  elseif kind.words then
    for _, word in ipairs(kind.words) do
      if value == word then return value end
    end
    local shown = is_string(value) and check.quoted(value) or tostring(value)
    error(('%s must be one of "%s", not %s'):format(what, table.concat(kind.words, '", "'), shown), level)
  end
  if type(value) ~= "table" then error(("%s must be a table, not %s"):format(what, tostring(value)), level) end
  if kind.fields then return (encode(value, kind.fields, what, level)) end
  local list = json.array {}
  for i, one in ipairs(value) do list[i] = encode_value(one, object(kind.list), ("%s[%d]"):format(what, i), level) end
  return list
end

--- Makes what goes over the wire of what a caller gave.
-- @tparam table given
-- @tparam table fields name -> kind
-- @tparam string what the caller's name, for messages
-- @tparam integer level whose line an error names, as for `error`
-- @treturn table
-- @raise on an unknown field, with the known name that is most like it, and on a value of another kind
function encode(given, fields, what, level)
  level = level + 1
  local out = json.object {}
  for name, value in pairs(given) do
    local kind = fields[name]
    if not kind then
      local near = is_string(name) and check.nearest(name, fields)
      error(("%s: unknown field %s%s"):format(what, is_string(name) and check.quoted(name) or tostring(name),
        near and (", did you mean %q?"):format(near) or ""), level)
    end
    out[name] = encode_value(value, kind, what .. ": " .. name, level)
  end
  return out
end
config.encode = encode

-- Reading --------------------------------------------------------------------------------------------

local decode

local function decode_value(value, kind)
  if type(kind) == "string" then
    local entry = KINDS[kind]
    return (kind ~= "duration" or type(value) == "number") and entry[4](value) or value
  elseif kind.words or type(value) ~= "table" then
    return value
  elseif kind.fields then
    return decode(value, kind.fields)
  end
  for _, one in ipairs(value) do decode(one, kind.list) end
  return value
end

--- Makes what a caller gets of what the API answered, in place. Fields that are not known stay as they are;
-- what is null is absent.
-- @tparam table answer
-- @tparam table fields name -> kind
-- @treturn table
function decode(answer, fields)
  for name, value in pairs(answer) do
    if value == json.null then
      answer[name] = nil
    elseif fields[name] then
      answer[name] = decode_value(value, fields[name])
    end
  end
  return answer
end
config.decode = decode

--- The nanoseconds of a duration.
-- @function nanoseconds
-- @tparam number seconds
-- @treturn integer
config.nanoseconds = nanoseconds

return config
