local url = require "nats.url"

describe("nats.url", function()
  it("takes an address apart", function()
    local server = url.parse "nats://derek:s3cr3t@example.com:4333"
    assert.are.equal("nats", server.scheme)
    assert.are.equal("example.com", server.host)
    assert.are.equal(4333, server.port)
    assert.are.equal("derek", server.user)
    assert.are.equal("s3cr3t", server.password)
    assert.is_nil(server.token)
  end)

  it("shows an address without its credentials", function()
    assert.are.equal("nats://example.com:4333", url.parse("nats://derek:s3cr3t@example.com:4333").url)
  end)

  it("takes nats and 4222 when scheme and port are missing", function()
    assert.are.equal("nats://example.com:4222", url.parse("example.com").url)
  end)

  it("takes a name without a password as a token", function()
    local server = url.parse "nats://t0ken@example.com"
    assert.are.equal("t0ken", server.token)
    assert.is_nil(server.user)
  end)

  it("decodes percent signs in credentials", function()
    local server = url.parse "nats://a%40b:p%3A%2F@example.com"
    assert.are.equal("a@b", server.user)
    assert.are.equal("p:/", server.password)
  end)

  it("reads an IPv6 address in brackets", function()
    local server = url.parse "nats://[::1]:4223"
    assert.are.equal("::1", server.host)
    assert.are.equal(4223, server.port)
    assert.are.equal("nats://[::1]:4223", server.url)
  end)

  it("keeps the path of a WebSocket", function()
    local server = url.parse "wss://example.com/nats"
    assert.are.equal("/nats", server.path)
    assert.are.equal(443, server.port)
  end)

  it("says what is wrong with an address", function()
    assert.are.equal('unknown scheme "http"; known: nats, tls, ws, wss', select(2, url.parse "http://example.com"))
    assert.are.equal("port 70000 is not within 1 to 65535", select(2, url.parse "nats://example.com:70000"))
    assert.are.equal('no host, or a bad one, in ":4222"', select(2, url.parse "nats://:4222"))
    assert.are.equal('no host, or a bad one, in "a b"', select(2, url.parse "nats://a b"))
    assert.are.equal('no host, or a bad one, in "a:"', select(2, url.parse "nats://a:"))
  end)

  it("never shows a password in what is wrong", function()
    local _, problem = url.parse "nats://derek:s3cr3t@exa mple.com"
    assert.is_nil(problem:find("s3cr3t", 1, true))
  end)

  it("redacts credentials in any text", function()
    assert.are.equal("dial nats://h:1, tls://i", url.redacted "dial nats://u:p@h:1, tls://t@i")
  end)
end)
