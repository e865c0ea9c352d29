-- Where the table of engines earns its keep:
--     moonwire spec --engine all --lpath 'examples/specs/?.lua' examples/specs
-- Four engines pass. In Lua 5.5 (luametatex, lmtx) loop variables are constant, and ranges.lua does not
-- even load. It passes everywhere with `local from = tonumber(first)` in place of the assignment.
describe("ranges.expand", function()
  local ranges

  setup(function() ranges = require "ranges" end)

  it("gives a single number", function()
    assert.same({ 7 }, ranges.expand("7"))
  end)

  it("gives all numbers of a range", function()
    assert.same({ 1, 2, 3 }, ranges.expand("1-3"))
  end)

  it("keeps the order of the text", function()
    assert.same({ 7, 1, 2 }, ranges.expand("7,1-2"))
  end)

  it("can be typeset", function()
    -- In a spec `context` is busted's word for describe: what ConTeXt calls so is _G.context.
    local context = rawget(_G, "context")
    if not context then return pending("there is no document around this engine") end
    context(table.concat(ranges.expand("1-3"), ", "))
  end)
end)
