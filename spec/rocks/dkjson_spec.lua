local rock = require "spec.support.rock"
local dkjson = rock.ours "dkjson"

local function raised(...)
  local fine, err = pcall(...)
  assert.is_false(fine)
  return (err:gsub("^[^:]*:%d+: ", ""))
end

describe("dkjson.decode", function()
  it("gives the value and the position behind it", function()
    local t, position, message = dkjson.decode('[1] [2]', 4)
    assert.same({ 2 }, t)
    assert.equal(8, position)
    assert.is_nil(message)
  end)

  it("marks arrays and objects", function()
    local t = dkjson.decode('[{"a":[]}]')
    assert.equal("array", getmetatable(t).__jsontype)
    assert.equal("object", getmetatable(t[1]).__jsontype)
    assert.equal("array", getmetatable(t[1].a).__jsontype)
    assert.equal("object", getmetatable(dkjson.decode("{}")).__jsontype)
  end)

  it("gives objects of a shape their mark too", function()
    local t = dkjson.decode("[" .. ('{"a":1,"b":"x"},'):rep(20) .. "{}]")
    for i = 1, 21 do assert.equal("object", getmetatable(t[i]).__jsontype) end
  end)

  it("gives them the metatables that are passed, or none", function()
    local object, array = {}, {}
    local t = dkjson.decode('[{"a":[]}]', 1, nil, object, array)
    assert.equal(array, getmetatable(t))
    assert.equal(object, getmetatable(t[1]))
    assert.is_nil(getmetatable(dkjson.decode("[]", 1, nil, nil)))
  end)

  it("leaves null out, or puts the third argument in its place", function()
    assert.same({ [2] = 1 }, dkjson.decode("[null,1,null]", 1, nil, nil))
    assert.equal(dkjson.null, dkjson.decode('{"a":null}', 1, dkjson.null).a)
  end)

  it("returns nil, a position and a message", function()
    local WRONG = {
      { "", 1, "no valid JSON value (reached the end)" },
      { "[1,", 4, "unterminated array at line 1, column 1" },
      { '\n{"a"', 6, "unterminated object at line 2, column 1" },
      { '"a', 3, "unterminated string at line 1, column 1" },
      { "[1\n,x]", 5, "no valid JSON value at line 2, column 2" },
      { "{null:1}", 6, "cannot use nil as table index (at line 1, column 6)" },
    }
    for _, case in ipairs(WRONG) do
      local value, position, message = dkjson.decode(case[1])
      assert.is_nil(value)
      assert.equal(case[2], position)
      assert.equal(case[3], message)
    end
  end)

  it("reads comments, and commas too many or too few", function()
    assert.same({ 1, 2 }, (dkjson.decode("/* a */ [1, // b\n 2,]")))
    assert.same({ 1, 2 }, (dkjson.decode("[1 2]")))
    assert.same({ a = 1, b = 2 }, (dkjson.decode('{"a":1 "b":2,}')))
    assert.same({ a = 1 }, (dkjson.decode('\239\187\191{"a":1}')))
  end)

  it("reads numbers and strings that JSON has not", function()
    assert.equal(1, (dkjson.decode("01")))
    assert.equal(0.5, (dkjson.decode(".5")))
    assert.equal("x\n\t", (dkjson.decode('"\\x\n\\t"')))
    assert.equal(1 / 0, (dkjson.decode("1e400")))
  end)
end)

