local memory = require "nats.transport.memory"
local nats = require "nats"

describe("nats.transport.memory", function()
  it("keeps buses apart", function()
    local a, b = nats.connect { transport = memory.new() }, nats.connect { transport = memory.new() }
    local sub = b:subscribe("x")
    a:publish("x", "1")
    assert.are.same({ nil, "timeout" }, { sub:next(1) })
  end)

  it("does not wait for what cannot come", function()
    local nc = nats.connect { transport = memory.new() }
    assert.are.same({ nil, "timeout" }, { nc:subscribe("x"):next() })
    assert.are.same({ nil, "timeout" }, { nc:run() })
  end)

  it("has a limit of payloads, as a server has", function()
    local nc = nats.connect { transport = memory.new { max_payload = 10 } }
    assert.is_true(nc:publish("x", "0123456789"))
    assert.are.same({ nil, "maximum payload exceeded" }, { nc:publish("x", "0123456789a") })
  end)

  it("tells of events, so that a program can be tested with them", function()
    local bus = memory.new()
    local nc = nats.connect { transport = bus }
    local told = {}
    for _, event in ipairs { "disconnected", "reconnected", "lame_duck" } do
      nc:on(event, function(detail) told[#told + 1] = event .. " " .. tostring(detail) end)
    end
    nc:subscribe("x")
    bus.tell("disconnected", "the server is gone")
    bus.tell("reconnected", "nats://b:4222")
    bus.tell("lame_duck")
    nc:process(0)
    assert.are.same({ "disconnected the server is gone", "reconnected nats://b:4222", "lame_duck nil" }, told)
    assert.are.equal(1, nc:stats().reconnects)
  end)

  it("fails a request at once when its connection is lost", function()
    local bus = memory.new()
    local nc = nats.connect { transport = bus }
    nc:subscribe("x", function() bus.tell("disconnected", "gone") end)
    assert.are.same({ nil, "disconnected" }, { nc:request("x", "", 5) })
  end)

  it("fails a flush whose ping was lost", function()
    local bus = memory.new()
    local nc = nats.connect { transport = bus }
    nc:subscribe("x")
    bus.tell("disconnected", "gone")
    assert.are.same({ nil, "disconnected" }, { nc:flush(5) })
    assert.is_true(nc:flush(5))
  end)

  it("says to everything that waits why the connection was closed", function()
    local bus = memory.new()
    local nc = nats.connect { transport = bus, on_error = function() end }
    local sub = nc:subscribe("x")
    bus.tell("closed", "every server was given up")
    assert.are.same({ nil, "closed" }, { sub:next(5) })
    assert.are.same({ nil, "every server was given up" }, { nc:run() })
    assert.are.equal("closed", nc:status())
  end)
end)
