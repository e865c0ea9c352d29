local podman = require "spec.support.podman"
local shell = require "spec.support.shell"

-- The second machine is a podman of its own on this one (spec/support/machine).
local missing = podman.missing
if not missing and select(2, shell.read "unshare -m -n -u true 2>/dev/null") ~= 0 then
  missing = "name spaces of its own need root"
end
if missing then
  describe("two machines, with real podman", function() pending("are not tried", function() end, missing) end)
  return
end

local TEXT = [[
services:
  far:
    image: IMAGE
    x-host: there
    command: STAYS
    networks: [n]
    volumes: ["vol:/v"]
    secrets: [s]
    environment: { GREETING: hello }
    healthcheck: { test: "exit 0", interval: 1s }
  near:
    image: IMAGE
    command: STAYS
    networks: [m]
    depends_on: { far: { condition: service_healthy } }
networks: { n: {}, m: {} }
volumes: { vol: {} }
secrets: { s: { file: ./secret } }
x-hosts: { there: { url: "unix://DIR/podman.sock" } }
]]

describe("two machines, with real podman", function()
  local machine, project, text
  local function there(command) return machine.podman(command) end

  setup(function()
    machine = podman.machine()
    text = TEXT:gsub("DIR", machine.folder)
    project = podman.project("crhosts", { ["compose.yaml"] = text, secret = "Xyzzy" })
    project:ok "up -d"
  end)
  teardown(function()
    if project then
      project:compose "down -v -t 0"
      project:close()
    end
    if machine then machine.stop() end
  end)

  it("have each what belongs there", function()
    assert.equal("crhosts-far-1", (there "ps --format '{{.Names}}'"))
    assert.equal("crhosts-near-1", (shell.read "podman ps --filter label=com.docker.compose.project=crhosts --format '{{.Names}}'"))
  end)

  it("have nothing to do when all is there", function()
    assert.equal("crhosts: nothing to do", project:ok "up -d")
  end)

  it("get secrets of this machine's files", function()
    assert.equal("Xyzzy", (there "exec crhosts-far-1 cat /run/secrets/s"))
  end)

  it("are listed together, each with its name", function()
    local lines = shell.lines(project:command "ps")
    assert.matches("^HOST ", lines[1])
    assert.matches("^ +crhosts%-near%-1 ", lines[2])
    assert.matches("^there +crhosts%-far%-1 .*%(healthy%)", lines[3])
  end)

  it("have containers made anew there, for a reason that is told here", function()
    project:write((text:gsub("hello", "bonjour")))
    assert.equal("~ there: container crhosts-far-1: recreate, start (environment.GREETING)", (project:compose "plan"))
    project:ok "up -d"
    assert.equal("bonjour", (there "exec crhosts-far-1 sh -c 'echo $GREETING'"))
  end)

  it("are left with nothing by down", function()
    project:ok "down -v -t 0"
    assert.equal("0 0 0 0 0", podman.count "crhosts")
    assert.equal("", (there "ps -aq"))
    assert.equal("", (there "volume ls -q"))
    assert.equal("", (there "secret ls -q"))
  end)

  it("are told apart when one does not answer", function()
    project:write((text:gsub("podman%.sock", "nobody.sock")))
    local said, status = project:compose "up -d"
    assert.equal(1, status)
    assert.matches("there: podman %l+ ?%l*: ", said)
    assert.equal("0 0 0 0 0", podman.count "crhosts")
  end)
end)
