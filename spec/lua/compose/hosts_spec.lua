-- x-hosts: several machines, and what they cannot share.
local composed = require "spec.support.composed"

local HOSTS = "x-hosts: {one: conn1, two: 'ssh://root@10.0.0.2:22/run/podman.sock'}\n"

local function load(text)
  return composed.load(HOSTS .. text)
end

describe("a host", function()
  it("is a connection or a URL, short or long", function()
    local project = assert(composed.load("x-hosts: {a: c, b: 'tcp://1.2.3.4:5', d: {url: 'unix:///x', identity: /k, address: 9.9.9.9}}\n"
      .. "services: {s: {image: x}}\n"))
    assert.same({ key = "a", connection = "c" }, project.hosts.a)
    assert.same({ key = "b", url = "tcp://1.2.3.4:5" }, project.hosts.b)
    assert.same({ key = "d", url = "unix:///x", identity = "/k", address = "9.9.9.9" }, project.hosts.d)
  end)

  it("is a service's, a pod's, and then that of its members", function()
    local project = assert(load("x-pods: {p: {services: [b], host: two}}\n"
      .. "services: {a: {image: x, x-host: one}, b: {image: x}, c: {image: x}}\n"))
    assert.equal("one", project.services.a.host)
    assert.equal("two", project.services.b.host)
    assert.is_nil(project.services.c.host)
  end)

  it("may be written as hosts: and host:", function()
    local project = assert(composed.load "hosts: {h: c}\nservices: {a: {image: x, host: h}}\n")
    assert.equal("h", project.services.a.host)
  end)

  it("gives its address to variables", function()
    local project = assert(load "services: {a: {image: x, environment: {DB: 'tcp://$MOONWIRE_HOST_TWO:5432'}}}\n")
    assert.equal("tcp://10.0.0.2:5432", project.services.a.environment.DB)
  end)
end)

describe("several hosts are refused", function()
  local function refused(message, text)
    local project, err = load(text)
    assert.is_nil(project)
    assert.equal(message, err)
  end

  it("where one is not named", function()
    refused('compose.yaml:2:26: services.a.x-host: there is no host "tow"; name it in x-hosts; did you mean "two"?',
      "services: {a: {image: x, x-host: tow}}\n")
  end)

  it("where two services share a volume", function()
    refused('compose.yaml:2:88: services.b.volumes: the volume "vol" is used on "one" by services.a and on "two" here: '
      .. "each machine would have its own; give them two volumes",
      "services: {a: {image: x, x-host: one, volumes: ['vol:/v']}, b: {image: x, x-host: two, volumes: ['vol:/v']}}\nvolumes: {vol: }\n")
  end)

  it("but not where the volume is there already", function()
    assert(load("services: {a: {image: x, x-host: one, volumes: ['vol:/v']}, b: {image: x, x-host: two, volumes: ['vol:/v']}}\n"
      .. "volumes: {vol: {external: true}}\n"))
  end)

  it("where two services share a network", function()
    local _, err = load "services: {a: {image: x, x-host: one, networks: [n]}, b: {image: x, networks: [n]}}\nnetworks: {n: }\n"
    assert.matches('the network "n" is used on "one" by services.a and on this machine here: each machine would have its own', err, 1, true)
  end)

  it("where a service needs the container of another one", function()
    local _, err = load "services: {a: {image: x, x-host: one}, b: {image: x, x-host: two, network_mode: 'service:a'}}\n"
    assert.matches('services.b.network_mode: "a" is on "one", this service on "two": it is on one machine only; '
      .. "put both on one host, or reach the other one by a published port and its address (${MOONWIRE_HOST_ONE})", err, 1, true)
  end)

  it("where a member of a pod is elsewhere", function()
    local _, err = load "x-pods: {p: {services: [a], host: one}}\nservices: {a: {image: x, x-host: two}}\n"
    assert.matches('services.a.x-host: the pod "p" is on "one"; a pod is on one machine: write x-pods.p.host', err, 1, true)
  end)

  it("where a host has no way to it", function()
    local _, err = composed.load "x-hosts: {h: {address: 1.2.3.4}}\nservices: {a: {image: x}}\n"
    assert.equal("compose.yaml:1:11: x-hosts.h: a machine needs connection (see podman system connection) or url", err)
  end)
end)
