--- What a key-value bucket holds of a key at a revision (ADR-8).
--
-- @module nats.kv.entry

local reply = require "nats.jetstream.reply"

local NANOSECONDS = 1000000000

-- What a server writes where it removed a value by itself (ADR-48), and what that means.
local REASONS = { MaxAge = "PURGE", Purge = "PURGE", Remove = "DEL" }

local Entry = { __name = "nats.kv.entry" }
Entry.__index = Entry

function Entry:__tostring()
  return ("nats.kv.entry: %s %s@%d"):format(self.operation, self.key, self.revision)
end

--- Whether the key was removed at this revision.
-- @treturn boolean
function Entry:is_deleted() return self.operation ~= "PUT" end

local entry = {}

--- What was done to a key.
-- @tparam table msg with `header(name)`
-- @treturn string "PUT", "DEL" or "PURGE"
local function operation_of(msg)
  if not msg.headers then return "PUT" end
  local operation = msg:header "KV-Operation"
  if operation == "DEL" or operation == "PURGE" then return operation end
  return REASONS[msg:header "Nats-Marker-Reason"] or "PUT"
end

local function make(bucket, key, msg, revision, nanoseconds, delta)
  return setmetatable({
    bucket = bucket.name,
    key = key,
    value = msg.data,
    revision = revision,
    nanoseconds = nanoseconds,                     -- since 1970, exactly
    created = nanoseconds and nanoseconds / NANOSECONDS,      -- seconds since 1970
    delta = delta,                                 -- how many are still to come of those that there were
    operation = operation_of(msg),
    headers = msg.headers,
  }, Entry)
end

--- Makes the entry of a message that a stream holds.
-- @tparam table bucket
-- @tparam string key
-- @tparam table msg as stream:get_msg gives it
-- @treturn table
function entry.of_stored(bucket, key, msg) return make(bucket, key, msg, msg.sequence, msg.nanoseconds, 0) end

--- Makes the entry of a message of a consumer.
-- @tparam table bucket
-- @tparam table msg
-- @treturn ?table nil: it is none
function entry.of_message(bucket, msg)
  local revision, _, nanoseconds, pending = reply.numbers(msg.reply)
  local prefix = bucket.prefix
  if not revision or msg.subject:sub(1, #prefix) ~= prefix then return nil end
  return make(bucket, msg.subject:sub(#prefix + 1), msg, revision, nanoseconds, pending)
end

return entry
