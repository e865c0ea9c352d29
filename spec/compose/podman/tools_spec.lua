-- Commands that look at containers and work in them, with real podman.
local json = require "json"
local podman = require "spec.support.podman"
local shell = require "spec.support.shell"

if podman.missing then
  describe("commands in containers, with real podman", function() pending("are not tried", function() end, podman.missing) end)
  return
end

-- web writes a line, db writes one after it, and web one more.
local TALK = [[
services:
  web:
    image: IMAGE
    command: [sh, -c, "trap 'exit 0' TERM; echo one; echo three >&2; touch /ready; while :; do sleep 0.1; done"]
    environment: {GREETING: hello}
    working_dir: /bin
    scale: 2
    ports: ["127.0.0.1::80", "127.0.0.1::90-91/udp"]
    healthcheck: {test: [CMD, test, -e, /ready], interval: 100ms}
  db:
    image: IMAGE
    command: [sh, -c, "trap 'exit 0' TERM; echo two; while :; do sleep 0.1; done"]
    depends_on: {web: {condition: service_healthy}}
  member:
    image: IMAGE
    command: STAYS
  tool:
    image: IMAGE
    profiles: [tools]
    entrypoint: [echo, tool]
    depends_on: [db]
volumes: {data: }
x-pods: {front: {services: [member], ports: ["127.0.0.1::70"]}}
]]

local talk

setup(function()
  talk = podman.project("cttalk", TALK)
  talk:ok "up -d --wait"
end)
teardown(function() talk:close() end)

-- Runs a command of compose until a script has read what it wants of it (file 3), and presses Ctrl-C.
local function interrupted(arguments, script)
  local command = talk:command(arguments):gsub("&& ", "&& exec ", 1)
  return shell.read(([[d=$(mktemp -d) && mkfifo $d/pipe
setsid env --default-signal=INT sh -c %s >$d/pipe 2>&1 & p=$!
exec 3<$d/pipe
%s
env kill -INT -- -$p; wait $p; echo "status $?"; rm -rf $d]]):format(shell.quote(command), script))
end

describe("compose logs", function()
  it("shows what containers wrote in the order of time, with their names", function()
    local text = talk:ok "logs web db"
    local lines = {}
    for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal(5, #lines)
    assert.equal("db-1   | two", lines[5])
    table.sort(lines)
    assert.equal("db-1   | two\nweb-1  | one\nweb-1  | three\nweb-2  | one\nweb-2  | three", table.concat(lines, "\n"))
  end)

  it("shows the last lines only, and the times of lines", function()
    assert.equal("web-1  | three", (talk:ok "logs --tail 1 --index 1 web"))
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%.%d+Z two$", (talk:ok "logs -t --no-log-prefix db"))
  end)

  it("shows what is later than a time only", function()
    assert.equal("", (talk:ok "logs --since 2100-01-01T00:00:00Z db"))
    assert.equal("db-1  | two", (talk:ok "logs --since 2000-01-01T00:00:00Z db"))
  end)

  it("refuses services that there are not, and numbers that are none", function()
    local text, status = talk:compose "logs wbe"
    assert.equal('there is no service "wbe"; did you mean "web"?', text)
    assert.equal(1, status)
    assert.equal('--tail must be a number or all, not "x"', (talk:compose "logs --tail x"))
  end)

  it("goes on with what is written, until Ctrl-C, with status 130", function()
    local text = interrupted("logs -f --no-color db", [[
read -r line <&3; echo "$line"
podman exec cttalk-db-1 sh -c 'echo later > /proc/1/fd/1'
read -r line <&3; echo "$line"
]])
    assert.equal("db-1  | two\ndb-1  | later\nstatus 130", text)
  end)
end)

describe("compose events", function()
  it("shows what happens, as it happens, until Ctrl-C", function()
    local text = interrupted("events --json --since 1m db", [[
until read -r line <&3; case $line in *'"start"'*) true ;; *) false ;; esac; do :; done
echo "$line"
]])
    local event = json.decode(text:match "^[^\n]*")
    assert.equal("start", event.action)
    assert.equal("db", event.service)
    assert.equal("cttalk-db-1", event.attributes.name)
    assert.matches("status 130$", text)
  end)

  it("shows what happened", function()
    local text = talk:ok "events --since 5m --until 1s web"
    assert.matches("%d%d%d%d%-%d%d%-%d%d %d%d:%d%d:%d%d%.%d%d%d%d%d%d container start %x+ %(.*image=.*, name=cttalk%-web%-1%)", text)
    assert.is_nil(text:find("cttalk-db-1", 1, true))
  end)
