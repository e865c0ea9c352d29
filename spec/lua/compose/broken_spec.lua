-- Broken files, each with the one line that says so.
local composed = require "spec.support.composed"

-- Name of the case, the files, the message.
local CASES = {
  { "a key that is given twice", "services:\n  web: {image: x}\n  web: {image: y}\n",
    'compose.yaml:3:3: the key "web" is given twice, first in line 2' },
  { "a list that is not closed", "services:\n  web:\n    ports: [80\n",
    "compose.yaml:3:12: this [ is never closed" },
  { "a tab in the indentation", "services:\n\tweb: {image: x}\n",
    "compose.yaml:2:1: a tab is used for indentation (YAML indents with spaces only)" },
  { "an alias without an anchor", "x-base: &base {image: x}\nservices:\n  web: *bose\n",
    'compose.yaml:3:8: the anchor of the alias *bose is not defined; did you mean "base"?' },
  { "an alias inside of itself", "services: &a\n  web: *a\n",
    "compose.yaml:2:8: the alias *a stands inside what it names" },
  { "a number as a key", "services:\n  80: {image: x}\n",
    "compose.yaml:2:3: the key 80 is no text; write it in quotes" },
  { "a merge key without a mapping", "services:\n  web:\n    <<: 5\n    image: x\n",
    "compose.yaml:3:9: a merge key (<<) needs a mapping, or a list of mappings" },
  { "an empty file", "# nothing\n", "compose.yaml: the compose file is empty" },
  { "a list at the top", "- a\n", "compose.yaml:1:1: a compose file must be a mapping" },
  { "an unknown section", "servces:\n  web: {image: x}\n",
    'compose.yaml:1:1: servces: unknown attribute; did you mean "services"?' },
  { "an unknown attribute", "services:\n  web:\n    image: x\n    enviroment: {A: b}\n",
    'compose.yaml:4:5: services.web.enviroment: unknown attribute; did you mean "environment"?' },
  { "an attribute that nothing resembles", "services:\n  web: {image: x, colour: red}\n",
    "compose.yaml:2:19: services.web.colour: unknown attribute" },
  { "an unknown attribute deep inside", "services:\n  web: {image: x, healthcheck: {test: a, intervall: 1s}}\n",
    'compose.yaml:2:42: services.web.healthcheck.intervall: unknown attribute; did you mean "interval"?' },
  { "an attribute with a dash for its underscore", "services:\n  web: {image: x, cap-add: [A]}\n",
    'compose.yaml:2:19: services.web.cap-add: unknown attribute; did you mean "cap_add"?' },
  { "a number for a text", "services:\n  web: {image: 5}\n",
    'compose.yaml:2:9: services.web.image: must be a string, not 5; write it in quotes: "5"' },
  { "a text for a list", "services:\n  web: {image: x, ports: '80:80'}\n",
    'compose.yaml:2:19: services.web.ports: must be a list, not "80:80"' },
  { "a list for a mapping", "services: [web]\n", "compose.yaml:1:1: services: must be a mapping, not a list" },
  { "a service that is nothing", "services:\n  web:\n", "compose.yaml:2:3: services.web: must be a mapping, not nothing" },
  { "a name with a space", "services:\n  my web: {image: x}\n",
    'compose.yaml:2:3: services: "my web" is no name: letters, digits, "_", "." and "-" only' },
  { "a word that is none of the allowed ones", "services:\n  web: {image: x, cgroup: hosst}\n",
    'compose.yaml:2:19: services.web.cgroup: must be host or private, not "hosst"; did you mean "host"?' },
  { "a number beyond its limit", "services:\n  web: {image: x, oom_score_adj: 2000}\n",
    "compose.yaml:2:19: services.web.oom_score_adj: must be 1000 or less, not 2000" },
  { "equal entries in a list", "services:\n  web: {image: x, security_opt: [a, b, a]}\n",
    "compose.yaml:2:40: services.web.security_opt[2]: the same as services.web.security_opt[0]" },
  { "a condition that there is not", "services:\n  a: {image: x, depends_on: {b: {condition: service_healty}}}\n  b: {image: x}\n",
    'compose.yaml:2:34: services.a.depends_on.b.condition: must be service_started, service_healthy or '
      .. 'service_completed_successfully, not "service_healty"; did you mean "service_healthy"?' },
  { "a variable that is not closed", "services:\n  web: {image: 'x:${TAG'}\n",
    'compose.yaml:2:9: services.web.image: "x:${TAG" has a $ that begins no variable; write $$ for a $ itself' },
  { "a variable with a bad name", "services:\n  web:\n    command: echo ${a.b}\n",
    'compose.yaml:3:5: services.web.command: "echo ${a.b}" has a $ that begins no variable; write $$ for a $ itself' },
  { "a variable that is required", "services:\n  web: {image: 'x:${TAG:?set the tag}'}\n",
    "compose.yaml:2:9: services.web.image: the variable TAG is required: set the tag" },
  { "neither image nor build", "services:\n  web: {command: x}\n", "compose.yaml:2:3: services.web: has neither image nor build" },
  { "a port of the container that is none", "services:\n  web: {image: x, ports: ['80:http']}\n",
    'compose.yaml:2:27: services.web.ports[0]: "80:http": "http" is no port and no range of ports (0 to 65535)' },
  { "ranges of different lengths", "services:\n  web: {image: x, ports: ['1-3:1-2']}\n",
    'compose.yaml:2:27: services.web.ports[0]: "1-3:1-2": the ranges 1-3 and 1-2 are not equally long' },
  { "an IPv6 address without brackets", "services:\n  web: {image: x, ports: ['::1:80:80']}\n",
    'compose.yaml:2:27: services.web.ports[0]: "::1:80:80": write the IPv6 address in brackets, as [::1]:80:80' },
  { "a protocol that there is not", "services:\n  web: {image: x, ports: ['80/tpc']}\n",
    'compose.yaml:2:27: services.web.ports[0]: "80/tpc": "tpc" is no protocol; there are tcp, udp and sctp' },
  { "a volume with too many colons", "services:\n  web: {image: x, volumes: ['/a:/b:ro:c']}\n",
    'compose.yaml:2:29: services.web.volumes[0]: "/a:/b:ro:c" has too many colons; a path with colons needs '
      .. 'the long form (type, source, target)' },
  { "a volume that is not declared", "services:\n  web: {image: x, volumes: ['dta:/b']}\nvolumes: {data: }\n",
    'compose.yaml:2:29: services.web.volumes[0]: there is no volume "dta" in volumes; did you mean "data"?' },
  { "a network that is not declared", "services:\n  web: {image: x, networks: [front]}\n",
    'compose.yaml:2:30: services.web.networks.front: there is no network "front" in networks' },
  { "a secret that is not declared", "services:\n  web: {image: x, secrets: [pw]}\n",
    'compose.yaml:2:29: services.web.secrets[0]: there is no secret "pw" in secrets' },
  { "a secret without a source", "services:\n  web: {image: x}\nsecrets:\n  pw: {}\n",
    'compose.yaml:4:3: secrets.pw: needs one of "file", "environment", or external: true' },
  { "a dependency that there is not", "services:\n  web: {image: x, depends_on: [bd]}\n  db: {image: x}\n",
    'compose.yaml:2:32: services.web.depends_on.bd: there is no service "bd"; did you mean "db"?' },
  { "a circle of dependencies", "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: "
      .. "[c]}\n  c: {image: x, depends_on: [a]}\n",
    "compose.yaml:2:30: services.a.depends_on: services depend on each other in a circle: a -> b -> c -> a" },
  { "a dependency whose profile is not active", "services:\n  web: {image: x, depends_on: [dbg]}\n  dbg: {image: x, profiles: [debug]}\n",
    'compose.yaml:2:32: services.web.depends_on.dbg: the service "dbg" is not active: none of its profiles (debug) is; '
      .. "activate one with --profile, or write required: false" },
  { "a size that is none", "services:\n  web: {image: x, mem_limit: 5 stones}\n",
    'compose.yaml:2:19: services.web.mem_limit: "5 stones" is no size; write bytes or a unit, such as 512m or 1g' },
  { "a duration without a unit", "services:\n  web: {image: x, stop_grace_period: '30'}\n",
    'compose.yaml:2:19: services.web.stop_grace_period: "30" is no duration; write a number with a unit, such as 30s or 1m30s' },
  { "a boolean that is none", "services:\n  web: {image: x, tty: maybe}\n",
    'compose.yaml:2:19: services.web.tty: "maybe" is neither true nor false' },
  { "two sizes that say different things", "services:\n  web: {image: x, mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}}\n",
    "compose.yaml:2:19: services.web.mem_limit: is 1073741824, but deploy.resources.limits.memory is "
      .. "2147483648; they mean the same: write one of them" },
  { "one name for several containers", "services:\n  web: {image: x, scale: 2, container_name: box}\n",
    "compose.yaml:2:29: services.web.container_name: several containers (2) cannot have one name; leave container_name out" },
  { "two things mounted at one place", "services:\n  web: {image: x, tmpfs: /t, volumes: ['/a:/t']}\n",
    "compose.yaml:2:40: services.web.volumes[0]: something is mounted at /t already: tmpfs[0]" },
  { "network_mode beside networks", "services:\n  web: {image: x, network_mode: host, networks: [n]}\nnetworks: {n: }\n",
    "compose.yaml:2:19: services.web.network_mode: excludes networks; write one of them" },
  { "a health check that begins with its command", "services:\n  web: {image: x, healthcheck: {test: [curl, x]}}\n",
    'compose.yaml:2:33: services.web.healthcheck.test: must begin with "CMD", "CMD-SHELL" or "NONE", not "curl"' },
  { "a quote in a command that is not closed", "services:\n  web: {image: x, command: 'echo \"a'}\n",
    'compose.yaml:2:19: services.web.command: "echo "a" has a " that is never closed' },
  { "an external volume with settings", "services: {}\nvolumes:\n  v: {external: true, driver: local}\n",
    "compose.yaml:3:23: volumes.v.driver: says nothing for an external volume, which exists already; leave it out" },
  { "a service that extends one that there is not", "services:\n  base: {image: x}\n  web: {extends: bse}\n",
    'compose.yaml:3:9: services.web.extends: there is no service "bse" in this file; did you mean "base"?' },
  { "services that extend each other", "services:\n  a: {extends: b}\n  b: {extends: a}\n",
    "compose.yaml:2:7: services.a.extends: services extend each other in a circle: a -> b -> a" },
  { "a file to extend that there is not", "services:\n  a: {extends: {file: other.yaml, service: b}}\n",
    "compose.yaml:2:7: services.a.extends: there is no file other.yaml" },
  { "a file to include that there is not", "include: [other.yaml]\n", "compose.yaml:1:11: include[0]: there is no file other.yaml" },
  { "a file from elsewhere", "include: ['oci://example.org/x']\n",
    'compose.yaml:1:11: include[0]: "oci://example.org/x" is no file of this machine; compose files from git '
      .. 'or a registry are not fetched: clone it' },
  { "files that include each other", { ["compose.yaml"] = "include: [b.yaml]\n", ["b.yaml"] = "include: [compose.yaml]\n" },
    "b.yaml:1:11: include[0]: files include each other in a circle: DIR/compose.yaml -> DIR/b.yaml -> DIR/compose.yaml" },
  { "a mapping that becomes a list", { ["compose.yaml"] = "services:\n  web: {image: x, build: {args: {A: b}}, healthcheck: {test: a}}\n",
    ["compose.override.yaml"] = "services:\n  web:\n    healthcheck: [a]\n" },
    "compose.override.yaml:3:5: services.web.healthcheck: a mapping cannot be overridden by something else" },
  { "a fault in the second file", { ["compose.yaml"] = "services:\n  web: {image: x}\n",
    ["compose.override.yaml"] = "services:\n  web:\n    portz: ['80']\n" },
    'compose.override.yaml:3:5: services.web.portz: unknown attribute; did you mean "ports"?' },
  { "a file of variables that there is not", "services:\n  web: {image: x, env_file: missing.env}\n",
    "compose.yaml:2:19: services.web.env_file: there is no file DIR/missing.env; create it, or write required: false" },
  { "a .env file that is wrong", { ["compose.yaml"] = "services: {web: {image: x}}\n", [".env"] = "A=1\nB='open\n" },
    "DIR/.env:2: the value of B begins with ', which is never closed" },
  { "aliases that stand for billions", "x-a: &a [x,x,x,x,x,x,x,x,x,x]\nx-b: &b "
      .. "[*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nx-c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
    .. "x-d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\nx-e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nx-f: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
    "compose.yaml:1:26: the aliases of this file stand for more than 500000 values" },
}

describe("a broken compose file is refused in one line:", function()
  for _, case in ipairs(CASES) do
    it(case[1], function()
      local project, err = composed.load(case[2])
      assert.is_nil(project)
      assert.equal(case[3], err)
    end)
  end

  it("and all faults of a file are told at once, in their order", function()
    local _, err = composed.load("services:\n  web:\n    imgae: x\n    port: 80\n    tty: [x]\n")
    assert.equal('compose.yaml:3:5: services.web.imgae: unknown attribute; did you mean "image"?\n'
      .. 'compose.yaml:4:5: services.web.port: unknown attribute; did you mean "ports"?\n'
      .. "compose.yaml:5:5: services.web.tty: must be a boolean or a string, not a list", err)
  end)
end)
