local json = require "json"

-- Shapes are learnt from the fourth object or so: each array here is long enough.
local function array_of(objects)
  return "[" .. table.concat(objects, ",") .. "]"
end

-- The value of each text alone, read without a shape.
local function one_by_one(objects)
  local values = {}
  for i, text in ipairs(objects) do values[i] = json.decode(text) end
  return values
end

local function like_one_by_one(objects)
  assert.same(one_by_one(objects), json.decode(array_of(objects)))
end

local function repeated(text, count, last)
  local objects = {}
  for i = 1, count do objects[i] = (text:gsub("#", i)) end
  objects[#objects + 1] = last
  return objects
end

describe("a number of too many digits", function()
  it("is refused in objects of a shape too", function()
    local objects = repeated('{"a":#,"b":"x","c":#}', 20, '{"a":' .. ("9"):rep(400) .. ',"b":"x","c":1}')
    local value, err = json.decode(array_of(objects))
    assert.is_nil(value)
    assert.matches("^number too large for a double at line 1 column %d+$", err)
  end)
end)

describe("many objects of one shape are read as they are one by one", function()
  it("with values of every kind", function()
    like_one_by_one(repeated('{"a":#,"b":"x#","c":-#.5,"d":true,"e":null,"f":[#,"y"],"g":{"h":#},"i":false,"j":0}', 20))
  end)

  it("with white space between", function()
    like_one_by_one(repeated('{ "a" : # ,\n "b":\t"x#" , "c" : [ 1 ] , "d" : # }', 20))
  end)

  it("with keys that hold magic characters, quotes and escapes", function()
    like_one_by_one(repeated([[{"a.b%":#,"[c]*":"x","d\"e":#,"\u00e9\\":"y","é":#,"":"z"}]], 20))
  end)

  it("when one lacks a member, has another, or has them in another order", function()
    local text = '{"a":#,"b":"x","c":#}'
    for _, other in ipairs {
      '{"a":1,"c":3}', '{"a":1,"b":"x"}', '{"b":"x","c":3}', '{"c":3,"b":"x","a":1}', "{}", '{"a":1}',
      '{"a":1,"b":"x","c":3,"d":4}', '{"z":0,"a":1,"b":"x","c":3}', '{"a":1, "b":"x","c":3}',
    } do
      local objects = repeated(text, 10, other)
      objects[#objects + 1] = '{"a":1,"b":"y","c":3}'
      like_one_by_one(objects)
    end
  end)

  it("when a value is of another kind", function()
    local text = '{"a":#,"b":"x","c":true,"d":[#],"e":-#,"f":"g"}'
    for _, value in ipairs {
      "null", "true", "false", '"s"', "0", "-0", "-0.5", "1.5", "1e3", "[]", "{}", '"\\n"', '"é"', "12345678901234567890",
    } do
      for _, key in ipairs { "a", "b", "c", "d", "e", "f" } do
        like_one_by_one(repeated(text, 10, (text:gsub("#", 7):gsub('("' .. key .. '":)[^,}]+', "%1" .. value))))
      end
    end
  end)

  it("when numbers begin with zero or a sign after others did not, and often", function()
    local objects = {}
    for i = 1, 100 do objects[i] = ('{"a":%s,"b":"x","c":%d}'):format(i < 10 and "5" or i % 2 == 0 and "0.5" or "-0", i) end
    like_one_by_one(objects)
  end)

  it("when strings are long beside numbers", function()
    like_one_by_one(repeated('{"a":#,"b":"' .. ("x"):rep(400) .. '","c":#.5}', 20))
  end)

  it("when null becomes something else", function()
    local text = array_of(repeated('{"a":#,"b":null,"c":"x"}', 20))
    assert.equal(false, json.decode(text, { null = false })[15].b)
    assert.equal("none", json.decode(text, { null = "none" })[15].b)
  end)

  it("when every second one is different", function()
    local objects = {}
    for i = 1, 200 do
      objects[i] = i % 2 == 0 and ('{"a":%d,"b":"x","c":%d}'):format(i, i) or ('{"b":"y","a":null,"d":[%d]}'):format(i)
    end
    like_one_by_one(objects)
  end)

  it("inside each other", function()
    like_one_by_one(repeated('{"id":#,"items":[{"n":1,"v":"a"},{"n":2,"v":"b"},{"n":3,"v":"#"}],"end":"x"}', 30))
    like_one_by_one(repeated('{"id":#,"owner":{"id":#,"name":"n#","roles":["a"]},"end":"x"}', 30))
  end)

  it("when a key occurs twice", function()
    like_one_by_one(repeated('{"a":1,"b":2,"a":#}', 10))
  end)
end)

describe("a wrong object after many right ones is refused as it is alone", function()
  local text = '{"a":#,"b":"x","c":true,"d":#}'
  for _, wrong in ipairs {
    '{"a":01,"b":"x","c":true,"d":1}', '{"a":1.,"b":"x","c":true,"d":1}', '{"a":1,"b":"x\n","c":true,"d":1}',
    '{"a":1,"b":"x","c":truth,"d":1}', '{"a":1,"b":"x","c":true,"d":1', '{"a":1,"b":"x","c":true,"d":-}',
    '{"a":1,"b":"x","c":true,"d":1,}', '{"a":1,"b":"x","c":true "d":1}', '{"a":-01,"b":"x","c":true,"d":1}',
    '{"a":1.2.3,"b":"x","c":true,"d":1}', '{"a":1/2,"b":"x","c":true,"d":1}', '{"a":1,"b":"x","c":true,"d":00}',
    '{"a":1,"b":"\\x","c":true,"d":1}', '{"a":' .. ("9"):rep(400) .. ',"b":"x","c":true,"d":1}', '{"a":1,"b":"x","c":true,"d":1]',
  } do
    it(("%q"):format(wrong):sub(1, 40), function()
      local _, alone = json.decode("\n" .. wrong)
      local value, after = json.decode(array_of(repeated(text, 10, "\n" .. wrong)))
      assert.is_string(alone)
      assert.is_nil(value)
      -- The closing bracket of the array is one character more than the object alone has.
      if not alone:find("the end of the text", 1, true) then assert.equal((alone:gsub("line 2", "line 2")), after) end
    end)
  end

  it("when equal keys are refused", function()
    local _, err = json.decode(array_of(repeated(text, 10, '\n{"a":1,"a":2}')), { duplicates = "error" })
    assert.equal('key "a" occurs twice at line 2 column 12', err)
  end)
end)

describe("the number of levels holds for shapes too", function()
  it("when reading", function()
    local objects = repeated('{"a":#,"b":1,"c":[[#]]}', 10)
    assert.is_table(json.decode(array_of(objects), { depth = 4 }))
    assert.is_nil((json.decode(array_of(objects), { depth = 3 })))
  end)
end)
