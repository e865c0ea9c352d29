--- JetStream of a domain behind a leaf node, kept in memory and on disk.
local nats = require "nats"
local server = require "spec.support.server"
local shell = require "spec.support.shell"

local ENGINE = require "moonwire.engine"

local REASON = ENGINE ~= "host" and ENGINE ~= "lua54" and "the same code runs in host and lua54"

describe("JetStream of a domain", function()
  local it = not REASON and it or function(title) it(title, function() return pending(REASON) end) end
  local servers, folder, nc

  local function free_port()
    local socket = require "socket"
    local held = assert(socket.bind("127.0.0.1", 0))
    local port = math.tointeger(tonumber((select(2, held:getsockname()))))
    held:close()
    return port
  end

  lazy_setup(function()
    if REASON then return end
    folder = server.folder()
    local port = free_port()
    servers = server.start_all {
      hub = ('server_name: hub\njetstream { store_dir: "%s/hub", domain: hub }\nleafnodes { listen: "127.0.0.1:%d" }\n')
        :format(folder, port),
      leaf = ('server_name: leaf\njetstream { store_dir: "%s/leaf", domain: leaf }\n'
        .. 'leafnodes { remotes: [ { url: "nats-leaf://127.0.0.1:%d" } ] }\n'):format(folder, port),
    }
    nc = assert(nats.connect("nats://127.0.0.1:" .. servers.leaf.port))
    for _ = 1, 200 do                                    -- until the leaf has found the hub
      if nc:jetstream({ domain = "hub" }):account_info() then break end
      nc:sleep(0.05)
    end
  end)

  lazy_teardown(function()
    if nc then nc:close() end
    for _, one in pairs(servers or {}) do one.stop() end
    if folder then os.execute("rm -rf " .. shell.quote(folder)) end
  end)

  for _, storage in ipairs { "memory", "file" } do
    for _, domain in ipairs { "hub", "leaf" } do
      it(("keeps streams: %s in %s"):format(domain, storage), function()
        local js = nc:jetstream { domain = domain }
        assert.are.equal(domain, js:account_info().domain)
        local name = ("S_%s_%s"):format(domain, storage)
        local stream = assert(js:create_stream { name = name, subjects = { name .. ".>" }, storage = storage, allow_direct = true })
        assert.are.equal(domain, js:publish(name .. ".a", "1").domain)
        js:publish_async(name .. ".a", "2")
        assert.is_true(js:publish_complete())
        local list = {}
        for msg in stream:create_consumer({ durable_name = "d" }):messages { stop_after = 2 } do
          list[#list + 1] = msg.data
          assert.is_true(msg:double_ack())
        end
        assert.are.same({ "1", "2" }, list)
        assert.are.equal("2", stream:get_msg(2).data)
        assert.are.equal("2", stream:get_last_msg_for_subject(name .. ".a").data)
        assert.are.equal(2, #stream:get_batch { batch = 5 })
      end)

      it(("keeps buckets: %s in %s"):format(domain, storage), function()
        local js = nc:jetstream { domain = domain }
        local kv = assert(js:create_key_value { bucket = ("B_%s"):format(storage), storage = storage, history = 2 })
        assert.are.equal(1, kv:put("a", "of " .. domain))
        assert.are.equal("of " .. domain, kv:get("a").value)
        assert.are.equal(2, kv:update("a", "2", 1))
        assert.is_true(kv:delete "a")
        assert.are.equal(4, kv:create("a", "3"))
        assert.are.equal(2, #kv:history "a")
        assert.are.same({ "a" }, kv:keys())
        assert.is_true(js:delete_key_value("B_" .. storage))
      end)
    end
  end

  it("is mirrored into another one, and written through", function()
    local hub, leaf = nc:jetstream { domain = "hub" }, nc:jetstream()
    local kv = assert(hub:create_key_value { bucket = "prices", storage = "memory" })
    kv:put("coffee", "2.50")
    local mirror = assert(leaf:create_key_value {
      bucket = "prices", storage = "memory", mirror = { name = "prices", external = { api = "$JS.hub.API" } },
    })
    local function eventually(fn)
      for _ = 1, 200 do
        local value = fn()
        if value then return value end
        nc:sleep(0.05)
      end
    end
    assert.are.equal("2.50", eventually(function() return mirror:get "coffee" end).value)
    assert.is_truthy(mirror:put("tea", "2.20"))
    assert.are.equal("2.20", kv:get("tea").value)
    assert.are.equal("2.20", eventually(function() return mirror:get "tea" end).value)
  end)
end)
