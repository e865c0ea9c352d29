--- Messages as a stream holds them: one by its number or its subject, and many at once (ADR-31).
--
-- @module nats.jetstream.stored

local api = require "nats.jetstream.api"
local check = require "nats.check"
local codec = require "nats.codec"
local config = require "nats.jetstream.config"
local digest = require "digest"
local errors = require "nats.errors"
local headers = require "nats.headers"
local json = require "json"
local time = require "nats.jetstream.time"

local NANOSECONDS = 1000000000

local Stored = { __name = "nats.jetstream.stored" }
Stored.__index = Stored
Stored.json = codec.message.json

function Stored:__tostring()
  return ("nats.jetstream.stored: %s %d (%d bytes)"):format(self.subject, self.sequence, #self.data)
end

--- One header's value, whatever the case of its name.
-- @tparam string name
-- @treturn ?string the first value; nil: there is none
function Stored:header(name)
  local value = self.headers and headers.get(self.headers, name)
  if type(value) == "table" then return value[1] end
  return value
end

local function stored(subject, sequence, data, fields, nanoseconds)
  return setmetatable({
    subject = subject,
    sequence = sequence,
    data = data,
    headers = fields and next(fields) ~= nil and fields or nil,
    nanoseconds = nanoseconds,                       -- since 1970, when the stream took it
    timestamp = nanoseconds and nanoseconds / NANOSECONDS,
  }, Stored)
end

-- What a server adds to the headers of a message that is asked for directly.
local ADDED = {
  "Nats-Stream", "Nats-Subject", "Nats-Sequence", "Nats-Time-Stamp", "Nats-Num-Pending", "Nats-Last-Sequence",
  "Nats-UpTo-Sequence",
}

--- Reads an answer to a direct request.
-- @treturn ?table nil and an error when there is no such message
local function of_direct(msg)
  if msg.data == "" and msg.status then
    if msg.status == 404 then return nil, errors.msg_not_found end
    return nil, errors.new(errors.invalid_response, ("%s %s"):format(msg.status, msg.description or ""))
  end
  local fields = msg.headers or {}
  local subject, sequence = fields["Nats-Subject"], math.tointeger(tonumber(fields["Nats-Sequence"]))
  if type(subject) ~= "string" or not sequence then
    return nil, errors.new(errors.invalid_response, "a message of a stream must have Nats-Subject and Nats-Sequence")
  end
  local nanoseconds = time.parse(tostring(fields["Nats-Time-Stamp"]))
  for _, name in ipairs(ADDED) do fields[name] = nil end
  return stored(subject, sequence, msg.data, fields, nanoseconds)
end

--- Reads an answer of the API.
local function of_answer(answer)
  local message = answer.message
  if type(message) ~= "table" then return nil, errors.new(errors.invalid_response, "an answer must have a message") end
  local data = message.data and digest.base64.decode(message.data) or ""
  local block = message.hdrs and digest.base64.decode(message.hdrs)
  return stored(message.subject, message.seq, data, block and (headers.decode(block)), time.parse(message.time or ""))
end

--- Asks for one message.
-- @tparam table stream
-- @tparam table request seq, last_by_subj, next_by_subj
local function get(stream, request)
  local js = stream.js
  if not stream.info_cache.config.allow_direct then
    local answer, err = api.request(js, "STREAM.MSG.GET." .. stream.name, request)
    if not answer then return nil, err end
    return of_answer(answer)
  end
  local subject, payload = js.prefix .. "DIRECT.GET." .. stream.name, ""
  if request.last_by_subj then
    subject = subject .. "." .. request.last_by_subj
  else
    payload = json.encode(request)
  end
  local msg, err = js.client:_ask(subject, payload, js.timeout, nil, 2)
  if not msg then return nil, err end
  return of_direct(msg)
end

local methods = {}

--- Gets a message by its sequence number.
-- @tparam integer sequence
-- @tparam[opt] table options next_by_subj: the first one from `sequence` on whose subject this is; may have wildcards
-- @treturn ?table the message: subject, data, headers, sequence, timestamp (seconds since 1970), nanoseconds
-- @treturn ?string|table an error: errors.msg_not_found
-- @raise on a wrong argument
function methods:get_msg(sequence, options)
  check.value(sequence, "positive", "get_msg: sequence", 2)
  options = options or {}
  check.fields(options, { next_by_subj = "string" }, "get_msg", 2)
  if options.next_by_subj then api.check_subject(options.next_by_subj, "get_msg: next_by_subj", 2) end
  return get(self, { seq = sequence, next_by_subj = options.next_by_subj })
end

--- Gets the last message of a subject.
-- @tparam string subject may have wildcards
-- @treturn ?table the message, as `get_msg` gives it
-- @treturn ?string|table an error: errors.msg_not_found
-- @raise on a wrong subject
function methods:get_last_msg_for_subject(subject)
  api.check_subject(subject, "get_last_msg_for_subject: subject", 2)
  return get(self, { last_by_subj = subject })
end

--- Asks for many messages; the end is a message with status 204.
local function get_many(stream, request)
  local js = stream.js
  local nc = js.client
  local inbox = nc:new_inbox()
  local sub, err = nc:_subscribe(inbox, {})
  if not sub then return nil, err end
  local list, ok = {}
  ok, err = nc:_send(js.prefix .. "DIRECT.GET." .. stream.name, json.encode(request), inbox)
  while ok do
    local msg
    msg, err = sub:next(js.timeout)
    if not msg then break end
    if msg.data == "" and (msg.status == 204 or msg.status == 404) then
      err = nil
      break
    elseif msg.data == "" and msg.status == 503 then
      err = errors.no_responders
      break
    end
    list[#list + 1], err = of_direct(msg)
    if err then break end
  end
  sub:unsubscribe()
  if err then return nil, err end
  return list
end

--- Gets many messages in their order with one request. The stream must allow direct access.
-- @tparam table options batch (how many at most), seq or start_time (from which on; default: the first),
--   next_by_subj (their subject, with wildcards), max_bytes (of all)
-- @treturn ?{table,...} messages as `get_msg` gives them, none when there are none
-- @treturn ?string|table an error
-- @raise on wrong options
function methods:get_batch(options)
  check.value(options, "table", "get_batch: options", 2)
  local request = config.encode(options, {
    seq = "integer", batch = "integer", max_bytes = "integer", next_by_subj = "string", start_time = "time",
  }, "get_batch", 2)
  check.value(options.batch, "positive", "get_batch: batch", 2)
  if not request.seq and not request.start_time then request.seq = 1 end
  return get_many(self, request)
end

--- Gets the last messages of many subjects with one request. The stream must allow direct access.
-- @tparam {string,...} subjects with wildcards; a server answers for 1,024 subjects at most
-- @tparam[opt] table options batch (how many at most), up_to_seq or up_to_time (the last ones that were so then)
-- @treturn ?{table,...} messages as `get_msg` gives them, in the order of the stream
-- @treturn ?string|table an error
-- @raise on a wrong argument
function methods:get_last_msgs_for(subjects, options)
  check.value(subjects, "table", "get_last_msgs_for: subjects", 2)
  for _, subject in ipairs(subjects) do api.check_subject(subject, "get_last_msgs_for: subject", 2) end
  local request = config.encode(options or {}, { batch = "integer", up_to_seq = "integer", up_to_time = "time" },
    "get_last_msgs_for", 2)
  request.multi_last = json.array { table.unpack(subjects) }
  return get_many(self, request)
end

return methods
