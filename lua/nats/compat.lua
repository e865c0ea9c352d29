--- Calls of the lua-nats library (2015-2018), over the client's own, so that its scripts go on working.
--
-- A client that was connected as only that library connects, `connect(host, port)` or `connect { host = }`,
-- behaves as its clients do: what fails raises, `subscribe` gives an id, `set_auth` may come before `connect`.
-- On other clients these calls exist too, and return nil and an error as all others do.
--
-- @module nats.compat

local check = require "nats.check"
local errors = require "nats.errors"

local BURST = 4096          -- messages taken in by one call of a wait for ever

local compat = {}

--- What every client has of it.
compat.methods = {}

local methods = compat.methods

--- Does nothing: the connection was made by `nats.connect`.
-- @treturn boolean true
function methods:connect() return self:status() ~= "closed" end

--- Asks the server for a sign of life.
-- @treturn ?boolean true
-- @treturn ?string an error as `flush` returns it
function methods:ping() return self:flush() end

--- Dispatches until a number of messages has come, answers included.
-- @tparam[opt=0] integer count 0: for ever
-- @treturn ?boolean true
-- @treturn ?string an error: "closed"
function methods:wait(count)
  if count ~= nil then check.value(count, "count", "wait: count", 2) end
  if count == 0 then count = nil end
  local before, left = self:received(), count
  while not count or left > 0 do
    local some, err = self:_step(nil, left or BURST)
    if not some then return nil, err end
    left = count and before + count - self:received()
  end
  return true
end

--- Asks a question; the answer goes to a callback while something else waits.
-- @tparam table self the client
-- @tparam string subject
-- @tparam string payload
-- @tparam function callback function(payload, reply, msg)
-- @treturn ?integer the subscription's sid, for `unsubscribe`; nil and an error
-- @treturn string the reply subject
function methods.request(self, subject, payload, callback)
  local inbox = self:new_inbox()
  local sub, err = self:_subscribe(inbox, { max = 1, callback = callback })
  if not sub then return nil, err end
  local ok
  ok, err = self:publish(subject, payload, inbox)
  if not ok then
    sub:unsubscribe()
    return nil, err
  end
  return sub.sid, inbox
end

--- Closes the connection.
function methods:shutdown() return self:close() end

--- How many subscriptions there are.
-- @treturn integer
function methods:count_subscriptions()
  local count = 0
  for _, sub in pairs(self.subs) do
    if not sub.direct then count = count + 1 end
  end
  return count
end

--- What the server last said of itself.
-- @treturn table INFO; empty when the connection is closed
function methods:get_server_info() return self:server_info() or {} end

-- Clients that behave as those of lua-nats -------------------------------------------------------------

local Lua_nats = { __name = "nats.client" }

--- A call that raises what it would return, at the line that `level` says, as for `error`.
local function raising(name, level)
  return function(self, ...)
    local nc = rawget(self, "nc")
    if not nc then error(name .. ": client:connect() comes first", level) end
    local first, second = nc[name](nc, ...)
    if first == nil and second ~= nil then error("nats: " .. tostring(second), level) end
    return first, second
  end
end

-- The library's own calls.
local calls = {}
for _, name in ipairs { "unsubscribe", "request", "wait", "ping" } do calls[name] = raising(name, 2) end

local publish, subscribe = raising("publish", 3), raising("subscribe", 3)

function calls:publish(...) publish(self, ...) end

function calls:subscribe(subject, callback)
  local sub = subscribe(self, subject, callback)
  return type(callback) == "function" and tostring(sub.sid) or sub
end

--- Says who we are, for `connect`.
-- @tparam string user
-- @tparam string password
function calls:set_auth(user, password)
  check.value(user, "string", "set_auth: user", 2)
  check.value(password, "string", "set_auth: password", 2, true)
  self.auth = { user = user, password = password }
end

--- Begins to speak to the server: as who `set_auth` said, when it did.
function calls:connect()
  local auth, nc = rawget(self, "auth"), rawget(self, "nc")
  if nc and not auth then return end
  if nc then nc:close() end
  local err
  self.nc, err = self.again(auth)
  self.auth = nil
  if not self.nc then error("nats: " .. tostring(err), 2) end
end

function Lua_nats.__index(self, key)
  if calls[key] then return calls[key] end
  local nc = rawget(self, "nc")
  local value = nc and nc[key]
  if type(value) ~= "function" then return value end
  return function(first, ...)
    if first == self then first = nc end
    return value(first, ...)
  end
end

function Lua_nats.__newindex(self, key, value)
  if key == "nc" or key == "auth" or not rawget(self, "nc") then return rawset(self, key, value) end
  self.nc[key] = value
end

function Lua_nats.__tostring(self)
  return self.nc and tostring(self.nc) or "nats.client: (waits for connect)"
end

--- Whether the arguments of `nats.connect` are those of lua-nats.
-- @return boolean
function compat.is_meant(first, second)
  return type(first) == "string" and type(second) == "number"
    or type(first) == "table" and second == nil and first.host ~= nil and first.url == nil and #first == 0
end

-- Fields of its table that have no meaning here: sockets are ours, and always without delay.
local DROPPED = { tcp_nodelay = true, scheme = true, path = true, socket = true }

--- Makes of the arguments of `nats.connect` a function that connects, with other credentials as well.
-- @treturn function
-- @treturn string "HOST:PORT"
function compat.connector(connect, first, second, third)
  local given = { host = first, port = second, timeout = third }
  if type(first) == "table" then
    given = {}
    for key, value in pairs(first) do
      if not DROPPED[key] then given[key] = value end
    end
  end
  return function(auth)
    local nc, err = connect(given, auth, nil, 5)
    return nc, err
  end, ("%s:%s"):format(given.host, given.port or 4222)
end

--- Makes a client that behaves as those of lua-nats.
-- @tparam function connect function(?{user=string,password=string}) -> ?client, ?error
-- @tparam string where "HOST:PORT", for messages
-- @tparam integer level whose line an error names, as for `error`
-- @treturn table
-- @raise when there is no server
function compat.client(connect, where, level)
  local nc, err = connect(nil)
  if not nc and err ~= errors.authorization then
    local reason = type(err) == "table" and err.detail or tostring(err)
    error(("could not connect to %s [%s]"):format(where, tostring(reason):match("%((.-)%)$") or reason), level + 1)
  end
  return setmetatable({ nc = nc or nil, again = connect }, Lua_nats)
end

return compat
