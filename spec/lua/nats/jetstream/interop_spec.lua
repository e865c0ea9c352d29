--- What Lua writes nats.go and natscli read, and what they write Lua reads: configurations, messages, headers, buckets.
local digest = require "digest"
local js_support = require "spec.lua.nats.jetstream.support"
local json = require "json"
local nats = require "nats"
local natscli = require "spec.support.natscli"
local program = require "spec.support.program"
local shell = require "spec.support.shell"

local ENGINE = require "moonwire.engine"
local URL = os.getenv "MOONWIRE_TEST_NATS_URL"

--- Replaces a name in all strings and keys of a value.
local function renamed(value, old, new)
  if type(value) == "string" then return (value:gsub(old, new)) end
  if type(value) ~= "table" or value == json.null then return value end
  local copy = {}
  for key, one in pairs(value) do copy[renamed(key, old, new)] = renamed(one, old, new) end
  return json.kind(value) == "array" and json.array(copy) or copy
end

--- A value as text that can be compared.
local function text(value) return json.encode(value, { sort = true, indent = 1 }) end

for _, network in ipairs(js_support.networks()) do
  describe("the other side of the " .. network.name .. " transport", function()
    local skip = ENGINE ~= "host" and ENGINE ~= "lua54" and "the same code runs in host and lua54"
      or ENGINE == "host" and network.name == "socket" and "lua54 has this transport"
    local it = skip and function(title) it(title, function() return pending(skip) end) end
      or network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- What nats.go prints.
    local function peer(command, name)
      local path, reason = program.build("jspeer", "./jspeer")
      assert(path, reason)
      local said, status = shell.read(("%s %s %s %s 2>&1"):format(path, shell.quote(URL), command, shell.quote(name)))
      assert(status == 0, said)
      return assert(json.decode(said))
    end

    local function name_of(prefix)
      local name = prefix .. nats.nuid()
      network.remember(name)
      return name
    end

    it("has made a stream and a consumer that Lua reads", function()
      local name = name_of "GO"
      local js = network.jetstream()
      local theirs = peer("write-stream", name)
      local stream = js:stream(name)
      local config = stream:info().config
      assert.are.equal(5400.5, config.max_age)
      assert.are.equal(30, config.duplicate_window)
      assert.are.equal(5, config.subject_delete_marker_ttl)
      assert.are.same({ inactive_threshold = 60, max_ack_pending = 77 }, config.consumer_limits)
      assert.are.equal("new", config.discard)
      assert.are.equal(100, config.first_seq)
      local fields = stream:consumer("d"):info().config
      assert.are.equal(1, fields.ack_wait)            -- the first of backoff, so the server has it
      assert.are.same({ 1, 2.5, 10 }, { table.unpack(fields.backoff) })
      assert.are.equal(60, fields.max_expires)
      assert.are.equal("2023-11-14T22:13:20Z", fields.opt_start_time)
      local first, second = stream:get_msg(100), stream:get_msg(101)
      assert.are.equal("first \0\255\r\n", first.data)
      assert.are.same({ "red", "blue" }, { table.unpack(first.headers.Colour) })
      assert.are.equal("id-1", first:header "Nats-Msg-Id")
      assert.are.equal(theirs.messages[1].time, first.nanoseconds)
      assert.are.equal(name .. ".to.x", second.subject)
    end)

    it("reads the same of what Lua makes as of what it made itself", function()
      local name, own = name_of "GO", name_of "LUA"
      local js = network.jetstream()
      local theirs = peer("write-stream", name)
      local given = js:stream(name)
      local stream = assert(js:create_stream(renamed(given:info().config, name, own)))
      assert(stream:create_consumer(renamed(given:consumer("d"):info().config, name, own)))
      assert(js:publish(own .. ".a", "first \0\255\r\n", { headers = { Colour = { "red", "blue" } }, msg_id = "id-1", ttl = 3600 }))
      assert(js:publish(own .. ".from.x", "second"))
      local ours = renamed(peer("read-stream", own), own, name)
      for _, side in ipairs { theirs, ours } do
        for _, message in ipairs(side.messages) do message.time = nil end
        -- One writes an hour as 1h0m0s, the other as 3600.
        side.messages[1].headers["Nats-TTL"] = nil
      end
      assert.are.equal(text(theirs), text(ours))
    end)

    it("takes the messages that Lua published, and Lua does not get them again", function()
      local stream, js = network.stream()
      local consumer = stream:create_consumer { durable_name = "d" }
      for i = 1, 3 do js:publish(stream.name .. ".a", "m" .. i) end
      local first = consumer:next(5)
      assert.is_true(first:double_ack())
      assert.are.same({ "m2", "m3" }, { table.unpack(peer("take", stream.name)) })
      assert.are.same({}, consumer:fetch(5, { no_wait = true }))
      assert.are.equal(0, consumer:info().num_ack_pending)
    end)

    local function do_all(kv)
      assert.are.equal(1, kv:put("a", "1 \0\255"))
      assert.are.equal(2, kv:update("a", "2", 1))
      assert.are.equal(3, kv:create("b/c.d=e", "3"))
      assert.is_true(kv:delete "a")
      assert.are.equal(5, kv:create("a", "4"))
      assert.are.equal(6, kv:create("t", "5", { ttl = 3600 }))
      assert.are.equal(7, kv:put("p", "6"))
      assert.is_true(kv:purge("p", { ttl = 3600 }))
    end

    local BUCKET = {
      description = "from the other side", max_value_size = 1000, history = 5, ttl = 90, max_bytes = 1048576, storage = "memory",
      replicas = 1, compression = true, limit_marker_ttl = 5, metadata = { city = "Ulm" },
    }

    local function bucket_of(name)
      local fields = { bucket = name, republish = { src = ">", dest = "re." .. name .. ".>" } }
      for key, value in pairs(BUCKET) do fields[key] = value end
      return fields
    end

    it("reads the same of a bucket that Lua made and wrote as of one that it wrote itself", function()
      local name, own = name_of "KV_GO", name_of "KV_LUA"
      name, own = name:sub(4), own:sub(4)
      local js = network.jetstream()
      local theirs = peer("write-bucket", name)
      do_all(assert(js:create_key_value(bucket_of(own))))
      local ours = renamed(peer("read-bucket", own), own, name)
      for _, side in ipairs { theirs, ours } do
        side.stream.consumers = nil                     -- the one with which it was read
        for _, one in ipairs(side.entries) do one.created = nil end
        for _, message in ipairs(side.stream.messages) do
          message.time = nil
          message.headers["Nats-TTL"] = nil
        end
      end
      assert.are.equal(text(theirs), text(ours))
    end)

    it("has written a bucket that Lua reads", function()
      local name = name_of("KV_GO"):sub(4)
      local theirs = peer("write-bucket", name)
      local kv = network.jetstream():key_value(name)
      local mine = {}
      for entry in kv:watch_all { include_history = true } do
        if not entry then break end
        mine[#mine + 1] = {
          key = entry.key, value = digest.base64.encode(entry.value), revision = entry.revision, operation = entry.operation,
          created = entry.nanoseconds,
        }
      end
      assert.are.equal(text(theirs.entries), text(mine))
      assert.are.same({ table.unpack(theirs.keys) }, kv:keys())
      assert.are.equal("4", kv:get("a").value)
      local config = kv:status().config
      for key, value in pairs(BUCKET) do
        if key ~= "metadata" then assert.are.equal(value, config[key], key) end
      end
      assert.are.equal("Ulm", config.metadata.city)
    end)

    it("shows with natscli what Lua made, and Lua sees what natscli writes", function()
      local ready, reason = natscli.program()
      if not ready then return pending(reason) end
      local name = name_of("KV_CLI"):sub(4)
      local js = network.jetstream()
      local nc = js.client
      local kv = js:create_key_value { bucket = name, storage = "memory", history = 3 }
      kv:put("greeting", "grüß dich")
      kv:put("gone", "x")
      kv:delete "gone"
      local function cli(arguments) return natscli.beside(nc, URL, arguments) end
      assert.are.equal("grüß dich", cli(("kv get %s greeting --raw"):format(name)):match "^(.-)%s*$")
      local history = cli(("kv history %s gone"):format(name))
      assert.is_truthy(history:find("DEL", 1, true) or history:find("Delete", 1, true), history)
      assert.are.equal("greeting", cli(("kv ls %s"):format(name)):match "^(.-)%s*$")
      cli(("kv put %s answer 42"):format(name))
      assert.are.equal("42", kv:get("answer").value)
      cli(("kv del %s greeting --force"):format(name))
      assert.is_true(select(2, kv:get "greeting") == nats.errors.key_not_found)

      local stream = network.stream { max_age = 90.5, description = "shown" }
      stream:create_consumer { durable_name = "d", ack_wait = 2.5 }
      js:publish(stream.name .. ".a", "hello", { headers = { Colour = "red" } })
      local info = assert(json.decode(cli("stream info --json " .. stream.name)))
      assert.are.equal(90500000000, info.config.max_age)
      assert.are.equal("shown", info.config.description)
      local consumer = assert(json.decode(cli("consumer info --json " .. stream.name .. " d")))
      assert.are.equal(2500000000, consumer.config.ack_wait)
      local shown = cli("stream get " .. stream.name .. " 1")
      assert.is_truthy(shown:find("hello", 1, true) and shown:find("Colour: red", 1, true), shown)
      assert.is_truthy(cli("consumer next --ack --raw " .. stream.name .. " d"):find("hello", 1, true))
      cli("publish -H City:Ulm " .. stream.name .. ".b world")
      assert.are.equal("Ulm", stream:get_msg(2):header "City")
      assert.are.equal("world", stream:consumer("d"):next(5).data)
    end)
  end)
end
