local podman = require "spec.support.podman"
local shell = require "spec.support.shell"

if podman.missing then
  describe("what up waits for, with real podman", function() pending("is not tried", function() end, podman.missing) end)
  return
end

describe("what up waits for, with real podman", function()
  local project
  before_each(function() project = podman.project("crwait", "services: {}") end)
  after_each(function() project:close() end)

  it("is the health of a dependency, which nobody else checks", function()
    project:write [[
services:
  db:
    image: IMAGE
    command: ["sh", "-c", "trap 'exit 0' TERM; sleep 0.5; touch /ready; while :; do sleep 0.1; done"]
    healthcheck: { test: [CMD, test, -e, /ready], interval: 1s, retries: 20 }
  web:
    image: IMAGE
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    depends_on: { db: { condition: service_healthy } }
]]
    local text = project:ok "up -d"
    assert.matches("Container crwait%-db%-1  Healthy\nContainer crwait%-web%-1  Started", text)
    assert.matches("%(healthy%)", (shell.read(project:command "ps db")))
  end)

  it("fails with the last output of a check that never passes, and does not start what waits", function()
    project:write [[
services:
  db:
    image: IMAGE
    command: STAYS
    healthcheck: { test: "echo no answer from the database; exit 1", interval: 0.2s, retries: 2 }
  web: { image: IMAGE, command: STAYS, depends_on: { db: { condition: service_healthy } } }
]]
    local text, status = project:compose "up -d"
    assert.equal(1, status)
    assert.matches("container crwait%-db%-1: it is unhealthy: its check failed 2 times in a row, the last time with:\n"
      .. "  no answer from the database", text)
    assert.matches('^created', (shell.read "podman inspect --format '{{.State.Status}}' crwait-web-1"))
  end)

  it("fails at once where a dependency dies, with what it said", function()
    project:write [[
services:
  db:
    image: IMAGE
    command: ["sh", "-c", "echo no space left; exit 3"]
    healthcheck: { test: "exit 1", interval: 60s }
  web: { image: IMAGE, command: STAYS, depends_on: { db: { condition: service_healthy } } }
]]
    local text, status = project:compose "up -d"
    assert.equal(1, status)
    assert.matches("it is exited, with status 3; it said last:\n  no space left", text)
  end)

  it("is the end of a dependency, which must be a good one", function()
    project:write [[
services:
  migrate: { image: IMAGE, command: ["sh", "-c", "sleep 0.3; exit ${CODE-0}"] }
  web: { image: IMAGE, command: STAYS, depends_on: { migrate: { condition: service_completed_successfully } } }
]]
    assert.matches("Container crwait%-migrate%-1  Completed\nContainer crwait%-web%-1  Started", project:ok "up -d")
    assert.equal("crwait: nothing to do", project:ok "up -d")
    project:ok "down -t 0"
    local text, status = shell.read("{ export CODE=4; " .. project:command "up -d" .. "; } 2>&1")
    assert.equal(1, status)
    assert.matches("container crwait%-migrate%-1: it ended with status 4", text)
  end)

  it("is everything with --wait, which fails where one has ended badly", function()
    project:write [[
services:
  a: { image: IMAGE, command: STAYS }
  b: { image: IMAGE, command: ["sh", "-c", "exit 5"] }
]]
    local text, status = project:compose "up --wait"
    assert.equal(1, status)
    assert.matches("container crwait%-b%-1: it is exited, with status 5", text)
  end)

  it("is no longer than --wait-timeout", function()
    project:write [[
services:
  a: { image: IMAGE, command: STAYS, healthcheck: { test: "exit 1", interval: 60s } }
]]
    local text, status = project:compose "up --wait --wait-timeout 0.5"
    assert.equal(1, status)
    assert.matches("it is not ready after 0.5 s", text)
  end)

  it("ends with the reason that podman has, for a port that is taken", function()
    project:write [[
services:
  a: { image: IMAGE, command: STAYS, ports: ["127.0.0.1:28471:80"] }
  b: { image: IMAGE, command: STAYS, ports: ["127.0.0.1:28471:80"], depends_on: [a] }
x-pods:
  q: { services: [b] }
]]
    local text, status = project:compose "up -d"
    assert.equal(1, status)
    assert.matches("crwait%-b%-1: .*address already in use", text)
  end)

  it("runs post_start and pre_stop in the container", function()
    project:write [[
services:
  a:
    image: IMAGE
    command: STAYS
    volumes: ["vol:/v"]
    post_start: [{ command: [sh, -c, "echo started $$WHO >/v/started"], environment: { WHO: me } }]
    pre_stop: [{ command: [sh, -c, "echo stops >/v/stops"] }]
volumes: { vol: {} }
]]
    project:ok "up -d"
    assert.equal("started me", (project:sh("a-1", "cat /v/started")))
    project:ok "stop"
    project:ok "start"
    assert.equal("stops", (project:sh("a-1", "cat /v/stops")))
  end)

  it("scales up and down, leaving those that stay alone", function()
    project:write "services: { a: { image: IMAGE, command: STAYS } }"
    project:ok "up -d"
    local first = project:id "a-1"
    project:ok "up -d --scale a=3"
    assert.truthy(project:id "a-3")
    assert.equal(first, project:id "a-1")
    project:ok "up -d --scale a=1"
    assert.is_nil(project:id "a-2")
    assert.equal(first, project:id "a-1")
  end)

  it("builds an image that is missing, notices another one, and keeps what anonymous volumes hold", function()
    local function dockerfile(text)
      return ("FROM %s\nRUN echo %s >/built\nVOLUME /kept\nCMD %s\n"):format(podman.image, text, podman.STAYS)
    end
    project:write { ["compose.yaml"] = "services: { a: { build: . } }", Dockerfile = dockerfile "one" }
    project:ok "up -d"
    assert.equal("one", (project:sh("a-1", "cat /built; echo mine >/kept/file")))
    project:write { Dockerfile = dockerfile "two" }
    project:ok "up -d --build"
    assert.equal("two mine", (project:sh("a-1", "echo $(cat /built /kept/file)")))
    project:ok "down --rmi local -t 0"
    local _, status = shell.read "podman image exists localhost/crwait-a"
    assert.equal(1, status)
  end)

  it("stops, starts, pauses, restarts, kills and removes", function()
    project:write "services: { a: { image: IMAGE, command: STAYS } }"
    local function state() return (shell.read "podman inspect --format '{{.State.Status}}' crwait-a-1 2>/dev/null || echo gone") end
    -- The container of a process that was killed is "stopped" until podman has cleaned up after it.
    local function settled()
      local now = state()
      for _ = 1, 50 do
        if now ~= "stopped" then break end
        shell.read "sleep 0.1"
        now = state()
      end
      return now
    end
    local seen = {}
    for _, command in ipairs { "create", "start", "pause", "unpause", "stop", "start", "restart", "kill", "rm" } do
      project:ok(command)
      seen[#seen + 1] = command .. " " .. settled()
    end
    assert.same({ "create created", "start running", "pause paused", "unpause running", "stop exited", "start running",
      "restart running", "kill exited" }, table.move(seen, 1, 8, 1, {}))
    assert.matches("gone", seen[9])
  end)

  it("gives the status of a container that it waits for", function()
    project:write 'services: { a: { image: IMAGE, command: ["sh", "-c", "sleep 0.3; exit 7"] } }'
    project:ok "up -d"
    local text, status = project:compose "wait a"
    assert.equal("crwait-a-1: status 7", text)
    assert.equal(7, status)
  end)
end)

describe("up in the foreground, with real podman", function()
  local project
  before_each(function() project = podman.project("crfront", "services: {}") end)
  after_each(function() project:close() end)

  it("shows what containers print, with their names, and ends when they have ended", function()
    project:write [[
services:
  a: { image: IMAGE, command: ["sh", "-c", "echo one; sleep 0.2; echo two"] }
  bee: { image: IMAGE, command: ["sh", "-c", "echo three >&2"] }
]]
    local text = shell.read(project:command "up" .. " 2>/dev/null")
    local lines = {}
    for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
    table.sort(lines)
    assert.same({ "a-1   | one", "a-1   | two", "bee-1 | three" }, lines)
  end)

  it("gives the status of the container that is named, and stops the others", function()
    project:write [[
services:
  a: { image: IMAGE, command: ["sh", "-c", "sleep 0.3; exit 9"] }
  b: { image: IMAGE, command: STAYS }
]]
    local _, status = project:compose "up --exit-code-from a"
    assert.equal(9, status)
    assert.equal("exited", (shell.read "podman inspect --format '{{.State.Status}}' crfront-b-1"))
  end)

  it("stops its containers when Ctrl-C is pressed, with status 130", function()
    project:write 'services: { a: { image: IMAGE, command: ["sh", "-c", "trap \'exit 0\' TERM; echo up; while :; do sleep 0.1; done"] } }'
    -- A session of its own, as a terminal has, whose first process the signal is sent to.
    local command = "echo $$; " .. project:command "up":gsub("^(.* && )", "%1exec ")
    local pipe = io.popen("exec 2>&1; setsid sh -c " .. shell.quote(command) .. "; echo status $?")
    local pid = pipe:read "l"
    local line
    repeat line = pipe:read "l" until not line or line:find "| up"
    shell.read("kill -INT " .. pid)
    local rest = pipe:read "a"
    pipe:close()
    assert.matches("status 130", rest)
    assert.equal("exited", (shell.read "podman inspect --format '{{.State.Status}}' crfront-a-1"))
  end)
end)

describe("compose in every engine, with real podman", function()
  local COMMANDS = { lua54 = "lua5.4 %s/lua/moonwire/main.lua", texlua = "texlua %s/lua/moonwire/main.lua" }
  for engine, command in pairs(COMMANDS) do
    it("makes, lists and removes: " .. engine, function()
      local project = podman.project("crengine", "services: { a: { image: IMAGE, command: STAYS } }")
      local here = shell.read "pwd"
      local function run(arguments)
        return shell.read(("cd %s && { %s compose -p crengine %s; } 2>&1"):format(project.folder, command:format(here), arguments))
      end
      local text, status = run "up -d"
      assert.equal(0, status, text)
      assert.equal("a", (run "ps --services"))
      text, status = run "down -t 0"
      assert.equal(0, status, text)
      assert.equal("0 0 0 0 0", podman.count "crengine")
      project:close()
    end)
  end
end)
