--- One table for servers that stand together: what it may say, and what is written for it.
local composed = require "spec.support.composed"
local configuration = require "nats.topology.configuration"
local picture = require "nats.topology.picture"
local project = require "nats.topology.project"
local topology = require "nats.topology"
local yaml = require "yaml"

local KEY = "U" .. ("A"):rep(55)

local function two_sites()
  return {
    name = "mill", tls = { folder = "tls" },
    sites = {
      { name = "A", address = "10.9.0.1", servers = { "a1", "a2", "a3" }, jetstream = true },
      { name = "B", address = "b.example.org", servers = { "b1" } },
    },
    leaves = { { name = "laptop", site = "A", account = "APP", jetstream = { domain = "laptop" } } },
    accounts = {
      APP = { jetstream = { max_memory = "64MB" }, users = {
        { user = "doc", password = "$DOC_PASSWORD", permissions = { publish = "data.>", subscribe = { deny = "secret.>" } } },
        { nkey = KEY },
      } },
      SYS = { system = true, users = { { user = "admin", password = "$2a$11$" .. ("x"):rep(53) } } },
    },
  }
end

local function text_of(t, name)
  local top = assert(topology.new(t))
  for _, server in ipairs(top.servers) do
    if server.name == name then return configuration.of(top, server), top end
  end
end

describe("a topology", function()
  it("gives servers at one address ports of their own", function()
    local top = assert(topology.new(two_sites()))
    local seen = {}
    for i, server in ipairs(top.servers) do seen[i] = server.name .. " " .. topology.url(top, server) end
    assert.are.same({ "a1 tls://10.9.0.1:4222", "a2 tls://10.9.0.1:4223", "a3 tls://10.9.0.1:4224",
      "b1 tls://b.example.org:4222", "laptop nats://127.0.0.1:4222" }, seen)
  end)

  it("names for certificates who may be a route, a gateway and a leaf node", function()
    local list = topology.certificates(assert(topology.new(two_sites())))
    assert.are.same({ name = "a2", names = { "DNS:a2", "IP:10.9.0.1", "DNS:route.a.mill", "DNS:gateway.mill" } }, list[2])
    assert.are.same({ name = "b1", names = { "DNS:b1", "DNS:b.example.org", "DNS:route.b.mill", "DNS:gateway.mill" } }, list[4])
    assert.are.same({ name = "laptop", names = { "DNS:laptop" } }, list[5])
  end)

  it("takes loopback where the table names no address, without TLS and accounts", function()
    local top = assert(topology.new { sites = { { name = "here", servers = { "one", "two" } } } })
    assert.are.equal("nats://127.0.0.1:4223", topology.url(top, top.servers[2]))
  end)

  it("writes addresses of IPv6 in brackets", function()
    local t = two_sites()
    t.sites[2].address = "fd00::2"
    local text, top = text_of(t, "b1")
    assert.are.equal("tls://[fd00::2]:4222", topology.url(top, top.servers[4]))
    assert.is_truthy(text:find('advertise: "[fd00::2]:7222"', 1, true))
  end)
end)

describe("the configuration of a server", function()
  it("has the passwords' variables bare, hashes and texts in quotes", function()
    local text = text_of(two_sites(), "a1")
    assert.is_truthy(text:find("password: $DOC_PASSWORD\n", 1, true))
    assert.is_truthy(text:find('password: "$2a$11$xxx', 1, true))
    assert.is_truthy(text:find('publish: "data.>"', 1, true))
  end)

  it("knows the other servers of its site as routes, and the other sites as gateways", function()
    local text = text_of(two_sites(), "a2")
    assert.is_truthy(text:find('routes: ["tls://10.9.0.1:6222", "tls://10.9.0.1:6224"]', 1, true))
    assert.is_truthy(text:find('urls: ["tls://b.example.org:7222"]', 1, true))
  end)

  it("has neither cluster nor gateway where a server stands alone", function()
    local text = text_of({ sites = { { name = "here", servers = { "one" } } } }, "one")
    assert.is_nil(text:find("cluster", 1, true))
    assert.is_nil(text:find("gateway", 1, true))
  end)

  it("escapes what nats-server would read otherwise", function()
    local t = two_sites()
    t.tls.folder = 'my "certs"\\here'
    assert.is_truthy(text_of(t, "b1"):find('cert_file: "my \\"certs\\"\\\\here/b1.pem"', 1, true))
  end)

  it("never lets monitoring be reached from another machine", function()
    for _, name in ipairs { "a1", "a2", "a3", "b1" } do
      assert.is_truthy(text_of(two_sites(), name):find('\nhttp: "127%.0%.0%.1:%d+"\n'))
    end
  end)
end)

