local json = require "json"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("payloads of JSON over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    it("are written and read", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      nc:publish_json(subject, { n = 9007199254740993, list = { 1.5, json.null } })
      local value = sub:next(5):json()
      assert.are.equal(9007199254740993, value.n)
      assert.are.equal(1.5, value.list[1])
      assert.are.equal(json.null, value.list[2])
    end)

    it("ask and answer", function()
      local nc, subject = network.connect(), support.subject()
      nc:subscribe(subject, function(_, _, msg) msg:respond_json({ sum = msg:json()[1] + msg:json()[2] }, { A = "1" }) end)
      local answer = nc:request_json(subject, { 2, 3 }, 5)
      assert.are.equal(5, answer:json().sum)
      assert.are.equal("1", answer:header("A"))
    end)

    it("say where they are none", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      nc:publish(subject, '{"a":\n?')
      local value, err = sub:next(5):json()
      assert.is_nil(value)
      assert.is_truthy(tostring(err):find("line 2", 1, true), tostring(err))
    end)

    it("raise at the caller's line what JSON cannot say", function()
      local nc, subject = network.connect(), support.subject()
      local sub = nc:subscribe(subject)
      nc:publish(subject, "{}", "x")
      local msg = sub:next(5)
      for what, fn in pairs {
        publish_json = function() nc:publish_json(subject, { f = print }) end,
        request_json = function() nc:request_json(subject, { f = print }) end,
        respond_json = function() msg:respond_json({ f = print }) end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("codec_spec.lua:%d+: " .. what), err)
        assert.is_truthy(err:find("function", 1, true), err)
      end
    end)

    it("raise at the caller's line what is wrong with a call", function()
      local nc = network.connect()
      for _, fn in ipairs {
        function() nc:publish_json("a b", {}) end,
        function() nc:request_json("a b", {}) end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find('codec_spec.lua:%d+: subject "a b" has a space'), err)
      end
    end)
  end)
end
