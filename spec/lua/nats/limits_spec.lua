local nats = require "nats"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("a slow consumer over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- A client that keeps what it is told of, and its subscription.
    local function listener(options)
      local nc, subject, reports = network.connect(), support.subject(), {}
      nc.on_error = function(err, sub) reports[#reports + 1] = { err, sub } end
      return nc, subject, nc:subscribe(subject, options), reports
    end

    local function send(nc, subject, from, to)
      for i = from, to do nc:publish(subject, tostring(i)) end
      assert.is_true(nc:flush(5))
    end

    it("loses what is more than pending_msgs, and counts it", function()
      local nc, subject, sub = listener { pending_msgs = 10 }
      send(nc, subject, 1, 15)
      assert.are.equal(10, (sub:pending()))
      assert.are.equal(5, sub:dropped())
      for i = 1, 10 do assert.are.equal(tostring(i), sub:next(0).data) end
      assert.are.same({ nil, "timeout" }, { sub:next(0) })
    end)

    it("loses what is more than pending_bytes", function()
      local nc, subject, sub = listener { pending_bytes = 100 }
      for _ = 1, 5 do nc:publish(subject, ("x"):rep(40)) end
      nc:flush(5)
      assert.are.same({ 2, 80 }, { sub:pending() })
      assert.are.equal(3, sub:dropped())
    end)

    it("is reported once, not for each message", function()
      local nc, subject, sub, reports = listener { pending_msgs = 10 }
      send(nc, subject, 1, 50)
      assert.are.equal(1, #reports)
      assert.are.equal(nats.errors.slow_consumer, reports[1][1])
      assert.are.equal(sub, reports[1][2])
    end)

    it("is not reported again while it only just keeps up", function()
      local nc, subject, sub, reports = listener { pending_msgs = 10 }
      send(nc, subject, 1, 11)
      sub:next(0)
      send(nc, subject, 12, 14)
      assert.are.equal(3, sub:dropped())
      assert.are.equal(1, #reports)
    end)

    it("is reported again once it had recovered", function()
      local nc, subject, sub, reports = listener { pending_msgs = 10 }
      send(nc, subject, 1, 11)
      for _ = 1, 10 do sub:next(0) end
      send(nc, subject, 12, 23)
      assert.are.equal(3, sub:dropped())
      assert.are.equal(2, #reports)
    end)

    it("loses nothing without limits", function()
      local nc, subject, sub = listener { pending_msgs = -1, pending_bytes = -1 }
      send(nc, subject, 1, 1000)
      assert.are.equal(1000, (sub:pending()))
      assert.are.equal(0, sub:dropped())
    end)

    it("takes limits from the options of the connection", function()
      local nc, subject = network.connect { pending_msgs = 3 }, support.subject()
      nc.on_error = function() end
      local sub = nc:subscribe(subject)
      send(nc, subject, 1, 5)
      assert.are.equal(2, sub:dropped())
    end)

    it("has limits for callbacks that wait for another one", function()
      local nc, subject = network.connect(), support.subject()
      local reports, got = {}, {}
      nc.on_error = function(err) reports[#reports + 1] = err end
      local sub = nc:subscribe(subject, { pending_msgs = 3, callback = function(payload)
        if payload == "1" then nc:flush(5) end
        got[#got + 1] = payload
      end })
      nc:batch(function()
        for i = 1, 10 do nc:publish(subject, tostring(i)) end
      end)
      nc:flush(5)
      assert.are.same({ "1", "2", "3", "4" }, got)
      assert.are.equal(6, sub:dropped())
      assert.are.same({ nats.errors.slow_consumer }, reports)
      assert.are.same({ 0, 0 }, { sub:pending() })
    end)
  end)
end
