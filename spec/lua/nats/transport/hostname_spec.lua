local hostname = require "nats.transport.hostname"

describe("nats.transport.hostname", function()
  it("takes a name in any case, and a wildcard for one whole label", function()
    for pattern, host in pairs {
      ["example.com"] = "EXAMPLE.com", ["*.example.com"] = "a.example.com", ["a.example.com."] = "a.example.com",
    } do assert.is_true(hostname.matches(pattern, host), pattern) end
  end)

  it("takes no other name", function()
    for _, pair in ipairs {
      { "example.com", "a.example.com" }, { "*.example.com", "example.com" }, { "*.example.com", "a.b.example.com" },
      { "*.com", "example.com" }, { "*", "example" }, { "a*.example.com", "ab.example.com" }, { "*.example.com", ".example.com" },
      { "exampleXcom", "example.com" }, { "*.*.com", "a.b.com" }, { "", "a" },
    } do assert.is_false(hostname.matches(pair[1], pair[2]), pair[1] .. " " .. pair[2]) end
  end)

  local extensions = { ["2.5.29.17"] = { dNSName = { "nats.example.com", "10.0.0.9" }, iPAddress = { "127.0.0.1" } } }

  it("takes addresses and names for what they are", function()
    assert.is_true(hostname.verify(extensions, "127.0.0.1"))
    assert.is_true(hostname.verify(extensions, "nats.example.com"))
    assert.is_nil((hostname.verify(extensions, "10.0.0.9")))
  end)

  it("says for whom a certificate is", function()
    assert.are.same({ nil, "the certificate is for 127.0.0.1, nats.example.com, 10.0.0.9, not for other.org" },
      { hostname.verify(extensions, "other.org") })
    assert.are.same({ nil, "the certificate is for no host at all, not for other.org" }, { hostname.verify({}, "other.org") })
  end)
end)
