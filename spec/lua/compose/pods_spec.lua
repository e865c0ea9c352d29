-- x-pods: who is in them, and what of their members they take over.
local composed = require "spec.support.composed"
local json = require "json"
local render = require "compose.render"

-- The project of a file with pods; all services have an image.
local function load(text)
  return composed.load((text:gsub("IMG", "image: x")))
end

local function pod(text)
  local project, err = load(text)
  assert(project, err)
  return project.pods.p, project
end

describe("a pod", function()
  it("has the services that it names", function()
    local p, project = pod "x-pods: {p: {services: [a, b]}}\nservices: {a: {IMG}, b: {IMG}, c: {IMG}}\n"
    assert.same({ "a", "b" }, p.services)
    assert.equal("p", project.services.a.pod)
    assert.is_nil(project.services.c.pod)
  end)

  it("has the services that name it", function()
    local p = pod "x-pods: {p: {}}\nservices: {a: {IMG, x-pod: p}, b: {IMG, x-pod: p}}\n"
    assert.same({ "a", "b" }, p.services)
  end)

  it("may be written as pods: and pod:", function()
    local p = pod "pods: {p: {}}\nservices: {a: {IMG, pod: p}}\n"
    assert.same({ "a" }, p.services)
  end)

  it("is known by its own name and those of its services", function()
    assert.same({ "p", "a", "b" }, pod("x-pods: {p: {services: [a, b]}}\nservices: {a: {IMG}, b: {IMG}}\n").names)
  end)

  it("is in the default network in place of its services", function()
    local p, project = pod "x-pods: {p: {services: [a]}}\nservices: {a: {IMG}}\n"
    assert.is_table(p.networks.default)
    assert.is_nil(project.services.a.networks)
    assert.equal("p_default", project.networks.default.name)
  end)

  it("loses services whose profiles are not active", function()
    assert.same({ "b" }, pod("x-pods: {p: {services: [a, b]}}\nservices: {a: {IMG, profiles: [q]}, b: {IMG}}\n").services)
  end)

  it("is gone where none of its services is active", function()
    local p = pod "x-pods: {p: {services: [a]}}\nservices: {a: {IMG, profiles: [q]}, b: {IMG}}\n"
    assert.is_nil(p)
  end)

  it("takes all its settings in the forms that services have", function()
    local p = pod [[
x-pods:
  p:
    services: [a]
    ports: ["8080:80"]
    networks: {n: {aliases: [q]}}
    hostname: box
    extra_hosts: {h: 1.2.3.4}
    dns: 1.1.1.1
    dns_search: [example.org]
    share: net,ipc
    userns: keep-id
    shm_size: 64m
    labels: [l=m]
    infra: {image: pause, command: /pause now}
services: {a: {IMG}}
networks: {n: }
]]
    assert.equal("8080", p.ports[1].published)
    assert.same({ "q" }, p.networks.n.aliases)
    assert.equal("box", p.hostname)
    assert.same({ h = { "1.2.3.4" } }, p.extra_hosts)
    assert.same({ "1.1.1.1" }, p.dns)
    assert.same({ "net", "ipc" }, p.share)
    assert.equal("keep-id", p.userns_mode)
    assert.equal(67108864, p.shm_size)
    assert.same({ l = "m" }, p.labels)
    assert.same({ image = "pause", command = { "/pause", "now" } }, p.infra)
  end)
end)

