--- The transport without a network: clients of one script, joined by a bus in memory.
--
-- It serves programs' own tests, and proves that the contract of nats.transport is all that a client
-- needs. It behaves as a server does: wildcards, queue groups, headers, no responders, limits.
--
--     local bus = require("nats.transport.memory").new()
--     local nc = nats.connect { transport = bus }
--
-- Everything happens in the script's own thread, so what has not arrived will not arrive while it
-- waits: poll says "timeout" at once, whatever its time limit.
--
-- @module nats.transport.memory

local errors = require "nats.errors"
local subjects = require "nats.subject"

local memory = {}

local Connection = { __name = "nats.transport.memory" }
Connection.__index = Connection

--- Makes a bus, a transport for `connect`'s option of that name.
-- @tparam[opt] {max_payload=integer} options bytes; default 1 MiB, as a server has it
-- @treturn {open=function,tell=function}
function memory.new(options)
  local bus = {
    max_payload = options and options.max_payload or 1024 * 1024,
    subs = {},                -- in the order in which they were made: { connection, sid, pattern, queue, received, max }
    turn = 0,                 -- of queue groups: whose member is next
  }

  --- Opens a connection to the bus.
  function bus.open(given)
    return setmetatable({
      bus = bus,
      options = given,
      status = "connected",
      asked = 0,              -- pings
      out_msgs = 0,
      out_bytes = 0,
      arrived = {},           -- first..last: { sid, subject, reply, headers, payload } or { nil, event, detail }
      first = 1,
      last = 0,
    }, Connection)
  end

  --- Tells every subscribed connection of an event, as a server's doings would.
  -- @tparam string event one of the contract's
  -- @tparam ?string detail
  function bus.tell(event, detail)
    local told = {}
    for _, sub in ipairs(bus.subs) do
      if not told[sub.connection] then
        told[sub.connection] = true
        sub.connection:_put(nil, event, detail)
      end
    end
  end

  return bus
end

function Connection:_put(...)
  self.last = self.last + 1
  self.arrived[self.last] = { ... }
end

function Connection:poll()
  local first = self.first
  local item = self.arrived[first]
  if item then
    self.arrived[first] = nil
    self.first = first + 1
    return item[1], item[2], item[3], item[4], item[5]
  end
  return nil, self.status == "closed" and "closed" or "timeout"
end

--- Forgets a subscription of the bus.
local function remove(bus, connection, sid)
  for i = #bus.subs, 1, -1 do
    local sub = bus.subs[i]
    if sub.connection == connection and (sid == nil or sub.sid == sid) then table.remove(bus.subs, i) end
  end
end

local function deliver(bus, sub, subject, reply, headers, payload)
  sub.received = sub.received + 1
  sub.connection:_put(sub.sid, subject, reply, headers, payload)
  if sub.received == sub.max then remove(bus, sub.connection, sub.sid) end
end

function Connection:publish(subject, reply, headers, payload)
  if self.status == "closed" then return nil, errors.closed end
  self.out_msgs, self.out_bytes = self.out_msgs + 1, self.out_bytes + #payload + (headers and #headers or 0)
  local bus, takers, groups = self.bus, {}, {}
  for _, sub in ipairs(bus.subs) do
    if subjects.matches(sub.pattern, subject) and not (sub.connection == self and self.options.no_echo) then
      local members = takers
      if sub.queue then
        local key = sub.pattern .. " " .. sub.queue
        if not groups[key] then
          groups[key] = {}
          groups[#groups + 1] = groups[key]
        end
        members = groups[key]
      end
      members[#members + 1] = sub
    end
  end
  for _, group in ipairs(groups) do
    bus.turn = bus.turn + 1
    takers[#takers + 1] = group[bus.turn % #group + 1]
  end
  for _, sub in ipairs(takers) do deliver(bus, sub, subject, reply, headers, payload) end
  if reply and #takers == 0 then
    for _, sub in ipairs(bus.subs) do
      if sub.connection == self and subjects.matches(sub.pattern, reply) then
        deliver(bus, sub, reply, nil, "NATS/1.0 503\r\n\r\n", "")
        break
      end
    end
  end
  return true
end

function Connection:subscribe(sid, subject, queue)
  if self.status == "closed" then return nil, errors.closed end
  local subs = self.bus.subs
  subs[#subs + 1] = { connection = self, sid = sid, pattern = subject, queue = queue, received = 0, max = nil }
  return true
end

function Connection:unsubscribe(sid, max)
  if self.status == "closed" then return nil, errors.closed end
  for _, sub in ipairs(self.bus.subs) do
    if sub.connection == self and sub.sid == sid then
      if max and sub.received < max then
        sub.max = max
      else
        remove(self.bus, self, sid)
      end
      break
    end
  end
  return true
end

function Connection:drain(sid) return self:unsubscribe(sid) end

function Connection:ping()
  if self.status == "closed" then return nil, errors.closed end
  self.asked = self.asked + 1
  self:_put(nil, "pong", self.asked)
  return true
end

function Connection:cork()
  if self.status == "closed" then return nil, errors.closed end
  return true
end

function Connection:info()
  return {
    status = self.status,
    url = "memory:",
    max_payload = self.bus.max_payload,
    headers = true,
    out_msgs = self.out_msgs,
    out_bytes = self.out_bytes,
    server = { server_name = "memory", max_payload = self.bus.max_payload, headers = true, proto = 1 },
  }
end

function Connection:close()
  if self.status ~= "closed" then
    self.status = "closed"
    remove(self.bus, self)
  end
  return true
end

function Connection:__tostring()
  return ("nats.transport.memory: memory: (%s)"):format(self.status)
end

return memory
