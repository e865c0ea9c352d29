local support = require "spec.lua.nats.support"
local nats = require "nats"

for _, network in ipairs(support.networks()) do
  describe("publishing over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- A client, a subject, and a subscription to it.
    local function listener()
      local nc, subject = network.connect(), support.subject()
      return nc, subject, nc:subscribe(subject)
    end

    it("carries any bytes", function()
      local nc, subject, sub = listener()
      for _, payload in ipairs { "", "\0", "\r\n", "a\r\nPUB x 0\r\n\r\n", "\255\254\0\128", "Grüße", ("x"):rep(100000) } do
        assert.is_true(nc:publish(subject, payload))
        assert.is_true(sub:next(5).data == payload)
      end
    end)

    -- The server stops reading while nobody reads what it sends.
    it("reads while a write waits", function()
      local nc, subject, sub = listener()
      local payload = ("x"):rep(256 * 1024)
      for i = 1, 100 do assert.is_true(nc:publish(subject, i .. payload)) end
      for i = 1, 100 do assert.is_true(sub:next(10).data == i .. payload) end
    end)

    it("reads while a batch is written", function()
      local nc, subject, sub = listener()
      local payload = ("x"):rep(256 * 1024)
      nc:batch(function()
        for i = 1, 100 do assert.is_true(nc:publish(subject, i .. payload)) end
      end)
      for i = 1, 100 do assert.is_true(sub:next(10).data == i .. payload) end
    end)

    it("carries every byte there is", function()
      local nc, subject, sub = listener()
      local all = {}
      for i = 0, 255 do all[i + 1] = string.char(i) end
      nc:publish(subject, table.concat(all))
      assert.is_true(sub:next(5).data == table.concat(all))
    end)

    it("says under which subject a message came", function()
      local nc = network.connect()
      local subject = support.subject()
      local sub = nc:subscribe(subject .. ".*")
      nc:publish(subject .. ".x", "1")
      assert.are.equal(subject .. ".x", sub:next(5).subject)
    end)

    it("carries a reply subject", function()
      local nc, subject, sub = listener()
      nc:publish(subject, "1", "answers.here")
      assert.are.equal("answers.here", sub:next(5).reply)
      nc:publish(subject, "2")
      assert.is_nil(sub:next(5).reply)
    end)

    it("carries headers", function()
      local nc, subject, sub = listener()
      nc:publish(subject, "1", nil, { ["X-One"] = "1", Many = { "a", "b" } })
      local msg = sub:next(5)
      assert.are.equal("1", msg.data)
      assert.are.equal("1", msg.headers["X-One"])
      assert.are.same({ "a", "b" }, msg.headers.Many)
    end)

    it("finds a header in any case", function()
      local nc, subject, sub = listener()
      nc:publish(subject, "1", nil, { ["x-oDD-Case"] = "1", Many = { "a", "b" } })
      local msg = sub:next(5)
      assert.are.equal("1", msg.headers["X-Odd-Case"])
      assert.are.equal("1", msg:header("X-ODD-CASE"))
      assert.are.equal("a", msg:header("many"))
      assert.is_nil(msg:header("none"))
    end)

    it("has no headers where none were sent", function()
      local nc, subject, sub = listener()
      nc:publish(subject, "1")
      local msg = sub:next(5)
      assert.is_nil(msg.headers)
      assert.is_nil(msg.status)
      assert.is_nil(msg:header("x"))
    end)

    it("carries headers, a reply subject and no payload", function()
      local nc, subject, sub = listener()
      nc:publish(subject, "", "answers", { A = "1" })
      local msg = sub:next(5)
      assert.are.equal("", msg.data)
      assert.are.equal("answers", msg.reply)
      assert.are.equal("1", msg.headers.A)
    end)

    it("sends exactly max_payload, and refuses one byte more before anything is sent", function()
      local nc, subject, sub = listener()
      local most = nc:server_info().max_payload
      assert.is_true(nc:publish(subject, ("x"):rep(most)))
      assert.are.equal(most, #sub:next(10).data)
      local ok, err = nc:publish(subject, ("x"):rep(most + 1))
      assert.is_nil(ok)
      assert.are.equal(nats.errors.max_payload, err)
      assert.is_true(nc:flush(5))
      assert.are.equal("connected", nc:status())
    end)

    it("counts headers in what max_payload allows", function()
      local nc, subject = listener()
      local most = nc:server_info().max_payload
      -- "NATS/1.0\r\nA: 1\r\n\r\n" has 18 bytes.
      assert.are.same({ nil, nats.errors.max_payload }, { nc:publish(subject, ("x"):rep(most - 17), nil, { A = "1" }) })
      assert.is_true(nc:publish(subject, ("x"):rep(most - 18), nil, { A = "1" }))
    end)

    it("takes the longest subject there may be", function()
      local nc, subject = network.connect(), support.subject()
      local long = subject .. "." .. ("x"):rep(4000 - #subject - 1)
      local sub = nc:subscribe(long)
      nc:publish(long, "hello")
      assert.are.equal("hello", sub:next(5).data)
      assert.are.same({ nil, "no responders" }, { nc:request("y" .. long:sub(2), "", 5) })
    end)

    it("keeps the order of messages", function()
      local nc, subject, sub = listener()
      for i = 1, 1000 do nc:publish(subject, tostring(i)) end
      for i = 1, 1000 do assert.are.equal(tostring(i), sub:next(5).data) end
    end)

    it("keeps the order of messages over several subjects", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject .. ".>")
      for i = 1, 300 do nc:publish(subject .. "." .. i % 3, tostring(i)) end
      for i = 1, 300 do assert.are.equal(tostring(i), sub:next(5).data) end
    end)

    it("sends a batch as a whole, and in order", function()
      local nc, subject, sub = listener()
      local given
      assert.is_true(nc:batch(function(client)
        given = client
        for i = 1, 2000 do nc:publish(subject, tostring(i)) end
      end))
      assert.are.equal(nc, given)
      for i = 1, 2000 do assert.are.equal(tostring(i), sub:next(5).data) end
    end)

    it("checks the second publish to a subject in a batch as the first", function()
      local nc, subject, sub = listener()
      local errs = {}
      nc:batch(function()
        for _ = 1, 2 do
          nc:publish(subject, "1")
          errs[#errs + 1] = select(2, pcall(function() nc:publish(subject, 1) end))
          errs[#errs + 1] = select(2, pcall(function() nc:publish(subject .. ".*", "1") end))
          errs[#errs + 1] = select(2, nc:publish(subject, ("x"):rep(nc.max_payload + 1)))
        end
        nc:publish(subject, "2", "answers.here", { k = "v" })
      end)
      assert.is_truthy(errs[1]:find("publish_spec.lua:%d+: the payload must be a string, not a number$"))
      assert.is_truthy(errs[2]:find("publish_spec.lua:%d+: subject .* wildcard"))
      assert.are.equal("maximum payload exceeded", errs[3])
      assert.are.same({ errs[1], errs[2], errs[3] }, { errs[4], errs[5], errs[6] })
      local last = { sub:next(5), sub:next(5), sub:next(5) }
      assert.are.same({ "1", "1", "2" }, { last[1].data, last[2].data, last[3].data })
      assert.are.same({ "answers.here", "v" }, { last[3].reply, last[3].headers.k })
    end)

    it("leaves a publish that was put in the place of the client's in a batch too", function()
      local nc, subject, sub = listener()
      local own = nc.publish
      function nc.publish(client, to, payload) return own(client, to, payload .. "!") end
      nc:batch(function() for i = 1, 2 do nc:publish(subject, tostring(i)) end end)
      nc:publish(subject, "3")
      assert.are.same({ "1!", "2!", "3!" }, { sub:next(5).data, sub:next(5).data, sub:next(5).data })
    end)

    it("holds back nothing with a batch's publish that is called after it", function()
      local nc, subject, sub = listener()
      local kept
      nc:batch(function()
        nc:publish(subject, "1")
        kept = nc.publish
      end)
      assert.is_true(kept(nc, subject, "2"))
      local other = network.connect()
      other:flush(5)
      assert.are.same({ "1", "2" }, { sub:next(5).data, sub:next(5).data })
    end)

    it("sends batches inside a batch", function()
      local nc, subject, sub = listener()
      nc:batch(function()
        nc:publish(subject, "1")
        nc:batch(function() nc:publish(subject, "2") end)
        nc:publish(subject, "3")
      end)
      for i = 1, 3 do assert.are.equal(tostring(i), sub:next(5).data) end
    end)

    it("sends what a batch had published when it raises, and passes the error on", function()
      local nc, subject, sub = listener()
      local failure = { "an error" }
      local ok, err = pcall(nc.batch, nc, function()
        nc:publish(subject, "1")
        error(failure)
      end)
      assert.is_false(ok)
      assert.are.equal(failure, err)
      assert.are.equal("1", sub:next(5).data)
    end)

    it("keeps the order of publishes and subscriptions in a batch", function()
      local nc, subject = network.connect(), support.subject()
      local sub
      nc:batch(function()
        nc:publish(subject, "before")
        sub = nc:subscribe(subject)
        nc:publish(subject, "after")
      end)
      assert.are.equal("after", sub:next(5).data)
    end)

    it("reaches other clients", function()
      local a, b = network.connect(), network.connect()
      local subject = support.subject()
      local sub = b:subscribe(subject)
      b:flush(5)
      a:publish(subject, "hello")
      a:flush(5)
      assert.are.equal("hello", sub:next(5).data)
    end)

    it("does not hear itself when it is told not to", function()
      local a, b = network.connect { no_echo = true }, network.connect()
      local subject = support.subject()
      local own, other = a:subscribe(subject), b:subscribe(subject)
      a:flush(5)
      b:flush(5)
      a:publish(subject, "x")
      assert.are.equal("x", other:next(5).data)
      assert.is_true(a:flush(5))
      assert.are.same({ nil, "timeout" }, { own:next(0) })
    end)

    describe("raises", function()
      local function raises(what, message, fn)
        it(what, function()
          local nc = network.connect()
          local ok, err = pcall(fn, nc)
          assert.is_false(ok)
          assert.is_truthy(err:find("publish_spec.lua:%d+: "), err)      -- the caller's line
          assert.is_truthy(err:find(message, 1, true), err)
        end)
      end

      raises("on a subject with a blank", 'subject "a b" has a space at byte 2', function(nc) nc:publish("a b", "") end)
      raises("on a subject with a line break", "has a line break", function(nc) nc:publish("a\r\nPUB b 0\r\n\r\n", "") end)
      raises("on a subject with a NUL", "has the control character 0", function(nc) nc:publish("a\0", "") end)
      raises("on an empty subject", 'subject "" is empty', function(nc) nc:publish("", "") end)
      raises("on an empty token", "has an empty token", function(nc) nc:publish("a..b", "") end)
      raises("on a wildcard", "has the wildcard '*'", function(nc) nc:publish("a.*", "") end)
      raises("on a subject that is no string", "subject must be a string, not nil", function(nc) nc:publish(nil, "") end)
      raises("on a payload that is a number", "the payload must be a string, not a number", function(nc) nc:publish("a", 5) end)
      raises("on no payload", "the payload must be a string, not nil", function(nc) nc:publish("a") end)
      raises("on a payload that is a table", "the payload must be a string, not a table", function(nc) nc:publish("a", {}) end)
      raises("on a bad reply subject", 'reply subject "r r" has a space', function(nc) nc:publish("a", "", "r r") end)
      raises("on subjects that do not fit a control line together", "is too long beside its subject", function(nc)
        nc:publish(("x"):rep(3000), "", ("y"):rep(1001))
      end)
      raises("on a reply subject with wildcards", "has the wildcard '>'", function(nc) nc:publish("a", "", "r.>") end)
      raises("on a header with a line break", 'header "A": a value must not have a line break', function(nc)
        nc:publish("a", "", nil, { A = "x\r\nB: y" })
      end)
      raises("on a header name with a colon", 'header "A:"', function(nc) nc:publish("a", "", nil, { ["A:"] = "x" }) end)
      raises("on headers that are no table", "headers must be a table, not a string", function(nc) nc:publish("a", "", nil, "A: x") end)
    end)
  end)
end
