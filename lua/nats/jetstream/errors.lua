--- What JetStream's servers say no with, as values to compare with.
--
--     local stream, err = js:stream "ORDERS"
--     if err == nats.errors.stream_not_found then ... end
--     print(err.code, err.err_code, err.description)    --> 404	10059	stream not found
--
-- Any answer of the API with an error becomes such a value, those that have no name here too; two are equal
-- when their `err_code` is. They stand in nats.errors beside those of the client.
--
-- @module nats.jetstream.errors

-- name -> code, err_code, description. The numbers are the server's own.
local KNOWN = {
  bad_request = { 400, 10003, "bad request" },
  cluster_not_available = { 503, 10008, "JetStream system temporarily unavailable" },
  consumer_create = { 500, 10012, "could not create consumer" },
  consumer_name_exists = { 400, 10013, "consumer name already in use" },
  consumer_not_found = { 404, 10014, "consumer not found" },
  maximum_consumers_limit = { 400, 10026, "maximum consumers limit reached" },
  msg_not_found = { 404, 10037, "no message found" },
  jetstream_not_enabled_for_account = { 503, 10039, "JetStream not enabled for account" },
  sequence_not_found = { 400, 10043, "sequence not found" },
  stream_message_exceeds_maximum = { 400, 10054, "message size exceeds maximum allowed" },
  stream_name_in_use = { 400, 10058, "stream name already in use with a different configuration" },
  stream_not_found = { 404, 10059, "stream not found" },
  stream_not_match = { 400, 10060, "expected stream does not match" },
  subjects_overlap = { 400, 10065, "subjects overlap with an existing stream" },
  wrong_last_msg_id = { 400, 10070, "wrong last msg ID" },
  wrong_last_sequence = { 400, 10071, "wrong last sequence" },
  jetstream_not_enabled = { 503, 10076, "JetStream not enabled" },
  store_failed = { 503, 10077, "the stream did not store the message" },
  consumer_already_exists = { 400, 10105, "consumer already exists and is still active" },
  stream_sealed = { 400, 10109, "invalid operation on sealed stream" },
  duplicate_filter_subjects = { 400, 10136, "consumer cannot have both FilterSubject and FilterSubjects specified" },
  overlapping_filter_subjects = { 400, 10138, "consumer subject filters cannot overlap" },
  consumer_empty_filter = { 400, 10139, "consumer filter in FilterSubjects cannot be empty" },
  consumer_exists = { 400, 10148, "consumer already exists" },
  consumer_does_not_exist = { 400, 10149, "consumer does not exist" },
  message_ttl_invalid = { 400, 10165, "invalid per-message TTL" },
  message_ttl_disabled = { 400, 10166, "per-message TTL is disabled" },
  counter_disabled = { 400, 10168, "message counters is disabled" },
  atomic_publish_disabled = { 400, 10174, "atomic publish is disabled" },
  atomic_publish_incomplete = { 400, 10176, "atomic publish batch is incomplete" },
}

-- What one thing has two numbers for: replicated streams say it with the second one.
local SAME = { [10164] = 10071 }

local ApiError = { __name = "nats.jetstream.error" }

function ApiError.__eq(a, b) return (SAME[a.err_code] or a.err_code) == (SAME[b.err_code] or b.err_code) end

function ApiError.__tostring(self) return ("%s (%s)"):format(self.description, self.err_code) end

function ApiError.__concat(a, b) return tostring(a) .. tostring(b) end

local errors = {}

for name, one in pairs(KNOWN) do
  errors[name] = setmetatable({ code = one[1], err_code = one[2], description = one[3] }, ApiError)
end

--- Makes the value of what the API answered.
-- @tparam table answer the field `error` of a response: code, err_code, description
-- @treturn table
local function of(answer)
  return setmetatable({
    code = answer.code or 500, err_code = answer.err_code or 0, description = answer.description or "unknown error",
  }, ApiError)
end

return { constants = errors, of = of }
