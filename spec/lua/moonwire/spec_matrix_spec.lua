-- `moonwire spec --engine`: the same specs in several engines.
local engine = require "moonwire.engine"
local moonwire = require "spec.support.moonwire"
local shell = require "spec.support.shell"

local folder

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(text)
  file:close()
  return folder .. "/" .. name
end

-- CI is taken away: with it a missing engine is a failure.
local function run(arguments, environment)
  local command = moonwire.command
  return shell.read("{ env -u CI " .. (environment or "") .. " " .. command .. " spec " .. arguments .. "; } 2>&1 < /dev/null")
end

local function last_line(text) return text:match("([^\n]*)$") end

-- once: what does not depend on the engine that the command itself runs in.
local function matrix(name, once, body)
  it(name, function()
    if not moonwire.command then return pending(moonwire.reason) end
    if once and engine ~= "lua54" then return pending("tried once, under lua5.4") end
    folder = shell.read("mktemp -d")
    finally(function() os.execute("rm -rf " .. shell.quote(folder)) end)
    body()
  end)
end

describe("moonwire spec --engine", function()
  matrix("shows a line for each engine, and the totals", false, function()
    local text, status = run("--engine=lua54,texlua " .. write("a_spec.lua", "it('x', function() end) pending('y')"))
    assert.matches("^engine +Lua +passed +failed +errors +skipped +seconds\nlua54 +5.4 +1 +0 +0 +1 +%d+%.%d%d\n"
      .. "texlua +5.3 +1 +0 +0 +1 +%d+%.%d%d\n", text)
    assert.equal("2 passed, 0 failed, 2 skipped", last_line(text))
    assert.equal(0, status)
  end)

  matrix("names tests that differ, and has status 1", true, function()
    local text, status = run("--engine=lua54,texlua "
      .. write("a_spec.lua", "it('division', function() assert.equal('Lua 5.4', _VERSION) end) it('y', function() end)"))
    assert.matches("One test differs between engines:\n  " .. folder .. "/a_spec.lua: division\n"
      .. "    passes in lua54; fails in texlua\n", text, 1, true)
    assert.matches("Failure in texlua -> " .. folder .. "/a_spec.lua @ 1", text, 1, true)
    assert.equal("3 passed, 1 failed, 0 skipped", last_line(text))
    assert.equal(1, status)
  end)

  matrix("takes a test that one engine does not have for a difference", true, function()
    local text, status = run("--engine=lua54,texlua "
      .. write("a_spec.lua", "if _VERSION == 'Lua 5.4' then it('x', function() end) end it('y', function() end)"))
    assert.matches("passes in lua54; is not run in texlua", text)
    assert.equal("3 passed, 1 failed, 0 skipped", last_line(text))
    assert.equal(1, status)
  end)

  matrix("does not take a declared skip for a difference, and shows its reason", true, function()
    local text, status = run("--engine=lua54,texlua "
      .. write("a_spec.lua", "it('x', function() if _VERSION == 'Lua 5.3' then pending('not in 5.3') end end)"))
    assert.matches("\nSkipped:\n  not in 5.3 (texlua 1)\n", text, 1, true)
    assert.equal("1 passed, 0 failed, 1 skipped", last_line(text))
    assert.equal(0, status)
  end)

  matrix("names the seed of a random order, with which the run can be repeated", true, function()
    local path = write("a_spec.lua", "for i = 1, 21 do it(tostring(i), function() end) end")
    local text, status = run("--shuffle --engine=lua54,texlua " .. path)
    assert.matches("\nRandom order: %-%-seed=%d+\n\n42 passed, 0 failed, 0 skipped$", text)
    assert.equal(0, status)
  end)

  matrix("says nothing of what is pending on demand", true, function()
    local text, status = run("--suppress-pending --engine=lua54 " .. write("a_spec.lua", "it('x', function() end) pending('y')"))
    assert.does_not.match("Skipped", text)
    assert.equal("1 passed, 0 failed, 0 skipped", last_line(text))
    assert.equal(0, status)
  end)

  matrix("shows the same failure once", true, function()
    local text = run("--engine=lua54,texlua " .. write("a_spec.lua", "it('x', function() error('everywhere') end)"))
    local _, count = text:gsub("a_spec.lua:1: everywhere", "")
    assert.equal(1, count)
    assert.matches("Error in lua54, texlua -> ", text, 1, true)
  end)

  matrix("says in which test an engine died", true, function()
    local text, status = run("--engine=lua54 " .. write("a_spec.lua",
      "it('x', function() end) it('dies', function() os.execute('kill -9 $PPID') while true do end end)"))
    assert.matches("it ended in the test " .. folder .. "/a_spec.lua: dies, with status 137", text, 1, true)
    assert.equal("1 passed, 1 failed, 0 skipped", last_line(text))
    assert.equal(1, status)
  end)

  matrix("kills an engine that hangs where no hook reaches", true, function()
    local path = write("a_spec.lua", "it('hangs', function() os.execute('sleep 60') end)")
    local text = run("--engine=lua54 --timeout=1 " .. path)
    assert.matches("it hung in the test " .. path .. ": hangs and was killed", text, 1, true)
  end)

  matrix("says which engine is missing, and how to get it", true, function()
    shell.read("ln -s $PWD/lua $PWD/rocks " .. folder)
    local path = write("a_spec.lua", "it('x', function() end)")
    local environment = "PATH=/usr/bin:/bin MOONWIRE_LMTX=/nowhere MOONWIRE_HOME=" .. folder
    if shell.which("/usr/bin/luametatex") then return pending("LMTX is this system's own ConTeXt") end
    local text, status = run("--engine=lua54,luametatex " .. path, environment)
    assert.matches("luametatex +%- +not installed: make lmtx", text)
    assert.equal("1 passed, 0 failed, 0 skipped", last_line(text))
    assert.equal(0, status)
    text, status = run("--engine=lua54,luametatex " .. path, environment .. " CI=true")
    assert.equal("1 passed, 1 failed, 0 skipped", last_line(text))
    assert.equal(1, status)
  end)

  matrix("starts each engine once for many files", true, function()
    for i = 1, 20 do write(i .. "_spec.lua", "it('x', function() _G.count = (count or 0) + 1 end)") end
    local source = "it('notes its process', function() os.execute('echo $PPID >> " .. folder .. "/pids') end)"
    write("y_spec.lua", source)
    write("z_spec.lua", source)
    assert.equal("22 passed, 0 failed, 0 skipped", last_line((run("--engine=texlua " .. folder))))
    local pids = shell.lines("sort -u " .. folder .. "/pids")
    assert.equal(1, #pids)
  end)

  matrix("passes options on to the engines", true, function()
    local path = write("a_spec.lua", "it('x #a', function() end) it('y', function() end)")
    assert.equal("1 passed, 0 failed, 0 skipped", last_line((run("--engine lua54 -t a " .. path))))
    assert.equal("1 passed, 0 failed, 0 skipped", last_line((run("-C " .. folder .. " --filter=y --engine=lua54 a_spec.lua"))))
  end)

  matrix("names a mistake of its user once, before any engine is started", true, function()
    for _, arguments in ipairs { "-f /nowhere/x ", "-C /nowhere ", "--filter='(' " } do
      local text, status = run("--engine=lua54,texlua " .. arguments .. folder)
      assert.matches("^moonwire spec: [^\n]*$", text)
      assert.equal(2, status)
    end
  end)

  matrix("says in each engine what went wrong before the specs", true, function()
    local text, status = run("--engine=lua54 -e 'error(\"early\")' " .. write("a_spec.lua", "it('x', function() end)"))
    assert.matches("the statement given with %-%-execute fails: [^\n]*early", text)
    assert.equal("0 passed, 1 failed, 0 skipped", last_line(text))
    assert.equal(1, status)
  end)

  matrix("takes engines and jobs from .busted", true, function()
    write(".busted", "return { _all = { engine = 'lua54,texlua', jobs = 1 } }")
    write("a_spec.lua", "it('x', function() end)")
    assert.equal("2 passed, 0 failed, 0 skipped", last_line((run("-C " .. folder .. " ."))))
  end)

  matrix("goes to a folder once", true, function()
    shell.read("mkdir " .. folder .. "/inner")
    write("inner/a_spec.lua", "it('x', function() end)")
    for _, option in ipairs { "-C ", "-C", "--directory=", "--directory " } do
      local command = "cd " .. shell.quote(folder) .. " && " .. moonwire.absolute() .. " spec --engine=lua54 " .. option .. "inner ."
      assert.equal("1 passed, 0 failed, 0 skipped", last_line((shell.read("{ " .. command .. "; } 2>&1"))))
    end
  end)

  describe("with --output", function()
    -- stdout alone, and the status
    local function output(format, source, environment)
      local command = "env -u CI " .. (environment or "") .. " " .. moonwire.command .. " spec --engine=lua54,texlua -o " .. format
      return shell.read(command .. " " .. write("a_spec.lua", source) .. " 2> /dev/null < /dev/null")
    end

    local SOURCE = "it('x', function() assert.equal('Lua 5.4', _VERSION) end) pending('y')\n"
      .. "describe('d', function() setup(function() error('broken') end) it('never', function() end) end)"

    matrix("TAP numbers the tests of all engines, and names the engine of each", true, function()
      local text, status = output("TAP", SOURCE)
      local path = folder .. "/a_spec.lua"
      assert.matches("^ok 1 %- lua54: " .. path .. ": x\nok 2 %- lua54: " .. path .. ": y # SKIP \nnot ok 3 %- lua54: "
        .. path .. ": d setup\n", text)
      assert.matches("not ok 4 - texlua: " .. path .. ": x\n# " .. path .. " @ 1\n# Failure message: ", text, 1, true)
      assert.matches("\n1..6\n\n1 passed, 3 failed, 2 skipped", text, 1, true)
      assert.equal(1, status)
    end)

    matrix("json gives one object", true, function()
      local json = require "json"
      local results = json.decode((output("json", SOURCE)))
      local path = folder .. "/a_spec.lua"
      assert.equal("lua54: " .. path .. ": x", results.successes[1].name)
      assert.equal(2, #results.pendings)
      assert.equal("texlua: " .. path .. ": x", results.failures[1].name)
      assert.equal(1, results.failures[1].trace.currentline)
      assert.same({ "lua54: " .. path .. ": d setup", "texlua: " .. path .. ": d setup" },
        { results.errors[1].name, results.errors[2].name })
    end)

    matrix("junit gives one document", true, function()
      local text = output("junit", SOURCE)
      assert.matches('^<%?xml version="1.0" encoding="UTF%-8"%?>\n<testsuites tests="6" errors="2" failures="1" skip="2" ', text)
      assert.matches('<testcase classname="' .. folder .. '/a_spec.lua:1" name="texlua: ' .. folder .. '/a_spec.lua: x"', text, 1, true)
      assert.matches("</testsuites>$", text)
    end)

    matrix("has the test in which an engine died", true, function()
      local text = output("TAP", "it('dies', function()\n"
        .. "if _VERSION == 'Lua 5.3' then os.execute('kill -9 $PPID') while true do end end end)")
      assert.matches("ok 1 %- lua54: [^\n]*dies\nnot ok 2 %- texlua: [^\n]*dies\n[^\n]*\n# Failure message: it ended in the test", text)
    end)

    matrix("has a test that is missing in an engine as an error", true, function()
      local text, status = output("TAP", "if _VERSION == 'Lua 5.4' then it('x', function() end) end it('y', function() end)")
      assert.matches("not ok 4 - " .. folder .. "/a_spec.lua: x\n# Failure message: passes in lua54; is not run in texlua\n1..4\n",
        text, 1, true)
      assert.matches("3 passed, 1 failed, 0 skipped$", text)
      assert.equal(1, status)
    end)

    matrix("has an engine that is not installed as an error, with CI=true", true, function()
      shell.read("ln -s /usr/bin/env " .. folder .. "/env; ln -s $(command -v lua5.4) $(command -v sh) $(command -v readlink)"
        .. " $(command -v mktemp) $(command -v nproc) $(command -v mkdir) $(command -v timeout) $(command -v sleep)"
        .. " $(command -v mv) $(command -v rm) $(command -v rmdir) " .. folder)
      local text = output("TAP", "it('x', function() end)", "CI=true PATH=" .. folder)
      assert.matches("ok 1 %- lua54: [^\n]*: x\nnot ok 2 %- texlua\n# Failure message: not installed: ", text)
    end)

    matrix("of a terminal shows the table", true, function()
      assert.matches("^engine +Lua ", (output("plainTerminal", SOURCE)))
    end)

    matrix("refuses a module's", true, function()
      local text, status = run("--engine=lua54 -o some.module " .. folder)
      assert.equal("moonwire spec: --output=some.module is for one engine; with --engine there are TAP, json and junit", text)
      assert.equal(2, status)
    end)
  end)

  matrix("lists each test once, with the engines that have it where not all have", true, function()
    local path = write("a_spec.lua", "it('x', function() error('runs') end)\nif _VERSION == 'Lua 5.4' then it('y', function() end) end")
    local text, status = run("--engine=lua54,texlua --list " .. path)
    assert.equal(path .. ":1: x\n" .. path .. ":2: y  (only in lua54)", text)
    assert.equal(0, status)
    text, status = run("--engine=lua54,texlua --list " .. write("b_spec.lua", "it("))
    assert.matches("^moonwire spec: in lua54: [^\n]*\nmoonwire spec: in texlua: [^\n]*$", text)
    assert.equal(1, status)
  end)

  describe("in a document", function()
    local function document(name, body)
      matrix(name, true, function()
        if not shell.which("context") or not shell.which("texlua") then return pending("ConTeXt MkIV is not installed") end
        body()
      end)
    end

    document("typesets a page around the specs", function()
      local path = write("a_spec.lua", "it('x', function()\n"
        .. "  local context = rawget(_G, 'context')\n"
        .. "  assert.is_true(tex.count.realpageno >= 1)\n"
        .. "  context('typeset by a spec')\nend)")
      local text, status = run("--engine=mkiv " .. path)
      assert.equal("1 passed, 0 failed, 0 skipped", last_line(text))
      assert.equal(0, status)
    end)

    document("shows TeX's own message when the document fails after the specs", function()
      local text, status = run("--engine=mkiv "
        .. write("a_spec.lua", "it('x', function() rawget(_G, 'context')('\\\\undefinedmacro') end)"))
      assert.matches("Undefined control sequence", text)
      assert.equal("1 passed, 1 failed, 0 skipped", last_line(text))
      assert.equal(1, status)
    end)

    document("is an error where it ends early, with status 0 though", function()
      local path = write("a_spec.lua", "it('x', function() rawget(_G, 'context')('\\\\ctxlua{os.exit(0)}') end)")
      local text, status = run("--engine=mkiv " .. path)
      assert.matches("the document was not typeset to its end", text)
      assert.equal("1 passed, 1 failed, 0 skipped", last_line(text))
      assert.equal(1, status)
    end)

    document("is MkIV's also where LMTX comes first on the PATH", function()
      local lmtx = os.getenv("MOONWIRE_LMTX") or ".cache/lmtx/bin"
      if not shell.which(lmtx .. "/luametatex") then return pending("LMTX is not installed") end
      local text = run("--engine=mkiv " .. write("a_spec.lua", "it('x', function() end)"), "PATH=$PWD/" .. lmtx .. ":" .. lmtx .. ":$PATH")
      assert.matches("mkiv +5.3 +1 +0 +0 +0", text)
    end)

    document("keeps what specs print, and TeX's noise, out of the report", function()
      local text = run("--engine=mkiv " .. write("a_spec.lua", "it('x', function() print('printed') end)"))
      assert.does_not.match("printed", text)
      assert.does_not.match("LuaTeX", text)
    end)

    document("runs where the command was called", function()
      write("a_spec.lua", "it('x', function() assert.equal(5, dofile('five.lua')) end)")
      write("five.lua", "return 5")
      assert.equal("1 passed, 0 failed, 0 skipped", last_line((run("-C " .. folder .. " --engine=mkiv a_spec.lua"))))
    end)
  end)

  matrix("shows the bug of the example", true, function()
    if not shell.which(".cache/lmtx/bin/luametatex") and not os.getenv("MOONWIRE_LMTX") then return pending("LMTX is not installed") end
    local text, status = run("--engine=lua54,luametatex --lpath 'examples/specs/?.lua' examples/specs")
    assert.matches("3 tests differ between engines", text)
    assert.matches("passes in lua54; is not run in luametatex", text)
    assert.matches("attempt to assign to const variable 'first'", text)
    assert.equal(1, status)
  end)
end)
