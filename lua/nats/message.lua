--- A message as a script sees it.
--
-- Fields: `subject`, `data` (the payload, a string of any bytes), `reply` (nil where nobody waits for an
-- answer), `sub` (the subscription), and from the header block, when it has one, `headers`, `status`
-- (an integer, as 503) and `description`.
--
-- This module is the metatable of messages; nats.subscription makes them, on the path that costs most.
--
-- @module nats.message

local codec = require "nats.codec"
local headers = require "nats.headers"
local jetstream = require "nats.jetstream.message"
local service = require "nats.service"

local Message = { __name = "nats.message" }

local methods = {}
for _, more in ipairs { codec.message, service.message, jetstream } do
  for name, method in pairs(more) do methods[name] = method end
end

-- Most messages are never asked for their headers, so the block is read when one of these is.
local DECODED = { headers = true, status = true, description = true }

function Message.__index(self, key)
  local method = methods[key]
  if method or not DECODED[key] then return method end
  local block = rawget(self, "block")
  if not block then return nil end
  self.block = nil
  self.headers, self.status, self.description = headers.decode(block)
  return rawget(self, key)
end

function Message.__tostring(self)
  return ("nats.message: %s (%d bytes)"):format(self.subject, #self.data)
end

--- Answers a message.
-- @tparam string payload
-- @tparam[opt] table fields headers
-- @treturn ?boolean true; nil and an error as `publish` returns them
-- @raise when the message has no reply subject, and what `publish` raises
function methods.respond(self, payload, fields)
  return self:_respond(payload, fields, 2)           -- a tail call: level 2 is the caller
end

function methods._respond(self, payload, fields, level)
  if not self.reply then error("respond: nobody waits for an answer: the message has no reply subject", level) end
  return self.sub.client:_send(self.reply, payload, nil, fields, level)
end

--- One header's value, whatever the case of its name.
-- @tparam string name
-- @treturn ?string the first value; nil: there is none
function methods.header(self, name)
  local fields = self.headers
  local value = fields and headers.get(fields, name)
  if type(value) == "table" then return value[1] end
  return value
end

return Message
