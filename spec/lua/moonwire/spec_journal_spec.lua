-- The journal by which an engine tells how far it is.
local clock = require "busted.portable.clock"
local core = require "busted.portable.core"
local journal = require "moonwire.spec.journal"
local results_of = require "busted.portable.results"

-- The lines of the journal of a run of a spec file, split.
local function journal_of(source, options)
  local spec, kept = os.tmpname(), os.tmpname()
  local file = assert(io.open(spec, "wb"))
  file:write(source)
  file:close()
  file = assert(io.open(kept, "wb"))
  local runner = core.new(options)
  journal.writer(file, 60)(runner, results_of.new(runner, options))
  runner.load(spec)
  runner.run()
  file:close()
  local lines = {}
  for text in io.lines(kept) do lines[#lines + 1] = journal.split(text) end
  os.remove(spec)
  os.remove(kept)
  return lines, spec
end

local function words(lines)
  local list = {}
  for i, fields in ipairs(lines) do list[i] = fields[1] end
  return table.concat(list, " ")
end

describe("the journal", function()
  it("begins with the version of Lua and the time limit, and ends with the totals", function()
    local lines = journal_of "it('x', function() end)"
    assert.equal("engine start end finish", words(lines))
    assert.same({ "engine", _VERSION:match("%d.%d"), "60" }, lines[1])
    assert.same({ "finish", "1", "0", "0", "0" }, { table.unpack(lines[4], 1, 5) })
  end)

  it("says in which test it is before the test begins", function()
    local lines, spec = journal_of "describe('d', function() it('x', function() end) end)"
    assert.same({ "start", spec .. ": d x", spec .. " @ 1" }, lines[2])
  end)

  it("tells tests of the same name apart", function()
    local lines, spec = journal_of "it('x', function() end) it('x', function() end)"
    assert.equal(spec .. ": x (2)", lines[4][2])
  end)

  it("keeps tabs, line breaks and backslashes of a message", function()
    local lines = journal_of "it('x', function() error('a\\tb\\nc\\\\n', 0) end)"
    assert.equal("problem", lines[3][1])
    assert.matches("a\tb\nc\\n", lines[3][5], 1, true)
  end)

  it("has the reason of a pending test, also of one that is not to be shown", function()
    for _, suppress in ipairs { false, true } do
      local lines = journal_of("it('x', function() pending('why') end)", { suppress_pending = suppress })
      assert.equal("pending", lines[3][3])
      assert.matches(":1: why$", lines[3][5])
    end
  end)

  it("says that blocks go on, where they take long", function()
    local tick, now = clock.tick, clock.tick()
    clock.tick = function() return now end
    rawset(_G, "wait", function(seconds) now = now + seconds end)
    finally(function()
      clock.tick = tick
      rawset(_G, "wait", nil)
    end)
    local lines = journal_of "setup(function() wait(2) end) before_each(function() wait(2) end) it('x', function() end)"
    assert.equal("engine alive start end finish", words(lines))
  end)
end)
