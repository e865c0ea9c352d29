-- Schemas and tags: what plain scalars are.
local yaml = require "yaml"

local function load(text, options) return assert(yaml.load(text, options)) end

-- Integers and floats compare equal in Lua; this tells them apart.
local function kinds(list)
  local out = {}
  for i, value in ipairs(list) do out[i] = math.type(value) or type(value) end
  return table.concat(out, " ")
end

describe("the core schema", function()
  it("reads null in its five ways", function()
    assert.same({ yaml.null, yaml.null, yaml.null, yaml.null, { a = yaml.null } }, load "[~, null, Null, NULL, {a: }]")
  end)

  it("reads booleans, but not those of YAML 1.1", function()
    assert.same({ true, true, false, "yes", "no", "on", "off", "y", "tRue" }, load "[true, TRUE, False, yes, no, on, off, y, tRue]")
  end)

  it("reads integers to three bases", function()
    assert.same({ 0, -12, 12, 12, 8, 255 }, load "[0, -12, +12, 012, 0o10, 0xFf]")
    assert.equal("integer integer", kinds(load "[12, 0o10]"))
  end)

  it("reads floats", function()
    assert.same({ 1.5, 0.5, 1.0, 1000.0, -0.25, math.huge, -math.huge }, load "[1.5, .5, 1., 1e3, -2.5E-1, .inf, -.Inf]")
    assert.equal("float float", kinds(load "[1., 1e3]"))
    local nan = load ".nan"
    assert.is_true(nan ~= nan)
  end)

  it("leaves other texts strings", function()
    local text = "[1_000, 0b1, 1:30, 0x, 0o8, 1e, e1, '-', 1.2.3, 2026-01-01, +, .]"
    assert.equal(("string "):rep(12), kinds(load(text)) .. " ")
  end)

  it("reads integers of 64 bits exactly", function()
    assert.same({ math.maxinteger, math.mininteger }, load "[9223372036854775807, -9223372036854775808]")
    assert.equal(math.maxinteger, load "0x7FFFFFFFFFFFFFFF")
    assert.equal(math.maxinteger, load "0o777777777777777777777")
  end)

  it("reads the least integer in every notation of YAML 1.1", function()
    assert.same({ math.mininteger, math.mininteger, math.mininteger, math.mininteger },
      load("[-9223372036854775808, -0x8000000000000000, -01000000000000000000000, -2562047788015215:30:08]", { schema = "1.1" }))
    assert.equal("integer integer", kinds(load("[-0x8000000000000000, -2562047788015215:30:08]", { schema = "1.1" })))
  end)

  it("does not wrap numbers to base 60 round", function()
    assert.equal(3320413933267719288000 + 3599.0, load("922337203685477580:59:59", { schema = "1.1" }))
    assert.equal(6e20 + 59, load("9999999999999999999:59", { schema = "1.1" }))
    assert.equal("922337203685477580:59:59", load("922337203685477580:59:59", { schema = "1.1", big = "string" }))
  end)

  it("reads larger integers as floats, or as strings where it is asked to", function()
    assert.equal("float float", kinds(load "[9223372036854775808, 0xFFFFFFFFFFFFFFFF]"))
    assert.same({ "9223372036854775808", "0xFFFFFFFFFFFFFFFF", 5 },
      load("[9223372036854775808, 0xFFFFFFFFFFFFFFFF, 5]", { big = "string" }))
  end)
end)

describe("other schemas", function()
  it("failsafe reads strings only", function()
    assert.same({ "1", "true", "~", "" }, load("[1, true, ~, '']", { schema = "failsafe" }))
  end)

  it("json refuses texts that JSON does not have", function()
    assert.same({ 1, true, yaml.null, "x", 1.5 }, load('[1, true, null, "x", 1.5]', { schema = "json" }))
    local value, err = yaml.load("[1, yes]", { schema = "json" })
    assert.is_nil(value)
    assert.matches('yaml:1:5: "yes" is no value of this schema', err, 1, true)
  end)

  it("1.1 reads more booleans and numbers", function()
    assert.same({ true, false, true, 8, 5, 1000, 90, 5025.5, "y", "0o7" },
      load("[yes, Off, on, 010, 0b101, 1_000, 1:30, 1:23:45.5, y, 0o7]", { schema = "1.1" }))
  end)

  it("1.1 is what a document asks for with %YAML 1.1", function()
    assert.same({ { true }, { "yes" } }, yaml.load_all("%YAML 1.1\n---\n[yes]\n---\n[yes]\n"))
  end)

  it("can be a table of one's own", function()
    local schema = {
      { tag = "bool", words = { "ja", "nein" }, read = function(text) return text == "ja" end },
      { tag = "int", first = "0", patterns = { "^0x%x+$" }, read = function(text) return tonumber(text:sub(3), 16) end },
    }
    assert.same({ true, false, 255, "12" }, load("[ja, nein, 0xff, 12]", { schema = schema }))
  end)
end)

