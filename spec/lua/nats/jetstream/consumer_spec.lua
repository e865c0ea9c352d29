local errors = require("nats").errors
local js_support = require "spec.lua.nats.jetstream.support"
local nats = require "nats"

for _, network in ipairs(js_support.networks()) do
  describe("consumers over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- A stream with messages "1" to count, on NAME.a, and a consumer.
    local function filled(count, fields, stream_fields)
      local stream, js = network.stream(stream_fields)
      js.client:batch(function()
        for i = 1, count do js:publish_async(stream.name .. ".a", tostring(i)) end
      end)
      assert(js:publish_complete(10))
      return assert(stream:create_consumer(fields or {})), stream, js
    end

    local function texts(list)
      local out = {}
      for i, msg in ipairs(list) do out[i] = msg.data end
      return out
    end

    it("are made, found, changed, listed and removed", function()
      local stream, js = network.stream()
      local consumer = stream:create_consumer {
        durable_name = "d", ack_wait = 2.5, filter_subject = stream.name .. ".*", backoff = { 1, 2 }, max_deliver = 5,
      }
      local config = consumer:info().config
      assert.are.equal("explicit", config.ack_policy)
      assert.are.same({ 1, 2 }, { table.unpack(config.backoff) })
      assert.are.equal(stream.name .. ".*", config.filter_subject)
      assert.are.equal("d", stream:consumer("d").name)
      config.description = "changed"
      assert.are.equal("changed", stream:update_consumer(config):cached_info().config.description)
      assert.are.same({ "d" }, stream:consumer_names())
      assert.are.equal("d", js:consumers(stream.name)[1].name)
      assert.is_true(js:delete_consumer(stream.name, "d"))
      assert.is_true(select(2, stream:consumer "d") == errors.consumer_not_found)
      assert.is_true(select(2, stream:update_consumer { durable_name = "d" }) == errors.consumer_does_not_exist)
      assert.is_true(select(2, js:create_consumer("SPEC_" .. nats.nuid(), {})) == errors.stream_not_found)
    end)

    it("are not made twice, unless they are the same", function()
      local stream = network.stream()
      assert.is_truthy(stream:create_consumer { durable_name = "d" })
      assert.is_truthy(stream:create_consumer { durable_name = "d" })
      assert.is_true(select(2, stream:create_consumer { durable_name = "d", ack_wait = 1 }) == errors.consumer_exists)
      assert.are.equal(1, stream:create_or_update_consumer({ durable_name = "d", ack_wait = 1 }):cached_info().config.ack_wait)
    end)

    it("give what is asked for, in order", function()
      local consumer = filled(5)
      assert.are.same({ "1", "2", "3" }, texts(consumer:fetch(3, { expires = 5 })))
      assert.are.same({ "4", "5" }, texts(consumer:fetch(3, { expires = 0.2 })))
      assert.are.same({}, texts(consumer:fetch(3, { expires = 0.05 })))
      assert.are.same({ nil, "timeout" }, { consumer:next(0.05) })
    end)

    it("are asked with heartbeats when the wait may be long", function()
      local consumer = filled(2)
      assert.are.equal("1", consumer:next(10).data)
      assert.are.equal("2", consumer:next().data)
    end)

    it("give only what is there when nobody shall wait", function()
      local consumer = filled(2)
      assert.are.same({ "1", "2" }, texts(consumer:fetch(10, { no_wait = true })))
      assert.are.same({}, consumer:fetch(10, { no_wait = true }))
    end)

    it("give no more bytes than were asked for", function()
      local stream, js = network.stream()
      for _ = 1, 5 do js:publish(stream.name .. ".a", ("x"):rep(100)) end
      local consumer = stream:create_consumer {}
      local list, err = consumer:fetch(5, { max_bytes = 500, expires = 1 })
      assert.is_nil(err)
      assert.is_true(#list >= 1 and #list <= 4)
    end)

    it("deliver again what was not acknowledged, and not what was", function()
      local consumer = filled(3, { ack_wait = 0.2 })
      local list = consumer:fetch(3, { expires = 5 })
      assert.is_true(list[1]:double_ack())
      assert.is_true(list[2]:ack())
      assert.are.same({ nil, "already acknowledged" }, { list[2]:ack() })
      local again = consumer:next(5)
      assert.are.equal("3", again.data)
      assert.are.equal(2, again:metadata().num_delivered)
      assert.is_true(again:double_ack(5))
      assert.are.same({ nil, "timeout" }, { consumer:next(0.3) })
      assert.are.equal(3, consumer:info().ack_floor.stream_seq)
    end)

    it("deliver again at once what is given back, or after a while", function()
      local consumer = filled(2)
      local list = consumer:fetch(2, { expires = 5 })
      list[1]:nak(0.2)
      list[2]:nak()
      assert.are.same({ "2" }, texts(consumer:fetch(1, { expires = 5 })))
      assert.are.same({ "1" }, texts(consumer:fetch(1, { expires = 5 })))
    end)

    it("wait longer while the work goes on", function()
      local consumer, _, js = filled(1, { ack_wait = 0.4 })
      local msg = consumer:next(5)
      for _ = 1, 4 do
        js.client:sleep(0.2)
        assert.is_true(msg:in_progress())
      end
      js.client:flush()
      assert.are.equal(0, consumer:info().num_redelivered)
      assert.is_true(msg:ack())
    end)

    it("deliver no more what cannot be done", function()
      local consumer, stream, js = filled(1, { ack_wait = 0.2 })
      local advisories = js.client:subscribe("$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED." .. stream.name .. ".>")
      assert.is_true(consumer:next(5):term "no paper")
      assert.are.equal("no paper", advisories:next(5):json().reason)
      assert.are.same({ nil, "timeout" }, { consumer:next(0.4) })
    end)

    it("say where a message stands", function()
      local consumer, stream = filled(3)
      local meta = consumer:fetch(2, { expires = 5 })[2]:metadata()
      assert.are.equal(stream.name, meta.stream)
      assert.are.equal(consumer.name, meta.consumer)
      assert.are.same({ stream = 2, consumer = 2 }, meta.sequence)
      assert.are.equal(1, meta.num_delivered)
      assert.are.equal(1, meta.num_pending)
      assert.are.equal(stream:get_msg(2).nanoseconds, meta.nanoseconds)
      assert.is_nil(meta.domain)
    end)

    it("give messages without an end, some asked for ahead", function()
      local consumer, _, js = filled(1200)
      local count, all = 0, consumer:messages { max_messages = 100, expires = 5 }
      for msg in all do
        count = count + 1
        assert.are.equal(tostring(count), msg.data)
        msg:ack()
        if count == 1200 then break end
      end
      all:stop()
      js.client:flush()
      assert.are.equal(1200, consumer:info().ack_floor.stream_seq)
      assert.are.same({ nil, "unsubscribed" }, { all:next() })
    end)

    it("ask for more when a request's time is up", function()
      local consumer, stream, js = filled(0)
      local all = consumer:messages { expires = 1 }
      assert.are.same({ nil, "timeout" }, { all:next(1.2) })
      js:publish(stream.name .. ".a", "late")
      assert.are.equal("late", all:next(5).data)
    end)

    it("stop after so many messages", function()
      local consumer = filled(10)
      local list = {}
      local all = consumer:messages { stop_after = 3 }
      for msg in all do list[#list + 1] = msg.data end
      assert.are.same({ "1", "2", "3" }, list)
      assert.are.equal("maximum messages delivered", all.why)
      assert.are.equal("4", consumer:next(5).data)
    end)

    it("give out what has arrived when they are drained", function()
      local consumer, stream, js = filled(5)
      local all = consumer:messages { max_messages = 5, threshold_messages = 1 }
      assert.are.equal("1", all:next(5).data)
      js.client:flush()
      all:drain()
      js:publish(stream.name .. ".a", "more")
      local list = {}
      for msg in all do list[#list + 1] = msg.data end
      assert.are.same({ "2", "3", "4", "5" }, list)
    end)

    it("limit what is asked for ahead in bytes too", function()
      local consumer = filled(300)
      local count = 0
      for msg in consumer:messages { max_bytes = 2000, expires = 5 } do
        count = count + 1
        assert.are.equal(tostring(count), msg.data)
        if count == 300 then break end
      end
      assert.are.equal(300, count)
    end)

    it("handle messages in a task, and tell what a handler raises", function()
      local consumer, _, js = filled(4)
      local list, told = {}, {}
      js.client.on_error = function(err) told[#told + 1] = err.value end
      local consuming = consumer:consume(function(msg)
        list[#list + 1] = msg.data
        if msg.data == "2" then error("oh no", 0) end
        msg:ack()
      end, { stop_after = 4 })
      assert.is_true(consuming:wait(5))
      assert.are.same({ "1", "2", "3", "4" }, list)
      assert.are.same({ "oh no" }, told)
      assert.are.equal("maximum messages delivered", consuming:why())
    end)

    it("handle messages while a handler waits for something else", function()
      local consumer, _, js = filled(2)
      local subject = "echo." .. nats.nuid()
      js.client:subscribe(subject, function(_, _, msg) msg:respond(msg.data .. "!") end)
      local list = {}
      local consuming = consumer:consume(function(msg)
        list[#list + 1] = js.client:request(subject, msg.data, 5).data
        msg:ack()
      end)
      for _ = 1, 200 do
        if #list == 2 then break end
        js.client:process(0.05)
      end
      consuming:stop()
      assert.is_true(consuming:wait(5))
      assert.are.same({ "1!", "2!" }, list)
    end)

    it("end when they are deleted", function()
      local consumer, stream, js = filled(0)
      local all = consumer:messages()
      assert.are.same({ nil, "timeout" }, { all:next(0.1) })
      js:delete_consumer(stream.name, consumer.name)
      local msg, err = all:next(5)
      assert.is_nil(msg)
      assert.is_true(err == errors.consumer_deleted)
    end)

    it("end when they were deleted while nobody looked", function()
      local consumer, stream, js = filled(0)
      js:delete_consumer(stream.name, consumer.name)
      local told = {}
      local _, err = consumer:messages({ on_error = function(e) told[#told + 1] = tostring(e) end }):next(5)
      assert.is_true(err == errors.consumer_deleted)
      assert.are.same({ "no responders" }, told)
      assert.are.same({ nil, "no responders" }, { consumer:fetch(1, { expires = 1 }) })
    end)

    it("end when the request is wrong", function()
      local consumer = filled(0, { max_batch = 10 })
      local _, err = consumer:messages({ max_messages = 11 }):next(5)
      assert.is_true(err == errors.pull)
      assert.is_truthy(tostring(err):find("409 Exceeded MaxRequestBatch of 10", 1, true), tostring(err))
      assert.is_true(select(2, consumer:fetch(11, { expires = 1 })) == errors.pull)
    end)

    it("do not take a slow handler for a silent server", function()
      local consumer, stream, js = filled(3)
      local told = {}
      local all = consumer:messages { expires = 1, heartbeat = 0.1, on_error = function(err) told[#told + 1] = err end }
      local clock = nats.clock
      for i = 1, 3 do
        assert.are.equal(tostring(i), all:next(5).data)
        local due = clock() + 0.3
        while clock() < due do end                  -- luacheck: ignore 542 (the script computes)
      end
      js:publish(stream.name .. ".a", "4")
      assert.are.equal("4", all:next(5).data)
      assert.are.same({}, told)
      assert.are.equal(0, consumer:info().num_redelivered)
    end)

    it("notice a server that is silent", function()
      local consumer, _, js = filled(0)
      local told = {}
      local all = consumer:messages { expires = 2, heartbeat = 0.1, on_error = function(err) told[#told + 1] = err end }
      -- A consumer that promises heartbeats and does not send them.
      local deaf = "deaf." .. nats.nuid()
      js.client:subscribe(deaf .. ".CONSUMER.MSG.NEXT.>", function() end)
      all.consumer = setmetatable({ js = setmetatable({ prefix = deaf .. "." }, { __index = js }) }, { __index = consumer })
      assert.are.same({ nil, "timeout" }, { all:next(0.35) })
      assert.are.same({ "no heartbeat" }, told)
    end)

    it("pause and go on", function()
      local consumer, stream = filled(1)
      assert.is_true(stream:pause_consumer(consumer.name, os.time() + 60).paused)
      assert.are.same({ nil, "timeout" }, { consumer:next(0.1) })
      assert.is_false(stream:resume_consumer(consumer.name).paused)
      assert.are.equal("1", consumer:next(5).data)
    end)

    it("let one client have the messages of a pinned group", function()
      local consumer, stream, js = filled(20, {
        durable_name = "pinned", priority_policy = "pinned_client", priority_groups = { "A" }, priority_timeout = 30,
      })
      local other = network.connect():jetstream():consumer(stream.name, "pinned")
      local first = consumer:fetch(5, { group = "A", expires = 5 })
      assert.are.equal(5, #first)
      assert.is_string(consumer.pin_id)
      assert.are.same({}, other:fetch(5, { group = "A", expires = 0.3 }))
      assert.is_true(js:unpin_consumer(stream.name, "pinned", "A"))
      assert.are.equal("6", other:fetch(1, { group = "A", expires = 5 })[1].data)
      -- The first one is told that it is not pinned any more, and would have to ask again.
      local list, err = consumer:fetch(1, { group = "A", expires = 1 })
      assert.is_nil(list)
      assert.is_true(err == errors.pull)
      assert.is_nil(consumer.pin_id)
    end)

    it("let others help only when much waits in an overflow group", function()
      local consumer = filled(5, { durable_name = "o", priority_policy = "overflow", priority_groups = { "A" } })
      assert.are.same({}, consumer:fetch(1, { group = "A", min_pending = 100, expires = 0.2 }))
      assert.are.equal("1", consumer:next({ group = "A", min_pending = 3, expires = 5 }).data)
    end)

    it("raise at the caller's line what is wrong with a call", function()
      local consumer, stream, js = filled(1)
      local push = { deliver_subject = "x" }
      local sub = js.client:subscribe(stream.name .. ".b")
      js.client:publish(stream.name .. ".b", "", "reply.to")
      local plain = sub:next(5)
      for message, fn in pairs {
        ["create_consumer: the configuration must be a table, not nil"] = function() js:create_consumer("A") end,
        ["create_consumer: the stream's name is empty"] = function() js:create_consumer("", {}) end,
        ["create_consumer: name \"a b\" has ' ', which no name may have"] = function() stream:create_consumer { name = "a b" } end,
        ["create_consumer: name and durable_name must be the same"] = function()
          stream:create_consumer { name = "a", durable_name = "b" }
        end,
        ["create_consumer: a consumer with deliver_subject pushes"] = function() stream:create_consumer(push) end,
        ["create_consumer: filter_subject has a space"] = function() stream:create_consumer { filter_subject = "a b" } end,
        ['update_consumer: unknown field "ack_wate", did you mean "ack_wait"?'] = function() stream:update_consumer { ack_wate = 1 } end,
        ["consumer: the name must be a string, not nil"] = function() stream:consumer() end,
        ["fetch: count must be an integer, 1 or more"] = function() consumer:fetch(0) end,
        ['fetch: unknown key "expire", did you mean "expires"?'] = function() consumer:fetch(1, { expire = 1 }) end,
        ["fetch: heartbeat must be at most half of expires"] = function() consumer:fetch(1, { expires = 1, heartbeat = 0.6 }) end,
        ["next: expires must be a number of seconds, more than 0"] = function() consumer:next(0) end,
        ['messages: unknown key "batch"'] = function() consumer:messages { batch = 1 } end,
        ["messages: expires must be 1 second or more"] = function() consumer:messages { expires = 0.5 } end,
        ["messages: the consumer has no priority groups"] = function() consumer:messages { group = "A" } end,
        ["consume: the handler must be a function, not nil"] = function() consumer:consume() end,
        ['consume: unknown key "x"'] = function() consumer:consume(print, { x = 1 }) end,
        ["ack: this message is not of a consumer"] = function() plain:ack() end,
        ["nak: delay must be a number of seconds"] = function() plain:nak "soon" end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("consumer_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)
  end)
end
