local digest = require "digest"
local json = require "json"
local podman = require "spec.support.podman"
local shell = require "spec.support.shell"

if podman.missing then
  describe("values in a real container", function() pending("are not tried", function() end, podman.missing) end)
  return
end

local HOSTILE = {
  ["quotes"] = [[it's "quoted" `and` more]],
  ["a command in $()"] = "$(touch /tmp/crvalues-hacked) ${HOME} $HOME $1",
  ["backticks"] = "`touch /tmp/crvalues-hacked`",
  ["a semicolon and ampersands"] = "; touch /tmp/crvalues-hacked & && || | > /tmp/crvalues-hacked",
  ["line breaks"] = "one\ntwo\n\nthree\n",
  ["a dash in front"] = "--privileged",
  ["commas, as in CSV"] = [[a,b,"c",type=bind]],
  ["colons and equal signs"] = "a:b:c=d=e",
  ["spaces around"] = "  both sides  ",
  ["tabs and carriage returns"] = "a\tb\rc",
  ["stars"] = "* ? [a-z] ~ {a,b}",
  ["backslashes"] = [[\n \\ \' \" \0]],
  ["letters that are not ASCII"] = "h\u{e9}llo \u{2192} \u{1F600}",
  ["a control character"] = "a\1b\27[31m",
  ["nothing"] = "",
  ["a hash sign"] = "# no comment",
  ["percent signs"] = "%s %d %% %n",
  ["100 kB"] = ("0123456789'\"$"):rep(7700),
}

local names = {}
for name in pairs(HOSTILE) do names[#names + 1] = name end
table.sort(names)

-- A value as it must stand in a compose file.
local function written(text) return (text:gsub("%$", "$$")) end

local function sha(text) return digest.hex.encode(digest.sha256(text)) end

-- What arrived, in one call: checksums by "V1", "s1" and "c1".
local function sums(project)
  local found = {}
  local text = project:sh("s-1", ("i=1; while [ $i -le %d ]; do eval \"v=\\$V$i\"; echo \"$(printf %%s \"$v\" | sha256sum) V$i\"; "
    .. "i=$((i+1)); done; sha256sum /run/secrets/* '/etc/a folder/'*"):format(#names))
  for sum, path in (text .. "\n"):gmatch "(%x+)[^\n]-([^/ \n]+)\n" do found[path] = sum end
  return found
end

describe("values in a real container", function()
  local project, arrived
  setup(function()
    local service = {
      image = podman.image, environment = {}, labels = {}, annotations = {}, secrets = {}, configs = {},
      command = { "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done", "sh" }, volumes = json.array {},
      working_dir = [[/mnt/e:f,"g h"]],
    }
    local all = { services = { s = service }, secrets = {}, configs = {} }
    local variables = {}
    for i, name in ipairs(names) do
      local value = HOSTILE[name]
      service.environment["V" .. i] = written(value)
      if #value < 10000 then
        service.labels["l" .. i] = written(value)
        service.annotations["a" .. i] = written(value)
        table.insert(service.command, written(value))
      end
      if value ~= "" then
        variables[#variables + 1] = ("S%d=%s"):format(i, shell.quote(value))
        all.secrets["s" .. i] = { environment = "S" .. i }
        table.insert(service.secrets, "s" .. i)
        all.configs["c" .. i] = { content = written(value) }
        table.insert(service.configs, { source = "c" .. i, target = "/etc/a folder/c" .. i, mode = "0400" })
      end
    end
    all.secrets.binary = { file = "./binary" }
    table.insert(service.secrets, { source = "binary", target = "bin", uid = "5", gid = "6", mode = "0440" })
    all.secrets.empty = { file = "./empty" }
    table.insert(service.secrets, "empty")
    service.volumes[1] = { type = "bind", source = [[./a:b,"c d"=$$x]], target = [[/mnt/e:f,"g h"]] }
    project = podman.project("crvalues", {
      ["compose.yaml"] = json.encode(all), binary = "a\0b\255\n", empty = "",
      [ [[a:b,"c d"=$x/file]] ] = "in a folder with a strange name",
    })
    shell.read "rm -f /tmp/crvalues-hacked"
    project.variables = table.concat(variables, " ")
    local text, status = shell.read("{ export " .. project.variables .. "; " .. project:command "up -d" .. "; } 2>&1")
    if status ~= 0 then error(text, 0) end
    arrived = sums(project)
  end)
  teardown(function() project:close() end)

  for i, name in ipairs(names) do
    local value = HOSTILE[name]
    it("arrive in the environment byte for byte: " .. name, function()
      assert.equal(sha(value), arrived["V" .. i])
    end)
    if value ~= "" then
      it("arrive in a secret byte for byte: " .. name, function()
        assert.equal(sha(value), arrived["s" .. i])
      end)

      it("arrive in a config byte for byte: " .. name, function()
        assert.equal(sha(value), arrived["c" .. i])
      end)
    end
  end

  it("arrive as arguments of the command byte for byte", function()
    local words = { "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done", "sh" }
    for _, name in ipairs(names) do
      if #HOSTILE[name] < 10000 then words[#words + 1] = HOSTILE[name] end
    end
    assert.equal(sha(table.concat(words, "\0") .. "\0"), (project:sh("s-1", "sha256sum /proc/1/cmdline | cut -c1-64")))
  end)

  it("arrive in labels and annotations byte for byte", function()
    local found = json.decode((shell.read "podman inspect crvalues-s-1"))[1].Config
    for i, name in ipairs(names) do
      if #HOSTILE[name] < 10000 then
        assert.equal(HOSTILE[name], found.Labels["l" .. i], "label, " .. name)
        assert.equal(HOSTILE[name], found.Annotations["a" .. i], "annotation, " .. name)
      end
    end
  end)

  it("are mounted from and to paths with colons, commas and quotes", function()
    assert.equal("in a folder with a strange name", (project:sh("s-1", [[cat '/mnt/e:f,"g h"/file']])))
  end)

  it("are mounted as secrets with NULs, and with owner and mode", function()
    assert.equal(sha "a\0b\255\n", arrived.bin)
    assert.equal("5 6 440", (project:sh("s-1", "stat -c '%u %g %a' /run/secrets/bin")))
  end)

  it("are mounted as secrets that are empty", function()
    assert.equal("0", (project:sh("s-1", "stat -c %s /run/secrets/empty")))
  end)

  it("are the folder to work in", function()
    assert.equal([[/mnt/e:f,"g h"]], (project:sh("s-1", "readlink /proc/1/cwd")))
  end)

  it("are run by no shell", function()
    local _, status = shell.read "test -e /tmp/crvalues-hacked"
    assert.equal(1, status)
  end)

  it("are the same when they are pasted from a dry run", function()
    local command = project:command "--dry-run up -d --force-recreate"
    local text, status = shell.read("{ export " .. project.variables .. "; " .. command .. "; } 2>/dev/null")
    assert.equal(0, status)
    local pipe = io.popen("sh >/dev/null 2>&1", "w")
    pipe:write(text, "\n")
    pipe:close()
    local pasted = sums(project)
    for i, name in ipairs(names) do assert.equal(sha(HOSTILE[name]), pasted["V" .. i], name) end
    assert.is_nil(text:find("S1=", 1, true))
  end)

  it("that have a NUL are refused", function()
    local other = podman.project("crvalues-nul", '{"services": {"s": {"image": "IMAGE", "environment": {"A": "a\\u0000b"}}}}')
    local text, status = other:compose "up -d"
    assert.equal(1, status)
    assert.matches("NUL", text)
    assert.is_nil(text:find "traceback")
    other:close()
  end)
end)
