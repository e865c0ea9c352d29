--- What a consumer says instead of a message, and what it means for who takes messages (ADR-37).
--
-- @module nats.jetstream.status

local errors = require "nats.errors"

-- Texts of status 409, in lower case, and what they mean.
local CONFLICTS = {
  { "batch completed", "over" },
  { "message size exceeds maxbytes", "over" },
  { "consumer deleted", "deleted" },
  { "leadership change", "moved" },
  { "server shutdown", "moved" },
  { "exceeded maxwaiting", "busy" },
}

-- The other ones.
local STATUSES = {
  [100] = "alive",            -- a heartbeat
  [404] = "over",             -- no messages
  [408] = "over",             -- the request's time is up
  [423] = "unpinned",         -- another client has the messages of the group now
  [503] = "absent",           -- nobody is there to hear the request: no leader now, or the consumer is gone
}

local status = {}

--- Sorts a message.
-- @tparam table msg
-- @treturn ?string nil: it is a message of the stream; "alive", "over" (a request has ended), "moved" (all of them
--   have), "deleted", "busy" (too many requests wait), "unpinned", "absent", "refused" (the request is wrong)
function status.of(msg)
  if msg.data ~= "" then return nil end
  local number = msg.status
  if not number then return nil end
  if STATUSES[number] then return STATUSES[number] end
  local text = (msg.description or ""):lower()
  for _, conflict in ipairs(CONFLICTS) do
    if number == 409 and text:find(conflict[1], 1, true) then return conflict[2] end
  end
  return "refused"
end

--- How much of a request that has ended was not sent.
-- @tparam table msg
-- @treturn integer messages
-- @treturn integer bytes
function status.left(msg)
  local function number(name) return math.tointeger(tonumber(msg:header(name) or 0)) or 0 end
  return number "Nats-Pending-Messages", number "Nats-Pending-Bytes"
end

--- The error that a status is.
-- @tparam table msg
-- @treturn table errors.pull, errors.consumer_deleted
function status.error(msg)
  local constant = status.of(msg) == "deleted" and errors.consumer_deleted or errors.pull
  return errors.new(constant, ("%s %s"):format(msg.status, msg.description or ""))
end

return status
