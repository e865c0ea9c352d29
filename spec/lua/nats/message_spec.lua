local Message = require "nats.message"

describe("nats.message", function()
  local function message(block, payload)
    return setmetatable({ subject = "a", data = payload or "", sub = {}, block = block }, Message)
  end

  it("reads its headers when it is asked for them", function()
    local msg = message "NATS/1.0\r\nA: 1\r\n\r\n"
    assert.are.equal("1", msg.headers.A)
    assert.is_nil(msg.status)
  end)

  it("has the status that a server gave", function()
    local msg = message "NATS/1.0 404 No Messages\r\n\r\n"
    assert.are.equal(404, msg.status)
    assert.are.equal("No Messages", msg.description)
    assert.is_nil(next(msg.headers))
  end)

  it("has no other fields", function()
    assert.is_nil(message().colour)
    assert.is_nil(message().headers)
  end)

  it("prints subject and size, not the payload", function()
    assert.are.equal("nats.message: a (6 bytes)", tostring(message(nil, "s3cr3t")))
  end)
end)
