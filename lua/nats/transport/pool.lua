--- The servers that a connection may use, and whose turn it is.
--
-- A round tries every server once, the one that was lost last. Before the last try of a round there is
-- a pause, as nats.go has it: a server that comes back is not run down by all its clients at once.
--
-- @module nats.transport.pool

local errors = require "nats.errors"
local url = require "nats.url"

local TOLD = 512       -- servers that others told of and that are kept: a large cluster has some dozens

local Pool = { __name = "nats.transport.pool" }
Pool.__index = Pool

--- Makes a pool.
-- @tparam table options as nats.options makes them
-- @treturn table
local function pool(options)
  local self = setmetatable({
    options = options,
    entries = {},            -- { server, tries = failures since it last worked, reason = of the last one, told = by a server }
    current = nil,           -- the entry that is connected
    left = {},               -- entries of this round that have not been tried, the next one first
    given_up = {},           -- entries that are not tried any more
  }, Pool)
  for i, server in ipairs(options.servers) do
    local entry = { server = server, tries = 0, reason = nil }
    table.insert(self.entries, options.no_randomize and i or math.random(i), entry)
  end
  return self
end

--- Begins a round.
function Pool:begin()
  self.left = {}
  for i, entry in ipairs(self.entries) do self.left[i] = entry end
end

--- The entry whose turn it is, taken off the round; nil: the round is over.
function Pool:take() return table.remove(self.left, 1) end

--- Seconds to wait before the next try.
function Pool:pause()
  if #self.left > 1 then return 0 end
  local options, entry = self.options, self.left[1] or self.entries[1]
  local secure = options.tls or options.tls_first or entry and (entry.server.scheme == "tls" or entry.server.scheme == "wss")
  return options.reconnect_wait + math.random() * (secure and options.reconnect_jitter_tls or options.reconnect_jitter)
end

--- An entry is connected.
function Pool:succeeded(entry)
  self.current, entry.tries, entry.reason = entry, 0, nil
end

--- The connected server was lost: it comes last.
function Pool:lost()
  for i, entry in ipairs(self.entries) do
    if entry == self.current then
      table.remove(self.entries, i)
      self.entries[#self.entries + 1] = entry
      break
    end
  end
  self:begin()
end

--- A try failed. A server is given up after max_reconnect of them, and when it refuses us twice alike.
function Pool:failed(entry, err)
  local refused = entry.reason == tostring(err)
    and (err == errors.authorization or err == errors.tls or err == errors.permissions)
  entry.tries, entry.reason = entry.tries + 1, tostring(err)
  local most = self.options.max_reconnect
  if refused or most >= 0 and entry.tries >= most then
    for i, other in ipairs(self.entries) do
      if other == entry then
        self.given_up[#self.given_up + 1] = table.remove(self.entries, i)
        break
      end
    end
  end
end

--- Drops the servers that were told of and are told of no more, but for the one that is connected.
local function forget(self, told)
  for i = #self.entries, 1, -1 do
    local entry = self.entries[i]
    if entry.told and entry ~= self.current and not told[entry.server.host .. ":" .. entry.server.port] then
      table.remove(self.entries, i)
    end
  end
end

--- Takes in the servers that a server tells of, with the credentials of the one that told. As in nats.go
-- they take the place of those that were told of before.
-- @tparam ?{string,...} addresses "host:port"
-- @treturn boolean whether one of them was new
function Pool:discover(addresses)
  local teller, told, servers = self.current.server, {}, {}
  for _, address in ipairs(type(addresses) == "table" and addresses or {}) do
    local server = #servers < TOLD and type(address) == "string" and url.parse(teller.scheme .. "://" .. address)
    if server then
      servers[#servers + 1] = server
      told[server.host .. ":" .. server.port] = true
    end
  end
  if #servers == 0 then return false end
  forget(self, told)
  local known, news = {}, false
  for _, entry in ipairs(self.entries) do known[entry.server.host .. ":" .. entry.server.port] = true end
  for _, server in ipairs(servers) do
    local name = server.host .. ":" .. server.port
    if not known[name] then
      known[name], news = true, true
      server.user, server.password, server.token = teller.user, teller.password, teller.token
      -- Servers tell addresses, certificates have names: that of the server that we were given.
      if server.host:find("^[%d.:]+$") then server.tls_name = teller.tls_name or teller.host end
      server.path = teller.path
      local at = self.options.no_randomize and #self.entries + 1 or math.random(#self.entries + 1)
      table.insert(self.entries, at, { server = server, tries = 0, reason = nil, told = true })
    end
  end
  return news
end

--- Every server with the reason why it is not connected.
-- @treturn string
function Pool:reasons()
  local list = {}
  for _, entries in ipairs { self.given_up, self.entries } do
    for _, entry in ipairs(entries) do
      list[#list + 1] = ("%s (%s)"):format(entry.server.url, entry.reason or "not tried")
    end
  end
  return table.concat(list, ", ")
end

return pool
