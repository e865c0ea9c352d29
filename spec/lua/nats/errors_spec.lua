local errors = require "nats.errors"

describe("nats.errors", function()
  it("has plain strings for what needs no detail", function()
    assert.are.equal("timeout", errors.timeout)
    assert.are.equal("no responders", errors.no_responders)
    assert.are.equal("maximum payload exceeded", errors.max_payload)
    assert.are.equal("closed", errors.closed)
  end)

  it("makes an error that equals its constant", function()
    assert.is_true(errors.new(errors.tls, "no TLS here") == errors.tls)
  end)

  it("makes an error that equals no other constant", function()
    assert.is_false(errors.new(errors.tls, "no TLS here") == errors.protocol)
  end)

  it("prints code and detail", function()
    assert.are.equal("tls: no TLS here", tostring(errors.new(errors.tls, "no TLS here")))
  end)

  it("joins an error with a string", function()
    assert.are.equal("failed: tls: no TLS here!", "failed: " .. errors.new(errors.tls, "no TLS here") .. "!")
  end)

  it("sorts what a server says", function()
    assert.is_true(errors.of_server("authorization violation") == errors.authorization)
    assert.is_true(errors.of_server("user authentication expired") == errors.authorization)
    assert.is_true(errors.of_server('permissions violation for publish to "a"') == errors.permissions)
    assert.is_true(errors.of_server("unknown protocol operation") == errors.protocol)
    assert.is_true(errors.of_server("secure connection - tls required") == errors.tls)
    assert.is_true(errors.of_server("slow consumer detected") == errors.server)
  end)
end)
