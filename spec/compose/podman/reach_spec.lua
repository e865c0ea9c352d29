-- What two machines have to do with each other, and the commands that look into containers of both. The second one is a
-- podman in name spaces of its own (spec/support/machine), with a network between the two.
local podman = require "spec.support.podman"
local shell = require "spec.support.shell"

if podman.missing then
  describe("compose over two machines, with real podman", function() pending("is not tried", function() end, podman.missing) end)
  return
end

local FILE = [[
services:
  app:
    image: IMAGE
    command: STAYS
    environment: {DB: "$MOONWIRE_HOST_FAR:8042"}
  db:
    image: IMAGE
    command:
      - sh
      - -c
      - trap 'exit 0' TERM; mkdir -p /www; hostname > /www/name; httpd -p 8042 -h /www; echo served; while :; do sleep 0.1; done
    x-host: far
    ports: ["8042:8042"]
    volumes: ["data:/data"]
    uts: host
  near: {image: IMAGE, command: STAYS, ports: ["127.0.0.1:28042:8042"]}
  inner: {image: IMAGE, command: STAYS}
volumes: {data: }
x-pods:
  front: {services: [inner], host: far}
x-hosts:
  far: {url: "unix://SOCKET", address: ADDRESS}
]]

describe("compose over two machines, with real podman", function()
  local machine, project
  local function there(command) return machine.podman(command) end

  setup(function()
    machine = podman.machine()
    project = podman.project("ctreach", (FILE:gsub("SOCKET", machine.folder .. "/podman.sock"):gsub("ADDRESS", machine.address)))
    project:ok "up -d --wait"
  end)

  teardown(function()
    if project then project:close() end
    if machine then machine.stop() end
  end)

  it("starts each service where it belongs", function()
    assert.equal("ctreach-app-1 ctreach-near-1",
      (shell.read "podman ps --filter label=com.docker.compose.project=ctreach --format '{{.Names}}' | sort | xargs"))
    assert.equal("ctreach-db-1 ctreach-inner-1 ctreach_front_infra", (there "ps --format '{{.Names}}' | sort | xargs"))
    assert.equal("ctreach_data", (there "volume ls -q"))
  end)

  it("lets one machine be reached from the other by its address", function()
    assert.equal("second", (project:sh("app-1", "wget -q -O - http://$DB/name")))
  end)

  it("shows the containers of both", function()
    local text = project:ok "ps"
    assert.matches("ctreach%-app%-1", text)
    assert.matches("ctreach%-db%-1", text)
    assert.equal("0.0.0.0:8042", (project:ok "port db 8042"))
  end)

  it("has logs and commands of both", function()
    assert.equal("db-1  | served", (project:ok "logs db"))
    assert.equal("second", (project:ok "exec -T db hostname"))
    assert.matches("ctreach%-db%-1", (project:ok "stats"))
    assert.equal("second", (project:ok "run --rm --no-deps db hostname"))
  end)

  it("does nothing when nothing has changed", function()
    assert.equal("ctreach: nothing to do", (project:ok "up -d"))
  end)

  it("prints commands with the machine in a dry run", function()
    assert.equal(("podman --url unix://%s/podman.sock exec --interactive ctreach-db-1 true"):format(machine.folder),
      (project:ok "exec --dry-run db true"))
  end)

  it("says which machine does not answer", function()
    project:write { ["gone.yaml"] = "services: {a: {image: IMAGE, x-host: gone}}\nx-hosts: {gone: {url: 'unix:///nowhere/podman.sock'}}\n" }
    local text, status = project:compose "-f gone.yaml ps"
    assert.matches("^gone: podman ", text)
    assert.equal(1, status)
  end)

  it("removes everything on both", function()
    project:ok "down -v -t 1"
    assert.equal("0 0 0 0 0", podman.count "ctreach")
    assert.equal("", (there "ps -aq"))
    assert.equal("", (there "pod ps -q"))
    assert.equal("", (there "volume ls -q"))
    assert.equal("podman", (there "network ls --format '{{.Name}}'"))
  end)
end)
