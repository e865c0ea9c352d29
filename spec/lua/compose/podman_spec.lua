local podman = require "compose.podman"

-- What runs programs is tried with the programs of every system; spec/compose/podman has what needs podman.
describe("compose.podman", function()
  local runner
  before_each(function() runner = podman.open {} end)
  after_each(function() runner:close() end)

  local function sh(text, more)
    local call = { program = "sh", "-c", text }
    for key, value in pairs(more or {}) do call[key] = value end
    return call
  end

  it("gives what a program prints, its errors and its status apart", function()
    assert.same({ status = 3, out = "a\nb\n", err = "c\n" }, runner:run(sh "printf 'a\\nb\\n'; echo c >&2; exit 3"))
  end)

  it("gives arguments to a program byte for byte", function()
    for _, text in ipairs { "", " a ", "it's", "$(id) `id` ${HOME}", "-n", "a\nb\n", "\\", "*", "\255\254\1", ("'"):rep(50000) } do
      local call = { program = "printf", "%s", text }
      assert.equal(text, runner:run(call).out)
    end
  end)

  it("refuses an argument with a NUL", function()
    assert.error_matches(function() runner:run { program = "printf", "a\0b" } end, "cannot have a NUL")
  end)

  it("gives a program its input", function()
    assert.equal("it's\nsecret", runner:run({ program = "cat", input = "it's\nsecret" }).out)
  end)

  it("shows no input in the list of processes", function()
    local call = sh("cat >/dev/null; cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'Xyzz[y]-17'", { input = "Xyzzy-17" })
    assert.equal("0\n", runner:run(call).out)
  end)

  it("gives a program variables", function()
    assert.equal("a 'b'", runner:run(sh("printf %s \"$GREETING\"", { env = { GREETING = "a 'b'" } })).out)
  end)

  it("gives the results of several calls in their order, whichever ends first", function()
    local pipe = runner.folder .. "/order"
    local results = runner:all {
      sh("mkfifo " .. pipe .. " 2>/dev/null; read x <" .. pipe .. "; echo \"first $x\""),
      sh("until [ -p " .. pipe .. " ]; do sleep 0.01; done; echo go >" .. pipe .. "; echo second"),
    }
    assert.equal("first go\n", results[1].out)
    assert.equal("second\n", results[2].out)
  end)

  it("runs no more calls at once than it may", function()
    local calls = {}
    local text = "mkdir %s/alone || exit 9; sleep 0.02; rmdir %s/alone"
    for i = 1, 5 do calls[i] = sh((text:gsub("%%s", runner.folder))) end
    for _, result in ipairs(runner:all(calls, 1)) do assert.equal(0, result.status) end
  end)

  it("tells of other calls later when one is waited for", function()
    local other = runner:spawn(sh "echo other")
    runner:run(sh "echo one")
    local number, result = runner:next()
    assert.equal(other, number)
    assert.equal("other\n", result.out)
    assert.is_nil(runner:next())
  end)

  it("ends a call that takes too long, with status 124", function()
    assert.equal(124, runner:run({ program = "sleep", "100", timeout = 0.05 }).status)
  end)

  it("gives long lines whole, as they come", function()
    local got = {}
    local call = sh("printf '%09999d\\n' 7; echo two; printf three; exit 4", { lines = function(line) got[#got + 1] = line end })
    assert.equal(4, runner:run(call).status)
    assert.same({ ("0"):rep(9998) .. "7", "two", "three" }, got)
  end)

  it("mixes no lines of two calls", function()
    local function check(letter)
      return function(line) assert.equal(letter:rep(3000), line) end
    end
    local function call(letter)
      return sh("i=0; while [ $i -lt 15 ]; do printf '%3000s\\n' | tr ' ' " .. letter .. "; i=$((i+1)); done", { lines = check(letter) })
    end
    for _, result in ipairs(runner:all { call "a", call "b" }) do assert.equal(0, result.status) end
  end)

  it("ends what follows when it is closed", function()
    local pid
    local call = sh("echo $$; while :; do sleep 0.05; done", { follows = true, lines = function(line) pid = pid or line end })
    runner:spawn(call)
    runner:run(sh "sleep 0.05")
    while not pid do runner:run(sh "sleep 0.02") end
    runner:close()
    local pipe = io.popen("kill -0 " .. pid .. " 2>/dev/null && echo alive || echo dead")
    assert.equal("dead", pipe:read "l")
    pipe:close()
  end)

  it("leaves no folder behind", function()
    runner:run(sh "echo a")
    runner:close()
    assert.is_nil(io.open(runner.folder))
  end)

  it("gives the status of a program in the foreground", function()
    assert.equal(7, runner:foreground(sh "exit 7"))
  end)

  it("names the machine by connection, or by URL and identity", function()
    assert.equal("podman --connection lab ps", podman.command { "ps", host = { connection = "lab" } })
    assert.equal("podman --url ssh://a@b/c --identity '~/k' ps",
      podman.command { "ps", host = { url = "ssh://a@b/c", identity = "~/k" } })
  end)

  describe("in a dry run", function()
    local printed, dry
    before_each(function()
      printed = {}
      dry = podman.open { dry = true, print = function(line) printed[#printed + 1] = line end }
    end)
    after_each(function() dry:close() end)

    it("prints what would change something, as a shell takes it, and runs nothing", function()
      local result = dry:run { program = "touch", dry.folder .. "/a b", changes = true }
      assert.is_true(result.dry)
      assert.same({ "touch '" .. dry.folder .. "/a b'" }, printed)
      assert.is_nil(io.open(dry.folder .. "/a b"))
    end)

    it("runs what changes nothing", function()
      assert.equal("a\n", dry:run({ program = "echo", "a" }).out)
      assert.same({}, printed)
    end)

    it("shows no secret", function()
      dry:run { "secret", "create", "s", "-", input = "Xyzzy-17", input_shown = [[printf %s "$TOKEN"]], changes = true }
      assert.same({ [[printf %s "$TOKEN" | podman secret create s -]] }, printed)
    end)
  end)

  it("quotes a field of CSV where it must", function()
    assert.equal("a b", podman.csv "a b")
    assert.equal('"k=a,""b"""', podman.csv 'k=a,"b"')
  end)
end)
