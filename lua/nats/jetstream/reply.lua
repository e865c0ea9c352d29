--- What stands in the reply subject of a consumer's message: who is to be told, and all that is known of it.
--
-- `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`, with domain and account
-- before the stream where it has eleven tokens or more.
--
-- @module nats.jetstream.reply

local reply = {}

local PREFIX = "$JS.ACK."
local NO_DOMAIN = "_"

--- Whether a subject is one on which a consumer waits for an acknowledgement.
-- @tparam ?string subject
-- @treturn boolean
function reply.is(subject) return subject ~= nil and subject:sub(1, #PREFIX) == PREFIX end

--- The numbers of a reply subject, those that are needed most.
-- @tparam ?string subject
-- @treturn ?integer the sequence in the stream; nil: this is no such subject
-- @treturn integer the sequence in the consumer
-- @treturn integer nanoseconds since 1970
-- @treturn integer messages that are still to come
function reply.numbers(subject)
  if not reply.is(subject) then return nil end
  local stream, consumer, time, pending = subject:match("^[^.]+%.[^.]+%.[^.]+%.[^.]+%.%d+%.(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  if not stream then
    stream, consumer, time, pending =
      subject:match("^[^.]+%.[^.]+%.[^.]+%.[^.]+%.[^.]+%.[^.]+%.%d+%.(%d+)%.(%d+)%.(%d+)%.(%d+)")
  end
  if not stream then return nil end
  return math.tointeger(stream), math.tointeger(consumer), math.tointeger(time), math.tointeger(pending)
end

--- The names of a reply subject.
-- @tparam string subject of which `numbers` gave some
-- @treturn string the stream
-- @treturn string the consumer
-- @treturn integer how often the message was delivered
-- @treturn ?string the domain; nil: none
function reply.names(subject)
  local tokens = {}
  for token in subject:sub(#PREFIX + 1):gmatch("[^.]+") do tokens[#tokens + 1] = token end
  local first = #tokens >= 9 and 3 or 1                   -- of the stream; else 7 tokens begin with it
  local domain = first == 3 and tokens[1] or NO_DOMAIN
  return tokens[first], tokens[first + 1], math.tointeger(tonumber(tokens[first + 2])), domain ~= NO_DOMAIN and domain or nil
end

return reply
