-- Parse events.
local yaml = require "yaml"

local function lines(text)
  local list = {}
  for event in yaml.events(text) do list[#list + 1] = yaml.event_line(event) end
  return list
end

describe("yaml.events", function()
  it("gives every event, with anchors, tags and styles", function()
    assert.same({
      "+STR", "+DOC ---", "+MAP", "=VAL :a", "=VAL &x <tag:yaml.org,2002:str> 'b", "=VAL :c", "+SEQ []", "=ALI *x", "=VAL \"\\n", "-SEQ",
      "=VAL :d", "=VAL |e\\n", "-MAP", "-DOC ...", "-STR",
    }, lines("---\na: &x !!str 'b'\nc: [*x, \"\\n\"]\nd: |\n  e\n...\n"))
  end)

  it("gives lines and columns in characters", function()
    local places = {}
    for event in yaml.events("ä: ü\nb:\n  - 'c'\n") do
      if event.type == "scalar" then places[#places + 1] = event.value .. " " .. event.line .. ":" .. event.column end
    end
    assert.same({ "ä 1:1", "ü 1:4", "b 2:1", "c 3:5" }, places)
  end)

  it("gives a mapping before the collection that is its key", function()
    assert.same({
      "+STR", "+DOC", "+SEQ []", "+MAP {}", "+SEQ []", "=VAL :a", "-SEQ", "=VAL :b", "-MAP", "=VAL :c", "-SEQ", "-DOC", "-STR",
    }, lines "[[a]: b, c]")
    assert.same({ "+STR", "+DOC", "+MAP", "+MAP {}", "=VAL :a", "=VAL :b", "-MAP", "=VAL :c", "-MAP", "-DOC", "-STR" }, lines "{a: b}: c")
  end)

  it("says which version a document asks for", function()
    local versions = {}
    for event in yaml.events("%YAML 1.1\n--- a\n--- b\n") do
      if event.type == "document_start" then versions[#versions + 1] = event.version or "none" end
    end
    assert.same({ "1.1", "none" }, versions)
  end)

  it("raises what yaml.load says, as a string", function()
    local ok, err = pcall(lines, "a: b\nc: [")
    assert.is_false(ok)
    assert.matches("yaml:2:4: this [ is never closed", err, 1, true)
  end)

  it("gives the events before an error first", function()
    local seen = {}
    pcall(function()
      for event in yaml.events("- a\n- [") do seen[#seen + 1] = yaml.event_line(event) end
    end)
    assert.same({ "+STR", "+DOC", "+SEQ", "=VAL :a" }, seen)
  end)

  it("decodes the text once, not for each event", function()
    local reader = require "yaml.reader"
    local decode, calls = reader.decode, 0
    reader.decode = function(text)
      calls = calls + 1
      return decode(text)
    end
    local ok, list = pcall(lines, ("- a\n"):rep(100))
    reader.decode = decode
    assert.is_true(ok)
    assert.equal(106, #list)
    assert.equal(1, calls)
  end)

  it("raises at the caller's line for an option that it does not have", function()
    local ok, err = pcall(function() yaml.events("a", { ordered = true }) end)
    assert.is_false(ok)
    assert.matches("events_spec.lua:%d+: yaml.events has no option \"ordered\"", err)
  end)
end)
