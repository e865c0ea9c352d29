-- Each layer by itself.
local constructor = require "yaml.constructor"
local emitter = require "yaml.emitter"
local errors = require "yaml.errors"
local parser = require "yaml.parser"
local representer = require "yaml.representer"
local scanner = require "yaml.scanner"

-- A sink that keeps what it is told.
local function recorder()
  local calls = {}
  local function record(name)
    return function(...) calls[#calls + 1] = table.concat({ name, ... }, " ") end
  end
  return {
    document_start = function(at) calls[#calls + 1] = "document_start " .. at end,
    document_end = function(at) calls[#calls + 1] = "document_end " .. at end,
    sequence_start = function(at) calls[#calls + 1] = "sequence_start " .. at end,
    mapping_start = function(at) calls[#calls + 1] = "mapping_start " .. at end,
    sequence_end = record "sequence_end", mapping_end = record "mapping_end", scalar = record "scalar", alias = record "alias",
    pair = record "pair",
  }, calls
end

describe("yaml.scanner", function()
  it("reads a plain scalar up to what ends it", function()
    assert.same({ "a b", 4, false }, { scanner.plain("a b: c\n", 1, 0, false) })
    assert.same({ "a b", 5, false }, { scanner.plain("a b # c\n", 1, 0, false) })
    assert.same({ "a", 2, false }, { scanner.plain("a, b\n", 1, 0, true) })
    assert.same({ "a, b", 5, false }, { scanner.plain("a, b\n", 1, 0, false) })
    assert.same({ "a b", 7, true }, { scanner.plain(" a\n  b\n", 2, 1, false) })
  end)

  it("reads a quoted scalar and says where it ends", function()
    assert.same({ "a'b", 7, false }, { scanner.single_quoted("'a''b'\n", 1, 0) })
    assert.same({ "a\tb", 7, false }, { scanner.double_quoted('"a\\tb"\n', 1, 0) })
  end)

  it("resolves tags", function()
    local handles = { ["!"] = "!", ["!!"] = "tag:yaml.org,2002:", ["!e!"] = "tag:e,2000:" }
    assert.same({ "tag:yaml.org,2002:str", 6 }, { scanner.tag("!!str x\n", 1, handles) })
    assert.same({ "tag:e,2000:a!b", 9 }, { scanner.tag("!e!a%21b\n", 1, handles) })
    assert.same({ "tag:x,2000:y", 16 }, { scanner.tag("!<tag:x,2000:y> z\n", 1, handles) })
    assert.same({ "!", 2 }, { scanner.tag("! z\n", 1, handles) })
  end)
end)

describe("yaml.parser", function()
  it("calls a sink with the places of all events", function()
    local sink, calls = recorder()
    parser.parse("a: [b, *c]\n", sink)
    assert.same({
      "document_start 1", "mapping_start 1", "scalar 1 a plain", "sequence_start 4", "scalar 5 b plain", "alias 8 c",
      "sequence_end 10", "mapping_end 12", "document_end 12",
    }, calls)
  end)

  it("says afterwards that a collection was a key in a flow sequence", function()
    local sink, calls = recorder()
    parser.parse("[[a]: b]\n", sink)
    assert.same({
      "document_start 1", "sequence_start 1", "sequence_start 2", "scalar 3 a plain", "sequence_end 4", "pair 2", "scalar 7 b plain",
      "mapping_end 8", "sequence_end 8", "document_end 10",
    }, calls)
  end)

  it("raises a fault with the place", function()
    local ok, fault = pcall(parser.parse, "a: ]\n", (recorder()))
    assert.is_false(ok)
    assert.is_true(errors.is_fault(fault))
    assert.equal(4, fault.offset)
  end)
end)

describe("yaml.constructor", function()
  it("resolves plain texts by a schema", function()
    local core = constructor.compile("core", {})
    assert.equal(16, core.resolve "0x10")
    assert.equal("0x", core.resolve "0x")
    assert.is_nil(core.starts[("a"):byte()])
  end)
end)

describe("yaml.emitter", function()
  it("writes what the parser reads", function()
    local sink = emitter.new()
    parser.parse("--- # c\na:   [b,   {c: 'd'}]\nx: !t &y |\n  z\n? *y\n: >-\n  w\n", sink)
    assert.equal("---\na: [b, {c: 'd'}]\nx: &y !t |\n  z\n*y : >-\n  w\n", sink.text())
  end)

  it("writes a collection as a key in a flow sequence", function()
    local sink = emitter.new()
    parser.parse("[a, [b]: c, d]\n", sink)
    assert.equal("[a, {? [b]: c}, d]\n", sink.text())
  end)

  it("keeps null what is null without a word for it", function()
    local sink = emitter.new()
    parser.parse("- \n- a:\n- {b: , c: &x }\n- &y\n- ''\n", sink)
    assert.equal("- null\n- a: null\n- {b: null, c: &x null}\n- &y\n- ''\n", sink.text())
  end)

  it("keeps white at the begin of a folded text", function()
    local sink = emitter.new()
    parser.parse("- >1-\n  a\n", sink)
    assert.equal("- |2-\n   a\n", sink.text())
  end)

  it("knows texts that could be taken for something else", function()
    assert.is_true(emitter.ambiguous "0o7")
    assert.is_true(emitter.ambiguous "2026-01-01T00:00:00Z")
    assert.is_false(emitter.ambiguous "v1.2")
  end)
end)

describe("yaml.representer", function()
  it("sends a value's events to any sink", function()
    local sink, calls = recorder()
    assert.is_nil(representer.document({ 1, "1" }, {
      document_start = function() end, document_end = function() end,
      sequence_start = function() calls[#calls + 1] = "[" end, sequence_end = function() calls[#calls + 1] = "]" end,
      scalar = function(_, text, style) calls[#calls + 1] = text .. " " .. style end,
      mapping_start = sink.mapping_start, mapping_end = sink.mapping_end, alias = sink.alias,
    }, {}))
    assert.same({ "[", "1 plain", "1 single", "]" }, calls)
  end)

  it("says what is wrong with a value", function()
    assert.equal(".f is a function, which YAML cannot hold", representer.document({ f = print }, {}, {}))
  end)
end)
