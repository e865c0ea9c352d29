--- Publishes that wait in memory to be sent as one write.
--
-- Its state is in upvalues and not in a table: this is the path of every publish of a batch, where each
-- look-up counts.
--
-- @module nats.transport.cork

local wire = require "nats.transport.wire"

local BYTES = 65536          -- of publishes held at most; more of them were not faster
local LINE_BYTES = 32        -- what a control line counts in that, so that empty payloads end too
local HEADS = 1024           -- control lines remembered, since making one costs as much as sending it

local cork = {}

--- Control lines of publishes without reply and headers: subject -> size of the payload -> line.
-- @treturn table
function cork.heads()
  local count = 0
  local function of_subject(heads, subject)
    if count >= HEADS then
      for key in pairs(heads) do heads[key] = nil end
      count = 0
    end
    local sizes = setmetatable({}, { __index = function(sizes, size)
      local line = wire.publish(subject, nil, nil, size)
      count = count + 1
      if count < HEADS then sizes[size] = line end
      return line
    end })
    heads[subject] = sizes
    return sizes
  end
  return setmetatable({}, { __index = of_subject })
end

--- Makes a cork.
-- @tparam table heads of `cork.heads`
-- @tparam function full called with a transport when there is enough to send; its results are publish's
-- @treturn {publish=function,waiting=function,take=function}
function cork.new(heads, full)
  local lines, held, bytes = {}, 0, 0        -- without their ends; two of each publish
  local self = {}

  --- Takes a publish of a transport, as the contract has it.
  function self.publish(transport, subject, reply, headers, payload)
    local head
    if reply or headers then
      head = wire.publish(subject, reply, headers, #payload)
      if headers then payload = headers .. payload end
    else
      head = heads[subject][#payload]
    end
    lines[held + 1] = head
    held = held + 2
    lines[held] = payload
    bytes = bytes + #payload + LINE_BYTES
    if bytes >= BYTES then return full(transport) end
    return true
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
    local taken, count = lines, held
    if bytes > 2 * BYTES then lines = {} end   -- else a long payload would stay in memory
    held, bytes = 0, 0
    return taken, count
  end

  return self
end

return cork
