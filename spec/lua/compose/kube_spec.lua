-- Projects as Kubernetes YAML. spec/compose/podman plays them with podman.
local composed = require "spec.support.composed"
local kube = require "compose.kube"

local function documents(text, options, more)
  local project = assert(composed.load(text, more))
  return kube.documents(project, options)
end

-- The only pod of a file with one service, and its container.
local function pod(service)
  local list, lines = documents(("services: {web: %s}\n"):format(service))
  assert.equal(1, #list)
  return list[1], list[1].spec.containers[1], lines
end

describe("a name in Kubernetes", function()
  it("has small letters, digits and dashes", function()
    assert.equal("my-app-v1", kube.name "My_App.v1")
    assert.equal("x", kube.name "_x-")
    assert.equal(63, #kube.name(("a"):rep(80)))
  end)
end)

describe("a service becomes a Pod", function()
  it("with its name and one container", function()
    local document, container = pod "{image: 'x:1', command: [a, b], entrypoint: [e], working_dir: /w, tty: true, stdin_open: true}"
    assert.equal("Pod", document.kind)
    assert.equal("web", document.metadata.name)
    assert.same({ "e" }, container.command)
    assert.same({ "a", "b" }, container.args)
    assert.equal("/w", container.workingDir)
    assert.is_true(container.tty and container.stdin)
  end)

  it("with variables, ports, limits and rights", function()
    local document, container = pod [[{image: x, environment: {A: '1', B: }, ports: ["127.0.0.1:80:81/udp", "90"], user: "5:6",
      cap_add: [A], cap_drop: [B], read_only: true, privileged: true, security_opt: [no-new-privileges], group_add: ["7"],
      sysctls: {a: 1}, cpus: 0.5, mem_limit: 1k, deploy: {resources: {reservations: {memory: 1k}}}}]]
    assert.same({ { name = "A", value = "1" } }, container.env)
    assert.same({
      { containerPort = 81, hostPort = 80, hostIP = "127.0.0.1", protocol = "UDP" }, { containerPort = 90, protocol = "TCP" },
    }, container.ports)
    assert.same({
      runAsUser = 5, runAsGroup = 6, capabilities = { add = { "A" }, drop = { "B" } }, readOnlyRootFilesystem = true,
      privileged = true, allowPrivilegeEscalation = false,
    }, container.securityContext)
    assert.same({ supplementalGroups = { 7 }, sysctls = { { name = "a", value = "1" } } }, document.spec.securityContext)
    assert.same({ limits = { cpu = "0.5", memory = "1024" }, requests = { memory = "1024" } }, container.resources)
  end)

  it("with its health check", function()
    local _, container = pod "{image: x, healthcheck: {test: exit 1, interval: 1500ms, timeout: 2s, retries: 3, start_period: 4s}}"
    assert.same({
      exec = { command = { "sh", "-c", "exit 1" } }, periodSeconds = 2, timeoutSeconds = 2, failureThreshold = 3,
      initialDelaySeconds = 4,
    }, container.livenessProbe)
    _, container = pod "{image: x, healthcheck: {test: [NONE]}}"
    assert.is_nil(container.livenessProbe)
  end)

  it("that restarts as the service does", function()
    local policies = { always = "Always", ["unless-stopped"] = "Always", ["on-failure:3"] = "OnFailure", ['"no"'] = "Never" }
    for policy, expected in pairs(policies) do
      assert.equal(expected, (pod("{image: x, restart: " .. policy .. "}")).spec.restartPolicy)
    end
    assert.equal("Never", (pod "{image: x}").spec.restartPolicy)
  end)

  it("with volumes: claims, folders, files, memory", function()
    local list = documents([[
services:
  web:
    image: x
    volumes: [data:/a, "data:/b:ro", /etc:/c, /etc/passwd:/d, /no/such/folder:/e, /f, {type: tmpfs, target: /g, tmpfs: {size: 1k}}]
volumes: {data: }
]])
    local spec = list[1].spec
    assert.same({
      { name = "volume-data", persistentVolumeClaim = { claimName = "p_data" } },
      { name = "bind--etc", hostPath = { path = "/etc", type = "Directory" } },
      { name = "bind--etc-passwd", hostPath = { path = "/etc/passwd", type = "File" } },
      { name = "bind--no-such-folder", hostPath = { path = "/no/such/folder", type = "DirectoryOrCreate" } },
      { name = "web-empty", emptyDir = {} },
      { name = "web-tmpfs", emptyDir = { medium = "Memory", sizeLimit = "1024" } },
    }, spec.volumes)
    assert.same({ name = "volume-data", mountPath = "/b", readOnly = true }, spec.containers[1].volumeMounts[2])
  end)

  it("several times where it has several containers, each with its port", function()
    local list = documents "services: {web: {image: x, scale: 2, ports: ['80-81:80']}}\n"
    assert.equal("web-1", list[1].metadata.name)
    assert.equal("web-2", list[2].metadata.name)
    assert.equal(81, list[2].spec.containers[1].ports[1].hostPort)
  end)

  it("with labels that Kubernetes allows, and annotations for others", function()
    local document = pod "{image: x, labels: {a: b, c: 'd e'}, annotations: {f: g}}"
    assert.equal("b", document.metadata.labels.a)
    assert.same({ c = "d e", f = "g" }, document.metadata.annotations)
  end)
end)

describe("a pod becomes a Pod", function()
  it("with what its services lift to it", function()
    local list = documents [[
services:
  a: {image: x, ports: ["80:80"], extra_hosts: {h: 1.2.3.4}}
  b: {image: y, restart: always}
x-pods: {front: {services: [a, b], hostname: hh, dns: [9.9.9.9], dns_search: [s], dns_opt: ["ndots:2"], share: [net, pid], labels: {l: m}}}
]]
    local spec = list[1].spec
    assert.equal("front", list[1].metadata.name)
    assert.equal("m", list[1].metadata.labels.l)
    assert.equal("hh", spec.hostname)
    assert.is_true(spec.shareProcessNamespace)
    assert.same({ nameservers = { "9.9.9.9" }, searches = { "s" }, options = { { name = "ndots", value = "2" } } }, spec.dnsConfig)
    assert.same({ { ip = "1.2.3.4", hostnames = { "h" } }, { ip = "127.0.0.1", hostnames = { "a" } },
      { ip = "127.0.0.1", hostnames = { "b" } } }, spec.hostAliases)
    assert.equal("a", spec.containers[1].name)
    assert.same({ { containerPort = 80, hostPort = 80, protocol = "TCP" } }, spec.containers[1].ports)
    assert.equal("Always", spec.restartPolicy)
  end)
end)

describe("secrets and configs", function()
  local TEXT = [[
services: {web: {image: x, secrets: [s, e], configs: [c]}}
secrets: {s: {file: /etc/hostname}, e: {environment: PW}}
configs: {c: {content: hello}}
]]

  it("are the files that they are made of, and else documents that hold nothing secret", function()
    local list, lines = documents(TEXT, nil, { environment = { PW = "hidden" } })
    assert.equal(2, #list)
    assert.same({ c = "hello" }, list[1].data)
    local spec = list[2].spec
    assert.same({ path = "/etc/hostname", type = "File" }, spec.volumes[2].hostPath)
    assert.same({ secretName = "p-e", optional = false, items = { { key = "e", path = "e" } } }, spec.volumes[3].secret)
    assert.equal("/run/secrets/e", spec.containers[1].volumeMounts[3].mountPath)
    assert.matches("secrets.e: what it holds is not written without %-%-secrets", table.concat(lines, "\n"))
  end)

  it("are written when that is wanted", function()
    local list = documents(TEXT, { secrets = true }, { environment = { PW = "hidden" } })
    assert.equal(4, #list)
    assert.equal("Secret", list[2].kind)
    assert.equal("aGlkZGVu", list[2].data.e)
  end)
end)

describe("what a Pod cannot say is told:", function()
  for service, expected in pairs {
    ["{image: x, ulimits: {nofile: 1}}"] = "services.web.ulimits: a pod has nothing that says this",
    ["{image: x, init: true}"] = "services.web.init: a pod has nothing that says this",
    ["{image: x, user: www}"] = "services.web.user: a pod names users and groups by number; write the numbers",
    ["{image: x, pid: private}"] = 'services.web.pid: a pod has no "private"',
    ["{image: x, network_mode: none}"] = 'services.web.network_mode: a pod has no network mode "none"; give it to podman: '
      .. "kube play --network none",
  } do
    it(service, function()
      local _, lines = documents(("services: {web: %s, db: {image: x}}\n"):format(service))
      assert.same({ expected }, lines)
    end)
  end

  it("an order of starting, once", function()
    local _, lines = documents "services: {web: {image: x, depends_on: [db], scale: 2}, db: {image: x}}\n"
    assert.same({
      "services.web.depends_on.db: a pod waits for no other: what is in it must try again until the other one is there",
    }, lines)
  end)

  it("ways to restart that one pod cannot have", function()
    local _, lines = documents [[
services: {a: {image: x, restart: always}, b: {image: x, restart: on-failure}}
x-pods: {p: {services: [a, b]}}
]]
    assert.same({ "services.b.restart: a pod restarts all of its containers or none: Always and OnFailure become Always" }, lines)
  end)
end)
