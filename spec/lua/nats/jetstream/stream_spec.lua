local errors = require("nats").errors
local js_support = require "spec.lua.nats.jetstream.support"
local nats = require "nats"

for _, network in ipairs(js_support.networks()) do
  describe("streams over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    it("are made with what is asked for, and looked at", function()
      local stream = network.stream { max_age = 3600.5, max_msgs_per_subject = 5, description = "a test", metadata = { city = "Ulm" } }
      local config = stream:info().config
      assert.are.equal(3600.5, config.max_age)
      assert.are.equal(5, config.max_msgs_per_subject)
      assert.are.equal("a test", config.description)
      assert.are.equal("Ulm", config.metadata.city)
      assert.are.equal("memory", config.storage)
    end)

    it("are made twice without harm, but not otherwise", function()
      local stream, js = network.stream()
      assert.is_truthy(js:create_stream { name = stream.name, subjects = { stream.name .. ".>" }, storage = "memory" })
      local other, err = js:create_stream { name = stream.name, subjects = { stream.name .. ".other" }, storage = "memory" }
      assert.is_nil(other)
      assert.is_true(err == errors.stream_name_in_use)
      assert.are.equal(10058, err.err_code)
      assert.are.equal(400, err.code)
    end)

    it("are changed by the configuration that they have", function()
      local stream, js = network.stream { max_age = 60 }
      local config = stream:info().config
      config.max_msgs = 3
      assert.are.equal(3, js:update_stream(config):cached_info().config.max_msgs)
      assert.are.equal(60, stream:info().config.max_age)
    end)

    it("are made or changed", function()
      local js = network.jetstream()
      local name = "SPEC_" .. nats.nuid()
      network.remember(name)
      assert.is_true(select(2, js:update_stream { name = name, storage = "memory" }) == errors.stream_not_found)
      assert.is_truthy(js:create_or_update_stream { name = name, subjects = { name }, storage = "memory" })
      assert.are.equal(9, js:create_or_update_stream { name = name, subjects = { name }, storage = "memory", max_msgs = 9 }
        :cached_info().config.max_msgs)
    end)

    it("are found by name and by subject", function()
      local stream, js = network.stream()
      assert.are.equal(stream.name, js:stream(stream.name).name)
      assert.are.equal(stream.name, js:stream_name_by_subject(stream.name .. ".x"))
      assert.are.same({ stream.name }, js:stream_names(stream.name .. ".>"))
      assert.are.equal(stream.name, js:streams(stream.name .. ".>")[1].config.name)
      local none, err = js:stream("SPEC_" .. nats.nuid())
      assert.is_nil(none)
      assert.is_true(err == errors.stream_not_found)
      assert.are.equal("stream not found (10059)", tostring(err))
      assert.is_true(select(2, js:stream_name_by_subject("nobody." .. nats.nuid())) == errors.stream_not_found)
    end)

    it("are removed", function()
      local stream, js = network.stream()
      assert.is_true(js:delete_stream(stream.name))
      assert.is_true(select(2, js:delete_stream(stream.name)) == errors.stream_not_found)
      assert.is_true(select(2, stream:info()) == errors.stream_not_found)
    end)

    it("count the messages of their subjects", function()
      local stream, js = network.stream()
      for _, tail in ipairs { "a", "b", "a", "c.d" } do js:publish(stream.name .. "." .. tail, "x") end
      local state = stream:info({ subjects = stream.name .. ".*" }).state
      assert.are.equal(4, state.messages)
      assert.are.equal(3, state.num_subjects)
      assert.are.same({ [stream.name .. ".a"] = 2, [stream.name .. ".b"] = 1 }, state.subjects)
    end)

    it("give messages, directly or through the API, with the same headers and times", function()
      local stored = {}
      for i, direct in ipairs { true, false } do
        local stream, js = network.stream { allow_direct = direct }
        js:publish(stream.name .. ".a", "first \0\255", { headers = { Colour = "red" }, msg_id = "1" })
        js:publish(stream.name .. ".b", "second")
        local msg = stream:get_msg(1)
        assert.are.equal(stream.name .. ".a", msg.subject)
        assert.are.equal("first \0\255", msg.data)
        assert.are.equal(1, msg.sequence)
        assert.are.equal("red", msg:header "colour")
        assert.is_true(msg.timestamp > 1700000000)
        assert.are.equal("integer", math.type(msg.nanoseconds))
        assert.is_nil(stream:get_msg(2).headers)
        assert.are.equal("second", stream:get_last_msg_for_subject(stream.name .. ".b").data)
        assert.are.equal(2, stream:get_msg(1, { next_by_subj = stream.name .. ".b" }).sequence)
        assert.is_true(select(2, stream:get_msg(3)) == errors.msg_not_found)
        assert.is_true(select(2, stream:get_last_msg_for_subject(stream.name .. ".c")) == errors.msg_not_found)
        stored[i] = { msg.headers.Colour, msg.headers["Nats-Msg-Id"], msg.headers["Nats-Stream"] }
      end
      assert.are.same(stored[2], stored[1])
    end)

    it("give many messages with one request", function()
      local stream, js = network.stream { allow_direct = true }
      for i = 1, 7 do js:publish(("%s.%d"):format(stream.name, i % 3), "m" .. i) end
      local function texts(list)
        local out = {}
        for i, msg in ipairs(list) do out[i] = msg.data end
        return out
      end
      assert.are.same({ "m1", "m2", "m3" }, texts(stream:get_batch { batch = 3 }))
      assert.are.same({ "m5", "m6", "m7" }, texts(stream:get_batch { batch = 9, seq = 5 }))
      assert.are.same({ "m2", "m5" }, texts(stream:get_batch { batch = 9, next_by_subj = stream.name .. ".2" }))
      assert.are.same({ "m5", "m6", "m7" }, texts(stream:get_last_msgs_for { stream.name .. ".*" }))
      assert.are.same({ "m3", "m4" }, texts(stream:get_last_msgs_for({ stream.name .. ".0", stream.name .. ".1" }, { up_to_seq = 4 })))
      assert.are.same({}, texts(stream:get_last_msgs_for { stream.name .. ".none" }))
    end)

    it("lose single messages, and all of a subject", function()
      local stream, js = network.stream()
      for i = 1, 6 do js:publish(stream.name .. "." .. (i % 2), "m" .. i) end
      assert.is_true(stream:delete_msg(1))
      assert.is_true(stream:secure_delete_msg(2))
      assert.is_nil(stream:delete_msg(2))
      assert.are.equal(1, stream:purge { subject = stream.name .. ".1", keep = 1 })
      assert.are.equal(1, stream:purge { sequence = 5 })
      assert.are.same({ 5, 6 }, { stream:info().state.first_seq, stream:info().state.last_seq })
      assert.are.equal(2, stream:purge())
    end)

    it("name the numbers that are deleted", function()
      local stream, js = network.stream()
      for i = 1, 4 do js:publish(stream.name .. ".x", "m" .. i) end
      stream:delete_msg(2)
      stream:delete_msg(3)
      local state = stream:info({ deleted = true }).state
      assert.are.equal(2, state.num_deleted)
      assert.are.same({ 2, 3 }, { table.unpack(state.deleted) })
    end)

    it("are listed in pages", function()
      local _, js = network.stream()
      local names = {}
      local api = require "nats.jetstream.api"
      -- 256 names a page: what matters is that the offset is that of the page before.
      local asked = {}
      local fake = setmetatable({}, { __index = js })
      fake.client = { _ask = function(_, _, payload)
        local offset = require("json").decode(payload).offset
        asked[#asked + 1] = offset
        return { data = ('{"total":5,"streams":[%s]}'):format(offset == 0 and '"a","b"' or offset == 2 and '"c","d"' or '"e"') }
      end }
      for _, name in ipairs(api.list(fake, "STREAM.NAMES", "streams")) do names[#names + 1] = name end
      assert.are.same({ "a", "b", "c", "d", "e" }, names)
      assert.are.same({ 0, 2, 4 }, asked)
    end)

    it("raise at the caller's line what is wrong with a call", function()
      local stream, js = network.stream()
      for message, fn in pairs {
        ["create_stream: the configuration must be a table, not nil"] = function() js:create_stream() end,
        ["create_stream: name must be a string, not nil"] = function() js:create_stream {} end,
        ["update_stream: name \"a.b\" has '.', which no name may have"] = function() js:update_stream { name = "a.b" } end,
        ['create_stream: unknown field "subject", did you mean "subjects"?'] = function()
          js:create_stream { name = "a", subject = "x" }
        end,
        ['create_or_update_stream: discard must be one of "old", "new"'] = function()
          js:create_or_update_stream { name = "a", discard = "x" }
        end,
        ["stream: the name is empty"] = function() js:stream "" end,
        ["stream_names: the subject has a space"] = function() js:stream_names "a b" end,
        ['purge: unknown key "subjects", did you mean "subject"?'] = function() stream:purge { subjects = "a" } end,
        ["purge: sequence and keep cannot be given together"] = function() stream:purge { sequence = 1, keep = 1 } end,
        ["get_msg: sequence must be an integer, 1 or more"] = function() stream:get_msg(0) end,
        ["get_batch: batch must be an integer, 1 or more, not nil"] = function() stream:get_batch {} end,
        ['jetstream: unknown key "domian", did you mean "domain"?'] = function() js.client:jetstream { domian = "a" } end,
        ["jetstream: domain or prefix has a space"] = function() js.client:jetstream { domain = "a b" } end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("stream_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)

    it("are of one account, which says what it has", function()
      local info = network.jetstream():account_info()
      assert.are.equal("integer", math.type(info.streams))
      assert.are.equal(-1, info.limits.max_streams)
    end)

    it("are not there where JetStream is not", function()
      local js = network.jetstream { prefix = "nobody." .. nats.nuid() }
      assert.is_true(select(2, js:account_info()) == errors.jetstream_not_enabled)
    end)
  end)
end
