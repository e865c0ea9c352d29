-- The command `moonwire spec`, as it is called from a shell.
local engine = require "moonwire.engine"
local moonwire = require "spec.support.moonwire"
local shell = require "spec.support.shell"

local folder

-- Writes a file into the folder of the test.
local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(text)
  file:close()
  return folder .. "/" .. name
end

local function run(arguments)
  return moonwire.run("spec " .. arguments)
end

local function last_line(text) return text:match("([^\n]*)$") end

-- A test of the command line.
local function command(name, body)
  it(name, function()
    if not moonwire.command then return pending(moonwire.reason) end
    folder = shell.read("mktemp -d")
    finally(function() os.execute("rm -rf " .. shell.quote(folder)) end)
    body()
  end)
end

describe("moonwire spec", function()
  command("ends with the totals and status 0 where nothing fails", function()
    local text, status = run(write("a_spec.lua", "it('x', function() end) pending('y')"))
    assert.equal("1 passed, 0 failed, 1 skipped", last_line(text))
    assert.equal(0, status)
  end)

  command("has status 1 where a test fails", function()
    local text, status = run(write("a_spec.lua", "it('x', function() assert.equal(1, 2) end) it('y', function() error() end)"))
    assert.equal("0 passed, 2 failed, 0 skipped", last_line(text))
    assert.equal(1, status)
  end)

  command("shows failures with place and traceback", function()
    local path = write("a_spec.lua", "local function f() error('deep') end\nit('x', function()\n  f()\nend)")
    local text = run(path)
    assert.matches("Error -> " .. path .. " @ 2\nx\n" .. path .. ":1: deep\nstack traceback:", text, 1, true)
    assert.matches(path .. ":3: in", text, 1, true)
  end)

  command("finds files by name, in folders of folders, in order", function()
    shell.read("mkdir -p " .. folder .. "/b " .. folder .. "/.hidden")
    write("b/one_spec.lua", "it('one', function() end)")
    write("a_spec.lua", "it('a', function() end)")
    write("c.lua", "it('not found', function() end)")
    write(".hidden/x_spec.lua", "it('hidden', function() end)")
    local text = run("-o TAP " .. folder)
    assert.matches("ok 1 - a\nok 2 - one\n1..2", text, 1, true)
  end)

  command("finds files by a pattern of one's own", function()
    write("a_test.lua", "it('a', function() end)")
    write("a_spec.lua", "it('b', function() end)")
    assert.matches("ok 1 - a\n1..1", run("-o TAP --pattern=_test " .. folder), 1, true)
  end)

  describe("with a mistake of its user", function()
    local function refuses(name, arguments, words, expected_status)
      command(name, function()
        local text, status = run((arguments:gsub("FOLDER", function() return folder end)))
        assert.matches(words, text)
        assert.equal(expected_status, status)
      end)
    end

    refuses("names an unknown option", "--nonsense", "^moonwire spec: unknown option %-%-nonsense[^\n]*$", 2)
    refuses("says why an option of busted's is not there", "--coverage",
      "^moonwire spec: there is no %-%-coverage here: it needs luacov[^\n]*$", 2)
    refuses("names an option without its value", "--pattern", "^moonwire spec: %-%-pattern takes a value[^\n]*$", 2)
    refuses("names a value that is no number", "--timeout=soon", "takes a number, not 'soon'$", 2)
    refuses("names a number of jobs that is none", "--engine=lua54 --jobs=0", "%-%-jobs takes a whole number, 1 or more, not 0$", 2)
    refuses("names a time limit that is none", "--timeout=-1", "%-%-timeout takes seconds, 0 or more, not %-1$", 2)
    refuses("names a pattern that is none", "--filter=[ FOLDER", "%-%-filter=%[ is no Lua pattern: malformed", 2)
    refuses("names an unknown engine", "--engine=lua99", "there is no engine 'lua99'[^\n]*$", 2)
    refuses("names an engine given twice", "--engine=lua54,lua54", "names lua54 twice$", 2)
    refuses("names an engine given beside all", "--engine=lua54,all", "names lua54 twice$", 2)
    refuses("names an unknown output", "-o nonsense FOLDER", "there is no output 'nonsense'", 2)
    refuses("names a tag both wanted and excluded", "-t a --exclude-tags=a FOLDER", "the tag a is both wanted and excluded$", 2)
    refuses("names a folder to go to that is not there", "-C /nowhere", "cannot go to /nowhere", 2)
    refuses("names a configuration that is not there", "-f /nowhere/x", "cannot read the configuration", 2)
    refuses("names an entry that the configuration has not", "-r nonsense -f .busted", "has no entry 'nonsense'$", 2)
    refuses("says when a folder has no specs", "FOLDER", "no file in [^\n]* has a name that matches _spec", 1)
  end)

  command("names a path that is not there, and runs the others", function()
    local text, status = run("/nowhere " .. write("a_spec.lua", "it('x', function() end)"))
    assert.matches("no such file or folder: /nowhere", text, 1, true)
    assert.equal("1 passed, 1 failed, 0 skipped", last_line(text))
    assert.equal(1, status)
  end)

  command("names a file with a syntax error, and runs the others", function()
    write("a_spec.lua", "it('x' function() end)")
    write("b_spec.lua", "it('x', function() end)")
    local text, status = run(folder)
    assert.matches("a_spec.lua:1: ", text, 1, true)
    assert.equal("1 passed, 1 failed, 0 skipped", last_line(text))
    assert.equal(1, status)
  end)

  command("names a failing configuration", function()
    local text, status = run("-f " .. write("config", "return 1") .. " " .. folder)
    assert.matches("returns no table", text)
    assert.equal(2, status)
  end)

  describe("with a .busted file", function()
    local function refuses(name, source, words)
      command(name, function()
        write(".busted", source)
        local text, status = run("-C " .. folder .. " .")
        assert.matches("^moonwire spec: " .. words .. "[^\n]*$", text)
        assert.equal(2, status)
      end)
    end

    refuses("names a syntax error", "return {", "the configuration is no Lua: .busted:1: ")
    refuses("names an entry that is no table", "return { default = 5 }", ".busted: the entry 'default' is no table")
    refuses("names a number that is none", "return { _all = { timeout = 'soon' } }", ".busted: %-%-timeout takes a number, not 'soon'")
    refuses("names a number that is too small", "return { _all = { ['repeat'] = 0 } }", ".busted: %-%-repeat takes a whole number")
    refuses("names a text that is none", "return { _all = { helper = {} } }", ".busted: helper is a table there, not text")
    refuses("names a list with something else in it", "return { _all = { tags = { {} } } }", ".busted: tags is a table there, not text")
  end)

  command("names a helper that is no module", function()
    local text, status = run("--helper=nowhere " .. folder)
    assert.equal("moonwire spec: the helper nowhere fails: there is no module 'nowhere' on package.path", text)
    assert.equal(2, status)
  end)

  describe("chooses tests", function()
    local SOURCE = [[
      describe("one #fast", function()
        it("a", function() end)
        it("b #slow", function() end)
      end)
      it("c", function() end)]]

    local function chooses(arguments, expected)
      command("by " .. arguments, function()
        local text = run("-o TAP " .. arguments .. " " .. write("a_spec.lua", SOURCE))
        local names = {}
        for name in text:gmatch("ok %d+ %- ([^\n]*)") do names[#names + 1] = name end
        assert.same(expected, names)
      end)
    end

    chooses("--tags=fast", { "one #fast a", "one #fast b #slow" })
    chooses("-t slow,other", { "one #fast b #slow" })
    chooses("--exclude-tags=slow", { "one #fast a", "c" })
    chooses("--exclude-tags=fast", { "c" })
    chooses("--filter=' a$'", { "one #fast a" })
    chooses("--filter-out=one", { "c" })
    chooses("--name=c", { "c" })
  end)

  command("lists tests", function()
    local path = write("a_spec.lua", "describe('x', function() setup(error)\nit('y', function() error('never') end) end)")
    assert.equal(path .. ":2: x y", (run("--list " .. path)))
  end)

  command("stops at the first failure", function()
    local path = write("a_spec.lua", "it('x', function() error() end) it('y', function() end)")
    assert.equal("0 passed, 1 failed, 0 skipped", last_line((run("-k " .. path))))
    assert.equal("0 passed, 1 failed, 0 skipped", last_line((run("--no-keep-going " .. path))))
  end)

  command("repeats", function()
    local path = write("a_spec.lua", "it('x', function() io.write('<x>') end)")
    local _, count = run("--repeat=3 " .. path):gsub("<x>", "")
    assert.equal(3, count)
  end)

  command("orders by a seed", function()
    local path = write("a_spec.lua", "for i = 1, 9 do it(tostring(i), function() end) end")
    local first = run("-o TAP --shuffle --seed=5 " .. path)
    assert.equal(first, (run("-o TAP --shuffle --seed=5 " .. path)))
    assert.is_not.equal(first, (run("-o TAP " .. path)))
  end)

  command("has a time limit", function()
    local text = run("--timeout=0.1 " .. write("a_spec.lua", "it('x', function() while true do end end)"))
    assert.matches("the time limit of 0.1 s is over", text)
  end)

  command("runs a helper with arguments", function()
    local helper = write("helper.lua", "_G.helped = arg[1] .. arg[2]")
    local path = write("a_spec.lua", "it('x', function() assert.equal('ab', helped) end)")
    assert.equal("1 passed, 0 failed, 0 skipped", last_line((run("--helper=" .. helper .. " -Xhelper a,b " .. path))))
  end)

  command("names a helper that fails", function()
    local text, status = run("--helper=" .. write("helper.lua", "error('inside')") .. " " .. folder)
    assert.matches("^moonwire spec: the helper .* fails: .*inside", text)
    assert.equal(2, status)
  end)

  command("runs statements", function()
    local path = write("a_spec.lua", "it('x', function() assert.equal(5, said) end)")
    assert.equal("1 passed, 0 failed, 0 skipped", last_line((run("-e 'said = 5' " .. path))))
  end)

  command("puts a path in front of package.path", function()
    write("mine.lua", "return 'mine'")
    local path = write("a_spec.lua", "it('x', function() assert.equal('mine', require 'mine') end)")
    assert.equal("1 passed, 0 failed, 0 skipped", last_line((run("-m '" .. folder .. "/?.lua' " .. path))))
  end)

  command("reads .busted", function()
    write(".busted", "return { _all = { pattern = '_test' }, default = { tags = 'a' }, other = { tags = { 'b' } } }")
    write("x_test.lua", "it('#a', function() end) it('#b', function() end)")
    assert.matches("ok 1 - #a\n1..1", run("-C " .. folder .. " -o TAP ."), 1, true)
    assert.matches("ok 1 - #b\n1..1", run("-C " .. folder .. " -o TAP --run=other ."), 1, true)
    assert.matches("ok 1 - #b\n1..1", run("-C " .. folder .. " -o TAP -t b ."), 1, true)
  end)

  command("keeps a test from ending the run", function()
    local text = run(write("a_spec.lua", "it('x', function() os.exit(0) end) it('y', function() end)"))
    assert.matches("would end the whole run", text)
    assert.equal("1 passed, 1 failed, 0 skipped", last_line(text))
  end)

  command("ends what a test waits for in a C function, or else the run", function()
    if engine ~= "lua54" then return pending("tried once, under lua5.4") end
    local text, status = run("--timeout=1 " .. write("a_spec.lua", [[
      it("waits for a process", function() os.execute("sleep 60; true") end)
      it("goes on", function() end)
      it("waits for nobody", function()
        local server = require("socket").bind("127.0.0.1", 0)
        server:accept()
      end)]]))
    assert.matches("^%-%+\nmoonwire spec: ended after %d+ seconds in a C function: waits for nobody\n1 passed, 2 failed, 0 skipped", text)
    assert.not_equal(0, status)
  end)

  command("writes JSON alone on stdout", function()
    local path = write("a_spec.lua", "it('x', function() end) it('\\255\\0\"', function() error('\\1\\n') end)")
    local json = require "json"
    local decoded = json.decode((run("-o json " .. path .. " 2> /dev/null")))
    assert.equal("x", decoded.successes[1].name)
    assert.equal("ÿ\0\"", decoded.errors[1].name)
    assert.matches("\1\n$", decoded.errors[1].message)
  end)

  command("writes JUnit's XML alone on stdout", function()
    local path = write("a_spec.lua", "it('<x>', function() end) it('y', function() error('a & b') end) pending('z')")
    local text = run("-o junit " .. path .. " 2> /dev/null")
    assert.matches('^<%?xml version="1.0" encoding="UTF%-8"%?>\n<testsuites tests="3" errors="1" failures="0" skip="1"', text)
    assert.matches('name="&lt;x&gt;"', text, 1, true)
    assert.matches("a &amp; b", text, 1, true)
  end)

  command("writes TAP", function()
    local text = run("-o TAP " .. write("a_spec.lua",
      "it('x', function() end) it('y', function() assert(false, 'no') end) it('z', function() pending('later') end)"))
    assert.matches("^ok 1 %- x\nnot ok 2 %- y\n", text)
    assert.matches("\nok 3 %- z # SKIP .*later\n1%.%.3\n", text)
  end)

  command("takes an output of one's own", function()
    write("mine.lua", [[
      return function()
        local busted = require "busted"
        local handler = require "busted.outputHandlers.base"()
        busted.subscribe({ "suite", "end" }, function()
          io.write("MINE ", handler.successesCount, " ", handler.getFullName(handler.successes[1].element), "\n")
          return nil, true
        end)
        return handler
      end]])
    local path = write("a_spec.lua", "it('x', function() end)")
    assert.matches("MINE 1 x", run("-o mine -m '" .. folder .. "/?.lua' " .. path))
  end)

  -- luametatex answers --help itself, wherever it stands.
  command("tells its options", function()
    local text, status = run("-h")
    assert.matches("%-%-engine=NAME", text)
    assert.equal(0, status)
  end)
end)
