--- Streams: made, looked at, changed, emptied.
--
-- @module nats.jetstream.stream

local api = require "nats.jetstream.api"
local check = require "nats.check"
local config = require "nats.jetstream.config"
local consumer = require "nats.jetstream.consumer"
local errors = require "nats.errors"
local stored = require "nats.jetstream.stored"

local Stream = { __name = "nats.jetstream.stream" }
Stream.__index = Stream

function Stream:__tostring() return "nats.jetstream.stream: " .. self.name end

--- Makes the handle of a stream that there is.
local function handle(js, info)
  return setmetatable({
    js = js,
    name = info.config.name,
    info_cache = info,               -- what was last known of it
  }, Stream)
end

--- Asks for something whose answer is what a stream is now.
local function asked(js, subject, request)
  local answer, err = api.request(js, subject, request)
  if not answer then return nil, err end
  if type(answer.config) ~= "table" then return nil, errors.new(errors.invalid_response, "no configuration of a stream in it") end
  return config.decode(answer, config.STREAM_INFO)
end

--- Looks at the stream.
-- @tparam[opt] table options subjects (a filter: how many messages each subject has that it matches, ">": each; in
--   `info.state.subjects`), deleted (true: the sequence numbers that are deleted, in `info.state.deleted`)
-- @treturn ?table as the API has it, durations in seconds: config, created, state (messages, bytes, first_seq,
--   last_seq, first_ts, last_ts, num_subjects, num_deleted, consumer_count), cluster, mirror, sources
-- @treturn ?string|table an error: errors.stream_not_found
-- @raise on unknown options
function Stream:info(options)
  options = options or {}
  check.fields(options, { subjects = "string", deleted = "boolean" }, "info", 2)
  if options.subjects then api.check_subject(options.subjects, "info: subjects", 2) end
  local request = next(options) and { subjects_filter = options.subjects, deleted_details = options.deleted } or nil
  local all, count, info, err = {}, 0
  repeat                                      -- subjects come in pages
    if request and options.subjects then request.offset = count end
    info, err = asked(self.js, "STREAM.INFO." .. self.name, request)
    if not info then return nil, err end
    local before = count
    if type(info.state.subjects) == "table" then
      for subject, messages in pairs(info.state.subjects) do all[subject], count = messages, count + 1 end
    end
  until not options.subjects or count >= (info.total or 0) or count == before
  if options.subjects then info.state.subjects = all end
  self.info_cache = info
  return info
end

--- What was last known of the stream: when the handle was made, or by `info`.
-- @treturn table as `info` gives it
function Stream:cached_info() return self.info_cache end

--- Removes messages.
-- @tparam[opt] table options subject (only those that it matches), sequence (only those before it), keep (so many of
--   the last ones stay; not together with sequence)
-- @treturn ?integer how many were removed
-- @treturn ?string|table an error
-- @raise on unknown options
function Stream:purge(options)
  options = options or {}
  check.fields(options, { subject = "string", sequence = "positive", keep = "count" }, "purge", 2)
  if options.subject then api.check_subject(options.subject, "purge: subject", 2) end
  if options.sequence and options.keep then error("purge: sequence and keep cannot be given together", 2) end
  local answer, err = api.request(self.js, "STREAM.PURGE." .. self.name,
    next(options) and { filter = options.subject, seq = options.sequence, keep = options.keep } or nil)
  if not answer then return nil, err end
  return answer.purged
end

local function delete_msg(self, sequence, no_erase)
  local answer, err = api.request(self.js, "STREAM.MSG.DELETE." .. self.name, { seq = sequence, no_erase = no_erase })
  if not answer then return nil, err end
  return answer.success == true
end

--- Removes a message. Its bytes may stay on disk until they are written over.
-- @tparam integer sequence
-- @treturn ?boolean true
-- @treturn ?string|table an error
function Stream:delete_msg(sequence)
  check.value(sequence, "positive", "delete_msg: sequence", 2)
  return delete_msg(self, sequence, true)
end

--- Removes a message and writes over its bytes.
-- @tparam integer sequence
-- @treturn ?boolean true
-- @treturn ?string|table an error
function Stream:secure_delete_msg(sequence)
  check.value(sequence, "positive", "secure_delete_msg: sequence", 2)
  return delete_msg(self, sequence)
