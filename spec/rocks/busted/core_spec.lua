-- The runner itself: specs run by a runner inside the running one.
local clock = require "busted.portable.clock"
local core = require "busted.portable.core"
local results_of = require "busted.portable.results"

local files = {}

-- Runs sources as spec files; gives the results and the runner.
local function run(sources, options)
  local runner = core.new(options)
  local results = results_of.new(runner)
  for _, source in ipairs(type(sources) == "table" and sources or { sources }) do
    local path = os.tmpname()
    files[#files + 1] = path
    local file = assert(io.open(path, "wb"))
    file:write(source)
    file:close()
    runner.load(path)
  end
  runner.run()
  return results, runner
end

local function names(entries)
  local list = {}
  for i, entry in ipairs(entries) do list[i] = entry.name end
  return list
end

describe("the runner", function()
  after_each(function()
    for _, path in ipairs(files) do os.remove(path) end
    files = {}
  end)

  describe("loading files", function()
    it("reports a syntax error and runs the other files", function()
      local results = run { "it('x' function() end)", "it('runs', function() end)" }
      assert.equal(1, results.errorsCount)
      assert.matches("expected near", results.errors[1].message)
      assert.same({ "runs" }, names(results.successes))
    end)

    it("reports an error at a file's top level and runs the other files", function()
      local results = run { "it('never', function() end) error('top')", "it('runs', function() end)" }
      assert.matches(":1: top$", results.errors[1].message)
      assert.same({ "runs" }, names(results.successes))
    end)

    it("reports a file that is not there", function()
      local runner = core.new()
      local results = results_of.new(runner)
      assert.is_false(runner.load("/nowhere/x_spec.lua"))
      assert.matches("/nowhere/x_spec.lua", results.errors[1].message)
    end)

    it("skips a byte order mark and a first line for the shell", function()
      local results = run { "\239\187\191it('a', function() end)", "#!/usr/bin/env busted\nit('b', function() end)" }
      assert.same({ "a", "b" }, names(results.successes))
    end)
  end)

  describe("globals", function()
    it("and loaded modules are put back after each file", function()
      local results = run {
        "_G.leak = 1 package.loaded.leak = true package.loaded.string = nil it('sets', function() end)",
        "it('sees none', function() assert.is_nil(leak) assert.is_nil(package.loaded.leak) assert.equal(string, require 'string') end)",
      }
      assert.same({ "sets", "sees none" }, names(results.successes))
      assert.is_nil(rawget(_G, "leak"))
    end)

    it("stay with insulate switched off", function()
      finally(function() rawset(_G, "leak", nil) end)
      local results = run({ "_G.leak = 1", "it('sees it', function() assert.equal(1, leak) end)" }, { insulate = false })
      assert.same({ "sees it" }, names(results.successes))
    end)

    it("that are false are seen as false", function()
      local results = run "flag = true describe('d', function() flag = false it('x', function() assert.is_false(flag) end) end)"
      assert.equal(1, results.successesCount)
    end)
  end)

  -- By a clock of its own, since the machine may be slow: each look at it takes a millisecond, and wait() longer.
  describe("a time limit", function()
    local now, tick

    before_each(function()
      now, tick = clock.tick(), clock.tick
      clock.tick = function()
        now = now + 0.001
        return now
      end
      rawset(_G, "wait", function(seconds) now = now + seconds end)
    end)
    after_each(function()
      clock.tick = tick
      rawset(_G, "wait", nil)
    end)

    it("fails a test that never ends, and goes on", function()
      local results = run("it('hangs', function() while true do end end) it('runs', function() end)", { timeout = 1 })
      assert.same({ "hangs" }, names(results.failures))
      assert.matches(":1: the time limit of 1 s is over", results.failures[1].message)
      assert.same({ "runs" }, names(results.successes))
    end)

    it("gives a traceback of the hung code", function()
      local results = run("local function spin() while true do end end\nit('hangs', function()\nspin() end)", { timeout = 1 })
      assert.matches(":1: in.*:3: in", results.failures[1].trace.traceback)
    end)

    it("cannot be caught", function()
      local results = run("it('catches', function() while true do pcall(function() while true do end end) end end)", { timeout = 1 })
      assert.same({ "catches" }, names(results.failures))
    end)

    it("cannot be caught by who has caught it in a coroutine", function()
      local results = run("local function spin() while true do end end it('catches', function()"
        .. " coroutine.resume(coroutine.create(spin)) while true do pcall(spin) end end)", { timeout = 1 })
      assert.same({ "catches" }, names(results.failures))
    end)

    it("holds in coroutines", function()
      local results = run("it('hangs', function() local co = coroutine.create(function() while true do end end)"
        .. " assert(coroutine.resume(co)) end)", { timeout = 1 })
      assert.equal(1, results.failuresCount)
    end)

    it("holds in wrapped coroutines", function()
      local results = run("it('hangs', function() coroutine.wrap(function() while true do end end)() end)", { timeout = 1 })
      assert.equal(1, results.failuresCount)
    end)

    it("is an error in a helper", function()
      local results = run("before_each(function() while true do end end) it('never', function() end)", { timeout = 1 })
      assert.equal(1, results.errorsCount)
      assert.equal(0, results.successesCount)
    end)

    it("is each block's own", function()
      local results = run("before_each(function() wait(0.6) end) it('a', function() wait(0.6) end)", { timeout = 1 })
      assert.equal(1, results.successesCount)
    end)

    it("fails a test that comes to its end too late", function()
      local results = run("it('waits', function() wait(1.5) end)", { timeout = 1 })
      assert.same({ "waits" }, names(results.failures))
      assert.matches("the time limit of 1 s is over$", results.failures[1].message)
    end)

    it("fails a loop that does little but wait, soon after", function()
      local start = now
      local results = run("it('polls', function() while true do wait(0.5) end end)", { timeout = 10 })
      assert.same({ "polls" }, names(results.failures))
      assert.is_true(now - start < 15)
    end)

    it("fails such a loop after much that took no time", function()
      local start = now
      local results = run("it('polls', function() local n = 0 for i = 1, 1e5 do n = n + i end while true do wait(0.1) end end)",
        { timeout = 5 })
      assert.same({ "polls" }, names(results.failures))
      assert.is_true(now - start < 15)
    end)

    it("leaves the code after the run alone", function()
      run("it('hangs', function() while true do end end)", { timeout = 1 })
      clock.tick = tick
      local n = 0
      for i = 1, 3000000 do n = n + i % 2 end
      assert.equal(1500000, n)
    end)
  end)

  describe("a test that replaces what the runner might need", function()
    local function survives(code)
      local results = run { "it('replaces', function() " .. code .. " end)", "it('goes on', function() assert.same({ 1 }, { 1 }) end)"
        .. "it('fails', function() assert.equal(1, 2) end)" }
      assert.same({ "replaces", "goes on" }, names(results.successes))
      assert.same({ "fails" }, names(results.failures))
    end

    it("print, error, assert, type and pcall", function()
      survives "_G.print, _G.error, _G.assert, _G.type, _G.pcall = nil, nil, nil, nil, nil"
    end)
    it("pairs, next, select, tostring, setmetatable, getmetatable, rawget, xpcall", function()
      survives "local g = _G g.pairs, g.next, g.select, g.tostring, g.setmetatable, g.getmetatable, g.rawget, g.xpcall = nil"
    end)
    it("whole libraries", function()
      survives "local g = _G g.string, g.table, g.math, g.debug, g.coroutine, g.io, g.os, g.package, g.load = nil"
    end)
    it("functions in libraries", function()
      survives [[local t, s = table, string
        local a, b, c, d, e, f = t.insert, t.remove, t.concat, s.format, s.gsub, s.find
        finally(function() t.insert, t.remove, t.concat, s.format, s.gsub, s.find = a, b, c, d, e, f end)
        t.insert, t.remove, t.concat, s.format, s.gsub, s.find = nil]]
    end)
    it("the metatable of globals", function()
      survives "setmetatable(_G, { __index = function(_, k) error('strict ' .. tostring(k), 2) end })"
    end)
  end)

  describe("an error value", function()
    local function message_of(code)
      return run("it('x', function() " .. code .. " end)").errors[1].message
    end
    it("that is nil is said to be nil", function() assert.matches("Nil error", message_of "error(nil)") end)
    it("that is a table is shown", function() assert.matches("%[code%] = 5", message_of "error { code = 5 }") end)
    it("that is cyclic is shown", function() assert.matches("recursive", message_of "local t = {} t.t = t error(t)") end)
    it("with a __tostring that raises is named", function()
      assert.matches("table", message_of "error(setmetatable({}, { __tostring = function() error 'x' end }))")
    end)
    it("with a __tostring that gives no string is named", function()
      assert.matches("table", message_of "error(setmetatable({}, { __tostring = function() return {} end }))")
    end)
    it("with a locked metatable is shown", function()
      assert.matches("1", message_of "error(setmetatable({ 1 }, { __metatable = false }))")
    end)
    it("with an __index that raises is shown", function()
      assert.matches("1", message_of "error(setmetatable({ 1 }, { __index = function() error 'x' end }))")
    end)
    it("that is userdata is named", function() assert.matches("file", message_of "error(io.stdout)") end)
    it("that comes out of a tail call stands at the test", function()
      local results = run("\n\nit('x', function() return pending('later') end)")
      assert.matches("^[^\n]*:3: later$", results.pendings[1].message)
    end)
    it("that the runner cannot show is an error all the same", function()
      local results = run [[
        it('x', function()
          local meta = getmetatable('')
          local raise = error
          meta.__tostring = function() raise() end
          require('busted').subscribe({ 'error', 'it' }, function() meta.__tostring = nil return nil, true end, { priority = 1 })
          raise('shown')
        end)
        it('y', function() end)]]
      assert.same({ "x" }, names(results.errors))
      assert.same({ "y" }, names(results.successes))
    end)
    it("of a stack overflow is the stack overflow", function()
      assert.matches("stack overflow", message_of "local function f() return 1 + f() end f()")
    end)
  end)

  describe("order", function()
    local source = "for _, n in ipairs { 'c', 'a', 'b', 'd' } do it(n, function() end) end"

    it("is that of the file", function()
      assert.same({ "c", "a", "b", "d" }, names(run(source).successes))
    end)
    it("is by name on demand", function()
      assert.same({ "a", "b", "c", "d" }, names(run(source, { sort_tests = true }).successes))
    end)
    it("is the same for the same seed", function()
      local first = names(run(source, { shuffle_tests = true, seed = 7 }).successes)
      assert.same(first, names(run(source, { shuffle_tests = true, seed = 7 }).successes))
    end)
    it("is random where a block says so", function()
      local results = run("describe('r', function() randomize(5) for i = 1, 20 do it(tostring(i), function() end) end end)")
      local list = names(results.successes)
      assert.equal(20, #list)
      assert.is_not.equal("r 1 r 2 r 3 r 4 r 5 r 6 r 7 r 8", table.concat(list, " ", 1, 8))
    end)
    it("of files is by name on demand", function()
      local results = run({ "it('x', function() end)", "it('y', function() end)" }, { sort_files = true })
      assert.equal(2, results.successesCount)
    end)
  end)

  it("stops at the first failure on demand", function()
    local results = run("it('a', function() end) it('b', function() error('b') end) it('c', function() end)", { keep_going = false })
    assert.same({ "a" }, names(results.successes))
    assert.equal(1, results.errorsCount)
  end)

  it("does not let a test end the process", function()
    local exit = os.exit
    local results = run("it('leaves', function() os.exit(0) end) it('stays', function() end)")
    assert.same({ "leaves" }, names(results.errors))
    assert.same({ "stays" }, names(results.successes))
    assert.equal(exit, os.exit)
  end)

  it("stops at Ctrl-C, which Lua raises as an error", function()
    local results = run("it('a', function() error('interrupted!') end) it('b', function() end)")
    assert.equal(1, results.errorsCount)
    assert.equal(0, results.successesCount)
  end)

  it("goes on after an error that only speaks of an interruption", function()
    local results = run("it('a', function() error('the transfer was interrupted!') end) it('b', function() end)")
    assert.same({ "b" }, names(results.successes))
  end)

  it("runs again on demand", function()
    local results, runner = run("setup(function() n = (n or 0) + 1 end) it('a', function() assert.equal(1, n) end)", { runs = 3 })
    assert.equal(1, results.successesCount)
    assert.is_table(runner.api)
  end)

  it("counts each of the runs", function()
    local starts = 0
    local runner = core.new { runs = 3 }
    runner.subscribe({ "suite", "start" }, function() starts = starts + 1 return nil, true end)
    runner.run()
    assert.equal(3, starts)
  end)

  it("takes lazy setup for setup on demand", function()
    local results = run("setup(function() error('never') end)", { lazy = true })
    assert.equal(0, results.errorsCount)
  end)

  it("gives one function a global of its own", function()
    if not debug.upvaluejoin then return pending("bindfenv needs debug.upvaluejoin") end
    local results = run [[
      it("x", function()
        local function own() return bound, type end
        local function other() return bound end
        require("busted").bindfenv(own, "bound", 5)
        assert.same({ 5, type }, { own() })
        assert.is_nil(other())
        local callable = setmetatable({}, { __call = function() return bound end })
        require("busted").bindfenv(callable, "bound", 6)
        assert.equal(6, callable())
      end)]]
    assert.same({ "x" }, names(results.successes))
  end)

  it("says so where no function can be given one", function()
    if debug.upvaluejoin then return pending("this engine has debug.upvaluejoin") end
    assert.has_error(function() require("busted").bindfenv(function() end, "x", 1) end,
      "bindfenv needs debug.upvaluejoin, which this engine does not have")
  end)

  it("gives specs its own busted, luassert and say", function()
    local results = run([[
      local busted, luassert = require "busted", require "luassert"
      busted.describe("x", function()
        busted.it("uses them", function()
          luassert.equal("function", type(busted.subscribe))
          luassert.equal(luassert, require "luassert.assert")
          luassert.is_function(require "busted.runner")
          luassert.equal("x", (require "say")("no such key") or "x")
        end)
      end)]])
    assert.same({ "x uses them" }, names(results.successes))
  end)

  it("tells subscribers what happens", function()
    local heard = {}
    local runner = core.new()
    for _, channel in ipairs { { "suite", "start" }, { "test", "start" }, { "test", "end" }, { "suite", "end" }, { "exit" } } do
      runner.subscribe(channel, function()
        heard[#heard + 1] = table.concat(channel, " ")
        return nil, true
      end)
    end
    local path = os.tmpname()
    files[#files + 1] = path
    local file = assert(io.open(path, "w"))
    file:write("it('x', function() end)")
    file:close()
    runner.load(path)
    runner.run()
    assert.same({ "suite start", "test start", "test end", "suite end", "exit" }, heard)
  end)
end)

describe("messages of assertions", function()
  local luassert = require("busted.portable.luassert").new()

  local function message_of(run_it)
    local ok, err = pcall(run_it)
    assert.is_false(ok)
    return tostring(err)
  end

  it("say where tables differ", function()
    local message = message_of(function()
      luassert.assert.same({ servers = { { port = 1 }, { port = 2 } } }, { servers = { { port = 1 }, { port = 3 } } })
    end)
    assert.matches("They differ at .servers[2].port: passed in (number) 3, expected (number) 2", message, 1, true)
  end)

  it("mark the keys that lead there", function()
    assert.matches("\n %*%[b%] = 2", message_of(function() luassert.assert.same({ a = 1, b = 1 }, { a = 1, b = 2 }) end))
  end)

  it("name keys that are no names", function()
    assert.matches('[true]["a b"]', message_of(function()
      luassert.assert.same({ [true] = { ["a b"] = 1 } }, { [true] = { ["a b"] = 2 } })
    end), 1, true)
  end)

  it("tell integers from floats", function()
    local message = message_of(function() luassert.assert.same({ 1 }, { 1.5 }) end)
    assert.matches("passed in (number) 1.5, expected (number) 1", message, 1, true)
    assert.matches("(number) 2.0", message_of(function() luassert.assert.equal("x", 2.0) end), 1, true)
  end)

  it("show NaN and infinity alike in every engine", function()
    local message = message_of(function() luassert.assert.equal(0 / 0, 1 / 0) end)
    assert.matches("(number) Inf", message, 1, true)
    assert.matches("(number) NaN", message, 1, true)
  end)

  it("show numbers so that they read back", function()
    assert.matches("(number) 0.1\n", message_of(function() luassert.assert.equal(1, 0.1) end), 1, true)
    assert.matches("(number) 0.30000000000000004", message_of(function() luassert.assert.equal(1, 0.1 + 0.2) end), 1, true)
  end)

  it("end for cyclic tables", function()
    local t = {}
    t.t = t
    assert.matches("{ ... recursive }", message_of(function() luassert.assert.equal(1, t) end), 1, true)
  end)

  it("stop at the level of the parameter", function()
    assert.matches("{ ... more }", message_of(function() luassert.assert.equal(1, { { { { {} } } } }) end), 1, true)
  end)

  it("give the position of the caller", function()
    assert.matches("core_spec%.lua:%d+: ", message_of(function() luassert.assert.equal(1, 2) end))
  end)

  it("say which error was expected", function()
    local message = message_of(function() luassert.assert.has_error(function() error("a", 0) end, "b") end)
    assert.matches("Caught:\n(string) 'a'\nExpected:\n(string) 'b'", message, 1, true)
  end)
end)

describe("assertions of this runner alone", function()
  local luassert = require("busted.portable.luassert").new()
  local check = luassert.assert

  it("has_property holds for a field that is there", function() check.has_property({ a = 1 }, "a") end)
  it("has_property fails for one that is not", function()
    assert.has_error(function() check.has_property({ a = 1 }, "b") end)
  end)
  it("not_has_property is its opposite", function() check.not_has_property({ a = 1 }, "b") end)
  it("error_object holds for the very object", function()
    local object = {}
    check.error_object(function() error(object) end, object)
  end)
  it("error_object fails for a like one", function()
    assert.has_error(function() check.error_object(function() error({}) end, {}) end)
  end)
end)
