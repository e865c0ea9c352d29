-- yaml.dump: what values look like.
local yaml = require "yaml"

local function round(value, options) return assert(yaml.load(yaml.dump(value, options))) end

describe("yaml.dump", function()
  it("writes block collections, keys sorted", function()
    assert.equal("a:\n  - 1\n  - x: 1\n    z: 2\n  - - true\nb: null\n",
      yaml.dump { b = yaml.null, a = { 1, { z = 2, x = 1 }, { true } } })
  end)

  it("writes empty collections in brackets", function()
    assert.equal("a: []\nb: {}\n", yaml.dump { a = yaml.sequence(), b = {} })
  end)

  it("writes scalars at the top", function()
    assert.equal("x\n", yaml.dump "x")
    assert.equal("null\n", yaml.dump(nil))
    assert.equal("|\n  a\n  b\n", yaml.dump "a\nb\n")
  end)

  it("quotes strings that YAML 1.2 or 1.1 would read as something else", function()
    for _, text in ipairs {
      "", "no", "Yes", "on", "y", "N", "true", "null", "~", "1", "-1", "1e3", "1.5", "0o7", "010", "0x1F", "0b1", "1_000", "1:30",
      "12:30:45", "2026-01-01", ".inf", ".nan", "=", "<<",
    } do
      assert.equal("'" .. text .. "'\n", yaml.dump(text))
    end
  end)

  it("quotes strings that would break the text", function()
    for _, text in ipairs {
      "- a", "-", "? a", ": a", "a: b", "a:", "a #b", "#a", "@a", "`a", "%a", "!a", "&a", "*a", "|", ">", "{a}", "[a]", ",", "---",
      "--- a", "...", " a", "a ",
    } do
      assert.equal("'" .. text .. "'\n", yaml.dump(text))
    end
  end)

  it("leaves other strings bare", function()
    for _, text in ipairs {
      "a", "a b", "a:b", "a#b", "http://a/b?c=d", "1.2.3", "30s",
      "--flag", "-f", "it's", "日本", "/usr/bin", "$HOME",
    } do
      assert.equal(text .. "\n", yaml.dump(text))
    end
  end)

  it("escapes control characters and those that break lines in YAML 1.1", function()
    assert.equal('"\\0\\e\\x7F\\x85\\u2028\\uFEFF"\n', yaml.dump "\0\27\127\194\133\226\128\168\239\187\191")
  end)

  it("writes strings of several lines as literal blocks", function()
    assert.equal("a: |\n  x\n\n   y\nb: |-\n  z\n  z\nc: |+\n  w\n\n", yaml.dump { a = "x\n\n y\n", b = "z\nz", c = "w\n\n" })
  end)

  it("says the indentation of a block that begins with white", function()
    assert.equal("- |2\n   x\n  y\n", yaml.dump { " x\ny\n" })
    assert.same({ "\nx\n", "  x\ny" }, round { "\nx\n", "  x\ny" })
  end)

  it("quotes strings of several lines that a block cannot hold", function()
    assert.equal('"a \\nb"\n', yaml.dump "a \nb")
    assert.equal('"\\n"\n', yaml.dump "\n")
    assert.equal('"a\\r\\nb"\n', yaml.dump "a\r\nb")
  end)

  it("keeps integers and floats what they are", function()
    assert.equal("- 1\n- 1.0\n- 0.1\n- 1.0e+300\n- -9223372036854775808\n- .inf\n- -.inf\n- .nan\n",
      yaml.dump { 1, 1.0, 0.1, 1e300, math.mininteger, math.huge, -math.huge, 0 / 0 })
  end)

  it("writes floats so that they read back equal", function()
    for _, value in ipairs { 1 / 3, 5e-324, 1.7976931348623157e308, 2 ^ 53 + 2.0, -0.1, 123456.789 } do
      assert.equal(value, round(value))
    end
  end)

  it("writes a table met twice once, with an anchor", function()
    local shared = { 1 }
    assert.equal("a: &id001\n  - 1\nb: *id001\n", yaml.dump { a = shared, b = shared })
    assert.equal("a:\n  - 1\nb:\n  - 1\n", yaml.dump({ a = shared, b = shared }, { anchors = false }))
    local back = round { a = shared, b = shared }
    assert.equal(back.a, back.b)
  end)

  it("takes lyaml's table of anchors", function()
    local shared = { 1 }
    assert.equal("a: &x\n  - 1\nb: *x\n", yaml.dump({ a = shared, b = shared }, { anchors = { x = shared } }))
  end)

  it("takes lyaml's function for plain texts, and quotes what it would change", function()
    local function implicit_scalar(text) return text == "on" and true or text:match "^v%d+$" and 1 or text end
    assert.equal("- a\n- 'v1'\n- v\n", yaml.dump({ "a", "v1", "v" }, { implicit_scalar = implicit_scalar }))
  end)

  it("gives no table an anchor that another one was given", function()
    local a, b = { 1 }, { 2 }
    assert.equal("- &id002\n  - 1\n- &id001\n  - 2\n- *id002\n- *id001\n", yaml.dump({ a, b, a, b }, { anchors = { id001 = b } }))
  end)

  it("refuses a name that no anchor can have", function()
    for _, name in ipairs { "x y", "", "a,b", "[a]", "a\n" } do
      local ok, err = pcall(function() yaml.dump({ {} }, { anchors = { [name] = {} } }) end)
      assert.is_false(ok)
      assert.matches("dump_spec.lua:%d+: yaml.dump: .* is no name of an anchor", err)
    end
  end)

  it("indents as it is told", function()
    assert.equal("a:\n    b:\n        - 1\n", yaml.dump({ a = { b = { 1 } } }, { indent = 4 }))
  end)

  it("writes small collections in brackets", function()
    assert.equal("a: [1, 2]\nb:\n  - xxxxxxxxxxxx\n  - yyyyyyyyyyyy\nc: {d: 'e, f'}\n",
      yaml.dump({ a = { 1, 2 }, b = { "xxxxxxxxxxxx", "yyyyyyyyyyyy" }, c = { d = "e, f" } }, { flow = 20 }))
  end)

  it("folds long lines where there is a width", function()
    assert.equal("a: >-\n  one two three four\n  five six seven\n", yaml.dump({ a = "one two three four five six seven" }, { width = 22 }))
    local text = ("word "):rep(100) .. "end"
    assert.equal(text, round(text, { width = 40 }))
  end)

  it("does not break a long line beside a tab", function() -- found by bench/yaml_fuzz.lua
    local text = "folded to a space, hto a line feed, or \t \tnon-content"
    assert.equal(text, round(text, { width = 40 }))
  end)

  it("writes collections and long texts as keys behind ?", function()
    assert.equal("? [1, 2]\n: x\n", yaml.dump { [{ 1, 2 }] = "x" })
    local key = ("k"):rep(200)
    assert.equal("? " .. key .. "\n: x\n", yaml.dump { [key] = "x" })
  end)

  it("sorts numbers before strings, each in its order", function()
    assert.equal("2: a\n10: b\na: c\nb: d\n", yaml.dump { b = "d", a = "c", [10] = "b", [2] = "a" })
  end)

  it("sorts keys that are tables by their text, not by where they are in memory", function()
    local map = {}
    for i = 9, 1, -1 do map[{ i, { x = 10 - i } }] = i end
    local keys = {}
    for text in yaml.dump(map):gmatch "%? (%b[])" do keys[#keys + 1] = text end
    assert.same({
      "[1, {x: 9}]", "[2, {x: 8}]", "[3, {x: 7}]", "[4, {x: 6}]", "[5, {x: 5}]", "[6, {x: 4}]", "[7, {x: 3}]", "[8, {x: 2}]",
      "[9, {x: 1}]",
    }, keys)
  end)

  it("sorts by a function", function()
    assert.equal("b: 1\na: 2\n", yaml.dump({ a = 2, b = 1 }, { sort = function(x, y) return x > y end }))
  end)

  it("writes invalid UTF-8 as !!binary", function()
    assert.equal("!!binary /wA=\n", yaml.dump "\255\0")
    assert.equal("\255\0", yaml.load(yaml.dump "\255\0", { binary = true }))
  end)

  it("writes what a function makes of a table", function()
    local point = {}
    local options = {
      represent = function(t)
        if getmetatable(t) == point then return "!point", t.x .. "/" .. t.y end
      end,
    }
    assert.equal("- !point 1/2\n- a: 1\n", yaml.dump({ setmetatable({ x = 1, y = 2 }, point), { a = 1 } }, options))
  end)

  it("escapes what a tag cannot have in it", function()
    local function represent() return "!a b>é%", "x" end
    assert.equal("!<!a%20b%3E%C3%A9%25> x\n", yaml.dump({}, { represent = represent }))
    local given
    local tags = { ["!a b>é%"] = function(value) given = value return value end }
    assert.equal("x", yaml.load(yaml.dump({}, { represent = represent }), { tags = tags }))
    assert.equal("x", given)
  end)

  it("refuses a tag that is none", function()
    for _, tag in ipairs { "point", "", 5 } do
      local ok, err = pcall(function() yaml.dump({ {} }, { represent = function(t) return t[1] == nil and tag, "x" end }) end)
      assert.is_false(ok)
      assert.matches("dump_spec.lua:%d+: yaml.dump: represent gave .* for %[1%], and a tag is like", err)
    end
  end)

  it("refuses a table that contains itself, with the path", function()
    local t = { a = { {} } }
    t.a[1].b = t.a
    local ok, err = pcall(function() yaml.dump(t) end)
    assert.is_false(ok)
    assert.matches("dump_spec.lua:%d+: yaml.dump: %.a contains itself: it is %.a%[1%]%.b again", err)
  end)

  it("refuses what YAML cannot hold, with the path", function()
    local ok, err = pcall(function() yaml.dump { a = { ["b c"] = print } } end)
    assert.is_false(ok)
    assert.matches('dump_spec.lua:%d+: yaml.dump: %.a%["b c"%] is a function, which YAML cannot hold', err)
  end)

  it("refuses a key that YAML cannot hold", function()
    local ok, err = pcall(function() yaml.dump { a = { [print] = 1 } } end)
    assert.is_false(ok)
    assert.matches("dump_spec.lua:%d+: yaml.dump: %.a%[function: [^]]+%] is a function, which YAML cannot hold", err)
  end)

  it("refuses tables nested too deep", function()
    local t = {}
    for _ = 1, 1001 do t = { t } end
    local ok, err = pcall(yaml.dump, t)
    assert.is_false(ok)
    local ten = ("[1]"):rep(10)
    assert.matches("yaml.dump: " .. ten .. " ... " .. ten .. " is nested deeper than max_depth = 1000", err, 1, true)
  end)
end)

describe("yaml.dump_all", function()
  it("writes documents behind ---", function()
    assert.equal("a: 1\n---\n- 2\n---\n|-\n  x\n  y\n", yaml.dump_all { { a = 1 }, { 2 }, "x\ny" })
    assert.same({ { a = 1 }, "x\n\n", "y" }, yaml.load_all(yaml.dump_all { { a = 1 }, "x\n\n", "y" }))
  end)
end)
