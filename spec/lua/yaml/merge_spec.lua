-- Merge keys and duplicate keys.
local yaml = require "yaml"

local function keys(map)
  local list = {}
  for key in pairs(map) do list[#list + 1] = key end
  return list
end

describe("a merge key", function()
  local BASE = "base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\n"

  it("adds the keys that the mapping does not have, wherever it stands", function()
    assert.same({ x = 1, y = 5 }, yaml.load(BASE .. "a:\n  y: 5\n  <<: *b\n").a)
    assert.same({ x = 1, y = 5 }, yaml.load(BASE .. "a:\n  <<: *b\n  y: 5\n").a)
  end)

  it("takes a sequence of mappings, of which the first goes before", function()
    assert.same({ x = 1, y = 2, z = 4 }, yaml.load(BASE .. "a: {<<: [*b, *o]}\n").a)
  end)

  it("puts the keys in its own place where mappings are ordered", function()
    local map = yaml.load(BASE .. "a: {first: 0, <<: *b, last: 9}\n", { ordered = true }).a
    assert.same({ "first", "x", "y", "last" }, keys(map))
  end)

  it("is an ordinary key in quotes, or where merge is off", function()
    assert.same({ ["<<"] = 1 }, yaml.load("'<<': 1"))
    assert.same({ ["<<"] = 1 }, yaml.load("<<: 1", { merge = false }))
  end)

  it("cannot have a scalar", function()
    local value, err = yaml.load("a: {<<: 1}")
    assert.is_nil(value)
    assert.matches("yaml:1:5: a merge key (<<) needs a mapping", err, 1, true)
  end)
end)

describe("a duplicate key", function()
  it("is an error that names both places", function()
    local value, err, where = yaml.load("a: 1\nb: 2\na: 3\n")
    assert.is_nil(value)
    assert.equal(table.concat({
      'yaml:3:1: the key "a" is given twice',
      "    3 | a: 3",
      "      | ^",
      "yaml:1:1: the first one is here",
      "    1 | a: 1",
      "      | ^",
      'hint: remove one of them, or load with duplicates = "last"',
    }, "\n"), err)
    assert.equal(3, where.line)
  end)

  it("is found in flow mappings and behind nested ones", function()
    local _, err = yaml.load("{x: {a: 1}, a: 2, 'a': 3}")
    assert.matches("^yaml:1:19: .*yaml:1:13: the first", err)
  end)

  it("counts or does not, as the option says", function()
    assert.same({ a = 2 }, yaml.load("a: 1\na: 2\n", { duplicates = "last" }))
    assert.same({ a = 1 }, yaml.load("a: 1\na: 2\n", { duplicates = "first" }))
  end)

  it("is one too where the values are false or null", function()
    assert.is_nil((yaml.load("a: false\na: 1\n")))
    assert.is_nil((yaml.load("a: ~\na: 1\n")))
  end)

  it("is not the same text as a string and as a number", function()
    assert.same({ [1] = "a", ["1"] = "b" }, yaml.load("1: a\n'1': b\n"))
  end)
end)
