local json = require "json"
local podman = require "spec.support.podman"
local shell = require "spec.support.shell"

if podman.missing then
  describe("compose up, with real podman", function() pending("is not tried", function() end, podman.missing) end)
  return
end

-- Two services in a pod, one beside it: what most of these specs look at.
local SHOP = [[
services:
  web:
    image: IMAGE
    command: STAYS
    environment: { GREETING: hello }
    ports: ["127.0.0.1::8080"]
  db:
    image: IMAGE
    command: STAYS
    volumes: ["data:/data"]
  lone:
    image: IMAGE
    command: STAYS
    networks: { default: { aliases: [solitary] } }
volumes: { data: {} }
x-pods:
  front: { services: [web, db] }
]]

describe("compose up, with real podman", function()
  local shop
  setup(function()
    shop = podman.project("crup", SHOP)
    shop:ok "up -d"
  end)
  teardown(function() shop:close() end)

  it("makes containers, a pod, a network and a volume", function()
    assert.equal("4 1 1 1 0", podman.count "crup") -- the infra container is the fourth
  end)

  it("gives them docker's names", function()
    local names = shell.lines "podman ps --filter label=com.docker.compose.project=crup --format '{{.Names}}' | sort"
    assert.same({ "crup-db-1", "crup-lone-1", "crup-web-1", "crup_front_infra" }, names)
  end)

  it("does nothing when nothing has changed", function()
    local before = shop:id "web-1"
    assert.equal("crup: nothing to do", shop:ok "up -d")
    assert.equal(before, shop:id "web-1")
  end)

  it("has nothing in its plan then, with status 0", function()
    local text, status = shop:compose "plan"
    assert.equal("crup: nothing to do; 3 services are as they should be", text)
    assert.equal(0, status)
  end)

  it("lets a member of a pod be reached by its sibling by name", function()
    local text, status = shop:sh("web-1", "nslookup db >/dev/null 2>&1; grep -w db /etc/hosts")
    assert.equal(0, status)
    assert.matches("^127%.0%.0%.1%s", text)
  end)

  it("lets a pod be reached from outside by its own name and by those of its services", function()
    for _, name in ipairs { "front", "web", "db" } do
      local _, status = shop:sh("lone-1", ("ping -c 1 -W 2 %s"):format(name))
      assert.equal(0, status, name)
    end
  end)

  it("lets a service be reached by its alias from inside a pod", function()
    local _, status = shop:sh("web-1", "ping -c 1 -W 2 solitary")
    assert.equal(0, status)
  end)

  it("publishes ports of a member through its pod", function()
    shell.read "podman exec -d crup-web-1 sh -c 'echo from-the-pod | nc -l -p 8080'"
    local lines = shell.lines "podman port crup_front_infra 8080"
    local port = lines[1]:match ":(%d+)$"
    local ask = "for i in 1 2 3 4 5 6 7 8 9; do t=$(busybox nc -w 2 127.0.0.1 %s </dev/null); "
      .. "[ -n \"$t\" ] && break; sleep 0.1; done; echo $t"
    local text = shell.read(ask:format(port))
    assert.equal("from-the-pod", text)
  end)

  it("lists containers as JSON, an object in each line", function()
    local services = {}
    for _, line in ipairs(shell.lines(shop:command "ps --format json")) do
      local item = json.decode(line)
      services[item.Service] = item.State .. " " .. item.Pod
    end
    assert.same({ web = "running crup_front", db = "running crup_front", lone = "running " }, services)
  end)

  it("is seen by ls", function()
    local found
    for _, item in ipairs(json.decode(shop:ok "ls --format json")) do
      if item.Name == "crup" then found = item end
    end
    assert.equal("running(3)", found.Status)
    assert.equal(shop.folder .. "/compose.yaml", found.ConfigFiles)
  end)

  it("makes one member of a pod anew without its siblings, and says why", function()
    local web, db, lone = shop:id "web-1", shop:id "db-1", shop:id "lone-1"
    shop:write((SHOP:gsub("hello", "bonjour")))
    local plan, status = shop:compose "plan"
    assert.equal("~ container crup-web-1: recreate, start (environment.GREETING)", plan)
    assert.equal(2, status)
    shop:ok "up -d"
    assert.not_equal(web, shop:id "web-1")
    assert.equal(db, shop:id "db-1")
    assert.equal(lone, shop:id "lone-1")
    assert.equal("bonjour", (shop:sh("web-1", "echo $GREETING")))
  end)

  it("makes a pod anew, with its members alone, when its ports change", function()
    local db, lone = shop:id "db-1", shop:id "lone-1"
    shop:write((SHOP:gsub("hello", "bonjour"):gsub(":8080", ":8081")))
    assert.matches("crup%-db%-1: recreate, start %(pod front: ports%)", (shop:compose "plan"))
    shop:ok "up -d"
    assert.not_equal(db, shop:id "db-1")
    assert.equal(lone, shop:id "lone-1")
  end)

  it("removes no container of a service that is gone from the files, unless it is told to", function()
    shop:write((SHOP:gsub("  lone:.-volumes: { data", "volumes: { data")))
    local text = shop:ok "up -d"
    assert.matches("warning: the project has containers of services that are not in its files: crup%-lone%-1", text)
    assert.truthy(shop:id "lone-1")
    shop:ok "up -d --remove-orphans"
    assert.is_nil(shop:id "lone-1")
  end)

  it("leaves other projects alone", function()
    local other = podman.project("crup-other", "services: { web: { image: IMAGE, command: STAYS } }")
    other:ok "up -d"
    local id = other:id "web-1"
    shop:ok "down -t 1"
    assert.equal("1 0 1 0 0", podman.count "crup-other")
    assert.equal(id, other:id "web-1")
    other:close()
  end)

  it("keeps volumes when it goes down, and removes them when it is told to", function()
    assert.equal("0 0 0 1 0", podman.count "crup")
    shop:ok "down -v"
    assert.equal("0 0 0 0 0", podman.count "crup")
  end)
end)
