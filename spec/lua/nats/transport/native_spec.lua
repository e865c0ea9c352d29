local errors = require "nats.errors"
local options = require "nats.options"

local here, native = pcall(require, "nats.transport.native")
local URL = os.getenv "MOONWIRE_TEST_NATS_URL"

local function none() return nil end

-- The options of nats.connect without the environment.
local function resolved(given) return assert(options.resolve(given, nil, nil, 1, none)) end

-- A test that needs the native host, and one that needs a server as well. Elsewhere it is there under
-- the same name, and skipped.
local function host_it(title, test)
  it(title, here and test or function() pending("this engine has no host.nats") end)
end

local function server_it(title, test)
  host_it(title, URL and test or function() pending("MOONWIRE_TEST_NATS_URL is not set") end)
end

describe("The native transport", function()
  host_it("gives the reason of one server that is not there", function()
    local transport, err = native.open(resolved { url = "nats://127.0.0.1:1", connect_timeout = 1 })
    assert.is_nil(transport)
    assert.is_true(err == errors.no_servers)
    assert.are.equal("no servers: nats://127.0.0.1:1 (connection refused)", tostring(err))
  end)

  host_it("gives the reason of each of several servers", function()
    local _, err = native.open(resolved { servers = { "nats://127.0.0.1:1", "nats://127.0.0.1:2" }, no_randomize = true })
    assert.are.equal("no servers: nats://127.0.0.1:1 (connection refused), nats://127.0.0.1:2 (connection refused)", tostring(err))
  end)

  host_it("does not tell passwords in an error", function()
    local _, err = native.open(resolved { url = "nats://someone:s3cret@127.0.0.1:1" })
    assert.is_nil(tostring(err):find("s3cret", 1, true))
  end)

  host_it("says which option is wrong", function()
    local _, err = native.open(resolved { url = "nats://127.0.0.1:1", creds = "/no/such/file" })
    assert.is_true(err == errors.configuration)
    assert.are.equal("configuration: creds: stat /no/such/file: no such file or directory", tostring(err))
  end)

  server_it("gives the handle of the host as the transport", function()
    local transport = assert(native.open(resolved { url = URL }))
    assert.are.equal("userdata", type(transport))
    assert.are.equal("host.nats", getmetatable(transport))
    transport:close()
  end)

  server_it("passes options on", function()
    local transport = assert(native.open(resolved { url = URL, no_echo = true }))
    transport:subscribe(1, "spec.native.no_echo")
    transport:publish("spec.native.no_echo", nil, nil, "x")
    transport:ping()
    local sid, event = transport:poll(5)
    transport:close()
    assert.is_nil(sid)
    assert.are.equal("pong", event)
  end)

  server_it("shows where it leads, and that it is closed", function()
    local transport = assert(native.open(resolved { url = URL }))
    assert.are.equal("connected", transport:info().status)
    assert.is_not_nil(tostring(transport):find "^host%.nats: %w+://[^ ]+ %(connected%)$")
    transport:close()
    assert.are.equal("host.nats: (closed)", tostring(transport))
  end)
end)
