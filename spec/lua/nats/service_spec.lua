local nats = require "nats"
local support = require "spec.lua.nats.support"

for _, network in ipairs(support.networks()) do
  describe("services over the " .. network.name .. " transport", function()
    local it = network.it(it, function(reason) pending(reason) end)
    after_each(network.close)

    --- A service with an echo, of a name that no other test uses.
    local function echo(options)
      local nc = network.connect()
      local given = { name = nats.nuid(), version = "1.2.3" }
      for key, value in pairs(options or {}) do given[key] = value end
      local service = nc:add_service(given)
      local subject = support.subject("echo")
      service:add_endpoint("echo", function(request) request:respond(request.data) end, { subject = subject })
      return nc, service, subject
    end

    it("answer on their endpoints", function()
      local nc, _, subject = echo()
      assert.are.equal("hello", nc:request(subject, "hello", 5).data)
    end)

    it("are found by a ping, of all, by name and by id", function()
      local nc, service = echo()
      for _, tail in ipairs { "", "." .. service.name, "." .. service.name .. "." .. service.id } do
        local found
        for msg in nc:request_many("$SRV.PING" .. tail, "", { timeout = 5, stall = 0.5 }) do
          local answer = msg:json()
          if answer.id == service.id then found = answer end
          if found then break end
        end
        assert.are.equal("io.nats.micro.v1.ping_response", found.type)
        assert.are.equal(service.name, found.name)
        assert.are.equal("1.2.3", found.version)
      end
    end)

    it("say what they are", function()
      local nc, service, subject = echo { description = "says it again", metadata = { city = "Ulm" } }
      service:add_group("v1." .. service.name):add_group("inner", { queue = "other" })
        :add_endpoint("up", print, { metadata = { a = "b" } })
      service:add_group("", { queue = false }):add_endpoint("all", print, { subject = support.subject() })
      local info = nc:request("$SRV.INFO." .. service.name, "", 5):json()
      assert.are.equal("io.nats.micro.v1.info_response", info.type)
      assert.are.equal("says it again", info.description)
      assert.are.equal("Ulm", info.metadata.city)
      assert.are.equal(3, #info.endpoints)
      assert.are.equal("echo", info.endpoints[1].name)
      assert.are.equal(subject, info.endpoints[1].subject)
      assert.are.equal("q", info.endpoints[1].queue_group)
      assert.are.equal("v1." .. service.name .. ".inner.up", info.endpoints[2].subject)
      assert.are.equal("other", info.endpoints[2].queue_group)
      assert.are.equal("b", info.endpoints[2].metadata.a)
      assert.are.equal("", info.endpoints[3].queue_group)
    end)

    it("have lists and objects that are empty, not absent", function()
      local nc = network.connect()
      local service = nc:add_service { name = nats.nuid(), version = "0.1.0" }
      local text = nc:request("$SRV.INFO." .. service.name, "", 5).data
      assert.is_truthy(text:find('"endpoints":[]', 1, true), text)
      assert.is_truthy(text:find('"metadata":{}', 1, true), text)
      assert.is_truthy(text:find('"description":""', 1, true), text)
    end)

    it("count what they do", function()
      local nc, service, subject = echo { stats = function(name) return { of = name } end }
      for _ = 1, 3 do nc:request(subject, "x", 5) end
      local stats = nc:request("$SRV.STATS." .. service.name .. "." .. service.id, "", 5):json()
      assert.are.equal("io.nats.micro.v1.stats_response", stats.type)
      assert.is_truthy(stats.started:find("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%dZ$"), stats.started)
      local endpoint = stats.endpoints[1]
      assert.are.equal(3, endpoint.num_requests)
      assert.are.equal(0, endpoint.num_errors)
      assert.are.equal("", endpoint.last_error)
      assert.are.equal("integer", math.type(endpoint.processing_time))
      assert.are.equal(endpoint.processing_time // 3, endpoint.average_processing_time)
      assert.are.equal("echo", endpoint.data.of)
      service:reset()
      assert.are.equal(0, service:stats().endpoints[1].num_requests)
    end)

    it("answer with errors in headers", function()
      local nc, service = echo()
      local subject = support.subject()
      service:add_endpoint("bad", function(request)
        request:respond_error(404, "no such thing", "details", { More = "yes" })
      end, { subject = subject })
      local answer = nc:request(subject, "", 5)
      assert.are.equal("404", answer.headers["Nats-Service-Error-Code"])
      assert.are.equal("no such thing", answer.headers["Nats-Service-Error"])
      assert.are.equal("yes", answer.headers.More)
      assert.are.equal("details", answer.data)
      assert.are.same({ 404, "no such thing" }, { answer:service_error() })
      local endpoint = service:stats().endpoints[2]
      assert.are.equal(1, endpoint.num_errors)
      assert.are.equal("404:no such thing", endpoint.last_error)
      assert.is_nil(nc:request("$SRV.PING." .. service.name, "", 5):service_error())
    end)

    it("answer with what a handler raises", function()
      local nc, service = echo()
      local reports, subject = {}, support.subject()
      nc.on_error = function(err) reports[#reports + 1] = err end
      service:add_endpoint("raises", function() error("first line\nsecond", 0) end, { subject = subject .. ".a" })
      service:add_endpoint("refuses", function() error { code = 403, description = "not you" } end, { subject = subject .. ".b" })
      assert.are.same({ 500, "first line" }, { nc:request(subject .. ".a", "", 5):service_error() })
      assert.are.same({ 403, "not you" }, { nc:request(subject .. ".b", "", 5):service_error() })
      assert.are.equal(1, #reports)
      assert.is_true(reports[1] == nats.errors.callback)
      assert.are.equal("500:first line", service:stats().endpoints[2].last_error)
    end)

    it("share the work of a queue group", function()
      local name, subject, counts = nats.nuid(), support.subject(), { 0, 0 }
      local services = {}
      for i = 1, 2 do
        local nc = network.connect()
        services[i] = nc:add_service { name = name, version = "1.0.0" }
        services[i]:add_endpoint("work", function(request)
          counts[i] = counts[i] + 1
          request:respond(tostring(i))
        end, { subject = subject })
        nc:flush(5)
      end
      local tasks = services[2].client
      local client = services[1].client
      local done = 0
      for _ = 1, 20 do
        client:spawn(function()
          client:request(subject, "", 5)
          done = done + 1
        end)
      end
      for _ = 1, 2000 do
        if done == 20 then break end
        client:process(0.005)
        tasks:process(0.005)
      end
      assert.are.equal(20, counts[1] + counts[2])
    end)

    it("may handle each request in a task of its own", function()
      local nc, service = echo()
      local subject = support.subject()
      service:add_endpoint("slow", function(request)
        if request.data == "slow" then nc:sleep(0.1) end
        request:respond(request.data)
      end, { subject = subject, tasks = true })
      local order = {}
      for _, text in ipairs { "slow", "fast" } do
        nc:spawn(function()
          local msg = nc:request(subject, text, 5)
          order[#order + 1] = msg.data
        end)
      end
      nc:sleep(0.3)
      assert.are.same({ "fast", "slow" }, order)
    end)

    it("stop, and are not found any more", function()
      local stopped
      local nc, service, subject = echo { on_stop = function(_, err) stopped = { err } end }
      assert.is_true(service:stop("enough"))
      assert.are.same({ "enough" }, stopped)
      assert.are.same({ nil, "no responders" }, { nc:request(subject, "", 5) })
      assert.are.same({ nil, "no responders" }, { nc:request("$SRV.PING." .. service.name, "", 5) })
      assert.are.same({ nil, "closed" }, { service:add_endpoint("late", print) })
      assert.is_true(service:stop())
    end)

    it("raise at the caller's line what is wrong with a call", function()
      local nc, service = echo()
      local group = service:add_group "g"
      for message, fn in pairs {
        ["service: the name must be made of"] = function() nc:add_service { name = "a b", version = "1.0.0" } end,
        ["service: the version must be"] = function() nc:add_service { name = "a", version = "1.0" } end,
        ['service: unknown key "nam"'] = function() nc:add_service { nam = "a", version = "1.0.0" } end,
        ["metadata must have strings only"] = function() nc:add_service { name = "a", version = "1.0.0", metadata = { a = 1 } } end,
        ["add_endpoint: the name must"] = function() service:add_endpoint("a.b", print) end,
        ["add_endpoint: the handler must be a function, not nil"] = function() service:add_endpoint("a") end,
        ["add_endpoint: subject or queue has a space"] = function() group:add_endpoint("a", print, { subject = "a b" }) end,
        ["add_group: the name has '>'"] = function() service:add_group "a.>" end,
      } do
        local ok, err = pcall(fn)
        assert.is_false(ok)
        assert.is_truthy(err:find("service_spec.lua:%d+: "), err)
        assert.is_truthy(err:find(message, 1, true), err)
      end
    end)

    it("take the versions of semver.org, and no others", function()
      local nc = network.connect()
      for _, version in ipairs { "0.0.0", "1.2.3", "10.20.30", "1.0.0-rc.1", "1.0.0-0a-b", "1.0.0+20.sha-5", "1.0.0-x+001" } do
        assert.is_truthy(nc:add_service { name = "v", version = version }, version)
      end
      for _, version in ipairs { "", "1", "1.2", "01.2.3", "1.2.3.4", "v1.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+" } do
        assert.is_false(pcall(nc.add_service, nc, { name = "v", version = version }), version)
      end
    end)
  end)
end