describe("dkjson.encode", function()
  it("writes an empty table as an array unless it is marked", function()
    assert.equal("[]", dkjson.encode {})
    assert.equal("{}", dkjson.encode(setmetatable({}, { __jsontype = "object" })))
  end)

  it("writes arrays with holes, and as long as n says", function()
    assert.equal("[1,null,3]", dkjson.encode { 1, nil, 3 })
    assert.equal("[1,null,null]", dkjson.encode { n = 3, 1 })
    assert.equal('{"11":1}', dkjson.encode { [11] = 1 })
  end)

  it("writes floats as floats, NaN and infinities as null", function()
    assert.equal("[1.0,0.1,null,null,1e+100,9223372036854775807]", dkjson.encode { 1.0, 0.1, 0 / 0, 1 / 0, 1e100, math.maxinteger })
  end)

  it("indents objects", function()
    assert.equal('{\n  "a":[1,{\n      "b":[]\n    }]\n}', dkjson.encode({ a = { 1, { b = {} } } }, { indent = true }))
    assert.equal('{\n      "a":1\n    }', dkjson.encode({ a = 1 }, { indent = true, level = 2 }))
  end)

  it("writes keys in an order", function()
    local t = { a = 3, b = 2, c = 1 }
    assert.equal('{"c":1,"b":2,"a":3}', dkjson.encode(t, { keyorder = { "c", "b", "zz" } }))
    assert.equal('{"b":2,"c":1,"a":3}', dkjson.encode(setmetatable(t, { __jsonorder = { "b", "c", "a" } }), { keyorder = { "a" } }))
  end)

  it("appends to a buffer", function()
    local state = { buffer = { "x" }, bufferlen = 1 }
    assert.is_true(dkjson.encode({ 1 }, state))
    assert.equal("x[1]", table.concat(state.buffer, "", 1, state.bufferlen))
  end)

  it("leaves the state without a buffer when it had none", function()
    local state = { indent = true }
    dkjson.encode({ a = 1 }, state)
    assert.same({ indent = true }, state)
  end)

  it("asks __tojson for a text, or lets it append", function()
    local text = setmetatable({}, { __tojson = function() return "X" end })
    local appending = setmetatable({}, { __tojson = function(_, state)
      state.bufferlen = state.bufferlen + 1
      state.buffer[state.bufferlen] = "Y"
      return true
    end })
    assert.equal("[X,Y,1]", dkjson.encode { text, appending, 1 })
  end)

  it("says in dkjson's words what it cannot write", function()
    local loop = {}
    loop.a = loop
    assert.equal("reference cycle", raised(dkjson.encode, loop))
    assert.equal("type 'function' is not supported by JSON.", raised(dkjson.encode, print))
    assert.equal("type 'boolean' is not supported as a key by JSON.", raised(dkjson.encode, { [true] = 1 }))
    assert.equal("why", raised(dkjson.encode, setmetatable({}, { __tojson = function() return nil, "why" end })))
    assert.equal("custom encoder failed", raised(dkjson.encode, setmetatable({}, { __tojson = function() end })))
  end)

  it("asks exception what to write instead", function()
    local loop = {}
    loop[1] = loop
    assert.equal('["<type \'function\' is not supported by JSON.>",["<reference cycle>"]]',
      dkjson.encode({ print, loop }, { exception = dkjson.encodeexception }))
    assert.equal("mine", raised(dkjson.encode, print, { exception = function() return nil, "mine" end }))
    local reasons = {}
    dkjson.encode({ print }, { exception = function(reason, value, state, message)
      reasons = { reason, value, type(state.bufferlen), message }
      return "0"
    end })
    assert.same({ "unsupported type", print, "number", "type 'function' is not supported by JSON." }, reasons)
  end)

  it("writes null", function()
    assert.equal("[null]", dkjson.encode { dkjson.null })
    assert.equal("null", dkjson.encode(nil))
  end)
end)

describe("the rest of dkjson", function()
  it("quotes strings", function()
    assert.equal('"\\"\\\\/\\n\\u007f\\u2028\\u00adé"', dkjson.quotestring("\"\\/\n\127\u{2028}\u{AD}é"))
  end)

  it("adds line breaks to a state that has an indent", function()
    local state = { buffer = { "a" }, bufferlen = 1, indent = true, level = 2 }
    dkjson.addnewline(state)
    assert.same({ "a", "\n", "    " }, state.buffer)
    local plain = { buffer = {} }
    dkjson.addnewline(plain)
    assert.same({}, plain.buffer)
  end)

  it("gives a copy that uses LPeg, so to say", function()
    local lpeg = dkjson.use_lpeg()
    assert.is_true(lpeg.using_lpeg)
    assert.is_nil(dkjson.using_lpeg)
    assert.equal(lpeg, lpeg.use_lpeg())
    assert.same({ 1 }, (lpeg.decode("[1]")))
  end)

  it("tells the version whose interface it has", function()
    assert.equal("dkjson 2.6", dkjson.version)
  end)
end)
