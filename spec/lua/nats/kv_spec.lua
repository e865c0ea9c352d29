local errors = require("nats").errors
local js_support = require "spec.lua.nats.jetstream.support"
local nats = require "nats"

for _, network in ipairs(js_support.networks()) do
  describe("key-value buckets over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    local function bucket(fields)
      local js = network.jetstream()
      local all = { bucket = "spec-" .. nats.nuid(), storage = "memory" }
      for key, value in pairs(fields or {}) do all[key] = value end
      network.remember("KV_" .. all.bucket)
      return assert(js:create_key_value(all)), js
    end

    --- Asserts what a watch gives: "key=value", "key:DEL", "|" for the end of the first part; and then nothing.
    local function expect(expected, watch)
      local list = {}
      for _ in expected:gmatch "%S+" do
        local entry = watch:next(10)
        list[#list + 1] = entry == nil and "nothing" or not entry and "|"
          or entry.operation == "PUT" and entry.key .. "=" .. entry.value or entry.key .. ":" .. entry.operation
      end
      assert.are.equal(expected, table.concat(list, " "))
      assert.are.same({ nil, "timeout" }, { watch:next(0.01) })
    end

    it("keep the last value of a key, any bytes", function()
      local kv = bucket()
      assert.are.equal(1, kv:put("a.b/c=1", "old"))
      assert.are.equal(2, kv:put("a.b/c=1", "new \0\255\r\n"))
      local entry = kv:get "a.b/c=1"
      assert.are.equal("new \0\255\r\n", entry.value)
      assert.are.equal(2, entry.revision)
      assert.are.equal("a.b/c=1", entry.key)
      assert.are.equal(kv.name, entry.bucket)
      assert.are.equal("PUT", entry.operation)
      assert.is_true(entry.created > 1700000000)
    end)

    it("say when a key has no value", function()
      local kv = bucket()
      local entry, err = kv:get "missing"
      assert.is_nil(entry)
      assert.is_true(err == errors.key_not_found)
      assert.are.equal("key not found: missing in the bucket " .. kv.name, tostring(err))
    end)

    it("delete keys, and keep their histories", function()
      local kv = bucket { history = 5 }
      kv:put("a", "1")
      kv:put("a", "2")
      assert.is_true(kv:delete "a")
      assert.is_true(select(2, kv:get "a") == errors.key_not_found)
      assert.are.equal("1", kv:get_revision("a", 1).value)
      assert.is_true(select(2, kv:get_revision("a", 3)) == errors.key_not_found)
      assert.is_true(select(2, kv:get_revision("b", 1)) == errors.key_not_found)
      local list = {}
      for i, entry in ipairs(kv:history "a") do list[i] = entry.operation .. entry.value end
      assert.are.same({ "PUT1", "PUT2", "DEL" }, list)
    end)

    it("purge keys with their histories", function()
      local kv = bucket { history = 5 }
      kv:put("a", "1")
      kv:put("a", "2")
      assert.is_true(kv:purge "a")
      assert.is_true(select(2, kv:get "a") == errors.key_not_found)
      local list = kv:history "a"
      assert.are.equal(1, #list)
      assert.are.equal("PURGE", list[1].operation)
    end)

    it("create a key once, and again when it was deleted", function()
      local kv = bucket()
      assert.are.equal(1, kv:create("a", "1"))
      local revision, err = kv:create("a", "2")
      assert.is_nil(revision)
      assert.is_true(err == errors.key_exists)
      kv:delete "a"
      assert.are.equal(3, kv:create("a", "3"))
      kv:purge "a"
      assert.are.equal(5, kv:create("a", "4"))
      assert.are.equal("4", kv:get("a").value)
    end)

    it("update a key only at the revision that it has", function()
      local kv = bucket()
      local revision = kv:update("a", "1", 0)
      assert.are.equal(1, revision)
      assert.are.equal(2, kv:update("a", "2", 1))
      local new, err = kv:update("a", "3", 1)
      assert.is_nil(new)
      assert.is_true(err == errors.wrong_revision)
      assert.are.equal("wrong revision: a is not at revision 1 any more", tostring(err))
      assert.is_true(select(2, kv:delete("a", { revision = 1 })) == errors.wrong_revision)
      assert.is_true(select(2, kv:purge("a", { revision = 1 })) == errors.wrong_revision)
      assert.is_true(kv:delete("a", { revision = 2 }))
    end)

    it("list their keys, those that have a value", function()
      local kv = bucket()
      assert.are.same({}, kv:keys())
      for _, key in ipairs { "b.x", "a", "b.y", "c", "d" } do kv:put(key, "1") end
      kv:delete "c"
      kv:purge "d"
      assert.are.same({ "a", "b.x", "b.y" }, kv:keys())
      assert.are.same({ "b.x", "b.y" }, kv:keys "b.*")
      assert.are.same({ "a", "b.y" }, kv:keys { "a", "b.y" })
      assert.are.same({}, kv:keys "z.>")
    end)

    it("are watched: what is there, its end, what happens", function()
      local kv = bucket { history = 3 }
      kv:put("a", "1")
      kv:put("a", "2")
      kv:put("b", "1")
      local watch = kv:watch_all()
      expect("a=2 b=1 |", watch)
      kv:put("a", "3")
      kv:delete "b"
      kv:purge "a"
      expect("a=3 b:DEL a:PURGE", watch)
      watch:stop()
      assert.are.same({ nil, "unsubscribed" }, { watch:next(1) })
    end)

    it("say that nothing was there when nothing was, or all was deleted", function()
      local kv = bucket()
      expect("|", kv:watch_all())
      kv:put("a", "1")
      kv:delete "a"
      expect("a:DEL |", kv:watch_all())
      expect("|", kv:watch(">", { ignore_deletes = true }))
      expect("|", kv:watch "other")
    end)

    it("come to the end of what was there when it goes meanwhile", function()
      local kv = bucket()
      for i = 1, 3 do kv:put("k" .. i, "1") end
      local watch = kv:watch_all()
      kv.stream:purge()
      -- As if the last two had gone before they were sent.
      watch.initial = 5
      local last
      repeat last = watch:next(10) until not last
      assert.is_false(last)
    end)

    it("are watched in more ways", function()
      local kv = bucket { history = 5 }
      for _, value in ipairs { "1", "2", "3" } do kv:put("a", value) end
      kv:put("b.c", "x")
      kv:delete "b.c"
      expect("a=1 a=2 a=3 b.c=x b.c:DEL |", kv:watch_all { include_history = true })
      expect("a=3 |", kv:watch_all { ignore_deletes = true })
      expect("a= b.c:DEL |", kv:watch_all { meta_only = true })
      expect("a=2 a=3 b.c=x b.c:DEL |", kv:watch_all { resume_from_revision = 2 })
      expect("b.c:DEL |", kv:watch "b.*")
      expect("a=3 b.c:DEL |", kv:watch { "a", "b.>" })
      local updates = kv:watch_all { updates_only = true }
      expect("", updates)
      kv:put("b.d", "y")
      expect("b.d=y", updates)
    end)

    it("are watched in a loop, beside other work", function()
      local kv, js = bucket()
      kv:put("a", "1")
      local list = {}
      local task = js.client:spawn(function()
        for entry in kv:watch_all() do
          list[#list + 1] = entry and entry.key .. "=" .. entry.value or "|"
          if entry and entry.value == "end" then break end
        end
      end)
      js.client:spawn(function()
        js.client:sleep(0.1)
        kv:put("b", "2")
        kv:put("a", "end")
      end)
      task:join(10)
      assert.are.same({ "a=1", "|", "b=2", "a=end" }, list)
    end)

    it("let keys go after their time", function()
      local kv = bucket { limit_marker_ttl = 2 }
      local watch = kv:watch_all { updates_only = true }
      kv:create("a", "1", { ttl = 1 })
      expect("a=1 a:PURGE", watch)
      assert.is_true(select(2, kv:get "a") == errors.key_not_found)
      assert.are.equal("integer", math.type(kv:create("a", "2")))
      local other = bucket()
      assert.is_true(select(2, other:create("a", "1", { ttl = 1 })) == errors.message_ttl_disabled)
    end)

    it("forget what was deleted long ago", function()
      local kv = bucket { history = 3 }
      kv:put("a", "1")
      kv:put("b", "1")
      kv:put("b", "2")
      kv:delete "b"
      assert.are.equal(1, kv:purge_deletes())
      assert.are.equal(1, #kv:history "b")
      assert.are.equal(1, kv:purge_deletes { older_than = 0 })
      assert.is_true(select(2, kv:history "b") == errors.key_not_found)
      assert.are.equal("1", kv:get("a").value)
    end)

    it("say what they are", function()
      local kv, js = bucket {
        history = 7, ttl = 90.5, description = "prices", max_value_size = 100, max_bytes = 100000, compression = true,
        metadata = { city = "Ulm" },
      }
      kv:put("a", "1")
      local status = kv:status()
      assert.are.equal(kv.name, status.bucket)
      assert.are.equal(1, status.values)
      assert.are.equal(7, status.history)
      assert.are.equal(90.5, status.ttl)
      assert.is_true(status.is_compressed)
      assert.are.equal("Ulm", status.metadata.city)
      local fields = status.stream_info.config
      assert.are.equal(90.5, fields.duplicate_window)
      assert.are.same({ "$KV." .. kv.name .. ".>" }, { table.unpack(fields.subjects) })
      assert.is_true(fields.deny_delete and fields.allow_rollup_hdrs and fields.allow_direct)
      assert.are.equal("new", fields.discard)
      assert.are.equal(100, fields.max_msg_size)
      local config = status.config
      config.description = "changed"
      assert.are.equal("changed", js:update_key_value(config):status().config.description)
    end)

    it("are made, found, listed and removed", function()
      local kv, js = bucket()
      assert.is_truthy(js:create_key_value { bucket = kv.name, storage = "memory" })
      assert.is_true(select(2, js:create_key_value { bucket = kv.name, storage = "memory", history = 9 }) == errors.bucket_exists)
      assert.is_truthy(js:create_or_update_key_value { bucket = kv.name, storage = "memory", history = 9 })
      assert.are.equal(9, js:key_value(kv.name):status().history)
      local found = 0
      for _, name in ipairs(js:key_value_names()) do found = found + (name == kv.name and 1 or 0) end
      for _, status in ipairs(js:key_values()) do found = found + (status.bucket == kv.name and 1 or 0) end
      assert.are.equal(2, found)
      assert.is_true(js:delete_key_value(kv.name))
      assert.is_true(select(2, js:delete_key_value(kv.name)) == errors.bucket_not_found)
      assert.is_true(select(2, js:key_value(kv.name)) == errors.bucket_not_found)
      assert.is_true(select(2, js:update_key_value { bucket = kv.name }) == errors.bucket_not_found)
      assert.is_true(select(2, kv:status()) == errors.bucket_not_found)
    end)

    --- Waits until a function gives a value.
    local function eventually(nc, fn)
      for _ = 1, 200 do
        local value = fn()
        if value then return value end
        nc:sleep(0.02)
      end
    end

    it("mirror others, and are written through", function()
      local kv, js = bucket()
      kv:put("a", "1")
      local mirror = bucket { mirror = { name = kv.name } }
      assert.are.equal("1", eventually(js.client, function() return mirror:get "a" end).value)
      mirror:put("b", "2")
      assert.are.equal("2", kv:get("b").value)
      assert.is_truthy(eventually(js.client, function() return #mirror:keys() == 2 end))
    end)

    it("gather others", function()
      local one, js = bucket()
      local two = bucket()
      one:put("a", "1")
      two:put("b", "2")
      local both = bucket { sources = { { name = one.name }, { name = "KV_" .. two.name } } }
      assert.is_truthy(eventually(js.client, function() return #both:keys() == 2 end))
      assert.are.equal("1", both:get("a").value)
      both:put("c", "3")
      assert.are.equal("3", both:get("c").value)
    end)

    it("lose no update of many clients that write at the same time", function()
      local kv = bucket()
      kv:put("count", "0")
      local done = 0
      local clients = {}
      for i = 1, 8 do clients[i] = network.connect() end
      local first = clients[1]
      local turns = {}
      for i, nc in ipairs(clients) do
        local own = nc:jetstream():key_value(kv.name)
        turns[i] = function()
          local entry = own:get "count"
          return function() return own:update("count", tostring(math.tointeger(entry.value) + 1), entry.revision) end
        end
      end
      -- All have read before the first one writes: seven of eight fail, each time.
      for _ = 1, 5 do
        local writes, succeeded = {}, 0
        for i = 1, 8 do writes[i] = turns[i]() end
        for i = 1, 8 do
          if writes[i]() then succeeded = succeeded + 1 end
        end
        assert.are.equal(1, succeeded)
        done = done + succeeded
      end
      assert.are.equal(tostring(done), kv:get("count").value)
      assert.are.equal("connected", first:status())
    end)

    it("raise at the caller's line what is wrong with a call", function()
      local kv, js = bucket()
      for message, fn in pairs {
        ['get: the key "a b" has a space at byte 2'] = function() kv:get "a b" end,
        ['get: the key ".a" has an empty token'] = function() kv:get ".a" end,
        ['put: the key "a..b" has an empty token'] = function() kv:put("a..b", "") end,
        ['put: the key "a.*" has the wildcard'] = function() kv:put("a.*", "") end,
        ['put: the key "ä" has a character other than'] = function() kv:put("ä", "") end,
        ["put: the value must be a string, not a number"] = function() kv:put("a", 1) end,
        ["create: the value must be a string, not nil"] = function() kv:create "a" end,
        ['create: unknown key "tll", did you mean "ttl"?'] = function() kv:create("a", "", { tll = 1 }) end,
        ["update: revision must be an integer, 0 or more, not nil"] = function() kv:update("a", "") end,
        ['delete: unknown key "ttl"'] = function() kv:delete("a", { ttl = 1 }) end,
        ['watch: the key "a.>.b" has \'>\' before its last token'] = function() kv:watch "a.>.b" end,
        ['watch: unknown key "history"'] = function() kv:watch("a", { history = true }) end,
        ["watch: include_history and updates_only cannot be given together"] = function()
          kv:watch("a", { include_history = true, updates_only = true })
        end,
        ['keys: the key "a b" has a space'] = function() kv:keys "a b" end,
        ['history: the key "" is empty'] = function() kv:history "" end,
        ["create_key_value: bucket must be a string, not nil"] = function() js:create_key_value {} end,
        ['create_key_value: bucket "a.b" must be made of letters, digits, - and _'] = function() js:create_key_value { bucket = "a.b" } end,
        ["create_key_value: history must be from 1 to 64, not 65"] = function() js:create_key_value { bucket = "a", history = 65 } end,
        ['create_key_value: unknown field "max_age"'] = function() js:create_key_value { bucket = "a", max_age = 1 } end,
        ['key_value: the bucket "a b" must be made of'] = function() js:key_value "a b" end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("kv_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)
  end)
end
