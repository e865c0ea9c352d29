--- Calls of the lua-nats library (2015-2018), over the client's own, so that its scripts go on working.
--
-- A client that was connected as only that library connects, `connect(host, port)` or `connect { host = }`,
-- behaves as its clients do: what fails raises, `subscribe` gives an id, `set_auth` may come before `connect`.
-- On other clients these calls exist too, and return nil and an error as all others do.
--
-- @module nats.compat

local check = require "nats.check"
local errors = require "nats.errors"
local json = require "json"
local trace = require "nats.trace"

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

--- Does nothing: who is asked by a server whether it is there answers by itself.
function methods:pong() return self:status() ~= "closed" end

--- Prints from now on what the script says and hears, as lines of the protocol: `->> ` before what goes out,
-- `<<- ` before what comes in.
function methods:enable_trace()
  if self.traced or self:status() == "closed" then return end
  self.traced = true
  self.transport = trace(self.transport, print)
end

-- Commands of the protocol that a script may say itself: its words -> what comes of it, and nil and an error.
local RAW = {
  PING = function(self)
    local ok, err = self:flush()
    return ok and "PONG", err
  end,
  PONG = function() return "OK" end,
  PUB = function(self, line)
    local subject, reply, size, payload = line:match "^PUB%s+(%S+)%s+(%S*)%s-(%d+)\r\n(.*)$"
    if not subject or #payload ~= tonumber(size) then return nil, "PUB is SUBJECT [REPLY] SIZE, a line break, and so many bytes" end
    local ok, err = self:publish(subject, payload, reply ~= "" and reply or nil)
    return ok and "OK", err
  end,
  UNSUB = function(self, line)
    local ok, err = self:unsubscribe(tonumber(line:match "^UNSUB%s+(%d+)$") or 0)
    return ok and "OK", err
  end,
}

--- Says a command of the protocol: PING, PONG, PUB with its payload, UNSUB. Others would say what the client has to
-- know of, or what the connection was made with.
-- @tparam string line without the line break at its end
-- @treturn ?{action=string} what the server says to it
-- @treturn ?string an error
-- @raise where it is another command
function methods:raw_cmd(line)
  check.value(line, "string", "raw_cmd: line", 2)
  local command = RAW[line:match "^%u*"]
  if not command then
    error("raw_cmd: only PING, PONG, PUB and UNSUB; subscribe and set_auth say the rest", 2)
  end
  local action, err = command(self, line)
  if not action then return nil, err end
  return { action = action }
end

-- Clients that behave as those of lua-nats -------------------------------------------------------------

local Lua_nats = { __name = "nats.client" }

--- A call that raises what it would return, at the line that `level` says, as for `error`.
local function raising(name, level)
  return function(self, ...)
    local nc = self.nc
    if not nc then error(name .. ": client:connect() comes first", level) end
    local first, second = nc[name](nc, ...)
    if first == nil and second ~= nil then error("nats: " .. tostring(second), level) end
    if second == nil then return first end         -- print(client:ping()) prints one value
    return first, second
  end
end

-- The library's own calls.
local calls = {}
for _, name in ipairs { "unsubscribe", "request", "wait", "ping", "raw_cmd" } do calls[name] = raising(name, 2) end

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
  self.wishes.user, self.wishes.password = user, password
end

--- Has the server acknowledge every line, from the next `connect` on.
-- @tparam boolean verbose
function calls:set_verbose(verbose) self.wishes.verbose = not not verbose end

--- Has the server check every subject, from the next `connect` on.
-- @tparam boolean pedantic
function calls:set_pedantic(pedantic) self.wishes.pedantic = not not pedantic end

--- Prints from now on what is said and heard; see `methods:enable_trace`.
function calls:enable_trace()
  self.traced = true
  if self.nc then self.nc:enable_trace() end
end

--- Prints the words that make a connection, without its secrets.
local function tell_connect(self)
  local options = self.nc.options
  print("->> CONNECT " .. json.encode({
    lang = "lua", user = options.user, verbose = options.verbose, pedantic = options.pedantic,
  }, { sort = true }))
  print("<<- INFO " .. json.encode(self.nc:server_info(), { sort = true }))
  self.nc:enable_trace()