end)

describe("compose exec", function()
  it("runs a command in the first container, with its status", function()
    local text, status = talk:compose [[exec web sh -c 'echo "$GREETING $PWD"; exit 7']]
    assert.equal("hello /bin", text)
    assert.equal(7, status)
  end)

  it("gives statuses of what cannot be run: 127 where there is no such program", function()
    local _, status = talk:compose "exec web nosuch"
    assert.equal(127, status)
  end)

  it("passes options of the command on", function()
    assert.equal("-d --index", (talk:ok "exec web echo -d --index"))
  end)

  it("takes variables, a user, a folder and a number", function()
    local text = talk:ok [[exec -e A='b c' -e GREETING -u 5 -w / --index 2 web sh -c 'echo "$A $GREETING $PWD $(id -u) $(hostname)"']]
    assert.equal("b c hello / 5 " .. (talk:id "web-2"):sub(1, 12), text)
  end)

  it("takes the value that a variable has here", function()
    local command = talk:command "exec -e CT_HERE db sh -c 'echo $CT_HERE'"
    assert.equal("here", (shell.read("CT_HERE=here; export CT_HERE; " .. command .. " </dev/null")))
  end)

  it("gives standard input to the command", function()
    assert.equal("through", (shell.read("echo through | { " .. talk:command "exec -T db cat; }")))
  end)

  it("has a terminal where it is in one", function()
    if not shell.which "script" then return pending "there is no script (util-linux)" end
    local text = shell.read("script -qec " .. shell.quote(talk:command "exec db tty") .. " /dev/null </dev/null")
    assert.matches("/dev/pts/%d+\r?$", text)
    text = shell.read("script -qec " .. shell.quote(talk:command "exec -T db tty") .. " /dev/null </dev/null")
    assert.matches("not a tty\r?$", text)
  end)

  it("says that nothing runs", function()
    local text, status = talk:compose "exec tool true"
    assert.equal('no container of the service "tool" is running; start it with: moonwire compose up -d tool', text)
    assert.equal(1, status)
  end)

  it("is printed in a dry run", function()
    assert.equal("podman exec --interactive cttalk-db-1 sh -c 'echo $x'", (talk:ok "exec --dry-run db sh -c 'echo $x'"))
  end)
end)

