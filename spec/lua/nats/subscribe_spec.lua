local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("subscribing over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    it("gives nil and timeout when nothing comes", function()
      local sub = network.connect():subscribe(support.subject())
      assert.are.same({ nil, "timeout" }, { sub:next(0) })
      assert.are.same({ nil, "timeout" }, { sub:next(0.01) })
    end)

    it("hears wildcards", function()
      local nc, subject = network.connect(), support.subject()
      local star, rest = nc:subscribe(subject .. ".*.c"), nc:subscribe(subject .. ".>")
      nc:publish(subject .. ".b.c", "1")
      nc:publish(subject .. ".b.d", "2")
      assert.are.equal("1", star:next(5).data)
      assert.are.equal("1", rest:next(5).data)
      assert.are.equal("2", rest:next(5).data)
      assert.are.same({ nil, "timeout" }, { star:next(0) })
    end)

    it("keeps messages of other subscriptions for them", function()
      local nc, subject = network.connect(), support.subject()
      local a, b = nc:subscribe(subject .. ".a"), nc:subscribe(subject .. ".b")
      for i = 1, 10 do
        nc:publish(subject .. ".a", "a" .. i)
        nc:publish(subject .. ".b", "b" .. i)
      end
      for i = 1, 10 do assert.are.equal("b" .. i, b:next(5).data) end
      assert.are.equal(10, (a:pending()))
      for i = 1, 10 do assert.are.equal("a" .. i, a:next(5).data) end
      assert.are.equal(0, (a:pending()))
    end)

    it("goes through messages until none comes in time", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      for i = 1, 5 do nc:publish(subject, tostring(i)) end
      nc:flush(5)
      local got = {}
      for msg in sub:messages(0.05) do got[#got + 1] = msg.data end
      assert.are.same({ "1", "2", "3", "4", "5" }, got)
    end)

    it("ends after a number of messages", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject, { max = 2 })
      for i = 1, 4 do nc:publish(subject, tostring(i)) end
      assert.are.equal("1", sub:next(5).data)
      assert.are.equal("2", sub:next(5).data)
      assert.are.same({ nil, "maximum messages delivered" }, { sub:next(1) })
      assert.is_false(sub:is_open())
      assert.are.equal(2, sub:received())
    end)

    it("is told later after how many messages to end", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      nc:publish(subject, "1")
      assert.are.equal("1", sub:next(5).data)
      assert.is_true(sub:unsubscribe(3))
      for i = 2, 5 do nc:publish(subject, tostring(i)) end
      assert.are.equal("2", sub:next(5).data)
      assert.are.equal("3", sub:next(5).data)
      assert.are.same({ nil, "maximum messages delivered" }, { sub:next(1) })
    end)

    it("ends at once when it has had as many messages already", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      for i = 1, 3 do nc:publish(subject, tostring(i)) end
      for _ = 1, 3 do sub:next(5) end
      assert.is_true(sub:unsubscribe(2))
      assert.are.same({ nil, "maximum messages delivered" }, { sub:next(0) })
    end)

    it("hears nothing after unsubscribe", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      assert.is_true(sub:unsubscribe())
      nc:publish(subject, "1")
      nc:flush(5)
      assert.are.same({ nil, "unsubscribed" }, { sub:next(0) })
      assert.are.same({ nil, "unsubscribed" }, { sub:unsubscribe() })
    end)

    it("unsubscribes by the client too, with a subscription or its sid", function()
      local nc, subject = network.connect(), support.subject()
      local a, b = nc:subscribe(subject), nc:subscribe(subject)
      assert.is_true(nc:unsubscribe(a))
      assert.is_true(nc:unsubscribe(b.sid))
      assert.is_false(a:is_open())
      assert.is_false(b:is_open())
    end)

    it("gives each message of a queue group to one member", function()
      local nc, subject = network.connect(), support.subject()
      local a, b = nc:subscribe(subject, { queue = "workers" }), nc:subscribe(subject, { queue = "workers" })
      local all = nc:subscribe(subject)
      for i = 1, 50 do nc:publish(subject, tostring(i)) end
      for i = 1, 50 do assert.are.equal(tostring(i), all:next(5).data) end
      nc:flush(5)
      assert.are.equal(50, (a:pending()) + (b:pending()))
    end)

    it("takes in what was on its way when it is drained", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      for i = 1, 100 do nc:publish(subject, tostring(i)) end
      assert.is_true(sub:drain(5))
      nc:publish(subject, "late")
      nc:flush(5)
      for i = 1, 100 do assert.are.equal(tostring(i), sub:next(0).data) end
      assert.are.same({ nil, "unsubscribed" }, { sub:next(0) })
    end)

    it("can have the same subject many times", function()
      local nc, subject = network.connect(), support.subject()
      local subs = {}
      for i = 1, 20 do subs[i] = nc:subscribe(subject) end
      nc:publish(subject, "x")
      for i = 1, 20 do assert.are.equal("x", subs[i]:next(5).data) end
    end)

    describe("raises", function()
      local function raises(what, message, fn)
        it(what, function()
          local nc = network.connect()
          local ok, err = pcall(fn, nc)
          assert.is_false(ok)
          assert.is_truthy(err:find("subscribe_spec.lua:%d+: "), err)
          assert.is_truthy(err:find(message, 1, true), err)
        end)
      end

      raises("on a subject with a blank", 'subject "a b" has a space', function(nc) nc:subscribe("a b") end)
      raises("on an empty token", "has an empty token", function(nc) nc:subscribe("a.") end)
      raises("on > in the middle", "has '>' before its last token", function(nc) nc:subscribe("a.>.b") end)
      raises("on no subject", "subject must be a string, not nil", function(nc) nc:subscribe() end)
      raises("on a queue name with a line break", "queue has a line break", function(nc) nc:subscribe("a", { queue = "q\r\n" }) end)
      raises("on an unknown option", 'unknown key "queu", did you mean "queue"?', function(nc) nc:subscribe("a", { queu = "q" }) end)
      raises("on a callback that is none", "the callback must be a function, not the number 5", function(nc) nc:subscribe("a", 5) end)
      raises("on a limit of 0 messages", "max must be an integer, 1 or more", function(nc) nc:subscribe("a", { max = 0 }) end)
      raises("on next with a callback", "next: this subscription has a callback", function(nc) nc:subscribe("a", print):next(0) end)
      raises("on a negative time limit", "timeout must be a number of seconds", function(nc) nc:subscribe("a"):next(-1) end)
      raises("on unsubscribing nothing", "unsubscribe: this is no subscription", function(nc) nc:unsubscribe(nil) end)
    end)
  end)
end