describe("a tag", function()
  it("decides what a scalar is", function()
    assert.same({ "12", 12, 1.0, yaml.null, true }, load "[!!str 12, !!int '12', !!float 1, !!null '', !!bool 'true']")
  end)

  it("makes a string of a plain text when it is !", function()
    assert.equal("12", load "! 12")
  end)

  it("must fit the text and the kind of node", function()
    for text, message in pairs {
      ["!!int x"] = '"x" is no !!int',
      ["!!bool x"] = '"x" is no !!bool',
      ["!!map x"] = "!!map is the tag of a mapping, and this is a scalar",
      ["!!seq {a: b}"] = "!!seq is the tag of a sequence, and this is a mapping",
      ["!!str [a]"] = "!!str is the tag of a scalar, and this is a sequence",
    } do
      local value, err = yaml.load(text)
      assert.is_nil(value)
      assert.matches("yaml:1:" .. text:find(" ") + 1 .. ": " .. message, err, 1, true)
    end
  end)

  it("of one's own is given the value and its kind", function()
    local tags = {
      ["!upper"] = function(text) return text:upper() end,
      ["!sum"] = function(list) return list[1] + list[2] end,
      ["tag:example.com,2000:kind"] = function(_, kind, style) return kind .. (style and " " .. style or "") end,
      ["!!str"] = function(text) return text .. "!" end,
    }
    local text = "%TAG !e! tag:example.com,2000:\n---\n[!upper abc, !sum [1, 2], !e!kind {}, !e!kind 'x', !!str s]\n"
    assert.same({ "ABC", 3, "mapping", "scalar single", "s!" }, load(text, { tags = tags }))
  end)

  it("of one's own can refuse a value", function()
    local value, err = yaml.load("a: !even 3", { tags = { ["!even"] = function() return nil, "3 is odd" end } })
    assert.is_nil(value)
    assert.matches("yaml:1:10: 3 is odd", err, 1, true)
  end)

  it("that is not known is ignored, or an error where it is asked to be", function()
    assert.equal("x", load "!foo x")
    local value, err = yaml.load("!foo x", { unknown_tags = "error" })
    assert.is_nil(value)
    assert.matches("the tag !foo is not known", err, 1, true)
  end)
end)

describe("binary and timestamps", function()
  it("are strings", function()
    assert.same({ "aGk=", "2026-01-01" }, load "[!!binary aGk=, 2026-01-01]")
  end)

  it("are decoded where it is asked for", function()
    assert.equal("hi", load("!!binary aGk=", { binary = true }))
    assert.equal("\0\255", load("!!binary |\n  AP\n  8=\n", { binary = true }))
    assert.is_nil((yaml.load("!!binary a", { binary = true })))
  end)

  it("are seconds since 1970 where it is asked for", function()
    local schema = { schema = "1.1", timestamps = true }
    assert.equal(0, load("1970-01-01", schema))
    assert.equal(951782400, load("2000-02-29", schema))
    assert.equal(1006545702, load("2001-11-23 15:01:42 -05:00", schema))
    assert.equal(1008384300.25, load("2001-12-14t21:45:00.25-05:00", schema))
    assert.equal(951782400, load("!!timestamp 2000-02-29", { timestamps = true }))
    assert.equal(1767225600, load("2026-01-01", { timestamps = true }))
    assert.equal("2026-01-01", load("2026-01-01", { timestamps = true, schema = "failsafe" }))
  end)

  it("are strings where the calendar does not have them", function()
    local text = "[2026-02-29, 2026-13-01, 2026-00-01, 2026-04-31, 2026-01-01 24:00:00, 2026-01-01 10:60:00]"
    assert.equal(("string "):rep(6), kinds(load(text, { timestamps = true })) .. " ")
    assert.same({ 1772236800, 1798675200 }, load("[2026-02-28, 2026-12-31]", { timestamps = true }))
    assert.is_nil((yaml.load("!!timestamp 2026-02-29", { timestamps = true })))
  end)
end)

describe("marks", function()
  it("tell an empty sequence from an empty mapping", function()
    assert.equal("[]\n", yaml.dump(load "[]"))
    assert.equal("{}\n", yaml.dump(load "{}"))
  end)

  it("keep a mapping with the keys 1 and 2 one", function()
    assert.equal("1: a\n2: b\n", yaml.dump(load "{1: a, 2: b}"))
  end)

  it("are those of JSON libraries", function()
    assert.equal("array", getmetatable(load "[]").__jsontype)
    assert.equal("object", getmetatable(load "{}").__jsontype)
  end)
end)

describe("ordered mappings", function()
  local function keys(map)
    local list = {}
    for key in pairs(map) do list[#list + 1] = key end
    return table.concat(list, " ")
  end

  it("are walked in the order of the text", function()
    assert.equal("z a m", keys(load("z: 1\na: 2\nm: 3\n", { ordered = true })))
  end)

  it("keep new keys at the end and forget removed ones", function()
    local map = load("z: 1\na: 2\n", { ordered = true })
    map.b = 3
    map.z = nil
    assert.equal("a b", keys(map))
  end)

  it("are written in their order", function()
    assert.equal("z: 1\na: 2\n", yaml.dump(load("z: 1\na: 2\n", { ordered = true })))
  end)

  it("can be made in a script", function()
    assert.equal("z: 1\na: 2\n", yaml.dump(yaml.ordered { { "z", 1 }, { "a", 2 } }))
  end)
end)
