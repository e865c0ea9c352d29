local errors = require "nats.errors"
local options = require "nats.options"

describe("nats.options", function()
  local function resolve(variables, ...)
    local first, second, third = ...
    return options.resolve(first, second, third, 1, function(name) return variables[name] end)
  end

  local function urls(resolved)
    local list = {}
    for i, server in ipairs(resolved.servers) do list[i] = server.url end
    return table.concat(list, " ")
  end

  it("goes to the local server when nothing is given", function()
    assert.are.equal("nats://127.0.0.1:4222", urls(resolve {}))
  end)

  it("takes NATS_URL", function()
    assert.are.equal("nats://a:1 nats://b:2", urls(resolve { NATS_URL = "nats://a:1,nats://b:2" }))
  end)

  it("takes an argument over the environment", function()
    assert.are.equal("nats://b:4222", urls(resolve({ NATS_URL = "nats://a" }, "b")))
  end)

  it("takes a host and a port", function()
    local resolved = resolve({}, "example.com", 4333, 7)
    assert.are.equal("nats://example.com:4333", urls(resolved))
    assert.are.equal(7, resolved.timeout)
    assert.are.equal("nats://[::1]:4333", urls(resolve({}, "::1", 4333)))
  end)

  it("takes an array of URLs, with options in the same table or after it", function()
    local resolved = resolve({}, { "a:1", "b:2", name = "n" })
    assert.are.equal("nats://a:1 nats://b:2", urls(resolved))
    assert.are.equal("n", resolved.name)
    assert.are.equal("n", resolve({}, { "a:1" }, { name = "n" }).name)
  end)

  it("takes a table of options alone", function()
    assert.are.equal("nats://h:5", urls(resolve({}, { host = "h", port = 5 })))
    assert.are.equal("nats://a:1 nats://b:2", urls(resolve({}, { servers = { "a:1", "b:2" } })))
  end)

  it("takes the credentials of the environment", function()
    local resolved = resolve { NATS_USER = "u", NATS_PASSWORD = "p" }
    assert.are.equal("u", resolved.user)
    assert.are.equal("p", resolved.password)
  end)

  it("takes a user without a password as a token, as natscli does", function()
    local resolved = resolve { NATS_USER = "t" }
    assert.are.equal("t", resolved.token)
    assert.is_nil(resolved.user)
  end)

  it("leaves out the environment's credentials when the script gives its own", function()
    local resolved = resolve({ NATS_USER = "u", NATS_PASSWORD = "p" }, { token = "t" })
    assert.are.equal("t", resolved.token)
    assert.is_nil(resolved.user)
    assert.is_nil(resolved.password)
  end)

  it("reads NATS_TIMEOUT as a Go duration", function()
    local resolved = resolve { NATS_TIMEOUT = "1m30s" }
    assert.are.equal(90, resolved.timeout)
    assert.are.equal(90, resolved.connect_timeout)
  end)

  it("names variable, value and what is accepted when the environment is wrong", function()
    local resolved, err = resolve { NATS_TIMEOUT = "abc" }
    assert.is_nil(resolved)
    assert.is_true(err == errors.configuration)
    assert.are.equal("configuration: NATS_TIMEOUT=abc in the environment: "
      .. "not a duration above 0 such as 5s, 300ms or 1m30s", tostring(err))
  end)

  it("says so when NATS_URL is none, without its secrets", function()
    local resolved, err = resolve { NATS_URL = "http://u:s3cr3t@h" }
    assert.is_nil(resolved)
    assert.are.equal('configuration: NATS_URL in the environment: unknown scheme "http"; known: nats, tls, ws, wss',
      tostring(err))
  end)

  it("takes an empty variable as none", function()
    assert.are.equal("nats://127.0.0.1:4222", urls(resolve { NATS_URL = "", NATS_TIMEOUT = "" }))
  end)

  it("has the defaults of nats.go", function()
    local resolved = resolve {}
    assert.are.equal(2, resolved.connect_timeout)
    assert.are.equal(60, resolved.max_reconnect)
    assert.are.equal(2, resolved.reconnect_wait)
    assert.are.equal(120, resolved.ping_interval)
    assert.are.equal(8388608, resolved.reconnect_buffer)
    assert.are.equal(500000, resolved.pending_msgs)
    assert.are.equal(67108864, resolved.pending_bytes)
  end)

  it("raises on an unknown key with the nearest known one", function()
    assert.has_error(function() options.resolve({ naem = "x" }, nil, nil, 0, os.getenv) end,
      'connect: unknown key "naem", did you mean "name"?')
  end)

  it("names the variable whose file cannot be read, unless the script does without it", function()
    local environment = { NATS_CREDS = "/no/such/file", NATS_CA = "/no/such/other" }
    local function message(given) return tostring(select(2, resolve(environment, given))) end
    assert.are.equal("configuration: NATS_CREDS in the environment: /no/such/file: No such file or directory", message {})
    assert.are.equal("configuration: NATS_CA in the environment: /no/such/other: No such file or directory",
      message { user = "u", password = "p" })
    assert.is_truthy(resolve(environment, { token = "t", tls_ca = "/no/such/third" }))
  end)

  it("raises on a wrong type, and does not show a secret", function()
    local ok, message = pcall(resolve, {}, { timeout = "5s" })
    assert.is_false(ok)
    assert.is_truthy(message:find('connect: timeout must be a number of seconds, more than 0, not "5s"', 1, true))
    ok, message = pcall(resolve, {}, { password = { "s3cr3t" } })
    assert.is_false(ok)
    assert.is_nil(message:find("s3cr3t", 1, true))
  end)

  it("raises at the line of the caller", function()
    local nats = require "nats"
    local line = debug.getinfo(1, "l").currentline + 1
    local _, message = pcall(function() nats.connect { naem = "x" } end)
    assert.is_truthy(message:find("options_spec.lua:" .. line .. ": ", 1, true), message)
  end)
end)