describe("a wrong table", function()
  local function faults_of(change)
    local t = two_sites()
    change(t)
    local top, faults = topology.new(t)
    assert.is_nil(top)
    return table.concat(faults, "\n")
  end

  local WRONG = {
    { "an unknown key", 'sites[2].adress: unknown key, did you mean "address"?',
      function(t) t.sites[2].adress = "x" end },
    { "no sites", "sites: is missing", function(t) t.sites = nil end },
    { "a site without servers", "sites[1].servers: is empty", function(t) t.sites[1].servers = {} end },
    { "a name that is taken", 'sites[2].servers[1]: the name "A1" is taken by sites[1].servers[1]',
      function(t) t.sites[2].servers = { "A1" } end },
    { "a name that is no name", 'sites[1].servers[2]: must be a name of letters, digits and dashes, which begins with a letter, not "../x"',
      function(t) t.sites[1].servers[2] = "../x" end },
    { "an open address without TLS", "sites[1].address: 10.9.0.1 can be reached from other machines, so the table needs `tls`",
      function(t) t.tls = nil end },
    { "an open address without accounts", "sites[1].address: 10.9.0.1 can be reached from other machines, so the table needs `accounts`",
      function(t) t.accounts = nil end },
    { "no system account", "accounts: none is the system account", function(t) t.accounts.SYS.system = nil end },
    { "two system accounts", "is the system account already", function(t) t.accounts.APP = { system = true } end },
    { "a password in the clear", "accounts.APP.users[1].password: must be $NAME, a variable of the server",
      function(t) t.accounts.APP.users[1].password = "hunter2" end },
    { "a user without a name", "accounts.APP.users[1]: needs either `user` and `password`, or `nkey`",
      function(t) t.accounts.APP.users[1] = {} end },
    { "a user in two accounts", "accounts.SYS.users[1]: is in accounts.APP.users[1], too",
      function(t) t.accounts.SYS.users[1].user = "doc" end },
    { "a leaf node of no site", 'leaves[1].site: there is no site "C"', function(t) t.leaves[1].site = "C" end },
    { "a leaf node in no account", "leaves[1].account: is missing", function(t) t.leaves[1].account = nil end },
    { "a leaf node in the system account", "leaves[1].account: is the system account", function(t) t.leaves[1].account = "SYS" end },
    { "an import from nowhere", 'accounts.APP.imports[1]: there is no account "APPS", did you mean "APP"?',
      function(t) t.accounts.APP.imports = { { service = { account = "APPS", subject = "x" } } } end },
    { "a port that is none", "ports.client: must be an integer from 1 to 65535, not 70000", function(t) t.ports = { client = 70000 } end },
    { "a list with a key", "sites: is a list, but has the key x", function(t) t.sites.x = 1 end },
    { "a variable that containers cannot see", "accounts.APP.users[1].password: is a variable; containers read it from a file",
      function(t) t.image = "localhost/nats" end },
    { "a name where containers publish", "sites[2].address: b.example.org is a name; podman publishes", function(t)
      t.image, t.variables = "localhost/nats", "passwords.conf"
    end },
    { "a connection without containers", "sites[1].connection: is podman's", function(t) t.sites[1].connection = "ssh://a" end },
  }

  for _, case in ipairs(WRONG) do
    it("with " .. case[1] .. " is refused with the place", function()
      local said = faults_of(case[3])
      assert.is_truthy(said:find(case[2], 1, true), said)
      assert.is_nil(said:find("hunter2", 1, true))
    end)
  end

  it("is told all that is wrong with it", function()
    local said = faults_of(function(t)
      t.sites[1].servers, t.sites[2].name, t.leavs = {}, 5, {}
    end)
    assert.are.equal(2, select(2, said:gsub("\n", "")))
  end)
end)

describe("the project of a topology", function()
  local function contained()
    local t = two_sites()
    t.image, t.variables = "localhost/nats", "private/passwords.conf"
    t.sites[2].address = "10.9.0.2"
    t.sites[1].connection, t.sites[2].connection = "a", "ssh://b"
    return assert(topology.new(t))
  end

  it("is a pod for each server, on the machine of its site, with the ports that others need", function()
    local pods = project.of(contained())["x-pods"]
    assert.are.same({ services = { "a2" }, networks = { "nats-a" }, host = "A",
      ports = { "10.9.0.1:4223:4223", "10.9.0.1:7223:7223", "10.9.0.1:7423:7423" } }, pods["nats-a2"])
    assert.are.same({ "10.9.0.2:4222:4222", "10.9.0.2:7222:7222" }, pods["nats-b1"].ports)
  end)

  it("gives containers certificates and variables as secrets", function()
    local made = project.of(contained())
    assert.are.same({ source = "passwords.conf", target = "/run/secrets/passwords.conf" }, made.services.a1.secrets[4])
    assert.are.same({ file = "private/passwords.conf" }, made.secrets["passwords.conf"])
    assert.are.same({ file = "tls/a1.key" }, made.secrets["a1.key"])
  end)

  it("is understood by the compose that runs it", function()
    local loaded, faults = composed.load(yaml.dump(project.of(contained())))
    assert.is_nil(faults)
    assert.are.equal("nats-a3", loaded.services.a3["x-pod"])
  end)
end)

describe("the picture of a topology", function()
  it("has every server and leaf node, and escapes what is not XML", function()
    local svg = picture.of(assert(topology.new(two_sites())))
    for _, name in ipairs { "a1", "a2", "a3", "b1", "laptop", "A", "B", "mill" } do
      assert.is_truthy(svg:find(">" .. name .. "</text>", 1, true), name)
    end
    assert.are.equal("</svg>\n", svg:sub(-7))
  end)
end)
