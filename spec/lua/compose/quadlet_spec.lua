-- Units of Quadlet. What they mean was read off podman 5.4.2's own generator.
local composed = require "spec.support.composed"
local moonwire = require "spec.support.moonwire"
local quadlet = require "compose.quadlet"
local shell = require "spec.support.shell"

-- Units by name, without labels, which are podman's and docker's; and what is told.
local function units(text, more)
  local project = assert(composed.load(text, more))
  local list, lines = quadlet.units(project)
  local found = {}
  for _, unit in ipairs(list) do found[unit.name] = unit.text:gsub("Label=[^\n]*\n", ""):gsub("PodmanArgs=%-%-label=[^\n]*\n", "") end
  return found, lines
end

describe("units of Quadlet", function()
  it("make a container of a service, with what Quadlet has keys for and the rest as arguments", function()
    local found = units [[
services:
  web:
    image: localhost/x:1
    command: [sh, -c, "echo $$HOME 100% 'a'"]
    entrypoint: [/e, "x y"]
    environment: {A: "a b", D: "$$X"}
    ports: ["127.0.0.1:80:80"]
    restart: unless-stopped
    ulimits: {nofile: 10}
    volumes: ["data:/data"]
volumes: {data: }
]]
    assert.equal([[
# Written by moonwire compose quadlet.
[Unit]
Description=web of p
Requires=p-data-volume.service
After=p-data-volume.service

[Container]
Image=localhost/x:1
ContainerName=p-web-1
Environment="A=a b"
Environment=D=$$X
Network=p-default.network:alias=web
PublishPort=127.0.0.1:80:80/tcp
Mount=type=volume,source=p_data,destination=/data
PodmanArgs=--ulimit=nofile=10
PodmanArgs="--entrypoint=[\"/e\",\"x y\"]"
Exec=sh -c "echo $$HOME 100%% 'a'"

[Service]
Restart=always

[Install]
WantedBy=multi-user.target default.target
]], found["p-web.container"])
    assert.equal("# Written by moonwire compose quadlet.\n[Unit]\nDescription=The volume data of p\n\n[Volume]\nVolumeName=p_data\n",
      found["p-data.volume"])
    assert.matches("%[Network%]\nNetworkName=p_default\n", found["p-default.network"])
  end)

  it("make a pod, which starts its containers", function()
    local found = units [[
services: {a: {image: x, ports: ["80:80"]}, b: {image: x}}
x-pods: {front: {services: [a, b], hostname: h}}
]]
    assert.matches("%[Pod%]\nPodName=p_front\nPodmanArgs=%-%-infra%-name=p_front_infra\n.*"
      .. "Network=p%-default.network:alias=front,alias=a,alias=b\nPublishPort=80:80/tcp\n.*PodmanArgs=%-%-hostname=h\n",
      found["p-front.pod"])
    assert.matches("\nPod=p%-front.pod\n", found["p-a.container"])
    assert.is_nil(found["p-a.container"]:find("[Install]", 1, true))
    assert.is_nil(found["p-a.container"]:find("Network=", 1, true))
  end)

  it("wait as depends_on says", function()
    local found = units [[
services:
  web: {image: x, depends_on: {db: {condition: service_healthy}, init: {condition: service_completed_successfully},
    cache: {condition: service_started, required: false}}}
  db: {image: x, scale: 2, healthcheck: {test: "true"}}
  init: {image: x}
  cache: {image: x}
]]
    assert.matches("Wants=p%-cache.service\nAfter=p%-cache.service\nRequires=p%-db%-1.service\nAfter=p%-db%-1.service\n"
      .. "Requires=p%-db%-2.service\nAfter=p%-db%-2.service\nRequires=p%-init.service\nAfter=p%-init.service\n", found["p-web.container"])
    assert.matches("\nNotify=healthy\n", found["p-db-2.container"])
    assert.matches("%[Service%]\nType=oneshot\nRemainAfterExit=yes\n", found["p-init.container"])
  end)

  it("hold no secret: files are read when the container starts, and of others it is told how to make them", function()
    local found, lines = units("services: {web: {image: x, secrets: [f, e]}}\nsecrets: {f: {file: /etc/hostname}, e: {environment: PW}}\n",
      { environment = { PW = "hidden" } })
    assert.matches("ExecStartPre=podman secret create %-%-replace p%.secret%.f%.%x+ /etc/hostname\n", found["p-web.container"])
    assert.is_nil(found["p-web.container"]:find("hidden", 1, true))
    assert.equal(1, #lines)
    assert.matches('^secrets.e: it is no file: make it before, with: printf %%s "$PW" | podman secret create p%.secret%.e%.%x+ %-$',
      lines[1])
  end)

  it("tell what is left to do", function()
    local _, lines = units [[
services: {a: {image: x, build: ., post_start: [{command: x}]}, b: {image: x, x-host: h}}
x-hosts: {h: connection}
]]
    assert.same({
      "services.a.build: build it before: moonwire compose build a",
      "services.a.post_start: is left out; write it as ExecStartPre, ExecStartPost or ExecStop",
      "services.b: it is on h; run this there, without x-host",
    }, lines)
  end)
end)

describe("moonwire compose quadlet", function()
  it("is for podman 5.0 and later", function()
    if not moonwire.command then return pending(moonwire.reason) end
    local folder = composed.folder()
    finally(function() composed.remove(folder) end)
    composed.write(folder, { ["compose.yaml"] = "name: p\nservices: {web: {image: x}}\n" })
    local function run(arguments)
      return shell.read(("cd %s && { %s compose quadlet %s; } 2>&1 </dev/null"):format(folder, moonwire.absolute(), arguments))
    end
    local text, status = run "--for 4.9.4"
    assert.equal("podman 4.9.4 has no Quadlet that knows pods; 5.0 and later have. Write a unit with `moonwire compose systemd`, "
      .. "or say --for 5.0 for another machine", text)
    assert.equal(1, status)
    assert.equal("p-default.network\np-web.container", (run "--for 5.10.1 -o ."))
    assert.matches("^# Written by moonwire compose quadlet.\n", (shell.read("cat " .. folder .. "/p-web.container")))
  end)
end)
