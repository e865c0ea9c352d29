local json = require "json"

-- The message that encoding a value raises.
local function raised(value, options)
  local fine, err = pcall(json.encode, value, options)
  assert.is_false(fine)
  return err
end

describe("encoding", function()
  it("writes the words", function()
    assert.equal("[true,false,null]", json.encode { true, false, json.null })
  end)

  it("writes one value that is neither array nor object", function()
    assert.equal("1", json.encode(1))
    assert.equal('"a"', json.encode "a")
    assert.equal("null", json.encode(json.null))
    assert.equal("false", json.encode(false))
    assert.equal("0.5", json.encode(0.5))
  end)

  it("writes integers of 64 bits", function()
    assert.equal("[9223372036854775807,-9223372036854775808,0]", json.encode { math.maxinteger, math.mininteger, 0 })
  end)

  it("writes a table with a first element as an array", function()
    assert.equal('["a",["b"],{}]', json.encode { "a", { "b" }, {} })
  end)

  it("writes an array in order, however it was filled", function()
    local t = {}
    t[3], t[2], t[1] = "c", "b", "a"
    assert.equal('["a","b","c"]', json.encode(t))
    local sparse = { n = 1 }
    for i = 20, 1, -1 do sparse[i] = i end
    sparse.n = nil
    assert.equal("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]", json.encode(sparse))
  end)

  it("writes any other table as an object", function()
    assert.equal('{"a":1}', json.encode { a = 1 })
    assert.equal("{}", json.encode {})
    assert.equal('{"a":{"b":{"c":[]}}}', json.encode { a = { b = { c = json.array() } } })
  end)

  it("writes every member of an object once", function()
    local t, count = {}, 0
    for i = 1, 100 do t["key" .. i] = i end
    local text = json.encode(t)
    for key, value in text:gmatch('"key(%d+)":(%d+)') do
      assert.equal(key, value)
      count = count + 1
    end
    assert.equal(100, count)
  end)

  it("writes the same key in many objects", function()
    assert.equal('[{"a":1},{"a":2},{"a":[{"a":3}]}]', json.encode { { a = 1 }, { a = 2 }, { a = { { a = 3 } } } })
  end)

  it("escapes keys as strings", function()
    assert.equal([[{"a\"\n":1}]], json.encode { ['a"\n'] = 1 })
    assert.equal([=[[{"\\":1},{"\\":2}]]=], json.encode { { ["\\"] = 1 }, { ["\\"] = 2 } })
  end)

  it("writes the same table twice where it is there twice", function()
    local t = { 1 }
    assert.equal("[[1],[1]]", json.encode { t, t })
  end)

  it("reads tables raw", function()
    local t = setmetatable({}, { __index = function() return 1 end, __pairs = function() error "no" end })
    assert.equal("{}", json.encode(t))
  end)

  it("asks no table whether it equals null", function()
    local t = setmetatable({ 1 }, { __eq = function() error "asked" end })
    assert.equal("[1]", json.encode(t))
  end)

  it("leaves what it writes as it is", function()
    local t = { a = { 1, 2 }, b = "c" }
    json.encode(t)
    assert.same({ a = { 1, 2 }, b = "c" }, t)
    assert.is_nil(getmetatable(t.a))
  end)

  describe("raises for", function()
    it("nil", function() assert.matches("json.encode: $: a nil cannot be written as JSON", raised(nil), 1, true) end)

    it("a function, a thread and a userdata, with the path", function()
      assert.matches("$.a[2]: a function cannot be written", raised { a = { 1, print } }, 1, true)
      assert.matches("$.t: a thread cannot be written", raised { t = coroutine.create(print) }, 1, true)
      assert.matches("$.f: a userdata cannot be written", raised { f = io.stdout }, 1, true)
    end)

    it("NaN and the infinities, with the path", function()
      assert.matches("$.rows[3].x: NaN is no JSON number", raised { rows = { {}, {}, { x = 0 / 0 } } }, 1, true)
      assert.matches("$[1]: infinity is no JSON number", raised { 1 / 0 }, 1, true)
      assert.matches("$: infinity is no JSON number", raised(-1 / 0), 1, true)
    end)

    it("invalid UTF-8, with the path", function()
      assert.matches("$.a: a string has invalid UTF-8 at byte 2", raised { a = "x\xff" }, 1, true)
      assert.matches("$: a string has invalid UTF-8 at byte 3", raised "é\xed\xa0\x80", 1, true)
      assert.matches("has invalid UTF-8 at byte 1", raised { ["\xc3"] = 1 }, 1, true)
    end)

    it("keys that are no strings", function()
      assert.matches("$.a: an object has the key [1.5], a number", raised { a = { [1.5] = 1 } }, 1, true)
      assert.matches("$: an object has the key [true], a boolean", raised { [true] = 1 }, 1, true)
      assert.matches("$: an object has the key [2], a number", raised { [2] = 1 }, 1, true)
    end)

    it("mixed keys", function()
      assert.matches("$: an array has the key .x as well", raised { 1, 2, x = 3 }, 1, true)
      assert.matches("$.a: an array has the key .x as well", raised { a = { 1, x = 3 } }, 1, true)
    end)

    it("an array with a hole", function()
      assert.matches("$: an array has no element 2 but later ones", raised { 1, [3] = 3 }, 1, true)
      assert.matches("$[1]: an array has no element 1 but later ones", raised { json.array { [2] = 1 } }, 1, true)
    end)

    it("an object with elements", function()
      assert.matches("$: an object has the key [1], a number", raised(json.object { 1 }), 1, true)
    end)

    it("an array with members", function()
      assert.matches("$: an array has the key .a as well", raised(json.array { a = 1 }), 1, true)
    end)

    it("a table that contains itself", function()
      local t = { list = { {} } }
      t.list[1].up = t
      assert.matches("$.list[1].up: the table contains itself: it is $ again", raised(t), 1, true)
      local a = {}
      a[1] = a
      assert.matches("$[1]: the table contains itself", raised(a), 1, true)
      assert.matches("$[1]: the table contains itself", raised(a, { indent = 2 }), 1, true)
    end)

    it("a key that is no name by its quoted form", function()
      assert.matches('$["a b"][1]: NaN', raised { ["a b"] = { 0 / 0 } }, 1, true)
    end)

    it("each of these at the caller's line", function()
      local fine, err = pcall(function() return (json.encode(print)) end)
      assert.is_false(fine)
      assert.matches("encoder_spec.lua:%d+: json.encode:", err)
    end)

    it("each of these with options too", function()
      for _, value in ipairs {
        print, 0 / 0, "\xff", { [1.5] = 1 }, { 1, x = 2 }, { 1, [3] = 3 }, { ["\xff"] = 1 }, { a = { b = { 1 / 0 } } },
      } do
        assert.equal(raised(value), raised(value, { sort = true }))
        assert.equal(raised(value), raised(value, { indent = 2 }))
      end
    end)
  end)
end)
