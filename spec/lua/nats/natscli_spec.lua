--- A service in Lua, seen by natscli.
local json = require "json"
local nats = require "nats"
local natscli = require "spec.support.natscli"
local support = require "spec.lua.nats.support"

local URL = os.getenv "MOONWIRE_TEST_NATS_URL"

for _, network in ipairs(support.networks()) do
  -- There is no way into the memory of this process.
  if network.name ~= "memory" then
    describe("natscli beside a service over the " .. network.name .. " transport", function()
      local it = network.it(it, function(reason) pending(reason) end)
      after_each(network.close)

      local function started()
        local program, reason = natscli.program()
        if not program then return nil, reason end
        local nc = network.connect()
        local service = nc:add_service { name = nats.nuid(), version = "1.2.3", description = "seen from outside" }
        service:add_endpoint("echo", function(request) request:respond(request.data) end, { subject = support.subject() })
        service:add_endpoint("bad", function(request) request:respond_error(404, "no such thing") end, { subject = support.subject() })
        return nc, service
      end

      it("publishes to its script, with headers", function()
        local nc, service = started()
        if not nc then return pending(service) end
        local subject = support.subject()
        local sub = nc:subscribe(subject)
        nc:flush(10)
        natscli.beside(nc, URL, "pub " .. subject .. " 'one coffee' -H To:ann")
        local msg = assert(sub:next(10))
        assert.are.same({ "one coffee", "ann" }, { msg.data, msg:header "To" })
      end)

      it("lists it", function()
        local nc, service = started()
        if not nc then return pending(service) end
        local text = natscli.beside(nc, URL, "micro ls " .. service.name)
        assert.is_truthy(text:find(service.name, 1, true), text)
        assert.is_truthy(text:find(service.id, 1, true), text)
        assert.is_truthy(text:find("1.2.3", 1, true), text)
        assert.is_truthy(text:find("seen from outside", 1, true), text)
      end)

      it("knows what it is", function()
        local nc, service = started()
        if not nc then return pending(service) end
        local text = natscli.beside(nc, URL, "micro info --json " .. service.name)
        local both, err = json.decode(text)
        assert.is_nil(err, text)
        local info = both.info
        assert.are.equal(service.id, info.id)
        assert.are.equal(2, #info.endpoints)
      end)

      it("knows what it has done", function()
        local nc, service = started()
        if not nc then return pending(service) end
        nc:request(service.endpoints[1].subject, "x", 5)
        nc:request(service.endpoints[2].subject, "x", 5)
        local text = natscli.beside(nc, URL, "micro stats --json " .. service.name)
        local stats, err = json.decode(text)
        assert.is_nil(err, text)
        stats = stats[1] or stats
        assert.are.equal(1, stats.endpoints[1].num_requests)
        assert.are.equal(1, stats.endpoints[2].num_errors)
        assert.are.equal("404:no such thing", stats.endpoints[2].last_error)
      end)

      it("asks it, and is told of an error", function()
        local nc, service = started()
        if not nc then return pending(service) end
        local text = natscli.beside(nc, URL, "request --raw " .. service.endpoints[1].subject .. " 'grüß dich'")
        assert.are.equal("grüß dich", text:match("^(.-)%s*$"))
        text = natscli.beside(nc, URL, "request " .. service.endpoints[2].subject .. " x")
        assert.is_truthy(text:find("Nats-Service-Error-Code: 404", 1, true), text)
      end)
    end)
  end
end
