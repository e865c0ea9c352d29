--- What the specs of the client share: every transport that this engine has, against a real server.
--
-- The server's URL is in MOONWIRE_TEST_NATS_URL, as the test run sets it; several engines use one server
-- at the same time, so subjects are unique.
local memory = require "nats.transport.memory"
local nats = require "nats"
local transport = require "nats.transport"

local support = {}

--- A subject that no other test uses.
-- @tparam[opt] string tail
-- @treturn string
function support.subject(tail) return "spec." .. nats.nuid() .. (tail and "." .. tail or "") end

--- A network over which clients talk with each other.
-- @treturn {name=string,reason=?string,connect=function,close=function} reason: why it is not there
local function network(name, reason, defaults)
  local self = { name = name, reason = reason }
  local clients = {}

  --- Connects a client, which `close` closes.
  function self.connect(options)
    local given = defaults()
    for key, value in pairs(options or {}) do given[key] = value end
    local nc = assert(nats.connect(given))
    clients[#clients + 1] = nc
    return nc
  end

  --- An `it` for tests over this network: where it is not there each of them is skipped, with the reason.
  -- @tparam function it of the spec's file
  -- @tparam function skip calls the spec's `pending`: inside a test that is another one than outside
  -- @treturn function
  function self.it(it, skip)
    if not reason then return it end
    return function(title) it(title, function() skip(reason) end) end
  end

  function self.close()
    for _, nc in ipairs(clients) do nc:close() end
    clients = {}
  end

  return self
end

--- All transports of the contract, those that are not there with the reason.
-- @tparam[opt] {no_server=boolean} options no_server: only those that connect, and without a server
-- @treturn {table,...}
function support.networks(options)
  local bus, list = memory.new(), {}
  local url = options and options.no_server and "" or os.getenv "MOONWIRE_TEST_NATS_URL"
  if url ~= "" then list[1] = network("memory", nil, function() return { transport = bus } end) end
  for _, entry in ipairs(transport.available()) do
    local reason = entry.reason and "this engine has no " .. entry.name .. " transport"
      or not url and "MOONWIRE_TEST_NATS_URL is not set" or nil
    list[#list + 1] = network(entry.name, reason, function() return { url = url, transport = entry.name } end)
  end
  return list
end

return support
