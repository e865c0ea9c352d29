local nats = require "nats"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("a connection over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    it("knows its state", function()
      local nc = network.connect()
      assert.are.equal("connected", nc:status())
      nc:close()
      assert.are.equal("closed", nc:status())
    end)

    it("closes twice without harm", function()
      local nc = network.connect()
      assert.is_true(nc:close())
      assert.is_true(nc:close())
    end)

    it("answers every call with closed once it is closed", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      nc:close()
      assert.are.same({ nil, "closed" }, { nc:publish(subject, "") })
      assert.are.same({ nil, "closed" }, { nc:subscribe(subject) })
      assert.are.same({ nil, "closed" }, { nc:request(subject, "", 1) })
      assert.are.same({ nil, "closed" }, { nc:flush(1) })
      assert.are.same({ nil, "closed" }, { nc:rtt(1) })
      assert.are.same({ nil, "closed" }, { nc:process(0) })
      assert.are.same({ nil, "closed" }, { nc:batch(function() end) })
      assert.are.same({ nil, "closed" }, { nc:drain(1) })
      assert.are.same({ nil, "closed" }, { nc:server_info() })
      assert.are.same({ nil, "closed" }, { sub:next(1) })
      assert.are.same({ nil, "closed" }, { sub:unsubscribe() })
      assert.is_true(nc:run())
    end)

    it("lets messages that wait be taken after it is closed", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      nc:publish(subject, "1")
      nc:flush(5)
      nc:close()
      assert.are.equal("1", sub:next(0).data)
      assert.are.same({ nil, "closed" }, { sub:next(0) })
    end)

    it("delivers what was published before it is closed", function()
      local a, b, subject = network.connect(), network.connect(), support.subject()
      local sub = b:subscribe(subject)
      b:flush(5)
      for i = 1, 500 do a:publish(subject, tostring(i)) end
      a:close()
      for i = 1, 500 do assert.are.equal(tostring(i), sub:next(5).data) end
    end)

    it("drains: what was on its way is called, what callbacks publish goes out", function()
      local a, b, subject = network.connect(), network.connect(), support.subject()
      local echo, count = b:subscribe(subject .. ".echo"), 0
      b:flush(5)
      a:subscribe(subject, function(payload)
        count = count + 1
        a:publish(subject .. ".echo", payload)
      end)
      for i = 1, 100 do a:publish(subject, tostring(i)) end
      assert.is_true(a:drain(5))
      assert.are.equal("closed", a:status())
      assert.are.equal(100, count)
      for i = 1, 100 do assert.are.equal(tostring(i), echo:next(5).data) end
    end)

    it("takes no new subscription while it drains", function()
      local nc, subject = network.connect(), support.subject()
      local result
      nc:subscribe(subject, function() result = { nc:subscribe(subject) } end)
      nc:publish(subject, "x")
      nc:drain(5)
      assert.are.same({ nil, "draining" }, result)
    end)

    it("counts messages and bytes", function()
      local nc, subject = network.connect(), support.subject()
      local a, b = nc:subscribe(subject), nc:subscribe(subject, { max = 1 })
      nc:publish(subject, "12345")
      nc:publish(subject, "123", nil, { A = "1" })        -- 18 bytes of headers
      a:next(5)
      a:next(5)
      b:next(5)
      local stats = nc:stats()
      assert.are.equal(2, stats.out_msgs)
      assert.are.equal(26, stats.out_bytes)
      assert.are.equal(3, stats.in_msgs)
      assert.are.equal(31, stats.in_bytes)
      assert.are.equal(0, stats.reconnects)
      assert.are.equal(0, stats.errors)
    end)

    it("measures a round trip in seconds", function()
      local rtt = network.connect():rtt(5)
      assert.is_true(rtt >= 0 and rtt < 5)
    end)

    it("knows what the server says of itself", function()
      local info = network.connect():server_info()
      assert.are.equal("number", type(info.max_payload))
      assert.is_true(info.headers)
    end)

    it("flushes many times", function()
      local nc = network.connect()
      for _ = 1, 100 do assert.is_true(nc:flush(5)) end
    end)

    it("makes inboxes that differ", function()
      local nc = network.connect()
      local a, b = nc:new_inbox(), nc:new_inbox()
      assert.is_truthy(a:find("^_INBOX%.%w+$"))
      assert.are_not.equal(a, b)
    end)

    it("tells of events", function()
      local nc = network.connect()
      local told
      local reports = {}
      nc.on_error = function(err) reports[#reports + 1] = err end
      nc:on("closed", function() error "a handler's own" end)
      nc:on("closed", function(why) told = why end)
      nc:_handle(nil, "closed", "why")
      assert.are.equal("why", told)
      assert.is_true(reports[1] == nats.errors.lost)
      assert.are.equal("connection lost: why", tostring(reports[1]))
      assert.is_true(reports[2] == nats.errors.callback)
    end)

    it("tells that it was closed, once", function()
      local nc, told = network.connect(), 0
      nc:on("closed", function(why)
        told = told + 1
        assert.is_nil(why)
      end)
      nc:close()
      nc:close()
      assert.are.equal(1, told)
    end)

    it("tells of slow consumers and of errors", function()
      local nc, subject, heard = network.connect(), support.subject(), {}
      nc.on_error = nil
      nc:on("slow_consumer", function(sub) heard[#heard + 1] = sub.subject end)
      nc:on("error", function(err, sub) heard[#heard + 1] = tostring(err) .. " " .. sub.subject end)
      nc:on("error", function() error "a handler's own" end)
      local errors = {}
      local sub = nc:subscribe(subject, { pending_msgs = 1 })
      nc.on_error = function(err) errors[#errors + 1] = tostring(err):match("^[^\n]*") end
      for i = 1, 3 do nc:publish(subject, tostring(i)) end
      nc:flush(5)
      assert.are.same({ "slow consumer " .. subject, subject }, heard)
      assert.are.equal(2, #errors)
      assert.are.equal(2, sub:dropped())
    end)

    it("knows no other event", function()
      local nc = network.connect()
      local ok, err = pcall(function() nc:on("reconected", print) end)
      assert.is_false(ok)
      assert.is_truthy(err:find('lifecycle_spec.lua:%d+: on: there is no event "reconected", did you mean "reconnected"%?'), err)
    end)

    it("prints without secrets", function()
      local nc = network.connect { user = "someone", password = "s3cr3t" }
      local text = tostring(nc) .. tostring(nc.transport) .. tostring(nc:subscribe(support.subject()))
      assert.is_truthy(tostring(nc):find("^nats.client: %S+ %(connected%)$"))
      assert.is_nil(text:find("s3cr3t", 1, true))
    end)

    it("is its own: two clients share nothing", function()
      local a, b, subject = network.connect(), network.connect(), support.subject()
      local sub = a:subscribe(subject)
      b:close()
      a:publish(subject, "x")
      assert.are.equal("x", sub:next(5).data)
    end)

    it("works from any coroutine", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      local got = {}
      for i = 1, 3 do
        coroutine.wrap(function()
          nc:publish(subject, tostring(i))
          got[i] = sub:next(5).data
        end)()
      end
      assert.are.same({ "1", "2", "3" }, got)
    end)
  end)
end

for _, network in ipairs(support.networks { no_server = true }) do
  describe("connecting over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)

    local function refused(url) return nats.connect(url, { transport = network.name }) end

    it("says why there is no connection", function()
      local nc, err = refused "nats://127.0.0.1:1"
      assert.is_nil(nc)
      assert.is_true(err == nats.errors.no_servers)
      assert.is_truthy(tostring(err):find("127.0.0.1:1", 1, true), tostring(err))
      assert.is_truthy(tostring(err):find("refused", 1, true), tostring(err))
    end)

    it("lists every server with its own reason", function()
      local _, err = refused "nats://127.0.0.1:1,nats://127.0.0.1:2"
      assert.is_true(err == nats.errors.no_servers)
      assert.is_truthy(tostring(err):find("127.0.0.1:1", 1, true), tostring(err))
      assert.is_truthy(tostring(err):find("127.0.0.1:2", 1, true), tostring(err))
    end)

    it("gives up in time on a server that accepts and says nothing", function()
      local socket = require "socket"
      local silent = assert(socket.tcp())
      assert(silent:bind("127.0.0.1", 0))
      assert(silent:listen(8))
      local _, port = silent:getsockname()
      local start = socket.gettime()
      local nc, err = nats.connect("127.0.0.1:" .. port, { transport = network.name, connect_timeout = 0.2 })
      local took = socket.gettime() - start
      silent:close()
      assert.is_nil(nc)
      assert.is_true(err == nats.errors.no_servers)
      assert.is_true(took >= 0.1 and took < 5, tostring(took))
    end)

    it("keeps secrets out of what it says", function()
      local _, err = refused "nats://someone:s3cr3t@127.0.0.1:1"
      assert.is_nil(tostring(err):find("s3cr3t", 1, true))
    end)
  end)
end

describe("connecting", function()
  it("raises on a transport that does not exist", function()
    assert.has_error(function() nats.connect { transport = "pigeon" } end)
  end)

  it("says why a transport is not there", function()
    for _, entry in ipairs(require("nats.transport").available()) do
      if entry.reason then
        local nc, err = nats.connect { transport = entry.name }
        assert.is_nil(nc)
        assert.is_true(err == nats.errors.configuration)
        assert.is_truthy(tostring(err):find(entry.name, 1, true), tostring(err))
      end
    end
  end)
end)