end

for _, methods in ipairs { stored, consumer.of_stream } do
  for name, method in pairs(methods) do Stream[name] = method end
end

-- What JetStream has of them -------------------------------------------------------------------------

local js = {}

local function put(self, verb, fields, what, level)
  check.value(fields, "table", what .. ": the configuration", level)
  api.check_name(fields.name, what .. ": name", level)
  local request = config.encode(fields, config.STREAM, what, level)
  local info, err = asked(self, "STREAM." .. verb .. "." .. fields.name, request)
  if not info then return nil, err end
  return handle(self, info)
end

--- Makes a stream. One that has the same configuration already is no error.
-- @tparam table fields name, subjects, and what else the API has: retention, storage, num_replicas, max_msgs,
--   max_age, ... (nats.jetstream.config lists them); durations are seconds
-- @treturn ?table the stream
-- @treturn ?string|table an error: errors.stream_name_in_use, errors.subjects_overlap, ...
-- @raise on an unknown field, or a value of another kind
function js:create_stream(fields)
  return put(self, "CREATE", fields, "create_stream", 2)
end

--- Changes the configuration of a stream.
-- @tparam table fields all of it, as `stream:info().config` gives it
-- @treturn ?table the stream
-- @treturn ?string|table an error: errors.stream_not_found, ...
-- @raise on an unknown field, or a value of another kind
function js:update_stream(fields)
  return put(self, "UPDATE", fields, "update_stream", 2)
end

--- Changes the configuration of a stream, or makes it where there is none.
-- @tparam table fields as of `create_stream`
-- @treturn ?table the stream
-- @treturn ?string|table an error
-- @raise on an unknown field, or a value of another kind
function js:create_or_update_stream(fields)
  local stream, err = put(self, "UPDATE", fields, "create_or_update_stream", 3)
  if stream or err ~= errors.stream_not_found then return stream, err end
  return put(self, "CREATE", fields, "create_or_update_stream", 2)
end

--- Finds a stream.
-- @tparam string name
-- @treturn ?table the stream
-- @treturn ?string|table an error: errors.stream_not_found
-- @raise when this can be no name
function js:stream(name)
  api.check_name(name, "stream: the name", 2)
  local info, err = asked(self, "STREAM.INFO." .. name)
  if not info then return nil, err end
  return handle(self, info)
end

--- Removes a stream with all its messages and consumers.
-- @tparam string name
-- @treturn ?boolean true
-- @treturn ?string|table an error: errors.stream_not_found
-- @raise when this can be no name
function js:delete_stream(name)
  api.check_name(name, "delete_stream: the name", 2)
  local answer, err = api.request(self, "STREAM.DELETE." .. name)
  if not answer then return nil, err end
  return true
end

local function filter(what, subject, level)
  if subject ~= nil then api.check_subject(subject, what .. ": the subject", level + 1) end
  return subject and { subject = subject } or nil
end

--- The names of all streams.
-- @tparam[opt] string subject only those that take it; may have wildcards
-- @treturn ?{string,...} sorted as the server has them
-- @treturn ?string|table an error
function js:stream_names(subject)
  local request = filter("stream_names", subject, 2)
  return api.list(self, "STREAM.NAMES", "streams", request)
end

--- What all streams are.
-- @tparam[opt] string subject only those that take it; may have wildcards
-- @treturn ?{table,...} as `stream:info` gives them
-- @treturn ?string|table an error
function js:streams(subject)
  local request = filter("streams", subject, 2)
  local all, err = api.list(self, "STREAM.LIST", "streams", request)
  if not all then return nil, err end
  for _, info in ipairs(all) do config.decode(info, config.STREAM_INFO) end
  return all
end

--- The stream that takes a subject.
-- @tparam string subject may have wildcards
-- @treturn ?string its name
-- @treturn ?string|table an error: errors.stream_not_found
function js:stream_name_by_subject(subject)
  api.check_subject(subject, "stream_name_by_subject: the subject", 2)
  local answer, err = api.request(self, "STREAM.NAMES", { subject = subject })
  if not answer then return nil, err end
  local name = type(answer.streams) == "table" and answer.streams[1]
  if not name then return nil, errors.stream_not_found end
  return name
end

return { methods = js, handle = handle }
