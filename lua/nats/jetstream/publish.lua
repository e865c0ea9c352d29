--- Publishing to a stream, which says that it has taken the message (ADR-22).
--
-- @module nats.jetstream.publish

local api = require "nats.jetstream.api"
local check = require "nats.check"
local errors = require "nats.errors"

local ATTEMPTS = 2             -- again when nobody took it: a stream may be without a leader for a moment
local WAIT = 0.25              -- seconds until then

local publish = {}

-- Options that are headers: name -> kind, header, and how the value is written.
local function as_it_is(v) return v end

local function ttl(v)
  if math.type(v) == "integer" or type(v) == "string" then return v end
  return v % 1 == 0 and math.tointeger(v) or ("%dms"):format(math.ceil(v * 1000))
end

local function signed(v) return type(v) == "string" and v or ("%+d"):format(v) end

local HEADERS = {
  msg_id = { "string", "Nats-Msg-Id", as_it_is },
  expect_stream = { "string", "Nats-Expected-Stream", as_it_is },
  expect_last_sequence = { "count", "Nats-Expected-Last-Sequence", as_it_is },
  expect_last_msg_id = { "string", "Nats-Expected-Last-Msg-Id", as_it_is },
  expect_last_sequence_per_subject = { "count", "Nats-Expected-Last-Subject-Sequence", as_it_is },
  expect_last_subject = { "string", "Nats-Expected-Last-Subject-Sequence-Subject", as_it_is },
  ttl = { "ttl", "Nats-TTL", ttl },
  incr = { "increment", "Nats-Incr", signed },
}

local KINDS = { headers = "table", timeout = "interval", retry_attempts = "limit", retry_wait = "seconds" }
for name, entry in pairs(HEADERS) do KINDS[name] = entry[1] end

--- The headers of a publish.
-- @tparam ?table options as of `publish`
-- @tparam string what the caller's name
-- @tparam integer level whose line an error names, as for `error`
-- @treturn ?table headers; nil: none
function publish.headers(options, what, level)
  if options == nil then return nil end
  check.fields(options, KINDS, what, level + 1)
  local fields
  for name, value in pairs(options) do
    local header = HEADERS[name]
    if header then
      fields = fields or {}
      fields[header[2]] = header[3](value)
    end
  end
  if not fields then return options.headers end
  for name, value in pairs(options.headers or {}) do
    if fields[name] == nil then fields[name] = value end
  end
  return fields
end

--- Reads what a stream answers to a publish.
-- @tparam table msg
-- @treturn ?{stream=string,sequence=integer,duplicate=boolean,domain=?string,value=?string,batch_id=?string,batch_size=?integer}
-- @treturn ?table an error
function publish.ack(msg)
  local stream, sequence = msg.data:match('^{"stream":"([^"\\]+)", ?"seq":(%d+)}$')      -- as nearly all are
  if stream then return { stream = stream, sequence = math.tointeger(sequence), duplicate = false } end
  local answer, err = api.read(msg.data)
  if not answer then return nil, err end
  if type(answer.stream) ~= "string" or not answer.seq then
    return nil, errors.new(errors.invalid_response, "what answered is no stream")
  end
  return {
    stream = answer.stream, sequence = answer.seq, duplicate = answer.duplicate == true, domain = answer.domain,
    value = answer.val, batch_id = answer.batch, batch_size = answer.count,
  }
end

local function no_stream(subject)
  return errors.new(errors.no_stream, "no stream takes the subject " .. check.quoted(subject))
end
publish.no_stream = no_stream

--- Sends a message and waits for the stream's word.
-- @tparam table js
-- @tparam string subject
-- @tparam string data
-- @tparam ?table fields headers
-- @tparam table options timeout, retry_attempts, retry_wait
-- @tparam integer level whose line an error names, as for `error`
-- @treturn ?table the message with which the stream answers
-- @treturn ?string|table an error
function publish.send(js, subject, data, fields, options, level)
  local nc, timeout = js.client, options.timeout or js.timeout
  local attempts, tried = options.retry_attempts or ATTEMPTS, 0
  local msg, err
  repeat
    if tried > 0 then nc:sleep(options.retry_wait or WAIT) end
    msg, err = nc:_request(subject, data, timeout, fields, level + 2)
    tried = tried + 1
  until err ~= errors.no_responders or attempts >= 0 and tried > attempts
  if msg then return msg end
  if err == errors.no_responders then return nil, no_stream(subject) end
  -- Somebody may listen to the subject who is no stream and does not answer.
  if err == errors.timeout and select(2, js:stream_name_by_subject(subject)) == errors.stream_not_found then
    return nil, no_stream(subject)
  end
  return nil, err
end

local NONE = {}

--- Publishes a message and waits until a stream has taken it.
-- @tparam string subject
-- @tparam string data
-- @tparam[opt] table options msg_id (the stream takes it once within its duplicate_window), expect_stream,
--   expect_last_sequence, expect_last_msg_id, expect_last_sequence_per_subject (0: the subject has no message),
--   expect_last_subject (whose last sequence it is; may have wildcards), ttl (seconds, or "never"), incr (an integer,
--   or one as a string, for streams that count: ADR-49), headers, timeout (seconds; default: that of JetStream),
--   retry_attempts (when no stream takes it; default 2, -1: for ever), retry_wait (seconds; default 0.25)
-- @treturn ?table what the stream says: stream, sequence, duplicate, domain, value (of a counter, a string)
-- @treturn ?string|table an error: errors.no_stream, errors.wrong_last_sequence, errors.wrong_last_msg_id,
--   errors.stream_not_match, ...; "timeout" and "disconnected": it may have been stored
-- @raise what `nc:publish` raises, and on unknown options
local function publish_one(self, subject, data, options)
  local fields = publish.headers(options, "publish", 2)
  local msg, err = publish.send(self, subject, data, fields, options or NONE, 2)
  if not msg then return nil, err end
  return publish.ack(msg)
end

publish.methods = { publish = publish_one }

return publish
