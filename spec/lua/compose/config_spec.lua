-- `moonwire compose config`, as people run it, and its YAML.
local composed = require "spec.support.composed"
local compose = require "compose"
local corpus = require "spec.support.corpus"
local files = require "compose.files"
local json = require "json"
local moonwire = require "spec.support.moonwire"
local render = require "compose.render"
local shell = require "spec.support.shell"

local FILE = [[
services:
  web: {image: "nginx:${TAG:-1}", ports: ["80:80"], depends_on: [db], profiles: []}
  db: {build: ./db, volumes: ["data:/data"]}
  debug: {image: busybox, profiles: [debug, dev]}
volumes: {data: }
x-pods: {front: {services: [web]}}
]]

-- Runs the command in a folder with FILE, or other files.
local function run(arguments, texts)
  local folder = composed.folder()
  finally(function() composed.remove(folder) end)
  composed.write(folder, texts or { ["compose.yaml"] = FILE })
  -- The command from another folder.
  local program = moonwire.command:gsub("%S+", function(word)
    return word:find "^[^/-].*/" and files.current() .. "/" .. word or nil
  end)
  local output, status = shell.read(("cd %s && { %s compose %s; } 2>&1 < /dev/null"):format(folder, program, arguments))
  return (output:gsub(folder:gsub("%p", "%%%0"), "DIR")), status
end

local function command(name, body)
  it(name, function()
    if not moonwire.command then return pending(moonwire.reason) end
    body()
  end)
end

