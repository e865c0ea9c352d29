--- Messages that a stream takes all together or not at all (ADR-50).
--
--     local batch = js:batch()
--     batch:add("orders.new", "one coffee")
--     batch:add("orders.new", "one tea")
--     local ack = batch:commit("orders.end", "")
--
-- @module nats.jetstream.batch

local errors = require "nats.errors"
local nuid = require "nats.nuid"
local publish = require "nats.jetstream.publish"
local of_api = require("nats.jetstream.errors").of
local json = require "json"

local LIMIT = 1000             -- messages of a batch

local Batch = { __name = "nats.jetstream.batch" }
Batch.__index = Batch

local ONCE = { retry_attempts = 0 }

--- The headers of the next message.
local function next_fields(self, options, what, level)
  if self.closed then error(what .. ": the batch has ended", level + 1) end
  if self.size >= LIMIT then error(("%s: a batch has %d messages at most"):format(what, LIMIT), level + 1) end
  local fields = {}
  for name, value in pairs(publish.headers(options, what, level + 1) or {}) do fields[name] = value end
  fields["Nats-Batch-Id"] = self.id
  fields["Nats-Batch-Sequence"] = self.size + 1
  return fields
end

--- Adds a message. The stream holds it back until `commit`; it is asked for its word for the first one only.
-- @tparam string subject of the same stream
-- @tparam string data
-- @tparam[opt] table options expectations, ttl and headers as of `publish`; a batch knows no msg_id
-- @treturn ?boolean true
-- @treturn ?string|table an error: errors.no_stream, errors.atomic_publish_disabled, ...; the batch has ended then
-- @raise what `publish` raises, when there are 1,000 messages, or the batch has ended
function Batch:add(subject, data, options)
  local fields = next_fields(self, options, "add", 2)
  local ok, err
  if self.size > 0 then
    ok, err = self.js.client:_publish(subject, data, nil, fields, 3)
  else
    ok, err = publish.send(self.js, subject, data, fields, ONCE, 2)
    if ok and ok.data ~= "" then
      local answer = json.decode(ok.data)
      ok, err = nil, type(answer) == "table" and type(answer.error) == "table" and of_api(answer.error)
        or errors.new(errors.invalid_response, "what answered knows no batches")
    end
  end
  if not ok then
    self.closed = true
    return nil, err
  end
  self.size = self.size + 1
  return true
end

--- Adds the last message; the stream takes all of them, or none.
-- @tparam string subject of the same stream
-- @tparam string data
-- @tparam[opt] table options as of `add`
-- @treturn ?table what the stream says: stream, sequence (of the last message), batch_id, batch_size
-- @treturn ?string|table an error: errors.atomic_publish_incomplete, errors.wrong_last_sequence, ...; "timeout" and
--   "disconnected": it may have taken them
-- @raise what `add` raises
function Batch:commit(subject, data, options)
  local fields = next_fields(self, options, "commit", 2)
  fields["Nats-Batch-Commit"] = 1
  self.closed = true
  local msg, err = publish.send(self.js, subject, data, fields, ONCE, 2)
  if not msg then return nil, err end
  return publish.ack(msg)
end

--- Gives the batch up. The stream forgets its messages after a while.
function Batch:discard() self.closed = true end

local methods = {}

--- Begins a batch. The stream must have `allow_atomic`.
-- @treturn table with `add`, `commit`, `discard`
function methods:batch()
  return setmetatable({
    js = self,
    id = nuid(),
    size = 0,                  -- messages so far
    closed = false,            -- committed, given up, or failed
  }, Batch)
end

return { methods = methods }
