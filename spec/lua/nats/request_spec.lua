local nats = require "nats"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("requests over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- A client with a service that answers in upper case.
    local function service()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function(payload, _, msg) msg:respond(payload:upper()) end)
      return nc, subject
    end

    it("give the answer", function()
      local nc, subject = service()
      assert.are.equal("HELLO", nc:request(subject, "hello", 5).data)
    end)

    it("give each its own answer", function()
      local nc, subject = service()
      for i = 1, 200 do assert.are.equal("N" .. i, nc:request(subject, "n" .. i, 5).data) end
    end)

    it("say at once that nobody answers", function()
      local nc = network.connect()
      assert.are.same({ nil, "no responders" }, { nc:request(support.subject(), "?", 5) })
    end)

    it("take an empty answer for an answer", function()
      local nc, subject = service()
      assert.are.equal("", nc:request(subject, "", 5).data)
    end)

    it("end with a timeout when the one who listens does not answer", function()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function() end)
      assert.are.same({ nil, "timeout" }, { nc:request(subject, "?", 0.02) })
    end)

    it("pass over an answer that comes too late", function()
      local nc, subject = network.connect(), support.subject()
      local asked = {}
      nc:subscribe(subject, function(_, _, msg) asked[#asked + 1] = msg end)
      assert.are.same({ nil, "timeout" }, { nc:request(subject, "1", 0.02) })
      assert.are.same({ nil, "timeout" }, { nc:request(subject, "2", 0.02) })
      asked[1]:respond("late")
      nc:subscribe(subject .. ".now", function(_, _, msg) msg:respond("in time") end)
      assert.are.equal("in time", nc:request(subject .. ".now", "3", 5).data)
      assert.is_nil(next(nc.requests))
    end)

    it("take the first of several answers", function()
      local nc, subject = network.connect(), support.subject()
      for i = 1, 3 do nc:subscribe(subject, function(_, _, msg) msg:respond("answer " .. i) end) end
      assert.is_truthy(nc:request(subject, "?", 5).data:find("^answer %d$"))
      nc:flush(5)
      assert.is_nil(next(nc.requests))
    end)

    it("carry headers both ways", function()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function(_, _, msg) msg:respond("", { Echo = msg:header("Ask") }) end)
      assert.are.equal("1", nc:request(subject, "", 5, { Ask = "1" }):header("Echo"))
    end)

    it("carry any bytes both ways", function()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function(payload, _, msg) msg:respond(payload) end)
      assert.are.equal("\0\r\n\255", nc:request(subject, "\0\r\n\255", 5).data)
    end)

    it("use one subscription for all of them", function()
      local nc, subject = service()
      for _ = 1, 10 do nc:request(subject, "x", 5) end
      local count = 0
      for _ in pairs(nc.subs) do count = count + 1 end
      assert.are.equal(2, count)
    end)

    it("have an inbox that begins as the option says", function()
      local nc = network.connect { inbox_prefix = "_MINE.x" }
      local subject = support.subject()
      local reply
      nc:subscribe(subject, function(_, r, msg)
        reply = r
        msg:respond("")
      end)
      nc:request(subject, "", 5)
      assert.is_truthy(reply:find("^_MINE%.x%.%w+%.%w+$"), reply)
    end)

    it("do not go beyond max_payload", function()
      local nc, subject = service()
      assert.are.same({ nil, nats.errors.max_payload },
        { nc:request(subject, ("x"):rep(nc:server_info().max_payload + 1), 5) })
    end)

    it("raise at the caller's line", function()
      local nc = network.connect()
      for message, fn in pairs {
        ['subject "a b" has a space'] = function() nc:request("a b", "") end,
        ["the payload must be a string, not nil"] = function() nc:request("a") end,
        ["request: timeout must be a number of seconds"] = function() nc:request("a", "", "5") end,
        ["has the wildcard '*'"] = function() nc:request("*", "") end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("request_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)

    it("raise when a message is answered that wants none", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      nc:publish(subject, "x")
      local msg = sub:next(5)
      assert.has_error(function() msg:respond("y") end)
    end)
  end)
end
