local json = require "json"

describe("layout", function()
  local value = { b = { 1, { c = "x" } }, a = json.array(), d = {} }

  it("sorts keys by their bytes", function()
    assert.equal('{"a":[],"b":[1,{"c":"x"}],"d":{}}', json.encode(value, { sort = true }))
    assert.equal('{"A":1,"Z":2,"a":3,"é":4}', json.encode({ a = 3, Z = 2, ["é"] = 4, A = 1 }, { sort = true }))
  end)

  it("sorts keys as a function says", function()
    assert.equal('{"c":1,"b":2,"a":3}', json.encode({ a = 3, b = 2, c = 1 }, { sort = function(a, b) return a > b end }))
  end)

  it("indents by a number of spaces", function()
    assert.equal([[
{
  "a": [],
  "b": [
    1,
    {
      "c": "x"
    }
  ],
  "d": {}
}]], json.encode(value, { indent = 2, sort = true }))
  end)

  it("indents by a string", function()
    assert.equal('[\n\t[\n\t\t1\n\t]\n]', json.encode({ { 1 } }, { indent = "\t" }))
  end)

  it("keeps empty arrays and objects on one line", function()
    assert.equal("[]", json.encode(json.array(), { indent = 4 }))
    assert.equal("{}", json.encode({}, { indent = 4 }))
  end)

  it("stays on one line when the indent is 0 or empty", function()
    assert.equal("[1,[2]]", json.encode({ 1, { 2 } }, { indent = 0 }))
    assert.equal("[1,[2]]", json.encode({ 1, { 2 } }, { indent = "" }))
  end)

  it("does not sort when it is told not to", function()
    assert.equal("[1]", json.encode({ 1 }, { sort = false }))
  end)

  it("writes what can be read back", function()
    local text = json.encode(value, { indent = 1 })
    assert.equal(json.encode(value, { sort = true }), json.encode(json.decode(text), { sort = true }))
  end)

  it("writes values that are neither array nor object as always", function()
    assert.equal('"a\\n"', json.encode("a\n", { indent = 2 }))
    assert.equal("null", json.encode(json.null, { sort = true }))
    assert.equal("1.0", json.encode(1.0, { indent = 2 }))
  end)
end)
