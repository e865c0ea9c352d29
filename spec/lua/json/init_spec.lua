local json = require "json"

local function raised(...)
  local fine, err = pcall(...)
  assert.is_false(fine)
  return err
end

describe("json", function()
  it("gives null as one value that says its name", function()
    assert.equal(json.null, json.decode("null"))
    assert.equal(json.null, require "json.null")
    assert.equal("null", tostring(json.null))
  end)

  it("lets nobody change null", function()
    assert.matches("json.null cannot be changed", raised(function() json.null.x = 1 end))
  end)

  it("returns false and null as values, not as failures", function()
    assert.same({ false, n = 1 }, table.pack(json.decode("false")))
    assert.same({ n = 1, json.null }, table.pack(json.decode("null")))
  end)

  describe("round trips", function()
    local function there_and_back(text)
      assert.equal(text, json.encode(json.decode(text)))
    end

    it("keep an empty array an array", function() there_and_back "[]" end)
    it("keep an empty object an object", function() there_and_back "{}" end)
    it("keep arrays and objects in each other", function() there_and_back '[[],{},[[{"a":[{}]}]]]' end)
    it("keep null in arrays and objects", function() there_and_back '[null,{"a":null},null]' end)
    it("keep an array that has lost its elements an array", function()
      local t = json.decode("[1]")
      t[1] = nil
      assert.equal("[]", json.encode(t))
    end)
    it("keep integers of 64 bits", function()
      there_and_back "[9223372036854775807,-9223372036854775808,9007199254740993]"
    end)
    it("keep floats floats", function() there_and_back "[1.0,-0.0,0.1,1e+300,5e-324]" end)
    it("keep a key that looks like a number a string", function() there_and_back '{"1":"a"}' end)
  end)

  describe("marks", function()
    it("make an empty table an array", function()
      assert.equal("[]", json.encode(json.array()))
    end)

    it("make an empty table an object", function()
      assert.equal("{}", json.encode(json.object {}))
    end)

    it("are given to what was passed", function()
      local t = {}
      assert.equal(t, json.array(t))
      assert.equal(t, json.object(t))
    end)

    it("can be asked for", function()
      assert.equal("array", json.kind(json.decode("[1]")))
      assert.equal("object", json.kind(json.object()))
      assert.is_nil(json.kind {})
    end)

    it("of dkjson count too", function()
      assert.equal("[]", json.encode(setmetatable({}, { __jsontype = "array" })))
    end)

    it("do not show in pairs or in the length", function()
      local t = json.decode("[7,8]")
      local seen = {}
      for k, v in pairs(t) do seen[k] = v end
      assert.same({ 7, 8 }, seen)
      assert.equal(2, #t)
    end)

    it("refuse what is no table, at the caller's line", function()
      assert.matches("init_spec.lua:%d+: json.array: a table expected, got string", raised(function() json.array("x") end))
    end)
  end)

  describe("options", function()
    it("that are unknown raise at the caller's line", function()
      assert.matches("init_spec.lua:%d+: json.decode: unknown option nul", raised(function()
        return (json.decode("1", { nul = 1 }))
      end))
      assert.matches("init_spec.lua:%d+: json.encode: unknown option indents", raised(function()
        return (json.encode(1, { indents = 1 }))
      end))
    end)

    it("with a wrong value say what is accepted", function()
      assert.matches('option big must be "float" or "string", got int', raised(json.decode, "1", { big = "int" }))
      assert.matches("option depth must be an integer from 1 to 10000, got 0", raised(json.decode, "1", { depth = 0 }))
      assert.matches("option indent must be a number of spaces, or a string of spaces and tabs, got x",
        raised(json.encode, 1, { indent = "x" }))
      assert.matches("option sort must be true", raised(json.encode, 1, { sort = 1 }))
    end)

    it("must be a table", function()
      assert.matches("options must be a table, got number", raised(json.decode, "1", 5))
    end)
  end)

  it("raises at the caller's line when the text is no string", function()
    assert.matches("init_spec.lua:%d+: json.decode: text must be a string, got nil", raised(function()
      return (json.decode(nil))
    end))
  end)

  describe("levels", function()
    local function nested(n) return ("["):rep(n) .. ("]"):rep(n) end
    local function tower(n)
      local t = {}
      for _ = 2, n do t = { a = t } end
      return t
    end

    it("are 1000 when reading", function()
      assert.is_table(json.decode(nested(1000)))
      local value, err = json.decode(nested(1001))
      assert.is_nil(value)
      assert.equal("more than 1000 levels of arrays and objects at line 1 column 1001", err)
    end)

    it("are 1000 when writing", function()
      assert.is_string(json.encode(tower(1000)))
      assert.matches("too many levels of arrays and objects", raised(json.encode, tower(1001)))
    end)

    it("can be fewer", function()
      assert.is_table(json.decode("[{}]", { depth = 2 }))
      assert.is_nil((json.decode("[{}]", { depth = 1 })))
      assert.is_nil((json.decode('{"a":[]}', { depth = 1 })))
      assert.matches("%$%.a: too many levels", raised(json.encode, tower(2), { depth = 1 }))
      assert.matches("%$%.a: too many levels", raised(json.encode, tower(2), { depth = 1, sort = true }))
    end)

    it("can be 10000", function()
      local text = nested(10000)
      local most = { depth = 10000 }
      assert.equal(text, json.encode(json.decode(text, most), most))
      local objects = ('{"a":'):rep(9999) .. "{}" .. ("}"):rep(9999)
      assert.equal(objects, json.encode(json.decode(objects, most), most))
      assert.equal(objects, json.encode(json.decode(objects, most), { depth = 10000, sort = true }))
    end)

    it("beyond any count are refused without harm", function()
      assert.is_nil((json.decode(("["):rep(100000))))
      assert.is_nil((json.decode(('{"a":'):rep(100000))))
      assert.is_nil((json.decode(('[{"":'):rep(50000))))
    end)
  end)
end)