describe("what belongs to the pod is lifted to it:", function()
  it("ports of all members", function()
    local p, project = pod "x-pods: {p: {services: [a, b]}}\nservices: {a: {IMG, ports: ['1:1']}, b: {IMG, ports: ['2:2']}}\n"
    assert.equal(2, #p.ports)
    assert.is_nil(project.services.a.ports)
  end)

  it("the hostname of one member", function()
    assert.equal("h", pod("x-pods: {p: {services: [a, b]}}\nservices: {a: {IMG, hostname: h}, b: {IMG}}\n").hostname)
  end)

  it("networks of one member, with aliases", function()
    local p = pod "x-pods: {p: {services: [a, b]}}\nservices: {a: {IMG, networks: {n: {aliases: [x]}}}, b: {IMG}}\nnetworks: {n: }\n"
    assert.same({ "x" }, p.networks.n.aliases)
    assert.is_nil(p.networks.default)
  end)

  it("aliases of several members in the same network", function()
    local p = pod("x-pods: {p: {services: [a, b]}}\n"
      .. "services: {a: {IMG, networks: {n: {aliases: [x]}}}, b: {IMG, networks: {n: {aliases: [y]}}}}\nnetworks: {n: }\n")
    assert.same({ "x", "y" }, p.networks.n.aliases)
  end)

  it("extra_hosts of several members", function()
    local p = pod "x-pods: {p: {services: [a, b]}}\nservices: {a: {IMG, extra_hosts: [h=1.1.1.1]}, b: {IMG, extra_hosts: {i: 2.2.2.2}}}\n"
    assert.same({ h = { "1.1.1.1" }, i = { "2.2.2.2" } }, p.extra_hosts)
  end)

  it("nothing of a network that another member has anyway", function()
    local p, project = pod "x-pods: {p: {services: [a, b]}}\nservices: {a: {IMG, network_mode: 'service:b'}, b: {IMG}}\n"
    assert.is_nil(p.network_mode)
    assert.is_table(project.services.a.depends_on.b)
  end)
end)

describe("a pod is refused", function()
  local function refused(message, text)
    local project, err = load(text)
    assert.is_nil(project)
    assert.equal(message, err)
  end

  it("where it names a service that there is not", function()
    refused('compose.yaml:1:25: x-pods.p.services: there is no service "wbe"; did you mean "web"?',
      "x-pods: {p: {services: [wbe]}}\nservices: {web: {IMG}}\n")
  end)

  it("where a service is in another one", function()
    refused('compose.yaml:1:45: x-pods.q.services: the service "a" is in the pod "p" already; a service has one pod',
      "x-pods: {p: {services: [a]}, q: {services: [a]}}\nservices: {a: {IMG}}\n")
  end)

  it("where a service names one that there is not", function()
    refused('compose.yaml:2:26: services.a.x-pod: there is no pod "q"', "x-pods: {p: {}}\nservices: {a: {image: x, x-pod: q}}\n")
  end)

  it("where it has no services", function()
    refused("compose.yaml:1:10: x-pods.p: has no services", "x-pods: {p: {}}\nservices: {a: {IMG}}\n")
  end)

  it("where members have different host names", function()
    refused('compose.yaml:2:54: services.b.hostname: the pod "p" has another hostname; the containers of a pod share it: '
      .. "write it once, as x-pods.p.hostname",
      "x-pods: {p: {services: [a, b]}}\nservices: {a: {image: x, hostname: h}, b: {image: x, hostname: i}}\n")
  end)

  it("where members are in different networks", function()
    refused('compose.yaml:2:56: services.b.networks: the pod "p" is in the networks m, this service in n; '
      .. "the containers of a pod share it: write x-pods.p.networks",
      "x-pods: {p: {services: [a, b]}}\nservices: {a: {image: x, networks: [m]}, b: {image: x, networks: [n]}}\nnetworks: {m: , n: }\n")
  end)

  it("where members publish one port for two of theirs", function()
    refused('compose.yaml:2:66: services.b.ports: the pod "p" publishes port 80 already, for port 1 of its containers',
      "x-pods: {p: {services: [a, b]}}\nservices: {a: {image: x, ports: ['80:1']}, b: {image: x, ports: ['80:2']}}\n")
  end)

  it("where a member wants the network of a service outside", function()
    refused('compose.yaml:2:26: services.a.network_mode: "b" is not in the pod "p"; put both services in one pod, or this one in none',
      "x-pods: {p: {services: [a]}}\nservices: {a: {image: x, network_mode: 'service:b'}, b: {image: x}}\n")
  end)

  it("where it has an unknown attribute", function()
    refused('compose.yaml:1:29: x-pods.p.hostnam: unknown attribute; did you mean "hostname"?',
      "x-pods: {p: {services: [a], hostnam: x}}\nservices: {a: {IMG}}\n")
  end)

  it("where it shares what cannot be shared", function()
    refused('compose.yaml:1:29: x-pods.p.share: "nte" cannot be shared; there are net, ipc, uts, pid and cgroup; did you mean "net"?',
      "x-pods: {p: {services: [a], share: nte}}\nservices: {a: {IMG}}\n")
  end)
end)

describe("config of pods", function()
  it("is read as the same project", function()
    local text = "x-pods: {p: {services: [a], shm_size: 1g}}\nservices: {a: {IMG, ports: ['1-3:1-3'], networks: [n]}}\nnetworks: {n: }\n"
    local first = assert(load(text))
    local again = assert(composed.load(render.yaml(first)))
    assert.same(json.decode(render.json(first)), json.decode(render.json(again)))
  end)
end)
