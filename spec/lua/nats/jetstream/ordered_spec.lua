local errors = require("nats").errors
local js_support = require "spec.lua.nats.jetstream.support"

for _, network in ipairs(js_support.networks()) do
  describe("ordered consumers over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- A stream with messages "1" to count, on NAME.0 and NAME.1 in turn.
    local function filled(count)
      local stream, js = network.stream()
      js.client:batch(function()
        for i = 1, count do js:publish_async(("%s.%d"):format(stream.name, i % 2), tostring(i)) end
      end)
      assert(js:publish_complete(10))
      return stream, js
    end

    --- Takes messages until one says so, and joins them.
    local function joined(all, last)
      local list = {}
      for msg in all do
        list[#list + 1] = msg.data
        if msg.data == last then break end
      end
      return table.concat(list, " ")
    end

    it("give all messages in order", function()
      local stream = filled(6)
      assert.are.equal("1 2 3 4 5 6", joined(stream:ordered_consumer():messages(), "6"))
    end)

    it("begin where they are told to", function()
      local stream = filled(6)
      local function from(fields) return joined(stream:ordered_consumer(fields):messages(), "6") end
      assert.are.equal("4 5 6", from { deliver_policy = "by_start_sequence", opt_start_seq = 4 })
      assert.are.equal("5 6", from { deliver_policy = "last_per_subject" })
      assert.are.equal("6", from { deliver_policy = "last" })
      assert.are.equal("2 4 6", from { filter_subject = stream.name .. ".0" })
      assert.are.equal("5 6", from { deliver_policy = "last_per_subject", filter_subjects = { stream.name .. ".0", stream.name .. ".1" } })
      assert.are.equal("1 2 3 4 5 6", from { deliver_policy = "by_start_time", opt_start_time = stream:get_msg(1).timestamp - 60 })
    end)

    it("go on after the last message when their consumer is gone", function()
      local stream, js = filled(5)
      local ordered = stream:ordered_consumer()
      local all = ordered:messages()
      for i = 1, 3 do assert.are.equal(tostring(i), all:next(5).data) end
      stream:delete_consumer(ordered.name)
      js:publish(stream.name .. ".0", "6")
      assert.are.equal("4 5 6", joined(all, "6"))
      assert.are.equal(1, #stream:consumer_names())
    end)

    it("begin again after the last message when one is missing", function()
      local stream = filled(5)
      local ordered = stream:ordered_consumer()
      local all = ordered:messages()
      assert.are.equal("1", all:next(5).data)
      local before = ordered.name
      ordered.expected = 7                       -- as if some had been lost
      assert.are.equal("2 3 4 5", joined(all, "5"))
      assert.are_not.equal(before, ordered.name)
    end)

    it("miss nothing new when their consumer goes before anything has come", function()
      local stream, js = filled(3)
      local ordered = stream:ordered_consumer { deliver_policy = "new" }
      local all = ordered:messages()
      assert.are.same({ nil, "timeout" }, { all:next(0.05) })
      stream:delete_consumer(ordered.name)
      js:publish(stream.name .. ".0", "4")
      assert.are.equal("4", all:next(10).data)
    end)

    it("say when the stream is gone", function()
      local stream, js = filled(1)
      local all = stream:ordered_consumer():messages()
      assert.are.equal("1", all:next(5).data)
      js:delete_stream(stream.name)
      assert.is_true(select(2, all:next(20)) == errors.stream_not_found)
      assert.is_true(select(2, stream:ordered_consumer()) == errors.stream_not_found)
    end)

    it("may be asked for some", function()
      local stream, js = filled(5)
      local ordered = stream:ordered_consumer()
      local function fetched(count)
        local list = {}
        for i, msg in ipairs(ordered:fetch(count, { expires = 5 })) do list[i] = msg.data end
        return table.concat(list, " ")
      end
      assert.are.equal("1 2", fetched(2))
      js:delete_consumer(stream.name, ordered.name)
      assert.is_nil(ordered:fetch(1, { expires = 0.1 }))
      assert.are.equal("3 4", fetched(2))
      assert.are.equal("5", ordered:next(5).data)
      assert.are.same({ nil, "timeout" }, { ordered:next(0.05) })
    end)

    it("call a function with each message", function()
      local stream = filled(4)
      local list = {}
      local consuming = stream:ordered_consumer():consume(function(msg) list[#list + 1] = msg.data end, { stop_after = 4 })
      assert.is_true(consuming:wait(10))
      assert.are.same({ "1", "2", "3", "4" }, list)
    end)

    it("raise at the caller's line what is wrong with a call", function()
      local stream = filled(0)
      local ordered = stream:ordered_consumer()
      for message, fn in pairs {
        ['ordered_consumer: unknown field "durable_name"'] = function() stream:ordered_consumer { durable_name = "a" } end,
        ['messages: unknown key "batch"'] = function() ordered:messages { batch = 1 } end,
        ["fetch: count must be an integer"] = function() ordered:fetch() end,
        ['fetch: unknown key "x"'] = function() ordered:fetch(1, { x = 1 }) end,
        ["consume: the handler must be a function"] = function() ordered:consume() end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("ordered_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)
  end)

  describe("push consumers over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    it("send messages by themselves", function()
      local stream, js = network.stream()
      for i = 1, 3 do js:publish(stream.name .. ".a", tostring(i)) end
      local consumer = stream:create_push_consumer { durable_name = "p", idle_heartbeat = 0.2, flow_control = true }
      local list = {}
      for msg in consumer:messages { stop_after = 3 } do
        list[#list + 1] = msg.data
        assert.is_true(msg:double_ack())
      end
      assert.are.same({ "1", "2", "3" }, list)
      assert.are.equal(3, stream:push_consumer("p"):info().ack_floor.stream_seq)
    end)

    it("wait for those that are slow", function()
      local stream, js = network.stream()
      js.client:batch(function()
        for _ = 1, 3000 do js:publish_async(stream.name .. ".a", ("x"):rep(1000)) end
      end)
      assert(js:publish_complete(20))
      local other = network.connect():jetstream()
      local consumer = other:create_push_consumer(stream.name, { ack_policy = "none", idle_heartbeat = 5, flow_control = true })
      local count = 0
      for _ in consumer:messages { stop_after = 3000 } do count = count + 1 end
      assert.are.equal(3000, count)
    end)

    it("share messages among the members of a group", function()
      local stream, js = network.stream()
      local fields = { durable_name = "g", deliver_subject = stream.name .. "-deliver", deliver_group = "workers" }
      local one = stream:create_push_consumer(fields):messages()
      local two = network.connect():jetstream():push_consumer(stream.name, "g"):messages()
      two.client:flush()
      js.client:flush()
      for i = 1, 40 do js:publish(stream.name .. ".a", tostring(i)) end
      local counts = { 0, 0 }
      for _ = 1, 200 do
        for i, all in ipairs { one, two } do
          local msg = all:next(0.05)
          if msg then
            counts[i] = counts[i] + 1
            msg:ack()
          end
        end
        if counts[1] + counts[2] == 40 then break end
      end
      assert.are.equal(40, counts[1] + counts[2])
      assert.is_true(counts[1] > 0 and counts[2] > 0)
    end)

    it("tell when the server is silent", function()
      local stream, js = network.stream()
      local consumer = stream:create_push_consumer { name = "p", idle_heartbeat = 0.1 }
      local told = {}
      local all = consumer:messages { on_error = function(err) told[#told + 1] = err end }
      assert.are.same({ nil, "timeout" }, { all:next(0.4) })
      assert.are.same({}, told)
      js:delete_consumer(stream.name, "p")
      all:next(0.25)
      assert.are.same({ "no heartbeat" }, told)
    end)

    it("are another kind than those that are asked", function()
      local stream = network.stream()
      stream:create_push_consumer { durable_name = "push" }
      stream:create_consumer { durable_name = "pull" }
      assert.is_true(select(2, stream:consumer "push") == errors.pull)
      assert.is_true(select(2, stream:push_consumer "pull") == errors.pull)
    end)
  end)
end
