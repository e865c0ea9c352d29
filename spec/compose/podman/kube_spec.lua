-- `compose kube`, played by podman: on a machine of its own (spec/support/machine), since `kube play` takes no
-- limits of processes from containers.conf.
local podman = require "spec.support.podman"

if podman.missing then
  describe("compose kube, with real podman", function() pending("is not tried", function() end, podman.missing) end)
  return
end

local FILE = [[
services:
  web:
    image: IMAGE
    command:
      - sh
      - -c
      - |
        trap 'exit 0' TERM
        echo kept > /data/x; touch /t/x
        echo "$$A"; cat /run/secrets/pw /etc/app.conf
        while :; do sleep 0.1; done
    environment: {A: "it's $$HOME: \"1.10\" # no comment"}
    ports: ["18042:8042"]
    volumes: ["data:/data", {type: tmpfs, target: /t}]
    secrets: [pw]
    configs: [{source: conf, target: /etc/app.conf}]
    mem_limit: 64m
    cap_add: [NET_ADMIN]
  side: {image: IMAGE, command: STAYS}
  other: {image: IMAGE, command: STAYS, labels: {colour: red}}
volumes: {data: }
secrets: {pw: {file: pw.txt}}
configs: {conf: {file: app.conf}}
x-pods: {front: {services: [web, side], hostname: inside}}
]]

describe("compose kube, with real podman", function()
  local machine, project
  local function there(command) return machine.podman(command) end

  setup(function()
    machine = podman.machine()
    project = podman.project("ctkube", { ["compose.yaml"] = FILE, ["pw.txt"] = "secret\n", ["app.conf"] = "setting\n" })
    project:ok "kube -o pods.yaml"
    local said, status = there("kube play " .. project.folder .. "/pods.yaml")
    if status ~= 0 then error(said, 0) end
  end)

  teardown(function()
    if project then project:close() end
    if machine then machine.stop() end
  end)

  it("makes a pod of each pod, and of each service that is in none", function()
    assert.equal("front Running other Running", (there "pod ps --sort name --format '{{.Name}} {{.Status}}' | xargs"))
  end)

  it("gives containers their commands, variables, secrets and configs byte for byte", function()
    local deadline = 100
    local text
    repeat
      text = there "logs front-web"
      deadline = deadline - 1
    until #text > 40 or deadline == 0
    assert.equal("it's $HOME: \"1.10\" # no comment\nsecret\nsetting", text)
  end)

  it("gives them volumes, limits and rights", function()
    assert.equal("kept", (there "exec front-web cat /data/x"))
    assert.equal("67108864 [CAP_NET_ADMIN]", (there "inspect front-web --format '{{.HostConfig.Memory}} {{.HostConfig.CapAdd}}'"))
    assert.equal("ctkube_data front-tmpfs", (there "volume ls -q | sort | xargs"))
  end)

  it("lets services be reached by name in their pod, and pods by name from others", function()
    assert.matches("1 packets received", (there "exec front-side ping -c 1 -W 5 web"))
    assert.matches("1 packets received", (there "exec other-other ping -c 1 -W 5 front"))
    assert.equal("inside", (there "exec front-web hostname"))
  end)

  it("publishes ports, and keeps labels", function()
    assert.matches("8042/tcp %-> 0.0.0.0:18042", (there "port front-web"))
    assert.equal("other", (there "pod ps --filter label=colour=red --format '{{.Name}}'"))
  end)
end)
