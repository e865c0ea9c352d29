local errors = require("nats").errors
local js_support = require "spec.lua.nats.jetstream.support"
local nats = require "nats"

for _, network in ipairs(js_support.networks()) do
  describe("publishing to streams over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    it("gives the stream's word", function()
      local stream, js = network.stream()
      assert.are.same({ stream = stream.name, sequence = 1, duplicate = false }, js:publish(stream.name .. ".a", "x"))
      assert.are.equal(2, js:publish(stream.name .. ".a", "y").sequence)
    end)

    it("says when no stream takes the subject", function()
      local js = network.jetstream()
      local ack, err = js:publish("nobody.here", "x", { retry_wait = 0.01 })
      assert.is_nil(ack)
      assert.is_true(err == errors.no_stream)
      assert.are.equal('no stream: no stream takes the subject "nobody.here"', tostring(err))
    end)

    it("says the same when somebody listens who is no stream", function()
      local js = network.jetstream { timeout = 0.2 }
      local subject = "listener." .. nats.nuid()
      js.client:subscribe(subject, function() end)
      assert.is_true(select(2, js:publish(subject, "x")) == errors.no_stream)
    end)

    it("says so when what answers is no stream", function()
      local js = network.jetstream()
      local subject = "echo." .. nats.nuid()
      js.client:subscribe(subject, function(_, _, msg) msg:respond "hello" end)
      assert.is_true(select(2, js:publish(subject, "x")) == errors.invalid_response)
    end)

    it("stores a message id once", function()
      local stream, js = network.stream()
      assert.is_false(js:publish(stream.name .. ".a", "x", { msg_id = "one" }).duplicate)
      local again = js:publish(stream.name .. ".a", "x", { msg_id = "one" })
      assert.is_true(again.duplicate)
      assert.are.equal(1, again.sequence)
      assert.are.equal(1, stream:info().state.messages)
    end)

    it("stores only what the stream was expected to be", function()
      local stream, js = network.stream()
      local a, b = stream.name .. ".a", stream.name .. ".b"
      js:publish(a, "1", { msg_id = "first" })
      local function refusal(options) return select(2, js:publish(a, "2", options)) end
      assert.is_true(refusal { expect_stream = "OTHER" } == errors.stream_not_match)
      assert.is_true(refusal { expect_last_sequence = 7 } == errors.wrong_last_sequence)
      assert.is_true(refusal { expect_last_msg_id = "second" } == errors.wrong_last_msg_id)
      assert.is_true(refusal { expect_last_sequence_per_subject = 0 } == errors.wrong_last_sequence)
      assert.is_true(refusal { expect_last_sequence_per_subject = 5, expect_last_subject = b } == errors.wrong_last_sequence)
      assert.are.equal(2, js:publish(a, "2", {
        expect_stream = stream.name, expect_last_sequence = 1, expect_last_msg_id = "first", expect_last_sequence_per_subject = 1,
      }).sequence)
      assert.are.equal(3, js:publish(b, "3", { expect_last_sequence_per_subject = 0 }).sequence)
      assert.are.equal(4, js:publish(a, "4", { expect_last_sequence_per_subject = 3, expect_last_subject = b }).sequence)
    end)

    it("says in what form the server wants a time to live", function()
      local stream, js = network.stream { allow_msg_ttl = true }
      for given, header in pairs { [5] = "5", [1.5] = "1500ms", [2.0] = "2", never = "never" } do
        local ack = js:publish(stream.name .. ".a", "x", { ttl = given })
        assert.are.equal(header, stream:get_msg(ack.sequence):header "Nats-TTL")
      end
      local other = network.stream()
      assert.is_true(select(2, js:publish(other.name .. ".a", "x", { ttl = 5 })) == errors.message_ttl_disabled)
    end)

    it("counts", function()
      local stream, js = network.stream { allow_msg_counter = true, allow_direct = true }
      assert.are.equal("5", js:publish(stream.name .. ".hits", "", { incr = 5 }).value)
      assert.are.equal("3", js:publish(stream.name .. ".hits", "", { incr = -2 }).value)
      assert.are.equal("36893488147419103235", js:publish(stream.name .. ".hits", "", { incr = "+36893488147419103232" }).value)
      assert.are.equal("36893488147419103235", stream:get_last_msg_for_subject(stream.name .. ".hits"):json().val)
    end)

    it("takes a batch as a whole", function()
      local stream, js = network.stream { allow_atomic = true }
      local batch = js:batch()
      assert.is_true(batch:add(stream.name .. ".a", "1", { headers = { Colour = "red" } }))
      assert.is_true(batch:add(stream.name .. ".b", "2"))
      assert.are.equal(0, stream:info().state.messages)
      local ack = batch:commit(stream.name .. ".c", "3")
      assert.are.equal(3, ack.sequence)
      assert.are.equal(3, ack.batch_size)
      assert.are.equal(batch.id, ack.batch_id)
      assert.are.equal("red", stream:get_msg(1):header "Colour")
      assert.are.equal(3, stream:info().state.messages)
      assert.is_false(pcall(batch.add, batch, stream.name .. ".d", "4"))
    end)

    it("takes nothing of a batch of which one expectation fails", function()
      local stream, js = network.stream { allow_atomic = true }
      js:publish(stream.name .. ".a", "0")
      local batch = js:batch()
      assert.is_true(batch:add(stream.name .. ".b", "1"))
      assert.is_true(batch:add(stream.name .. ".a", "2", { expect_last_sequence_per_subject = 0 }))
      local ack, err = batch:commit(stream.name .. ".c", "3")
      assert.is_nil(ack)
      assert.is_true(err == errors.wrong_last_sequence)
      assert.are.equal(1, stream:info().state.messages)
    end)

    it("takes no batch where the stream allows none", function()
      local stream, js = network.stream()
      local ok, err = js:batch():add(stream.name .. ".a", "1")
      assert.is_nil(ok)
      assert.is_true(err == errors.atomic_publish_disabled)
    end)

    it("does not wait for each answer when it is told so", function()
      local stream, js = network.stream()
      local futures = {}
      for i = 1, 100 do futures[i] = assert(js:publish_async(stream.name .. ".a", tostring(i), { msg_id = "m" .. i })) end
      assert.is_true(js:publish_complete(10))
      assert.are.equal(0, js:publish_async_pending())
      assert.are.equal(100, futures[100].ack.sequence)
      assert.are.equal(100, futures[100]:wait().sequence)
      assert.are.equal(100, stream:info().state.messages)
    end)

    it("never has more on their way than it may", function()
      local stream = network.stream()
      local js = network.connect():jetstream { max_pending = 10 }
      local most = 0
      js.client:batch(function()
        for i = 1, 200 do
          js:publish_async(stream.name .. ".a", tostring(i))
          most = math.max(most, js:publish_async_pending())
        end
      end)
      assert.is_true(js:publish_complete(10))
      assert.is_true(most <= 10)
      assert.are.equal(200, stream:info().state.messages)
      assert.are.equal("200", stream:get_last_msg_for_subject(stream.name .. ".a").data)
    end)

    it("may wait for room inside a callback", function()
      local stream = network.stream()
      local js = network.connect():jetstream { max_pending = 3 }
      local subject, done = "go." .. nats.nuid(), nil
      js.client:subscribe(subject, function()
        for i = 1, 20 do assert(js:publish_async(stream.name .. ".a", tostring(i))) end
        done = js:publish_complete(5)
      end)
      js.client:publish(subject, "")
      js.client:flush(5)
      assert.is_true(done)
    end)

    it("says at the end what failed", function()
      local stream, js = network.stream { max_msg_size = 10 }
      js:publish_async(stream.name .. ".a", "short")
      local long = js:publish_async(stream.name .. ".a", ("x"):rep(11))
      local ok, err, failed = js:publish_complete(5)
      assert.is_nil(ok)
      assert.is_true(err == errors.stream_message_exceeds_maximum)
      assert.are.equal(1, #failed)
      assert.are.equal(long, failed[1])
      assert.is_true(select(2, long:wait()) == errors.stream_message_exceeds_maximum)
      assert.is_true(js:publish_complete(5))
    end)

    it("says at the end that nobody took it", function()
      local js = network.jetstream()
      js:publish_async("nobody.here", "x")
      assert.is_true(select(2, js:publish_complete(5)) == errors.no_stream)
    end)

    it("gives up what was on its way when the connection is closed", function()
      local stream, js = network.stream()
      local future = js:publish_async(stream.name .. ".a", "x")
      network.jetstream()
      js.client:close()
      assert.are.same({ nil, "closed" }, { future:wait(1) })
    end)

    it("raises at the caller's line what is wrong with a call", function()
      local stream, js = network.stream()
      local batch = js:batch()
      for message, fn in pairs {
        ['publish: unknown key "msgid", did you mean "msg_id"?'] = function() js:publish("a", "", { msgid = "1" }) end,
        ['subject "a b" has a space'] = function() js:publish("a b", "") end,
        ["the payload must be a string, not a number"] = function() js:publish(stream.name .. ".a", 1) end,
        ["header \"Bad Key\": a key is made of"] = function() js:publish(stream.name .. ".a", "", { headers = { ["Bad Key"] = "1" } }) end,
        ['publish: ttl must be a number of seconds, 1 or more, or "never", not the number 0.5'] = function()
          js:publish(stream.name .. ".a", "", { ttl = 0.5 })
        end,
        ["publish: incr must be an integer"] = function() js:publish(stream.name .. ".a", "", { incr = 1.5 }) end,
        ["publish_async: the subject has the wildcard"] = function() js:publish_async("a.*", "") end,
        ["the payload must be a string, not nil"] = function() js:publish_async(stream.name .. ".a") end,
        ['publish_async: unknown key "ttll"'] = function() js:publish_async(stream.name .. ".a", "", { ttll = 1 }) end,
        ['add: unknown key "x"'] = function() batch:add(stream.name .. ".a", "", { x = 1 }) end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("publish_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)
  end)
end
