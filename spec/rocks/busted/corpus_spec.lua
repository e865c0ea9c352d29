-- The corpus: spec files full of tricky cases, many of which fail on purpose. NAME.txt holds what the
-- genuine busted says of NAME.lua, a line a result:
--     LUA_PATH=';;spec/rocks/busted/corpus/?.lua' busted -o lines spec/rocks/busted/corpus/NAME.lua
local core = require "busted.portable.core"
local results_of = require "busted.portable.results"
local lines = dofile("spec/rocks/busted/corpus/lines.lua")
local engine = require "moonwire.engine"
local shell = require "spec.support.shell"

local FOLDER = "spec/rocks/busted/corpus/"
local NAMES = { "assertions", "assert_engine", "awkward", "errors", "failing_helpers", "globals", "order", "spies" }

-- Blocks that the genuine busted cannot write as JSON: pending blocks and errors that hold functions.
local NO_JSON = { awkward = true, errors = true, failing_helpers = true, order = true }

local function recorded(name)
  local list = {}
  for line in io.lines(FOLDER .. name .. ".txt") do list[#list + 1] = line end
  return list
end

local function run_here(path)
  local runner = core.new()
  local results = results_of.new(runner)
  assert.is_true(runner.load(path))
  runner.run()
  return lines.of(results)
end

describe("the portable runner, in this engine", function()
  for _, name in ipairs(NAMES) do
    it("agrees with the genuine busted on " .. name, function()
      assert.same(recorded(name), run_here(FOLDER .. name .. ".lua"))
    end)
  end
end)

describe("the genuine busted", function()
  local REASON = "compared once, under lua5.4 with the genuine busted installed"
  local busted = engine == "lua54" and shell.which("lua5.4") and shell.which("busted")
  local PATH = "LUA_PATH=';;" .. FOLDER .. "?.lua' "

  for _, name in ipairs(NAMES) do
    it("still says what was recorded of " .. name, function()
      if not busted then return pending(REASON) end
      local said = shell.lines(PATH .. "lua5.4 " .. busted .. " -o lines " .. FOLDER .. name .. ".lua")
      assert.same(recorded(name), said)
    end)
  end

  for _, name in ipairs(NAMES) do
    if not NO_JSON[name] then
      it("gives the same JSON for " .. name, function()
        if not busted then return pending(REASON) end
        local json = require "json"
        local path = FOLDER .. name .. ".lua"
        local theirs = json.decode((shell.read("lua5.4 " .. busted .. " -o json " .. path)))
        local ours = json.decode((shell.read("lua5.4 lua/moonwire/main.lua spec -o json " .. path .. " 2>/dev/null")))
        assert.same(lines.of(theirs), lines.of(ours))
      end)
    end
  end
end)
