-- yaml.load: what texts mean.
local yaml = require "yaml"

local function load(text, options) return assert(yaml.load(text, options)) end

describe("yaml.load", function()
  it("reads a block mapping with a sequence in it", function()
    assert.same({ name = "shop", ports = { 80, 443 } }, load("name: shop\nports:\n  - 80\n  - 443\n"))
  end)

  it("reads a sequence in the column of its key", function()
    assert.same({ ports = { 80, 443 }, tls = true }, load("ports:\n- 80\n- 443\ntls: true\n"))
  end)

  it("reads compact nested collections", function()
    assert.same({ { { 1, 2 }, { a = 1, b = 2 } } }, load("- - - 1\n    - 2\n  - a: 1\n    b: 2\n"))
  end)

  it("reads flow collections over several lines, with a comma at the end", function()
    assert.same({ a = { 1, { b = "c d" } } }, load("a: [1,\n  {b: c\n    d},\n ]\n"))
  end)

  it("reads single pairs in flow sequences", function()
    assert.same({ { a = 1 }, { b = yaml.null }, "c" }, load "[a: 1, b:, c]")
  end)

  it("reads JSON, with keys that touch their values", function()
    assert.same({ a = { 1, true, yaml.null }, b = "é" }, load '{"a":[1,true,null],"b":"\\u00e9"}')
  end)

  it("reads a pair of JSON's surrogates as one character", function()
    assert.equal("😀", load [["\uD83D\uDE00"]])
  end)

  it("folds lines of plain and quoted texts", function()
    assert.same({ "a b\nc", "d e\nf", "g h" }, load("- a\n  b\n\n  c\n- 'd\n  e\n\n  f'\n- \"g \\\n  h\"\n"))
  end)

  it("keeps the lines of a literal block", function()
    assert.same({ a = "x\n y\n\nz\n", b = 1 }, load("a: |\n  x\n   y\n\n  z\n\nb: 1\n"))
  end)

  it("folds the lines of a folded block, but for indented ones", function()
    assert.equal("a b\n\n  c\n\nd\n", load(">\n a\n b\n\n   c\n\n d\n"))
  end)

  it("keeps, strips or clips the line breaks at the end of a block", function()
    assert.same({ "a", "a\n", "a\n\n" }, load("- |-\n a\n\n- |\n a\n\n- |+\n a\n\n"))
  end)

  it("takes the indentation of a block from its header", function()
    assert.same({ "  a\n" }, load("- |1\n   a\n"))
  end)

  it("takes a tab behind the last block of a document for white, but not before another entry", function()
    assert.same({ a = "x\n" }, load("a: |\n x\n\t\n"))
    assert.same({ { a = "x\n" }, "b" }, load("a: |\n x\n\t# c\n\n--- b\n", true))
    assert.is_nil((yaml.load("a: |\n x\n\t\nb: 1\n")))
  end)

  it("reads explicit keys", function()
    local map = load("? a\n: 1\n? |\n  b\n: 2\n? c\n")
    assert.same({ a = 1, ["b\n"] = 2, c = yaml.null }, map)
  end)

  it("reads a collection as a key", function()
    local key, value = next(load("[a, b]: c\n"))
    assert.same({ { "a", "b" }, "c" }, { key, value })
  end)

  it("reads an empty text and a text of comments as null", function()
    assert.equal(yaml.null, load "")
    assert.equal(yaml.null, load "# nothing\n")
  end)

  it("does not take a # inside a word for a comment", function()
    assert.same({ a = "b#c" }, load "a: b#c # d")
  end)

  it("gives one table for all aliases of an anchor", function()
    local value = load("a: &x {b: 1}\nc: *x\n")
    assert.equal(value.a, value.c)
  end)

  it("gives copies of aliases where it is asked to", function()
    local value = load("a: &x {b: [1]}\nc: *x\n", { aliases = "copy" })
    assert.same({ b = { 1 } }, value.c)
    assert.not_equal(value.a.b, value.c.b)
  end)

  it("lets an anchor be defined again", function()
    assert.same({ 1, 1, 2, 2 }, load("[&a 1, *a, &a 2, *a]"))
  end)

  it("reads an alias to a value that is false", function()
    assert.same({ false, false }, load "[&a false, *a]")
  end)

  it("refuses an alias inside the collection that it names", function()
    local value, err = yaml.load "&a [*a]"
    assert.is_nil(value)
    assert.matches("stands inside the collection", err, 1, true)
  end)

  it("reads a cycle where it is asked to", function()
    local value = load("&a [*a]", { cycles = true })
    assert.equal(value, value[1])
  end)

  it("gives the first document of several", function()
    assert.equal(1, load("--- 1\n--- 2\n"))
  end)

  it("gives all documents in lyaml's ways of asking", function()
    assert.same({ 1, 2 }, load("--- 1\n--- 2\n", true))
    assert.same({ 1, 2 }, load("--- 1\n--- 2\n", { all = true }))
    assert.equal(1, load("--- 1\n--- 2\n", false))
  end)

  it("takes lyaml's functions for scalars", function()
    local options = {
      implicit_scalar = function(text) return text .. "!" end,
      explicit_scalar = { ["tag:yaml.org,2002:int"] = function(text) return #text end },
    }
    assert.same({ "12!", "12", 3 }, load("[12, '12', !!int 345]", options))
  end)

  it("raises at the caller's line for an option that it does not have", function()
    local ok, err = pcall(function() yaml.load("a", { order = true }) end)
    assert.is_false(ok)
    assert.matches("load_spec.lua:%d+: yaml.load has no option \"order\"", err)
  end)

  it("raises at the caller's line for an option that is wrong", function()
    for _, case in ipairs {
      { { max_depth = 1.5 }, "the option max_depth of yaml.load must be a whole number from 0, got 1.5" },
      { { max_size = -1 }, "the option max_size of yaml.load must be a whole number from 0, got -1" },
      { { tags = { ["!a"] = "x" } }, "the option tags of yaml.load must have functions by tag" },
      { { schema = "yes" }, 'there is no schema "yes"; there are core, json, failsafe and 1.1' },
      { { schema = { { tag = "x", words = { "a" } } } }, "rule 1 needs a function read, since there is none for the tag x" },
      { { aliases = "both" }, 'the option aliases of yaml.load cannot be "both"' },
    } do
      local ok, err = pcall(function() yaml.load("a", case[1]) end)
      assert.is_false(ok)
      assert.matches("load_spec.lua:%d+: ", err)
      assert.matches(case[2], err, 1, true)
    end
  end)

  it("raises at the caller's line for a text that is no string", function()
    local ok, err = pcall(function() yaml.load(nil) end)
    assert.is_false(ok)
    assert.matches("load_spec.lua:%d+: bad argument #1 to 'load'", err)
  end)
end)

describe("yaml.load_all", function()
  it("gives a list of the documents' values", function()
    assert.same({ { a = 1 }, yaml.null, "x" }, assert(yaml.load_all("a: 1\n---\n...\nx\n")))
  end)

  it("gives an empty list for a text without documents", function()
    assert.same({}, assert(yaml.load_all "# nothing\n"))
  end)

  it("gives nil and the error of a later document", function()
    local documents, err = yaml.load_all("a: 1\n---\nb: [\n")
    assert.is_nil(documents)
    assert.matches("^yaml:3:4: ", err)
  end)

  it("forgets anchors at the end of a document", function()
    local documents, err = yaml.load_all("&a x\n---\n*a\n")
    assert.is_nil(documents)
    assert.matches("the anchor of the alias *a is not defined", err, 1, true)
  end)
end)