describe("moonwire compose config", function()
  command("writes YAML", function()
    local output, status = run "-p p config db"
    assert.equal("name: p\nservices:\n  db:\n    build:\n      context: DIR/db\n      dockerfile: Dockerfile\n"
      .. "    networks:\n      default: null\n    volumes:\n      - source: data\n        target: /data\n        type: volume\n"
      .. "        volume: {}\nnetworks:\n  default:\n    name: p_default\nvolumes:\n  data:\n    name: p_data", output)
    assert.equal(0, status)
  end)

  command("writes JSON", function()
    local output = run "-p p config --format json"
    assert.equal("nginx:1", json.decode(output).services.web.image)
  end)

  command("writes nothing when it is told to", function()
    local output, status = run "config -q"
    assert.equal("", output)
    assert.equal(0, status)
  end)

  command("lists services, volumes, networks, pods, profiles and images", function()
    assert.equal("db\nweb", (run "config --services"))
    assert.equal("db\ndebug\nweb", (run "--profile debug config --services"))
    assert.equal("data", (run "config --volumes"))
    assert.equal("default", (run "config --networks"))
    assert.equal("front", (run "config --pods"))
    assert.equal("debug\ndev", (run "config --profiles"))
    assert.equal("p-db\nnginx:1", (run "-p p config --images"))
  end)

  command("lists the variables with their values", function()
    local output = run("-p p config --environment", { ["compose.yaml"] = FILE, [".env"] = "TAG=9\nMORE=x\n" })
    assert.equal("COMPOSE_PROJECT_NAME=p\nMORE=x\nTAG=9", output)
  end)

  command("lists the variables of the files, with defaults, whether they are set or not", function()
    local output, status = run("config --variables", { ["compose.yaml"] =
      "services: {a: {image: 'x:${TAG:-${OTHER}}', command: '$$NO $A ${B?needed} ${C:+there}'}}\n" })
    assert.equal("NAME    REQUIRED   DEFAULT VALUE   ALTERNATE VALUE\nA       false\nB       true\n"
      .. "C       false                      there\nOTHER   false\nTAG     false      ${OTHER}", output)
    assert.equal(0, status)
  end)

  command("leaves variables as they are written", function()
    assert.matches("image: nginx:${TAG:%-1}", (run "config --no-interpolate"))
    local output, status = run("config --no-interpolate", { ["compose.yaml"] =
      "services: {a: {image: x, scale: $N, ports: ['$P:80', '81'], volumes: ['${V}:/v'], tty: $T, mem_limit: '${M}'}}\n" })
    assert.matches("scale: $N", output)
    assert.matches("%- $P:80\n", output)
    assert.matches("%- ${V}:/v\n", output)
    assert.equal(0, status)
  end)

  command("writes to a file", function()
    local output, status = run "config --services -o out && cat out"
    assert.equal("db\nweb", output)
    assert.equal(0, status)
  end)

  command("has the same hash for the same service, and another one for another", function()
    local first = run "-p p config --hash web"
    assert.matches("^web %x+$", first)
    assert.equal(4 + 64, #first)
    assert.equal(first, (run "-p p config --hash=web"))
    assert.not_equal(first, (run("-p p config --hash web", { ["compose.yaml"] = FILE:gsub("nginx", "caddy") })))
    -- What does not make a container another one does not count.
    assert.equal(first, (run("-p p config --hash web", { ["compose.yaml"] = FILE:gsub("web: {", "web: {scale: 2, ") })))
  end)

  command("warns of what podman does not have, and goes on", function()
    local output, status = run("config -q", { ["compose.yaml"] = "services: {a: {image: x, domainname: d}}\n" })
    assert.equal("warning: compose.yaml:1:26: services.a.domainname: podman 4.3 has no --domainname; "
      .. "write the whole name as hostname", output)
    assert.equal(0, status)
  end)

  command("warns of numbers that are another text, of unset variables and of old booleans", function()
    local output = run("config -q", { ["compose.yaml"] = "services: {a: {image: 'x$NOWHERE', labels: {v: 1.10}, tty: 'yes'}}\n" })
    assert.equal('warning: compose.yaml:1:45: services.a.labels.v: the number 1.10 is the text "1.1"; '
      .. 'write "1.10" in quotes if that is meant\n'
      .. 'warning: the variable "NOWHERE" is not set; it stands for an empty text\n'
      .. 'warning: compose.yaml:1:55: services.a.tty: "yes" is no boolean of YAML 1.2; write true',
      (output:gsub("^(warning: the variable[^\n]*)\n([^\n]*)", "%2\n%1")))
  end)

  command("never writes a secret", function()
    local output = run("config", {
      ["compose.yaml"] = "services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {environment: PW}}\n", [".env"] = "PW=hidden\n",
    })
    assert.is_nil(output:find("hidden", 1, true))
    assert.matches("environment: PW", output)
  end)

  command("says what is wrong, with status 1", function()
    local output, status = run("config", { ["compose.yaml"] = "services: {a: {imag: x}}\n" })
    assert.equal('compose.yaml:1:16: services.a.imag: unknown attribute; did you mean "image"?', output)
    assert.equal(1, status)
  end)

  command("says where it looked for a file", function()
    local output, status = run("config", { ["other.txt"] = "" })
    assert.matches("^there is no compose file in .* or above it %(compose%.yaml, compose%.yml, docker%-compose%.yml, ", output)
    assert.equal(1, status)
  end)

  command("knows its options", function()
    local output, status = run "config --servces"
    assert.equal("moonwire compose: config: there is no option --servces; did you mean \"services\"? (--help lists the options)", output)
    assert.equal(1, status)
    assert.matches("^usage: moonwire compose config ", (run "config -h"))
    assert.matches("^usage: moonwire compose %[options%] COMMAND", (run "help"))
    assert.matches('there is no command "confg"; did you mean "config"%?', (run "confg"))
  end)

  command("finds the file in a folder above", function()
    local output = run("config --services", { ["compose.yaml"] = FILE, ["deep/down/x"] = "" })
    assert.equal("db\nweb", output)
  end)
end)

describe("YAML of config is read as the same project:", function()
  local names = {}
  for name, outcome in pairs(corpus.expected()) do
    -- Written without the dependency on a service that is not active.
    if outcome.project and name ~= "profiles-optional" then names[#names + 1] = name end
  end
  table.sort(names)
  local folder
  setup(function() folder = composed.folder() end)
  teardown(function() composed.remove(folder) end)
  for _, name in ipairs(names) do
    it(name, function()
      local options = corpus.options(name)
      local first = assert(compose.load(options))
      composed.write(folder, { ["compose.yaml"] = render.yaml(first) })
      local again = assert(compose.load { environment = options.environment, profiles = options.profiles, current = folder })
      assert.same({}, corpus.compare(json.decode(render.json(again)), json.decode(render.json(first))))
    end)
  end
end)