describe("compose run", function()
  it("runs a command in a container like the service's, and gives its status", function()
    local text, status = talk:compose [[run --rm --no-deps web sh -c 'echo "$GREETING $PWD"; exit 9']]
    assert.equal("hello /bin", text)
    assert.equal(9, status)
  end)

  it("leaves the container without --rm, which ps does not count as the service's", function()
    assert.equal("kept", (talk:ok "run --name ctkept --no-deps web echo kept"))
    assert.equal("exited 0 True", (shell.read([[podman inspect ctkept --format '{{.State.Status}} {{.State.ExitCode}} ]]
      .. [[{{index .Config.Labels "com.docker.compose.oneoff"}}']])))
    assert.is_nil((talk:ok "logs web"):find("kept", 1, true))
  end)

  it("starts what the service depends on, activates the service, and knows entrypoints", function()
    shell.read "podman stop -t 0 cttalk-db-1"
    assert.matches("tool$", (talk:ok "run --rm tool"))
    assert.equal("running", (shell.read "podman inspect --format '{{.State.Status}}' cttalk-db-1"))
    assert.equal("other words", (talk:ok [[run --rm --entrypoint "echo 'other words'" tool]]))
  end)

  it("takes variables, mounts, a folder, a user and labels", function()
    talk:write { ["given.txt"] = "given\n" }
    local text = talk:ok([[run --rm --no-deps -e GREETING=bye -e 'X=$y "z"' -v ./given.txt:/g:ro -w / -u 7 web ]]
      .. [[sh -c 'echo "$GREETING $X $PWD $(id -u)"; cat /g']])
    assert.equal('bye $y "z" / 7\ngiven', text)
  end)

  it("gives it standard input", function()
    assert.equal("through", (shell.read("echo through | { " .. talk:command "run --rm -T --no-deps db cat; }")))
  end)

  it("does not wait with --detach, and prints the name", function()
    local name = talk:ok "run --rm -d --no-deps db sleep 100"
    assert.matches("^cttalk%-db%-run%-%x%x%x%x%x%x%x%x%x%x%x%x$", name)
    assert.equal("running", (shell.read("podman inspect --format '{{.State.Status}}' " .. name)))
    shell.read("podman rm -f -t 0 " .. name)
  end)

  it("joins the pod of the service", function()
    assert.equal((shell.read "podman exec cttalk-member-1 ip -o -4 addr show eth0"), (talk:ok "run --rm member ip -o -4 addr show eth0"))
  end)

  it("has not the service's ports and names, unless that is wanted", function()
    local name = talk:ok "run --rm -d --no-deps db sleep 100"
    assert.equal("1", (talk:sh("web-1", "nslookup db 2>/dev/null | grep -c '^Address: 10\\.'")))
    shell.read("podman rm -f -t 0 " .. name)
    name = talk:ok "run --rm -d --no-deps -P --use-aliases web sleep 100"
    assert.matches("80/tcp %-> 127.0.0.1:%d+", (shell.read("podman port " .. name)))
    shell.read("podman rm -f -t 0 " .. name)
  end)

  it("ends with 127 where there is no such program", function()
    local _, status = talk:compose "run --rm --no-deps db nosuch"
    assert.equal(127, status)
  end)
end)

describe("compose port", function()
  it("says where a port can be reached", function()
    local text = talk:ok "port web 80"
    assert.equal((shell.read "podman port cttalk-web-1 80/tcp"), text)
    assert.equal((shell.read "podman port cttalk-web-2 91/udp"), (talk:ok "port --protocol udp --index 2 web 91"))
  end)

  it("knows the ports of a pod", function()
    assert.equal((shell.read "podman port cttalk_front_infra 70/tcp"), (talk:ok "port member 70"))
  end)

  it("says that there is none", function()
    local text, status = talk:compose "port web 81"
    assert.equal("cttalk-web-1 publishes no port for 81/tcp", text)
    assert.equal(1, status)
  end)
end)

describe("compose top", function()
  it("shows the processes of each container", function()
    local text = talk:ok "top db member"
    assert.matches("^cttalk%-db%-1\nUSER +PID +PPID +ELAPSED +TIME +COMMAND\n", text)
    assert.matches("\n\ncttalk%-member%-1\nUSER ", text)
    assert.matches("sh %-c trap 'exit 0' TERM; echo two; while", text)
  end)
end)

describe("compose stats", function()
  it("shows what containers use, once where there is no terminal", function()
    local heading = "^CONTAINER ID +NAME +CPU %% +MEM USAGE / LIMIT +MEM %% +NET I/O +BLOCK I/O +PIDS\n"
    assert.matches(heading .. "%x+ +cttalk%-db%-1 ", (talk:ok "stats db"))
  end)

  it("as JSON, an object a line", function()
    local lines = {}
    for line in (talk:ok "stats --format json web"):gmatch "[^\n]+" do lines[#lines + 1] = json.decode(line) end
    assert.equal(2, #lines)
    assert.equal("cttalk-web-1", lines[1].Name)
    assert.is_string(lines[1].MemUsage)
  end)
end)

describe("compose cp", function()
  it("copies into a container and out of it", function()
    talk:write { ["a file.txt"] = "content\n" }
    talk:ok "cp 'a file.txt' web:/copied"
    assert.equal("content", (talk:sh("web-1", "cat /copied")))
    talk:ok "cp --index 1 web:/copied back.txt"
    assert.equal("content", (shell.read("cat " .. shell.quote(talk.folder .. "/back.txt"))))
  end)

  it("copies to all containers of a service", function()
    talk:write { ["all.txt"] = "all\n" }
    talk:ok "cp --all all.txt web:/all"
    assert.equal("all", (talk:sh("web-2", "cat /all")))
  end)

  it("gives an archive to standard output", function()
    assert.equal("ready", (shell.read(talk:command "cp web:/ready - | tar tf -")))
  end)

  it("wants a service on one side", function()
    local text, status = talk:compose "cp a b"
    assert.equal("cp: one of the two must be SERVICE:PATH; there is no service in them", text)
    assert.equal(1, status)
  end)
end)
