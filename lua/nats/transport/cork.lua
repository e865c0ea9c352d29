--- Publishes that wait in memory to be sent as one write.
--
-- Its state is in upvalues and not in a table: this is the path of every publish of a batch, where each
-- look-up counts.
--
-- @module nats.transport.cork

local wire = require "nats.transport.wire"

local type = type

local BYTES = 65536          -- of publishes held at most; more of them were not faster
local LINE_BYTES = 32        -- what a control line counts in that, so that empty payloads end too
local HEADS = 1024           -- control lines remembered, since making one costs as much as sending it

local cork = {}

local NOTHING = {}

--- Makes a cork.
-- @tparam function full called when there is enough to send; its results are publish's
-- @treturn table its functions
function cork.new(full)
  local lines, held, bytes = {}, 0, 0        -- without their ends; two of each publish
  local heads, count = {}, 0                 -- subject -> size -> control line, without reply and headers
  local known = NOTHING                      -- heads, while publishes may wait here
  local slow                                 -- the client's publish
  local self = {}

  --- The control line of a publish without reply and headers.
  function self.head(subject, size)
    local sizes = heads[subject]
    local line = sizes and sizes[size]
    if line then return line end
    if count >= HEADS then
      local is_open = known == heads
      heads, count, sizes = {}, 0, nil
      if is_open then known = heads end
    end
    if not sizes then
      sizes = {}
      heads[subject] = sizes
    end
    line = wire.publish(subject, nil, nil, size)
    sizes[size], count = line, count + 1
    return line
  end
  local head = self.head

  --- Takes a publish of a transport, as the contract has it.
  function self.publish(_, subject, reply, headers, payload)
    if headers then payload = headers .. payload end
    if reply or headers then
      lines[held + 1] = wire.publish(subject, reply, headers, #payload - (headers and #headers or 0))
    else
      lines[held + 1] = head(subject, #payload)
    end
    held = held + 2
    lines[held] = payload
    bytes = bytes + #payload + LINE_BYTES
    if bytes >= BYTES then return full() end
    return true
  end

  --- Is the client's publish in a batch: takes what has a control line, since that was checked when it
  -- was made, and leaves the rest to the client.
  function self.bulk(client, subject, payload, reply, fields)
    if reply == nil and fields == nil and type(payload) == "string" then
      local sizes, size = known[subject], #payload
      local line = sizes and sizes[size]
      if line then
        lines[held + 1] = line
        held = held + 2
        lines[held] = payload
        bytes = bytes + size + LINE_BYTES
        if bytes >= BYTES then return full() end
        return true
      end
    end
    return slow(client, subject, payload, reply, fields)
  end

  --- Says whether publishes may wait here.
  -- @tparam boolean on
  -- @tparam[opt] function publish the client's, for `bulk`
  function self.open(on, publish)
    heads, count = {}, 0                     -- a new connection may have another max_payload
    known, slow = on and heads or NOTHING, publish or slow
  end

  --- How much waits: messages, and bytes of their headers and payloads.
  function self.waiting()
    local messages = held // 2
    return messages, bytes - messages * LINE_BYTES
  end

  --- Takes all of it out.
  -- @treturn {string,...} lines, good until the next publish: of each message its control line, then
  --   headers and payload
  -- @treturn integer how many lines
  function self.take()
    local taken, number = lines, held
    if bytes > 2 * BYTES then lines = {} end   -- else a long payload would stay in memory
    held, bytes = 0, 0
    return taken, number
  end

  return self
end

return cork
