local planned = require "spec.support.planned"
local plan = require "compose.plan"
local podman = require "compose.podman"

local again, lines, up = planned.again, planned.lines, planned.up

local function find(made, action, name)
  for _, operation in ipairs(made.operations) do
    if operation.action == action and operation.name == name then return operation end
  end
end

-- Whether an operation comes after another one, directly or not.
local function follows(made, later, earlier)
  for _, id in ipairs(later.needs) do
    if id == earlier.id or follows(made, made.operations[id], earlier) then return true end
  end
  return false
end

local ONE = "services: {a: {image: i}}"

describe("the plan of up", function()
  it("makes what is not there", function()
    local project = planned.project "services: {a: {image: i, volumes: ['vol:/v']}}\nvolumes: {vol: {}}"
    assert.same({ "create network p_default", "create volume p_vol", "create container p-a-1", "start container p-a-1" },
      lines(plan.up(project, planned.nothing())))
  end)

  it("has nothing to do when all is there", function()
    assert.same({}, (again(up(ONE), ONE)))
  end)

  it("starts what does not run", function()
    local states = up(ONE)
    states[""].by_name["p-a-1"].state = "exited"
    assert.same({ "start container p-a-1" }, (again(states, ONE)))
  end)

  it("lets go on what is paused", function()
    local states = up(ONE)
    states[""].by_name["p-a-1"].state = "paused"
    assert.same({ "unpause container p-a-1" }, (again(states, ONE)))
  end)

  it("makes anew what was being removed", function()
    local states = up(ONE)
    states[""].by_name["p-a-1"].state = "removing"
    assert.same({ "remove container p-a-1 (it is removing)", "create container p-a-1 (it is removing)", "start container p-a-1" },
      (again(states, ONE)))
  end)

  it("does not start what `create` makes", function()
    assert.same({ "create network p_default", "create container p-a-1" },
      lines(plan.up(planned.project(ONE), planned.nothing(), { start = false })))
  end)

  it("refuses what podman cannot do", function()
    assert.error_matches(function()
      plan.up(planned.project "services: {a: {image: i, domainname: x}}", planned.nothing())
    end, "podman 4.3 has no %-%-domainname")
  end)

  it("refuses several containers of one name", function()
    assert.error_matches(function()
      plan.up(planned.project "services: {a: {image: i, container_name: xx}}", planned.nothing(), { scale = { a = 2 } })
    end, "2 containers cannot have one name")
  end)

  -- What is changed in a service, and the reason that is given.
  local CHANGES = {
    { "image: i", "image: 'i:latest'", "image" },
    { "image: i", "image: i, command: [x]", "command" },
    { "image: i", "image: i, environment: {A: 1}", "environment.A" },
    { "image: i, environment: {A: 1, B: 1}", "image: i, environment: {A: 2, B: 1}", "environment.A" },
    { "image: i, environment: {A: 1, B: 1}", "image: i, environment: {B: 1}", "environment.A" },
    { "image: i, environment: {'a b': 1}", "image: i", "environment.a b" },
    { "image: i", "image: i, labels: {x: y}", "labels.x" },
    { "image: i", "image: i, ports: [80]", "ports" },
    { "image: i", "image: i, volumes: ['/v']", "volumes" },
    { "image: i", "image: i, user: '5'", "user" },
    { "image: i", "image: i, mem_limit: 1g", "mem_limit" },
    { "image: i", "image: i, deploy: {resources: {limits: {pids: 5}}}", "deploy.resources" },
    { "image: i", "image: i, healthcheck: {test: x}", "healthcheck" },
    { "image: i", "image: i, restart: always", "restart" },
    { "image: i", "image: i, container_name: other", "container_name" },
    { "image: i", "image: i, stop_signal: HUP", "stop_signal" },
    { "image: i, environment: {A: 1}, user: '5'", "image: i, environment: {A: 2}, user: '6'", "environment.A, user" },
  }
  for _, change in ipairs(CHANGES) do
    it(("makes a container anew for {%s} -> {%s}, and says %s"):format(change[1], change[2], change[3]), function()
      local states = up("services: {a: {" .. change[1] .. "}}")
      local found = again(states, "services: {a: {" .. change[2] .. "}}")
      assert.equal(("remove container p-a-1 (%s)"):format(change[3]), found[1])
    end)
  end

  -- What may change without a new container.
  local SAME = {
    { "image: i", "image: i, scale: 1" },
    { "image: i", "image: i, pull_policy: never" },
    { "image: i", "image: i, deploy: {replicas: 1}" },
    { "image: i", "image: i, attach: false" },
    { "image: i", "image: i, profiles: []" },
    { "image: i", "image: i, post_start: [{command: [x]}]" },
    { "image: i, environment: {A: 1, B: 2}", "image: i, environment: [B=2, A=1]" },
    { "image: i, command: a b", "image: i, command: [a, b]" },
    { "image: i, ports: ['80:80']", "image: i, ports: [{target: 80, published: '80'}]" },
  }
  for _, change in ipairs(SAME) do
    it(("makes nothing anew for {%s} -> {%s}"):format(change[1], change[2]), function()
      assert.same({}, (again(up("services: {a: {" .. change[1] .. "}}"), "services: {a: {" .. change[2] .. "}}")))
    end)
  end

  it("notices another image under the same name", function()
    local states = up(ONE)
    states[""].images["localhost/i:latest"] = "I2"
    assert.equal("remove container p-a-1 (image)", (again(states, ONE))[1])
  end)

  it("makes a container anew that another tool made", function()
    local states = up(ONE)
    states[""].by_name["p-a-1"].labels["moonwire.compose.parts"] = nil
    assert.equal("remove container p-a-1 (was not made by moonwire compose)", (again(states, ONE))[1])
  end)

  it("makes nothing anew with --no-recreate", function()
    assert.same({}, (again(up(ONE), "services: {a: {image: i, user: '5'}}", { recreate = "never" })))
  end)

  it("makes all anew with --force-recreate", function()
    assert.equal("remove container p-a-1 (--force-recreate)", (again(up(ONE), ONE, { recreate = "always" }))[1])
  end)

  describe("with several services", function()
    local TWO = "services: {a: {image: i, depends_on: [b]}, b: {image: i}}"

    it("makes one anew without the other", function()
      local states = up(TWO)
      assert.same({ "remove container p-a-1 (user)", "create container p-a-1 (user)", "start container p-a-1" },
        (again(states, "services: {a: {image: i, user: '5', depends_on: [b]}, b: {image: i}}")))
    end)

    it("starts a service after what it depends on", function()
      local made = plan.up(planned.project(TWO), planned.nothing())
      assert.is_true(follows(made, find(made, "start", "p-a-1"), find(made, "start", "p-b-1")))
    end)

    it("does not wait with making it", function()
      local made = plan.up(planned.project(TWO), planned.nothing())
      assert.is_false(follows(made, find(made, "create", "p-a-1"), find(made, "start", "p-b-1")))
    end)

    it("waits for health where that is the condition", function()
      local made = plan.up(planned.project [[
services:
  a: {image: i, depends_on: {b: {condition: service_healthy}}}
  b: {image: i, healthcheck: {test: x}}]], planned.nothing())
      local wait = find(made, "healthy", "p-b-1")
      assert.is_true(follows(made, wait, find(made, "start", "p-b-1")))
      assert.is_true(follows(made, find(made, "start", "p-a-1"), wait))
    end)

    local JOB = [[
services:
  a: {image: i, depends_on: {b: {condition: service_completed_successfully}}}
  b: {image: i}]]

    it("waits for the end where that is the condition", function()
      local made = plan.up(planned.project(JOB), planned.nothing())
      assert.is_true(follows(made, find(made, "start", "p-a-1"), find(made, "completed", "p-b-1")))
    end)

    it("does not start again what has ended well and was waited for", function()
      local states = up(JOB)
      states[""].by_name["p-b-1"].state = "exited"
      assert.same({}, (again(states, JOB)))
    end)

    it("starts it again where it ended badly", function()
      local states = up(JOB)
      states[""].by_name["p-b-1"].state, states[""].by_name["p-b-1"].exit_code = "exited", 1
      assert.same({ "start container p-b-1" }, (again(states, JOB)))
    end)

    it("waits for nothing when nothing starts", function()
      local text = [[
services:
  a: {image: i, depends_on: {b: {condition: service_healthy}}}
  b: {image: i, healthcheck: {test: x}}]]
      assert.same({}, (again(up(text), text)))
    end)

    it("marks the condition of an optional dependency as one that may fail", function()
      local made = plan.up(planned.project [[
services:
  a: {image: i, depends_on: {b: {condition: service_healthy, required: false}}}
  b: {image: i, healthcheck: {test: x}}]], planned.nothing())
      assert.is_true(find(made, "healthy", "p-b-1").optional)
    end)

    it("restarts what depends on a container that is new, where restart says so", function()
      local function text(user)
        return "services: {a: {image: i, depends_on: {b: {condition: service_started, restart: true}}}, b: {image: i, user: '"
          .. user .. "'}}"
      end
      local found = again(up(text "1"), text "2")
      assert.equal("restart container p-a-1 (what it depends on is new)", found[#found])
    end)

    it("makes anew what shares a name space with a container that is new", function()
      local function text(user)
        return "services: {a: {image: i, network_mode: 'service:b'}, b: {image: i, user: '" .. user .. "'}}"
      end
      local found = again(up(text "1"), text "2")
      assert.equal("create container p-a-1 (network_mode: b is new)", found[5])
    end)

    it("takes only the services that are named, with what they depend on", function()
      local text = "services: {a: {image: i, depends_on: [b]}, b: {image: i}, c: {image: i}}"
      local found = lines(plan.up(planned.project(text), planned.nothing(), { services = { "a" } }))
      assert.same({ "create network p_default", "create container p-b-1", "start container p-b-1", "create container p-a-1",
        "start container p-a-1" }, found)
    end)

    it("takes them alone with --no-deps", function()
      local found = lines(plan.up(planned.project(TWO), planned.nothing(), { services = { "a" }, no_deps = true }))
      assert.same({ "create network p_default", "create container p-a-1", "start container p-a-1" }, found)
    end)

    it("waits for all with --wait", function()
      local made = plan.up(planned.project "services: {a: {image: i}, b: {image: i, healthcheck: {test: x}}}", planned.nothing(),
        { wait = true })
      assert.truthy(find(made, "running", "p-a-1"))
      assert.truthy(find(made, "healthy", "p-b-1"))
    end)
  end)

  describe("with replicas", function()
    local THREE = "services: {a: {image: i, scale: 3}}"

    it("makes as many as are wanted", function()
      local states = up(THREE)
      assert.equal(3, #states[""].containers)
      assert.truthy(states[""].by_name["p-a-3"])
    end)

    it("makes those that are missing alone", function()
      assert.same({ "create container p-a-2", "create container p-a-3", "start container p-a-2", "start container p-a-3" },
        (again(up(ONE), ONE, { scale = { a = 3 } })))
    end)

    it("removes the last ones when there are too many", function()
      assert.same({ "remove container p-a-2 (scale: 1)", "remove container p-a-3 (scale: 1)" },
        (again(up(THREE), THREE, { scale = { a = 1 } })))
    end)

    it("removes all for none", function()
      assert.same({ "remove container p-a-1 (scale: 0)" }, (again(up(ONE), ONE, { scale = { a = 0 } })))
    end)

    it("gives each the next port of a range", function()
      local made = plan.up(planned.project "services: {a: {image: i, scale: 2, ports: ['8000-8001:80']}}", planned.nothing())
      local text = table.concat(find(made, "create", "p-a-2").call, " ")
      assert.matches("%-%-publish=8001:80/tcp", text)
    end)

    it("refuses more than a range has ports", function()
      assert.error_matches(function()
        plan.up(planned.project "services: {a: {image: i, scale: 3, ports: ['8000-8001:80']}}", planned.nothing())
      end, "container 3 finds no port left")
    end)
  end)

  describe("with pods", function()
    local POD = "services: {a: {image: i}, b: {image: i}}\nx-pods: {q: {services: [a, b], ports: ['80:80']}}"

    it("makes the pod before its members, and a network for the pod alone", function()
      assert.same({ "create network p_default", "create pod p_q", "create container p-a-1", "start container p-a-1",
        "create container p-b-1", "start container p-b-1" }, lines(plan.up(planned.project(POD), planned.nothing())))
    end)

    it("gives the pod the names of its services as aliases, and as hosts inside", function()
      local made = plan.up(planned.project(POD), planned.nothing())
      local text = table.concat(find(made, "create", "p_q").call, " ")
      assert.matches("%-%-network=p_default:alias=q,alias=a,alias=b ", text)
      assert.matches("%-%-add%-host=q:127%.0%.0%.1 %-%-add%-host=a:127%.0%.0%.1 %-%-add%-host=b:127%.0%.0%.1", text)
    end)

    it("makes one member anew without its siblings and without the pod", function()
      assert.same({ "remove container p-a-1 (user)", "create container p-a-1 (user)", "start container p-a-1" },
        (again(up(POD), (POD:gsub("a: {image: i}", "a: {image: i, user: '5'}")))))
    end)

    it("makes the pod anew with all its members when the pod has changed", function()
      assert.same({
        "remove container p-a-1 (pod q: ports)", "remove container p-b-1 (pod q: ports)", "remove pod p_q (ports)",
        "create pod p_q (ports)", "create container p-a-1 (pod q: ports)", "start container p-a-1",
        "create container p-b-1 (pod q: ports)", "start container p-b-1",
      }, (again(up(POD), (POD:gsub("80:80", "81:80")))))
    end)

    it("takes siblings along when one of them is named and the pod has changed", function()
      local found = again(up(POD), (POD:gsub("80:80", "81:80")), { services = { "a" } })
      assert.equal("start container p-b-1", found[#found])
    end)

    it("makes a pod anew that has no infra container", function()
      local states = up(POD)
      states[""].pods.p_q.infra = nil
      assert.equal("remove pod p_q (it is not whole)", (again(states, POD))[3])
    end)

    it("removes a pod that no service is in any more", function()
      local found = again(up(POD), "services: {a: {image: i}, b: {image: i}}")
      assert.equal("remove pod p_q (no service is in it)", found[#found])
    end)

    it("does not remove a pod that holds the container of somebody else", function()
      local states = up(POD)
      table.insert(states[""].pods.p_q.members, "stranger")
      assert.error_matches(function() again(states, (POD:gsub("80:80", "81:80"))) end, "holds the container stranger")
    end)
  end)

  describe("with networks and volumes", function()
    local NET = "services: {a: {image: i, networks: [n]}, b: {image: i, networks: [m]}}\nnetworks: {n: {}, m: {}}"

    it("makes a network anew that has changed, with the containers in it", function()
      local found = again(up(NET), (NET:gsub("n: {},", "n: {internal: true},")))
      assert.same({
        "remove container p-a-1 (networks.n)", "remove network p_n (internal)", "create network p_n (internal)",
        "create container p-a-1 (networks.n)", "start container p-a-1",
      }, { found[1], found[2], found[3], found[4], found[5] })
      assert.equal(5, #found)
    end)

    it("makes no external network", function()
      local found = lines(plan.up(planned.project "services: {a: {image: i, networks: [n]}}\nnetworks: {n: {external: true}}",
        planned.nothing()))
      assert.same({ "create container p-a-1", "start container p-a-1" }, found)
    end)

    it("keeps a volume whose definition has changed, and says so", function()
      local text = "services: {a: {image: i, volumes: ['vol:/v']}}\nvolumes: {vol: %s}"
      local found, made = again(up(text:format "{}"), text:format "{driver_opts: {type: tmpfs, device: tmpfs}}")
      assert.same({}, found)
      assert.matches("volumes%.vol: what is written has changed", made.warnings[1])
    end)

    it("takes over anonymous volumes of the container before", function()
      local states = up "services: {a: {image: i, volumes: ['/v']}}"
      local _, made = again(states, "services: {a: {image: i, user: '5', volumes: ['/v']}}",
        { anonymous = { ["p-a-1"] = { ["/v"] = "abc" } } })
      assert.matches("%-%-mount=type=volume,source=abc,destination=/v ", table.concat(find(made, "create", "p-a-1").call, " "))
    end)
  end)

  describe("with secrets", function()
    local function text(value)
      return "services: {a: {image: i, secrets: [s]}}\nsecrets: {s: {environment: S}}", { environment = { S = value } }
    end

    it("makes them before the container, with the value as input alone", function()
      local made = plan.up(planned.project(text "Xyzzy"), planned.nothing())
      local create = made.operations[2]
      assert.equal("Secret", create.kind)
      assert.equal("Xyzzy", create.call.input)
      assert.is_nil(table.concat(create.call, " "):find "Xyzzy")
    end)

    it("makes another one and the container anew when the value changes, and removes the old one at last", function()
      local states = planned.nothing()
      planned.apply(states, plan.up(planned.project(text "one"), states))
      local found = lines(plan.up(planned.project(text "two"), states))
      assert.equal("remove container p-a-1 (secrets.s)", found[2])
      assert.matches("^remove secret p%.secret%.s%.%x+ %(another content%)$", found[#found])
    end)

    it("refuses one whose variable is not set", function()
      assert.error_matches(function() plan.up(planned.project(text(nil)), planned.nothing()) end, "the variable S is not set")
    end)
  end)

  describe("with orphans", function()
    local states
    before_each(function() states = up "services: {a: {image: i}, b: {image: i}}" end)

    it("says which there are, and leaves them", function()
      local found, made = again(states, ONE)
      assert.same({}, found)
      assert.matches("not in its files: p%-b%-1;", made.warnings[1])
    end)

    it("removes them when it is told to", function()
      assert.same({ "remove container p-b-1 (orphan)" }, (again(states, ONE, { remove_orphans = true })))
    end)

    it("takes no service for an orphan whose profile is not active", function()
      local _, made = again(states, "services: {a: {image: i}, b: {image: i, profiles: [x]}}", { remove_orphans = true })
      assert.same({}, made.warnings)
      assert.same({}, lines(made))
    end)
  end)

  describe("killed after any operation", function()
    local TEXT = [[
services:
  a: {image: i, scale: 2, depends_on: [b], volumes: ['vol:/v'], secrets: [s]}
  b: {image: i}
  c: {image: i}
volumes: {vol: {}}
secrets: {s: {environment: HOME}}
x-pods: {q: {services: [b, c]}}]]

    it("finishes the job", function()
      local count = #plan.up(planned.project(TEXT), planned.nothing()).operations
      for n = 0, count do
        local states = planned.nothing()
        planned.apply(states, plan.up(planned.project(TEXT), states), n)
        planned.apply(states, plan.up(planned.project(TEXT), states))
        assert.same({}, (again(states, TEXT)), "after " .. n)
        assert.equal(4, #states[""].containers)
      end
    end)

    it("finishes a change", function()
      local other = TEXT:gsub("b: {image: i}", "b: {image: i, user: '5', ports: [80]}")
      local base = up(TEXT)
      for n = 0, #select(2, again(base, other)).operations do
        local states = up(TEXT)
        planned.apply(states, plan.up(planned.project(other), states), n)
        planned.apply(states, plan.up(planned.project(other), states))
        assert.same({}, (again(states, other)), "after " .. n)
      end
    end)

    it("leaves nothing that down does not remove", function()
      local project = planned.project(TEXT)
      for n = 0, #plan.up(project, planned.nothing()).operations do
        local states = planned.nothing()
        planned.apply(states, plan.up(project, states), n)
        planned.apply(states, plan.down(project, states, { volumes = true }))
        local now = states[""]
        assert.same({ {}, {}, {}, {}, {} }, { now.containers, now.pods, now.networks, now.volumes, now.secrets }, "after " .. n)
      end
    end)
  end)
end)

describe("the plan for several machines", function()
  local TEXT = [[
services:
  a: {image: i, x-host: far, networks: [n]}
  b: {image: i, networks: [m]}
networks: {n: {}, m: {}}
x-hosts: {far: {url: "ssh://u@far.example/run/podman.sock"}}]]

  local function two()
    local states = planned.nothing()
    states.far = planned.nothing()[""]
    return states
  end

  it("does on each what belongs there", function()
    local where = {}
    for i, operation in ipairs(plan.up(planned.project(TEXT), two()).operations) do
      where[i] = ("%s %s %s"):format(operation.action, operation.name, operation.host and operation.host.key or "here")
    end
    assert.same({ "create p_n far", "create p-a-1 far", "start p-a-1 far", "create p_m here", "create p-b-1 here",
      "start p-b-1 here" }, where)
  end)

  it("has nothing to do when all is there", function()
    local states = two()
    planned.apply(states, plan.up(planned.project(TEXT), states))
    assert.same({}, (again(states, TEXT)))
  end)

  it("removes a container from the machine that its service has left", function()
    local states = two()
    planned.apply(states, plan.up(planned.project(TEXT), states))
    local found = again(states, (TEXT:gsub("x%-host: far, networks: %[n%]", "networks: [m]")))
    assert.same({ "create container p-a-1", "start container p-a-1", "remove container p-a-1 (host)" }, found)
  end)

  it("goes to the machine by its URL", function()
    local made = plan.up(planned.project(TEXT), two())
    assert.matches("^podman %-%-url ssh://u@far%.example/run/podman%.sock network create ", podman.command(made.operations[1].call))
  end)

  it("removes from each what is there", function()
    local states, project = two(), planned.project(TEXT)
    planned.apply(states, plan.up(project, states))
    planned.apply(states, plan.down(project, states))
    assert.same({ {}, {} }, { states[""].containers, states.far.containers })
  end)
end)

describe("the plan for images", function()
  local function images(text, options, have)
    local project = planned.project(text)
    options.services = project.services
    return lines(plan.images(project, planned.nothing(have), options))
  end

  it("pulls what is missing", function()
    assert.same({ "pull image x" }, images("services: {a: {image: x}}", {}))
  end)

  it("pulls nothing that is there", function()
    assert.same({}, images(ONE, {}))
  end)

  it("pulls an image once that several services have", function()
    assert.same({ "pull image x" }, images("services: {a: {image: x}, b: {image: x}}", {}))
  end)

  it("pulls with pull_policy: always", function()
    assert.same({ "pull image i (pull_policy: always)" }, images("services: {a: {image: i, pull_policy: always}}", {}))
  end)

  it("pulls nothing with pull_policy: never", function()
    assert.same({}, images("services: {a: {image: x, pull_policy: never}}", {}))
  end)

  it("builds what is missing and has build", function()
    assert.same({ "build image p-a" }, images("services: {a: {build: .}}", {}))
  end)

  it("builds what is there with --build", function()
    assert.same({ "build image i (build was asked for)" }, images("services: {a: {build: ., image: i}}", { build = true }))
  end)

  it("builds nothing with --no-build", function()
    assert.same({}, images("services: {a: {build: .}}", { no_build = true }))
  end)

  it("finds images under the names that podman gives them", function()
    for _, name in ipairs { "docker.io/library/x:latest", "localhost/x:latest", "quay.io/x:latest" } do
      assert.same({}, images("services: {a: {image: x}}", {}, { [name] = "X" }), name)
    end
  end)

  it("takes no image of another tag or path", function()
    for _, name in ipairs { "docker.io/library/x:1", "localhost/yx:latest", "quay.io/y/x:1" } do
      assert.same({ "pull image x" }, images("services: {a: {image: x}}", {}, { [name] = "X" }), name)
    end
  end)
end)

describe("the plan of down", function()
  local TEXT = "services: {a: {image: i, depends_on: [b], volumes: ['vol:/v']}, b: {image: i}}\nvolumes: {vol: {}}"

  it("removes containers, those that others depend on after the others, then networks", function()
    local states, project = up(TEXT)
    local made = plan.down(project, states)
    assert.is_true(follows(made, find(made, "remove", "p-b-1"), find(made, "remove", "p-a-1")))
    assert.same({ "remove container p-a-1", "remove container p-b-1", "remove network p_default" }, lines(made))
  end)

  it("removes volumes when it is told to", function()
    local states, project = up(TEXT)
    assert.equal("remove volume p_vol", lines(plan.down(project, states, { volumes = true }))[4])
  end)

  it("removes services that are named, and no network", function()
    local states, project = up(TEXT)
    assert.same({ "remove container p-a-1" }, lines(plan.down(project, states, { services = { "a" } })))
  end)

  it("leaves orphans, and says so", function()
    local states = up(TEXT)
    local made = plan.down(planned.project "services: {b: {image: i}}", states)
    assert.same({ "remove container p-b-1" }, lines(made))
    assert.matches("1 containers of services that are not in the files stay", made.warnings[1])
  end)

  it("removes everything that has the project's label where there are no files", function()
    local states = up(TEXT)
    local nothing = planned.project "services: {b: {image: i}}"
    nothing.services = {}
    assert.equal(3, #plan.down(nothing, states, { everything = true }).operations)
  end)

  it("gives each container its own time to stop in", function()
    local states, project = up "services: {a: {image: i, stop_grace_period: 90s}}"
    local call = plan.down(project, states).operations[1].call
    assert.same({ "rm", "--force", "--time", "90", "--volumes", "p-a-1" }, table.move(call, 1, #call, 1, {}))
  end)

  it("removes images without a name of their own with --rmi local", function()
    local project = planned.project "services: {a: {build: .}, b: {image: i}}"
    local states = planned.nothing { ["localhost/p-a:latest"] = "A", ["localhost/i:latest"] = "I1" }
    assert.same({ "remove image p-a" }, lines(plan.down(project, states, { images = "local" })))
    assert.same({ "remove image p-a", "remove image i" }, lines(plan.down(project, states, { images = "all" })))
  end)
end)

describe("the plans of the other commands", function()
  local TEXT = "services: {a: {image: i, depends_on: [b]}, b: {image: i}}"

  it("stop first what depends on others", function()
    local states, project = up(TEXT)
    assert.same({ "stop container p-a-1", "stop container p-b-1" }, lines(plan.each(project, states, "stop")))
  end)

  it("stop nothing that does not run", function()
    local states, project = up(TEXT)
    planned.apply(states, plan.each(project, states, "stop"))
    assert.same({}, lines(plan.each(project, states, "stop")))
  end)

  it("start what is stopped, in the order of dependencies", function()
    local states, project = up(TEXT)
    planned.apply(states, plan.each(project, states, "stop"))
    assert.same({ "start container p-b-1", "start container p-a-1" }, lines(plan.start(project, states)))
  end)

  it("start nothing that is not there", function()
    assert.error_matches(function() plan.start(planned.project(TEXT), planned.nothing()) end,
      "has no container to start; `up` makes one")
  end)

  it("pause what runs, and unpause what is paused", function()
    local states, project = up(ONE)
    local pause = plan.each(project, states, "pause")
    assert.same({ "pause container p-a-1" }, lines(pause))
    planned.apply(states, pause)
    assert.same({}, lines(plan.each(project, states, "pause")))
    assert.same({ "unpause container p-a-1" }, lines(plan.each(project, states, "unpause")))
  end)

  it("send the signal that is named", function()
    local states, project = up(ONE)
    local call = plan.each(project, states, "kill", { signal = "HUP" }).operations[1].call
    assert.same({ "kill", "--signal", "HUP", "p-a-1" }, { table.unpack(call) })
  end)

  it("remove only what does not run, unless it is stopped", function()
    local states, project = up(TEXT)
    assert.same({}, lines(plan.each(project, states, "remove", { stopped = true })))
    assert.equal(2, #plan.each(project, states, "remove").operations)
  end)
end)
