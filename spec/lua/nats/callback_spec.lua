local nats = require "nats"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("callbacks over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- Dispatches until `done()`, within 5 seconds.
    local function until_done(nc, done)
      local clock = require "nats.clock"
      local deadline = clock() + 5
      while not done() do
        assert.is_true(clock() < deadline, "nothing came within 5 s")
        nc:process(0.1)
      end
    end

    it("are called with payload, reply and message", function()
      local nc, subject = network.connect(), support.subject()
      local payload, reply, msg
      nc:subscribe(subject, function(...) payload, reply, msg = ... end)
      nc:publish(subject, "hello", "r")
      until_done(nc, function() return payload end)
      assert.are.equal("hello", payload)
      assert.are.equal("r", reply)
      assert.are.equal(subject, msg.subject)
      assert.are.equal("hello", msg.data)
    end)

    it("run in the order of arrival over all subscriptions", function()
      local nc, subject = network.connect(), support.subject()
      local got = {}
      for i = 1, 3 do nc:subscribe(subject .. "." .. i, function(payload) got[#got + 1] = payload end) end
      for i = 1, 30 do nc:publish(subject .. "." .. i % 3 + 1, tostring(i)) end
      until_done(nc, function() return #got == 30 end)
      for i = 1, 30 do assert.are.equal(tostring(i), got[i]) end
    end)

    it("run while another call waits", function()
      local nc, subject = network.connect(), support.subject()
      local called = 0
      nc:subscribe(subject .. ".c", function() called = called + 1 end)
      local sub = nc:subscribe(subject .. ".n")
      nc:publish(subject .. ".c", "1")
      nc:publish(subject .. ".n", "2")
      assert.are.equal("2", sub:next(5).data)
      assert.are.equal(1, called)
      nc:publish(subject .. ".c", "3")
      assert.is_true(nc:flush(5))
      assert.are.equal(2, called)
    end)

    it("are never called inside another one", function()
      local nc, subject = network.connect(), support.subject()
      local depth, deepest, got = 0, 0, {}
      nc:subscribe(subject, function(payload)
        depth = depth + 1
        deepest = math.max(deepest, depth)
        if payload == "1" then nc:flush(5) end       -- takes in the others
        got[#got + 1] = payload
        depth = depth - 1
      end)
      for i = 1, 5 do nc:publish(subject, tostring(i)) end
      until_done(nc, function() return #got == 5 end)
      assert.are.equal(1, deepest)
      assert.are.same({ "1", "2", "3", "4", "5" }, got)
    end)

    it("may make requests, which are answered by other callbacks only after them", function()
      local nc, subject = network.connect(), support.subject()
      local order, result = {}, nil
      nc:subscribe(subject .. ".a", function()
        order[#order + 1] = "a begins"
        result = { nc:request(subject .. ".b", "?", 0.05) }
        order[#order + 1] = "a ends"
      end)
      nc:subscribe(subject .. ".b", function() order[#order + 1] = "b" end)
      nc:publish(subject .. ".a", "1")
      until_done(nc, function() return #order == 3 end)
      assert.are.same({ "a begins", "a ends", "b" }, order)
      assert.are.same({ nil, "timeout" }, result)
    end)

    it("may take the next message of another subscription", function()
      local nc, subject = network.connect(), support.subject()
      local other, got = nc:subscribe(subject .. ".o"), nil
      nc:subscribe(subject .. ".c", function() got = other:next(5).data end)
      nc:publish(subject .. ".c", "1")
      nc:publish(subject .. ".o", "2")
      until_done(nc, function() return got end)
      assert.are.equal("2", got)
    end)

    it("may unsubscribe themselves", function()
      local nc, subject = network.connect(), support.subject()
      local sub, count = nil, 0
      sub = nc:subscribe(subject, function()
        count = count + 1
        sub:unsubscribe()
      end)
      for _ = 1, 5 do nc:publish(subject, "x") end
      nc:flush(5)
      assert.are.equal(1, count)
    end)

    it("are not called any more after unsubscribe, also those that waited", function()
      local nc, subject = network.connect(), support.subject()
      local sub, got = nil, {}
      sub = nc:subscribe(subject, function(payload)
        got[#got + 1] = payload
        if payload == "1" then
          nc:flush(5)                                  -- the others wait now
          sub:unsubscribe()
        end
      end)
      nc:batch(function()
        for i = 1, 5 do nc:publish(subject, tostring(i)) end
      end)
      nc:flush(5)
      assert.are.same({ "1" }, got)
      assert.are.same({ 0, 0 }, { sub:pending() })
    end)

    it("are not called any more after close, also those that waited", function()
      local nc, subject = network.connect(), support.subject()
      local got = {}
      nc:subscribe(subject, function(payload)
        got[#got + 1] = payload
        if payload == "1" then
          nc:flush(5)
          nc:close()
        end
      end)
      nc:batch(function()
        for i = 1, 5 do nc:publish(subject, tostring(i)) end
      end)
      nc:run()
      assert.are.same({ "1" }, got)
    end)

    it("that waited are called after a Ctrl-C", function()
      local nc, subject = network.connect(), support.subject()
      local got = {}
      nc:subscribe(subject, function(payload)
        got[#got + 1] = payload
        if payload == "1" then
          nc:flush(5)
          error("interrupted!", 0)
        end
      end)
      nc:batch(function()
        for i = 1, 3 do nc:publish(subject, tostring(i)) end
      end)
      assert.is_false(pcall(nc.flush, nc, 5))
      nc:publish(subject, "4")
      nc:flush(5)
      assert.are.same({ "1", "2", "3", "4" }, got)
    end)

    it("may close the client", function()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function() nc:close() end)
      nc:publish(subject, "x")
      assert.is_true(nc:run())
      assert.are.equal("closed", nc:status())
    end)

    it("end after max messages", function()
      local nc, subject = network.connect(), support.subject()
      local count = 0
      nc:subscribe(subject, { max = 3, callback = function() count = count + 1 end })
      for _ = 1, 5 do nc:publish(subject, "x") end
      nc:flush(5)
      assert.are.equal(3, count)
    end)

    it("that raise are reported with what they raised, and the client lives on", function()
      local nc, subject = network.connect(), support.subject()
      local reports, got = {}, {}
      nc.on_error = function(err, sub, msg) reports[#reports + 1] = { err = err, sub = sub, msg = msg } end
      local failure = { code = 7 }
      local sub = nc:subscribe(subject, function(payload)
        if payload == "1" then error("oh no") end
        if payload == "2" then error(failure) end
        got[#got + 1] = payload
      end)
      for i = 1, 3 do nc:publish(subject, tostring(i)) end
      until_done(nc, function() return #got == 1 end)
      assert.are.equal(2, #reports)
      assert.is_true(reports[1].err == nats.errors.callback)
      assert.is_truthy(reports[1].err.value:find("callback_spec.lua:%d+: oh no"))
      assert.is_truthy(tostring(reports[1].err):find("stack traceback", 1, true))
      assert.are.equal(sub, reports[1].sub)
      assert.are.equal("1", reports[1].msg.data)
      assert.are.equal(failure, reports[2].err.value)
      assert.are.equal(3, sub:received())
      assert.are.equal(2, nc:stats().errors)
    end)

    it("let a Ctrl-C through, with the traceback of the callback", function()
      local nc, subject = network.connect(), support.subject()
      local function called_by_it() error("interrupted!", 0) end
      nc:subscribe(subject, function()
        called_by_it()
        return nil
      end)
      nc:publish(subject, "x")
      local ok, err = pcall(nc.flush, nc, 5)
      assert.is_false(ok)
      assert.are.equal("interrupted!\nstack traceback:", err:match("^[^\n]*\n[^\n]*"))
      assert.is_truthy(err:find("'called_by_it'", 1, true))
      assert.is_nil(err:find("xpcall", 1, true), err)
    end)

    it("that raise words that only resemble a Ctrl-C are reported as any other", function()
      local nc, subject = network.connect(), support.subject()
      local reports = {}
      nc.on_error = function(err) reports[#reports + 1] = err.value end
      nc:subscribe(subject, function() error("the transfer was interrupted!", 0) end)
      nc:publish(subject, "x")
      assert.is_true(nc:flush(5))
      assert.are.same({ "the transfer was interrupted!" }, reports)
    end)

    it("that raise are counted among what process took in", function()
      local nc, subject = network.connect(), support.subject()
      nc.on_error = function() end
      local got = {}
      local sub = nc:subscribe(subject, function(payload)
        got[#got + 1] = payload
        if payload == "2" or payload == "3" then error("oh no") end
      end)
      nc:batch(function()
        for i = 1, 5 do nc:publish(subject, tostring(i)) end
      end)
      local total, deadline = 0, os.time() + 30
      while sub:received() < 5 do
        assert.is_true(os.time() < deadline)
        total = total + nc:process(0.1)
      end
      assert.are.same({ "1", "2", "3", "4", "5" }, got)
      assert.are.equal(5, total)
    end)

    it("say how many things process took in", function()
      local nc, subject = network.connect(), support.subject()
      assert.are.equal(0, nc:process(0))
      local count = 0
      nc:subscribe(subject, function() count = count + 1 end)
      for _ = 1, 10 do nc:publish(subject, "x") end
      nc:flush(5)
      assert.are.equal(10, count)
      assert.are.equal(0, nc:process())
    end)
  end)
end
