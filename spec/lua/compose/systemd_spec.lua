-- Units of systemd: what is in them, and what systemd itself says of them.
local composed = require "spec.support.composed"
local moonwire = require "spec.support.moonwire"
local shell = require "spec.support.shell"
local systemd = require "compose.systemd"

local function unit(options, more)
  local project = assert(composed.load("services: {web: {image: x}}\n", more))
  project.folder, project.files = "/srv/my shop", { "/srv/my shop/compose.yaml", "/srv/100%.yaml" }
  project.env_files, project.profiles = { "/srv/my shop/.env" }, { "a$b" }
  options.program = { "/usr/bin/moonwire" }
  return systemd.unit(project, options)
end

describe("a word of a unit's command line", function()
  it("stays as it is where nothing in it means something", function()
    assert.equal("/usr/bin/x=1,2", systemd.word "/usr/bin/x=1,2")
  end)

  it("is quoted, with specifiers and variables written twice", function()
    assert.equal('"a b"', systemd.word "a b")
    assert.equal("100%%", systemd.word "100%")
    assert.equal("$$HOME", systemd.word "$HOME")
    assert.equal([["\"\\\x0a"]], systemd.word '"\\\n')
    assert.equal('""', systemd.word "")
    assert.equal('";"', systemd.word ";")
  end)
end)

describe("the unit of a project", function()
  it("starts all of it, waits, and stops it", function()
    local base = '/usr/bin/moonwire compose --project-name p --project-directory "/srv/my shop" --file "/srv/my shop/compose.yaml"'
      .. ' --file /srv/100%%.yaml --env-file "/srv/my shop/.env" --profile a$$b '
    assert.equal([[
# Written by moonwire compose systemd; write it anew when files, name or profiles change.
[Unit]
Description=The compose project p
Wants=network-online.target
After=network-online.target
RequiresMountsFor="/srv/my shop"

[Service]
Type=oneshot
RemainAfterExit=yes
WorkingDirectory=/srv/my shop
ExecStart=]] .. base .. [[up --detach --wait
ExecReload=]] .. base .. [[up --detach --wait
ExecStop=]] .. base .. [[stop
TimeoutStartSec=infinity

[Install]
WantedBy=multi-user.target
]], unit {})
  end)

  it("of a user waits for no network, which the user's systemd does not know", function()
    local text = unit { user = true, timeout = 90 }
    assert.is_nil(text:find("network-online", 1, true))
    assert.matches("\nWantedBy=default.target\n$", text)
    assert.matches("\nTimeoutStartSec=90\n", text)
  end)

  it("is right for systemd", function()
    if not shell.which "systemd-analyze" then return pending "there is no systemd-analyze" end
    local folder = composed.folder()
    finally(function() composed.remove(folder) end)
    composed.write(folder, { ["moonwire-p.service"] = (unit {}:gsub("/usr/bin/moonwire", "/bin/true"):gsub("/srv/my shop", "/tmp/x y")) })
    local output = shell.read("systemd-analyze verify " .. folder .. "/moonwire-p.service 2>&1")
    assert.is_nil(output:match "moonwire%-p[^\n]*", output)
  end)
end)

describe("moonwire compose systemd", function()
  it("names the command that runs, and the variables that a unit will not have", function()
    if not moonwire.command then return pending(moonwire.reason) end
    local folder = composed.folder()
    finally(function() composed.remove(folder) end)
    composed.write(folder, { ["compose.yaml"] = "services: {web: {image: 'x:$CT_TAG'}}\n" })
    local output, status = shell.read(("cd %s && CT_TAG=1 %s compose systemd -o . 2>&1"):format(folder, moonwire.absolute()))
    assert.equal(0, status)
    assert.equal("warning: the files use variables of your shell, which the unit will not have: CT_TAG; write them into "
      .. folder .. "/.env", output:match "^[^\n]*")
    local name = folder:match("[^/]+$"):lower():gsub("[^a-z0-9_-]", "")
    assert.matches("%-%-now moonwire%-" .. name:gsub("%p", "%%%0") .. "%.service$", output)
    -- The command of the unit runs, and reads the same project.
    local command = shell.read(("sed -n 's/^ExecStop=\\(.*\\) stop$/\\1 config --images/p' %s/*.service | CT_TAG=2 sh"):format(folder))
    assert.equal("x:2", command)
  end)
end)
