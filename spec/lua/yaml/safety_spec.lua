-- Limits: each is an error that names itself.
local yaml = require "yaml"

local function refused(text, options, message)
  local value, err = yaml.load(text, options)
  assert.is_nil(value)
  assert.matches(message, err, 1, true)
end

describe("a hostile text", function()
  it("cannot nest without end", function()
    refused(("["):rep(20000), nil, "collections are nested deeper than max_depth = 10000")
    refused(("- "):rep(20000), nil, "collections are nested deeper than max_depth = 10000")
    refused("[[[1]]]", { max_depth = 2 }, "max_depth = 2")
    refused("a:\n  b:\n    c: 1\n", { max_depth = 2 }, "max_depth = 2")
  end)

  it("may nest as deep as the limit", function()
    local value = assert(yaml.load(("["):rep(10000) .. ("]"):rep(10000)))
    local depth = 0
    while value do
      depth = depth + 1
      value = value[1]
    end
    assert.equal(10000, depth)
  end)

  it("cannot unfold aliases of aliases (billion laughs)", function()
    local lines = { "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]" }
    for i = 1, 8 do
      local one, before = string.char(97 + i), string.char(96 + i)
      lines[#lines + 1] = one .. ": &" .. one .. " [" .. ("*" .. before .. ", "):rep(9) .. "]"
    end
    refused(table.concat(lines, "\n"), nil, "the aliases stand for more than max_aliased = 1000000 nodes")
  end)

  it("cannot unfold one large anchor many times", function()
    local text = "- &a [" .. ("x, "):rep(2000) .. "]\n" .. ("- *a\n"):rep(600)
    refused(text, nil, "max_aliased")
    assert.equal(601, #assert(yaml.load(text, { max_aliased = 2000000 })))
  end)

  it("may have many aliases of small nodes", function()
    assert.equal(50001, #assert(yaml.load("- &a x\n" .. ("- *a\n"):rep(50000))))
  end)

  it("can be limited in size", function()
    refused("abcdef", { max_size = 5 }, "the text has 6 bytes, more than max_size = 5")
    assert.equal("abcde", yaml.load("abcde", { max_size = 5 }))
  end)

  it("cannot have a key of more than 1024 characters without ?", function()
    refused(("k"):rep(1025) .. ": v", nil, "this key has more than 1024 characters")
    assert.equal("v", assert(yaml.load(("ä"):rep(1024) .. ": v"))[("ä"):rep(1024)])
  end)

  it("cannot use not-a-number as a key", function()
    refused(".nan: 1", nil, "not-a-number cannot be a key in Lua")
  end)

  it("cannot name Lua code or globals by a tag", function()
    assert.equal("os.exit()", yaml.load "!!lua/eval os.exit()")
  end)
end)