end

--- Begins to speak to the server: as who `set_auth` said, when it did.
function calls:connect()
  if not self.nc or next(self.wishes) then
    if self.nc then self.nc:close() end
    local nc, err = self.again(self.wishes)
    self.nc, self.wishes = nc or false, {}
    if not nc then error("nats: " .. tostring(err), 2) end
  end
  if self.traced then tell_connect(self) end
end

function Lua_nats.__index(self, key)
  if calls[key] then return calls[key] end
  local nc = self.nc
  local value = nc and nc[key] or nil
  if type(value) ~= "function" then return value end
  return function(first, ...)
    if first == self then first = nc end
    return value(first, ...)
  end
end

function Lua_nats.__newindex(self, key, value)
  if not self.nc then return rawset(self, key, value) end
  self.nc[key] = value
end

function Lua_nats.__tostring(self)
  return self.nc and tostring(self.nc) or "nats.client: (waits for connect)"
end

--- Whether the arguments of `nats.connect` are those of lua-nats.
-- @return boolean
function compat.is_meant(first, second)
  return type(first) == "string" and (type(second) == "number" or type(second) == "string" and tonumber(second) ~= nil)
    or type(first) == "table" and second == nil and (first.host or first.socket) ~= nil and first.url == nil and #first == 0
end

-- What the fields of its table are called here; false: they have no meaning (sockets are always without delay).
local FIELDS = { tcp_nodelay = false, path = false, scheme = false, socket = false, tls_ca_file = "tls_ca" }

local SCHEMES = { nats = false, tcp = false, tls = true }      -- whether it means TLS

--- A transport over a socket of the script's own, which serves for one connection.
local function over(sock)
  return { open = function(options)
    options.allow_reconnect = false
    function options.dial()
      local given = sock
      sock = nil
      if not given then return nil, "the script's socket has been used; connect anew with another one" end
      given:settimeout(0)
      return given
    end
    return require("nats.transport.socket").open(options)
  end }
end

--- Makes of the arguments of `nats.connect` a function that connects, with other credentials as well.
-- @treturn function
-- @treturn string "HOST:PORT"
-- @treturn boolean whether nothing is said before the client's own `connect`: there is one socket
-- @raise on a scheme that there is not
function compat.connector(connect, first, second, third)
  local given = { host = first, port = second, timeout = tonumber(third) }
  if type(first) == "table" then
    given = {}
    for key, value in pairs(first) do
      local name = FIELDS[key]
      if name ~= false then given[name or key] = value end
    end
    local secure = SCHEMES[first.scheme or "nats"]
    if secure == nil then error(("connect: scheme %s: nats, tcp and tls are known"):format(tostring(first.scheme)), 3) end
    if secure then given.tls = true end
    if first.socket ~= nil then given.transport = over(first.socket) end
  end
  given.host, given.port = given.host or "127.0.0.1", math.tointeger(tonumber(given.port)) or given.port
  return function(wishes)
    local nc, err = connect(given, wishes, nil, 5)
    return nc, err
  end, ("%s:%s"):format(given.host, given.port or 4222), type(first) == "table" and first.socket ~= nil
end

--- Makes a client that behaves as those of lua-nats.
-- @tparam function connect function({user=?string,...}) -> ?client, ?error
-- @tparam string where "HOST:PORT", for messages
-- @tparam boolean later whether the connection is made by the client's `connect` only
-- @tparam integer level whose line an error names, as for `error`
-- @treturn table
-- @raise when there is no server
function compat.client(connect, where, later, level)
  local nc, err = false, nil
  if not later then nc, err = connect {} end
  if not nc and not later and err ~= errors.authorization then
    local reason = type(err) == "table" and err.detail or tostring(err)
    error(("could not connect to %s [%s]"):format(where, tostring(reason):match("%((.-)%)$") or reason), level + 1)
  end
  return setmetatable({
    nc = nc or false,       -- of nats.client
    again = connect,
    wishes = {},            -- options that hold from the next connect() on
    traced = false,
  }, Lua_nats)
end

return compat
