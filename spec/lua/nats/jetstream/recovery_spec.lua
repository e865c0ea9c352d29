--- What holds when servers go: one that is killed and started again, and a cluster that loses a stream's leader.
local errors = require("nats").errors
local nats = require "nats"
local server = require "spec.support.server"
local shell = require "spec.support.shell"
local transport = require "nats.transport"

local ENGINE = require "moonwire.engine"

--- Ports that nobody has now.
local function free_ports(count)
  local socket, list, held = require "socket", {}, {}
  for i = 1, count do
    held[i] = assert(socket.bind("127.0.0.1", 0))
    list[i] = math.tointeger(tonumber((select(2, held[i]:getsockname()))))
  end
  for _, one in ipairs(held) do one:close() end
  return list
end

local function connect(urls, name)
  return assert(nats.connect(urls, {
    transport = name, connect_timeout = 2, max_reconnect = -1, reconnect_wait = 0.05, reconnect_jitter = 0.05,
    on_error = function() end,
  }))
end

--- Does something until it succeeds: what a script does over the time in which there is no leader.
local function insist(nc, fn)
  local result, err
  for _ = 1, 300 do
    result, err = fn()
    if result then return result end
    nc:sleep(0.1)
  end
  error("it did not succeed within 30 s: " .. tostring(err))
end

for _, entry in ipairs(transport.available()) do
  -- Engines that have no command line of their own start no servers, and one engine a transport is enough here.
  local reason = entry.reason and "this engine has no " .. entry.name .. " transport"
    or ENGINE ~= "host" and ENGINE ~= "lua54" and "the same code runs in host and lua54"
    or ENGINE == "host" and entry.name == "socket" and "lua54 has this transport"
  describe("JetStream over the " .. entry.name .. " transport, when a server goes", function()
    local it = not reason and it or function(title) it(title, function() return pending(reason) end) end
    local folder, servers, clients

    before_each(function() folder, servers, clients = nil, {}, {} end)

    after_each(function()
      for _, nc in ipairs(clients) do nc:close() end
      for _, one in pairs(servers) do one.kill() end
      if folder then os.execute("rm -rf " .. shell.quote(folder)) end
    end)

    local function single()
      folder = server.folder()
      local config = ('jetstream { store_dir: "%s" }\n'):format(folder)
      local port = free_ports(1)[1]
      local function start() servers[1] = server.start(config, { port = port }) end
      start()
      local nc = connect("nats://127.0.0.1:" .. port, entry.name)
      clients[1] = nc
      return nc, function()
        servers[1].kill()
        start()
      end
    end

    it("messages go on, in order, and a watch too", function()
      local nc, restart = single()
      local js = nc:jetstream { timeout = 2 }
      local stream = js:create_stream { name = "S", subjects = { "s.>" } }
      local kv = js:create_key_value { bucket = "B" }
      for i = 1, 4 do js:publish("s.a", tostring(i)) end
      local pulled = stream:create_consumer({ durable_name = "d" }):messages { expires = 2 }
      local ordered = stream:ordered_consumer():messages { expires = 2 }
      local watch = kv:watch_all()
      assert.is_false(watch:next(5))
      for i = 1, 2 do
        local msg = pulled:next(5)
        assert.are.equal(tostring(i), msg.data)
        assert.is_true(msg:double_ack())
        assert.are.equal(tostring(i), ordered:next(5).data)
      end
      restart()
      insist(nc, function() return js:publish("s.a", "5") end)
      insist(nc, function() return kv:put("k", "v") end)
      local seen = {}
      for i = 3, 5 do
        assert.are.equal(tostring(i), ordered:next(20).data)
        local msg = pulled:next(20)
        -- A server that was killed may not know any more that it delivered this one: then it does not hear the word
        -- that it is done with, and delivers it again.
        if msg:double_ack(2) then seen[msg.data] = true end
      end
      -- Those that were on their way when the server went come again, perhaps after others; none is missing.
      for _ = 1, 20 do
        if seen["3"] and seen["4"] and seen["5"] then break end
        local msg = pulled:next(35)
        seen[msg.data] = true
        msg:ack()
      end
      assert.is_true(seen["3"] and seen["4"] and seen["5"])
      assert.is_nil(seen["1"] or seen["2"])
      assert.are.equal("v", watch:next(20).value)
    end)

    it("what was published without waiting says so", function()
      local nc, restart = single()
      local js = nc:jetstream { timeout = 2 }
      js:create_stream { name = "S", subjects = { "s.>" } }
      js:publish("s.a", "1")
      servers[1].kill()
      for _ = 1, 3 do js:publish_async("s.a", "x") end
      restart()
      -- Either the answers come from the new server, or each one is said to be lost: none waits for ever.
      local ok, err, failed = js:publish_complete(20)
      assert.is_true(ok == true or err == errors.disconnected and #failed <= 3, tostring(err))
      assert.are.equal(0, js:publish_async_pending())
    end)

    it("a cluster that loses a leader loses no acknowledged message, and delivers none twice that was confirmed", function()
      folder = server.folder()
      local ports = free_ports(6)
      local routes = {}
      for i = 1, 3 do routes[i] = "nats-route://127.0.0.1:" .. ports[3 + i] end
      local function start(i)
        servers[i] = server.start(([[
server_name: n%d
jetstream { store_dir: "%s/n%d" }
cluster { name: c, host: "127.0.0.1", port: %d, routes: ["%s"] }
]]):format(i, folder, i, ports[3 + i], table.concat(routes, '", "')), { port = ports[i] })
      end
      for i = 1, 3 do start(i) end
      local urls = {}
      for i = 1, 3 do urls[i] = "nats://127.0.0.1:" .. ports[i] end
      local nc = connect(table.concat(urls, ","), entry.name)
      clients[1] = nc
      local js = nc:jetstream { timeout = 2 }
      local stream = insist(nc, function()
        return js:create_stream { name = "R3", subjects = { "r3.>" }, num_replicas = 3, duplicate_window = 60 }
      end)
      local consumer = insist(nc, function() return stream:create_or_update_consumer { durable_name = "d", ack_wait = 2 } end)

      local COUNT, KILL = 120, 40
      local stored, confirmed, twice = {}, {}, {}
      local published = nc:spawn(function()
        for i = 1, COUNT do
          insist(nc, function() return js:publish("r3.a", tostring(i), { msg_id = "m" .. i }) end)
          stored[i] = true
          nc:sleep(0.005)
        end
      end)
      local taken = 0
      local consumed = nc:spawn(function()
        for msg in consumer:messages { expires = 2, max_messages = 20 } do
          if confirmed[msg.data] then twice[#twice + 1] = msg.data end
          local ok = msg:double_ack(2)
          if ok then
            confirmed[msg.data] = true
            taken = taken + 1
          end
          local all = true
          for i = 1, COUNT do all = all and confirmed[tostring(i)] end
          if all then return true end
        end
      end)
      while taken < KILL do nc:sleep(0.02) end
      local leader = stream:info().cluster.leader
      servers[tonumber(leader:match "%d")].kill()
      assert.is_true(consumed:join(60))
      published:join(10)
      for i = 1, COUNT do
        assert.is_true(stored[i], "not published: " .. i)
        assert.is_true(confirmed[tostring(i)], "not delivered: " .. i)
      end
      assert.are.same({}, twice)
      local info = insist(nc, function() return stream:info() end)
      assert.are.equal(COUNT, info.state.messages)
      assert.are_not.equal(leader, info.cluster.leader)
    end)
  end)
end
