local clock = require "nats.clock"
local nats = require "nats"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("tasks over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    it("begin when the script waits", function()
      local nc, began = network.connect(), false
      nc:spawn(function() began = true end)
      assert.is_false(began)
      nc:process()
      assert.is_true(began)
    end)

    it("get arguments, and give results", function()
      local nc = network.connect()
      local task = nc:spawn(function(a, b, c) return c, b, a end, 1, nil, 3)
      local results = table.pack(task:join(5))
      assert.are.equal(3, results.n)
      assert.are.equal(3, results[1])
      assert.is_nil(results[2])
      assert.are.equal(1, results[3])
      assert.are.equal("done", task:status())
    end)

    it("wait for messages beside each other", function()
      local nc, subject = network.connect(), support.subject()
      local a, b = nc:subscribe(subject .. ".a"), nc:subscribe(subject .. ".b")
      local heard = {}
      local first = nc:spawn(function()
        for msg in a:messages(5) do
          heard[#heard + 1] = msg.data
          if #heard == 3 then break end
        end
      end)
      local second = nc:spawn(function()
        local msg = b:next(5)
        heard[#heard + 1] = msg.data
      end)
      nc:spawn(function()
        nc:publish(subject .. ".a", "a1")
        nc:flush(5)
        nc:publish(subject .. ".b", "b1")
        nc:flush(5)
        nc:publish(subject .. ".a", "a2")
      end)
      first:join(5)
      second:join(5)
      assert.are.same({ "a1", "b1", "a2" }, heard)
    end)

    it("ask and answer each other", function()
      local nc, subject = network.connect(), support.subject()
      local questions = nc:subscribe(subject)
      nc:spawn(function()
        for msg in questions:messages(5) do msg:respond(msg.data:upper()) end
      end)
      local tasks, answers = {}, {}
      for i = 1, 20 do
        tasks[i] = nc:spawn(function() return nc:request(subject, "n" .. i, 5).data end)
      end
      for i = 1, 20 do answers[i] = tasks[i]:join(5) end
      for i = 1, 20 do assert.are.equal("N" .. i, answers[i]) end
      assert.is_nil(next(nc.requests))
    end)

    it("do not hold up a callback, nor does it hold up them", function()
      local nc, subject = network.connect(), support.subject()
      local waiting, seen = nc:subscribe(subject .. ".never"), {}
      nc:spawn(function() waiting:next() end)
      nc:subscribe(subject, function(payload)
        seen[#seen + 1] = payload
        nc:sleep(0.05)                            -- a callback that waits, while a task goes on
        seen[#seen + 1] = "after " .. payload
      end)
      nc:publish(subject, "x")
      nc:spawn(function()
        nc:sleep(0.01)
        seen[#seen + 1] = "task"
      end)
      nc:sleep(0.2)
      assert.are.same({ "x", "task", "after x" }, seen)
    end)

    it("end with a timeout of their own", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      local task = nc:spawn(function() return { sub:next(0.02) } end)
      assert.are.same({ nil, "timeout" }, task:join(5))
      assert.is_nil(nc.tasks)
    end)

    it("look at what has come when they do not wait", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      nc:publish(subject, "x")
      nc:flush(5)
      local task = nc:spawn(function() return sub:next(0).data, select(2, sub:next(0)) end)
      assert.are.same({ "x", "timeout" }, { task:join(5) })
    end)

    it("do not starve others by waiting for nothing", function()
      local nc, subject = network.connect(), support.subject()
      local sub, rounds = nc:subscribe(subject), 0
      nc:spawn(function()
        while not sub:next(0) do rounds = rounds + 1 end
      end)
      nc:after(0.02, function() nc:publish(subject, "stop") end)
      nc:sleep(0.2)
      assert.is_true(rounds > 0)
      assert.is_nil(nc.tasks)
    end)

    it("do not keep a driver from its time limit", function()
      local nc = network.connect()
      local sub, stop = nc:subscribe(support.subject()), false
      nc:spawn(function()
        while not stop do nc:sleep(0) end
      end)
      local start = clock()
      assert.are.same({ nil, "timeout" }, { sub:next(0.05) })
      local took = clock() - start
      stop = true
      assert.is_true(took < 2, tostring(took))
    end)

    it("sleep in the order of their times", function()
      local nc, order = network.connect(), {}
      for _, ms in ipairs { 60, 20, 40 } do
        nc:spawn(function()
          nc:sleep(ms / 1000)
          order[#order + 1] = ms
        end)
      end
      nc:sleep(0.2)
      assert.are.same({ 20, 40, 60 }, order)
    end)

    it("share a subscription: each message goes to one", function()
      local nc, subject = network.connect(), support.subject()
      local sub, got, tasks = nc:subscribe(subject), {}, {}
      for i = 1, 3 do
        tasks[i] = nc:spawn(function()
          local msg = sub:next(5)
          got[#got + 1] = msg.data
        end)
      end
      for i = 1, 3 do nc:publish(subject, tostring(i)) end
      for i = 1, 3 do tasks[i]:join(5) end
      table.sort(got)
      assert.are.same({ "1", "2", "3" }, got)
    end)

    it("flush and measure beside each other", function()
      local nc, tasks = network.connect(), {}
      for i = 1, 10 do
        tasks[i] = nc:spawn(function() return nc:flush(5), nc:rtt(5) end)
      end
      for i = 1, 10 do
        local flushed, rtt = tasks[i]:join(5)
        assert.is_true(flushed)
        assert.are.equal("number", type(rtt))
      end
    end)

    it("report what they raise, with their own traceback", function()
      local nc, reports = network.connect(), {}
      nc.on_error = function(err) reports[#reports + 1] = err end
      local function culprit() error "oh no" end
      local task = nc:spawn(function()
        nc:sleep(0)
        culprit()
      end)
      nc:sleep(0.02)
      assert.are.equal(1, #reports)
      assert.is_true(reports[1] == nats.errors.callback)
      assert.is_truthy(tostring(reports[1]):find("tasks_spec.lua:%d+: oh no\nstack traceback:"), tostring(reports[1]))
      assert.is_truthy(tostring(reports[1]):find("culprit", 1, true), tostring(reports[1]))
      assert.are.equal("failed", task:status())
      assert.are.equal(1, nc:stats().errors)
    end)

    it("give what they raise to who waits for their end, and to nobody else", function()
      local nc, reports = network.connect(), 0
      nc.on_error = function() reports = reports + 1 end
      local thrown = { code = 7 }
      local task = nc:spawn(function() error(thrown) end)
      local result, err = task:join(5)
      assert.is_nil(result)
      assert.is_true(err == nats.errors.callback)
      assert.are.equal(thrown, err.value)
      assert.are.equal(0, reports)
    end)

    it("are cancelled where they wait, and can clean up", function()
      local nc, cleaned = network.connect(), nil
      local sub = nc:subscribe(support.subject())
      local task = nc:spawn(function()
        local ok, err = pcall(sub.next, sub)
        cleaned = { ok, err }
        sub:next()
      end)
      nc:process()
      assert.are.equal("waiting", task:status())
      assert.is_true(task:cancel())
      assert.are.same({ nil, "cancelled" }, { task:join(5) })
      assert.are.equal("cancelled", task:status())
      assert.are.same({ false, "cancelled" }, cleaned)
      assert.is_false(task:cancel())
      assert.is_nil(nc.tasks)
    end)

    it("are cancelled before they begin", function()
      local nc, began = network.connect(), false
      local task = nc:spawn(function() began = true end)
      task:cancel()
      assert.are.same({ nil, "cancelled" }, { task:join(5) })
      assert.is_false(began)
    end)

    it("leave nothing behind when they are cancelled in a request", function()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function() end)
      local task = nc:spawn(function() nc:request(subject, "", 5) end)
      nc:flush(5)
      task:cancel()
      task:join(5)
      assert.is_nil(next(nc.requests))
    end)

    it("hand a message on when they are cancelled as it comes", function()
      local nc, subject = network.connect(), support.subject()
      local sub, got = nc:subscribe(subject), nil
      local first = nc:spawn(function() sub:next() end)
      local second = nc:spawn(function() got = sub:next(5).data end)
      nc:process()
      nc:publish(subject, "x")
      repeat nc:_handle(nc.transport:poll(5)) until first:status() == "ready"      -- woken, and not yet gone on
      first:cancel()
      second:join(5)
      assert.are.equal("x", got)
    end)

    it("can cancel themselves and each other", function()
      local nc = network.connect()
      local a
      a = nc:spawn(function()
        a:cancel()
        nc:sleep(0)
        error "never"
      end)
      local b = nc:spawn(function() nc:sleep(60) end)
      nc:spawn(function() b:cancel() end)
      assert.are.same({ nil, "cancelled" }, { a:join(5) })
      assert.are.same({ nil, "cancelled" }, { b:join(5) })
    end)

    it("wait for each other's end", function()
      local nc = network.connect()
      local worker = nc:spawn(function()
        nc:sleep(0.01)
        return "result"
      end)
      local waiting = nc:spawn(function() return (worker:join(5)) end)
      assert.are.equal("result", waiting:join(5))
      assert.are.equal("result", worker:join(0))
      local slow = nc:spawn(function() nc:sleep(60) end)
      assert.are.same({ nil, "timeout" }, { slow:join(0.01) })
    end)

    it("cannot wait for their own end", function()
      local nc = network.connect()
      local task
      task = nc:spawn(function() task:join() end)
      local _, err = task:join(5)
      assert.is_truthy(tostring(err):find("cannot wait for its own end", 1, true), tostring(err))
    end)

    it("hear once that the connection is closed, and then end", function()
      local nc, heard, rounds = network.connect(), {}, 0
      local sub = nc:subscribe(support.subject())
      nc:spawn(function() heard[1] = select(2, sub:next()) end)
      nc:spawn(function() heard[2] = select(2, nc:sleep(60)) end)
      nc:spawn(function()
        while true do
          nc:sleep(0.001)
          rounds = rounds + 1
          if rounds > 1000 then error "it goes on for ever" end
        end
      end)
      nc:process()
      nc:close()
      assert.are.same({ "closed", "closed" }, heard)
      assert.is_nil(nc.tasks)
      assert.are.same({ nil, "closed" }, { nc:spawn(function() end) })
      assert.are.same({ nil, "closed" }, { nc:sleep(0) })
    end)

    it("can close the connection, which ends run", function()
      local nc = network.connect()
      nc:subscribe(support.subject(), function() end)
      nc:after(0.01, function() nc:close() end)
      assert.is_true(nc:run())
    end)

    it("may yield by themselves, and go on", function()
      local nc = network.connect()
      local task = nc:spawn(function()
        for _ = 1, 3 do coroutine.yield() end
        return "done"
      end)
      assert.are.equal("done", task:join(5))
    end)

    it("wait inside coroutines of their own", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      for i = 1, 3 do nc:publish(subject, tostring(i)) end
      local task = nc:spawn(function()
        local each, got = coroutine.wrap(function()
          for _ = 1, 3 do coroutine.yield(sub:next(5).data) end
        end), {}
        for i = 1, 3 do got[i] = each() end
        return table.concat(got)
      end)
      assert.are.equal("123", task:join(5))
    end)

    it("are called by timers, once or again and again", function()
      local nc, once, often = network.connect(), 0, 0
      nc:after(0.01, function() once = once + 1 end)
      local timer = nc:every(0.01, function() often = often + 1 end)
      nc:sleep(0.3)
      timer:cancel()
      nc:sleep(0)
      local count = often
      nc:sleep(0.03)
      assert.are.equal(1, once)
      assert.is_true(often >= 3 and often <= 31, tostring(often))
      assert.are.equal(count, often)
    end)

    it("go on with a timer whose function raised", function()
      local nc, reports, calls = network.connect(), 0, 0
      nc.on_error = function() reports = reports + 1 end
      local timer
      timer = nc:every(0.005, function()
        calls = calls + 1
        if calls == 3 then timer:cancel() end
        error "once more"
      end)
      timer:join(5)
      assert.are.equal(3, calls)
      assert.are.equal(3, reports)
    end)

    it("are as many as ten thousand, and leave nothing behind", function()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function(payload, _, msg) msg:respond(payload) end)
      local function round(many)
        local done = 0
        for i = 1, many do
          nc:spawn(function()
            local msg = nc:request(subject, tostring(i), 60)
            if msg.data == tostring(i) then done = done + 1 end
          end)
        end
        while nc.tasks do nc:process(1) end
        assert.are.equal(many, done)
        collectgarbage()
        collectgarbage()
        return collectgarbage "count"
      end
      local before = round(10000)
      local after = round(10000)
      assert.is_true(after <= before * 1.1 + 200, before .. " KB, then " .. after)
      assert.is_nil(next(nc.requests))
    end)

    it("raise at the caller's line what is wrong with a call", function()
      local nc = network.connect()
      for message, fn in pairs {
        ["spawn: fn must be a function, not nil"] = function() nc:spawn() end,
        ["sleep: seconds must be a number of seconds"] = function() nc:sleep("1") end,
        ["after: fn must be a function"] = function() nc:after(1) end,
        ["every: seconds must be a number of seconds, more than 0"] = function() nc:every(0, print) end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("tasks_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)
  end)
end
