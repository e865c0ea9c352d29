local nats = require "nats"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("request_many over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- A client, and a subject on which each of these texts is one answer.
    local function stations(...)
      local nc, subject, answers = network.connect(), support.subject(), { ... }
      nc:subscribe(subject, function(_, _, msg)
        for _, text in ipairs(answers) do msg:respond(text) end
      end)
      return nc, subject
    end

    local function texts(messages)
      local list = {}
      for i, msg in ipairs(messages) do list[i] = msg.data end
      return table.concat(list, " ")
    end

    it("gives all answers until the time is over", function()
      local nc, subject = stations("a", "b", "c")
      local list, why = nc:request_many(subject, "?", { timeout = 0.1 }):all()
      assert.are.equal("a b c", texts(list))
      assert.are.equal(nats.errors.timeout, why)
    end)

    it("goes through them in a loop", function()
      local nc, subject = stations("a", "b")
      local got = {}
      for msg in nc:request_many(subject, "?", { timeout = 5, max = 2 }) do got[#got + 1] = msg.data end
      assert.are.same({ "a", "b" }, got)
    end)

    it("ends after a number of answers", function()
      local nc, subject = stations("a", "b", "c")
      local replies = nc:request_many(subject, "?", { timeout = 5, max = 2 })
      assert.are.equal("a b", texts((replies:all())))
      assert.are.equal(nats.errors.max_messages, replies.why)
    end)

    it("ends when no other answer comes for a while", function()
      local nc, subject = stations("a", "b")
      local list, why = nc:request_many(subject, "?", { timeout = 30, stall = 0.05 }):all()
      assert.are.equal("a b", texts(list))
      assert.are.equal(nats.errors.stalled, why)
    end)

    it("ends at an empty answer when that is the sentinel", function()
      local nc, subject = stations("a", "", "b")
      local list, why = nc:request_many(subject, "?", { timeout = 5, sentinel = true }):all()
      assert.are.equal("a", texts(list))
      assert.are.equal(nats.errors.sentinel, why)
    end)

    it("ends where a function says so", function()
      local nc, subject = stations("a", "EOF", "b")
      local list = nc:request_many(subject, "?", { timeout = 5, sentinel = function(msg) return msg.data == "EOF" end }):all()
      assert.are.equal("a", texts(list))
    end)

    it("says at once that nobody answers", function()
      local nc = network.connect()
      local list, why = nc:request_many(support.subject(), "?", { timeout = 5 }):all()
      assert.are.same({}, list)
      assert.are.equal(nats.errors.no_responders, why)
    end)

    it("ends when the script has enough, and leaves no subscription", function()
      local nc, subject = stations("a", "b", "c")
      local replies = nc:request_many(subject, "?", { timeout = 5 })
      assert.are.equal("a", replies:next().data)
      replies:stop()
      assert.are.same({ nil, "unsubscribed" }, { replies:next() })
      local count = 0
      for _ in pairs(nc.subs) do count = count + 1 end
      assert.are.equal(1, count)
    end)

    it("does not count the time that the script takes", function()
      local nc, subject = stations("a", "b")
      local got = {}
      for msg in nc:request_many(subject, "?", { timeout = 0.15, max = 2 }) do
        nc:sleep(0.2)
        got[#got + 1] = msg.data
      end
      assert.are.same({ "a", "b" }, got)
    end)

    it("sends headers", function()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function(_, _, msg) msg:respond(msg:header("A")) end)
      assert.are.equal("1", nc:request_many(subject, "?", { max = 1, headers = { A = "1" } }):next().data)
    end)

    it("does not hold up tasks", function()
      local nc, subject = network.connect(), support.subject()
      local questions = nc:subscribe(subject)
      nc:spawn(function()
        local msg = questions:next(5)
        for i = 1, 3 do
          nc:sleep(0.01)
          msg:respond(tostring(i))
        end
      end)
      local task = nc:spawn(function() return texts(nc:request_many(subject, "?", { timeout = 5, max = 3 }):all()) end)
      assert.are.equal("1 2 3", task:join(5))
    end)

    it("raises at the caller's line", function()
      local nc = network.connect()
      for message, fn in pairs {
        ['unknown key "stal", did you mean "stall"?'] = function() nc:request_many("a", "", { stal = 1 }) end,
        ['subject "a b" has a space'] = function() nc:request_many("a b", "") end,
        ["the payload must be a string, not nil"] = function() nc:request_many("a") end,
        ["sentinel must be true or a function"] = function() nc:request_many("a", "", { sentinel = "" }) end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("many_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)
  end)
end
