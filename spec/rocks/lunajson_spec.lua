local rock = require "spec.support.rock"
local lunajson = rock.ours "lunajson"

-- The message that a call raises, without the position in the source.
local function raised(...)
  local fine, err = pcall(...)
  assert.is_false(fine)
  return (err:gsub("^[^:]*:%d+: ", ""))
end

describe("lunajson.decode", function()
  it("gives plain tables, without null", function()
    local t = lunajson.decode('{"a":[1,null,"x"],"b":null}')
    assert.same({ a = { 1, nil, "x" } }, t)
    assert.is_nil(getmetatable(t.a))
  end)

  it("puts the third argument in the place of null", function()
    assert.same({ "N", { a = "N" } }, lunajson.decode('[null,{"a":null}]', nil, "N"))
    assert.same({ false }, lunajson.decode("[null]", nil, false))
  end)

  it("counts the elements at 0 when asked", function()
    local t = lunajson.decode("[1,null,[],[null]]", nil, nil, true)
    assert.equal(4, t[0])
    assert.equal(0, t[3][0])
    assert.equal(1, t[4][0])
  end)

  it("begins at a position and tells where it ended", function()
    local t, position = lunajson.decode("[1] [2] x", 4)
    assert.same({ 2 }, t)
    assert.equal(8, position)
  end)

  it("returns one value without a position", function()
    assert.equal(1, select("#", lunajson.decode("1 ")))
  end)

  it("calls preproc from the inside to the outside", function()
    local seen = {}
    local t = lunajson.decode('[1,{"a":"b"}]', nil, nil, nil, function(v)
      seen[#seen + 1] = type(v)
      return v == 1 and "one" or v
    end)
    assert.same({ "one", { a = "b" } }, t)
    assert.same({ "number", "string", "table", "table" }, seen)
  end)

  it("keeps integers and reads what is too large as infinite", function()
    assert.equal("integer", math.type(lunajson.decode("9223372036854775807")))
    assert.equal("float", math.type(lunajson.decode("1.0")))
    assert.equal(1 / 0, lunajson.decode("1e400"))
  end)

  it("does not look at UTF-8, but at surrogates", function()
    assert.equal("\255", lunajson.decode('"\255"'))
    assert.equal("parse error at 2: 1st surrogate pair byte not continued by 2nd", raised(lunajson.decode, '"\\ud800"'))
    assert.equal("parse error at 2: 2nd surrogate pair byte appeared without 1st", raised(lunajson.decode, '"\\udc00"'))
  end)

  it("says in lunajson's words what is wrong", function()
    local WRONG = {
      [""] = "parse error at 1: unexpected termination",
      ["[1,"] = "parse error at 4: unexpected termination",
      ["[1,]"] = "parse error at 4: invalid value",
      ["[1 2]"] = "parse error at 4: no closing bracket of an array",
      ["{1:2}"] = "parse error at 2: not key",
      ['{"a" 1}'] = "parse error at 6: no colon after a key",
      ['{"a":1'] = "parse error at 7: no closing bracket of an object",
      ["01"] = "parse error at 1: invalid number",
      ["1."] = "parse error at 3: invalid number",
      ["1e"] = "parse error at 2: invalid number",
      ["-"] = "parse error at 1: invalid number",
      ['"a'] = "parse error at 1: unterminated string",
      ['"a\n"'] = "parse error at 3: unescaped control string",
      ['"\\x"'] = "parse error at 2: invalid escape sequence",
      ['"\\u12g4"'] = "parse error at 2: invalid unicode codepoint literal",
      ["[1] x"] = "parse error at 5: json ended",
      [("["):rep(1001)] = "parse error at 1001: too deeply nested json (> 1000)",
    }
    for text, message in pairs(WRONG) do assert.equal(message, raised(lunajson.decode, text)) end
  end)

  it("raises at the caller's line", function()
    local fine, err = pcall(function() return (lunajson.decode("x")) end)
    assert.is_false(fine)
    assert.matches("lunajson_spec.lua:%d+: parse error at 1: invalid value", err)
  end)

  it("refuses what is no text", function()
    assert.equal("bad argument #1 to 'decode' (string expected, got nil)", raised(lunajson.decode, nil))
  end)
end)

describe("lunajson.encode", function()
  it("writes a table with a first element as an array, up to the first nil", function()
    assert.equal("[1]", lunajson.encode { 1, nil, 3 })
    assert.equal("[1]", lunajson.encode { 1, a = 2 })
  end)

  it("writes as many elements as are counted at 0", function()
    assert.equal("[]", lunajson.encode { [0] = 0 })
    assert.equal("[1,null,3]", lunajson.encode { [0] = 3, 1, nil, 3 })
  end)

  it("writes any other table as an object", function()
    assert.equal("{}", lunajson.encode {})
    assert.equal('{"a":{"b":true}}', lunajson.encode { a = { b = true } })
  end)

  it("writes floats in 17 digits and whole ones without a point", function()
    assert.equal("[1,0.10000000000000001,1e+100,-0]", lunajson.encode { 1.0, 0.1, 1e100, -0.0 })
  end)

  it("writes integers exactly", function()
    assert.equal("[9223372036854775807]", lunajson.encode { math.maxinteger })
  end)

  it("writes the second argument as null, and nil", function()
    assert.equal("[1,null]", lunajson.encode({ 1, "N" }, "N"))
    assert.equal("null", lunajson.encode(nil))
  end)

  it("calls preproc before it writes a value", function()
    assert.equal('["1","2"]', lunajson.encode({ 1, 2 }, nil, function(v)
      return type(v) == "number" and tostring(v) or v
    end))
  end)

  it("escapes what JSON asks for", function()
    assert.equal('"\\"\\\\/\\n\\u001F\127"', lunajson.encode("\"\\/\n\31\127"))
  end)

  it("says in lunajson's words what cannot be written", function()
    local loop = {}
    loop.a = loop
    assert.equal("loop detected", raised(lunajson.encode, loop))
    assert.equal("invalid type value", raised(lunajson.encode, { print }))
    assert.equal("invalid number", raised(lunajson.encode, 0 / 0))
    assert.equal("invalid number", raised(lunajson.encode, -1 / 0))
    assert.equal("non-string key", raised(lunajson.encode, { [true] = 1 }))
  end)

  it("writes a table that occurs twice, side by side", function()
    local t = { 1 }
    assert.equal("[[1],[1]]", lunajson.encode { t, t })
  end)
end)

describe("the modules of lunajson", function()
  it("make decoders and encoders", function()
    assert.same({ 1 }, require("lunajson.decoder")()("[1]"))
    assert.equal("[1]", require("lunajson.encoder")() { 1 })
    assert.same({ 1 }, lunajson.newdecoder()("[1]"))
    assert.equal("[1]", lunajson.newencoder() { 1 })
  end)
end)

describe("a parser of lunajson", function()
  local function parser(input)
    local events = {}
    local handlers = {}
    for _, name in ipairs { "startobject", "key", "endobject", "startarray", "endarray", "string", "number", "boolean", "null" } do
      handlers[name] = function(v) events[#events + 1] = v == nil and name or name .. " " .. tostring(v) end
    end
    return lunajson.newparser(input, handlers), events
  end

  it("tells events, and stops behind the value", function()
    local p, events = parser('[1,"é",{"k":null}] tail')
    p.run()
    assert.same({ "startarray", "number 1", "string é", "startobject", "key k", "null", "endobject", "endarray" }, events)
    assert.equal(20, p.tellpos())
    assert.equal(32, p.tryc())
    assert.equal(" ta", p.read(3))
    assert.equal(23, p.tellpos())
    assert.equal("il", p.read(10))
    assert.is_nil(p.tryc())
  end)

  it("reads one value after the other", function()
    local p, events = parser("1 [] 2")
    p.run() p.run() p.run()
    assert.same({ "number 1", "startarray", "endarray", "number 2" }, events)
  end)

  it("takes chunks from a function, cut anywhere", function()
    local chunks, i = { "[1", "2,\"a", "b\\", "u00", "e9\"", " ,tr", "", "ue,1.", "5e", "3]", "xyz" }, 0
    local p, events = parser(function()
      i = i + 1
      return chunks[i]
    end)
    p.run()
    assert.same({ "startarray", "number 12", "string abé", "boolean true", "number 1500.0", "endarray" }, events)
    assert.equal("xyz", p.read(5))
  end)

  it("says what is wrong, with the byte of the whole input", function()
    local chunks, i = { "[1,", "2,", "]" }, 0
    local p, events = parser(function()
      i = i + 1
      return chunks[i]
    end)
    assert.equal("parse error at 6: invalid value", raised(p.run))
    assert.same({ "startarray", "number 1", "number 2" }, events)
  end)

  it("lets the errors of handlers through", function()
    local object = {}
    local p = lunajson.newparser("[1]", { number = function() error(object) end })
    local fine, err = pcall(p.run)
    assert.is_false(fine)
    assert.equal(object, err)
  end)

  it("reads files", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write("[", (" "):rep(100000), "7]")
    file:close()
    local number
    lunajson.newfileparser(path, { number = function(n) number = n end }).run()
    os.remove(path)
    assert.equal(7, number)
  end)

  it("says when there is no file", function()
    assert.matches("No such file", raised(lunajson.newfileparser, "/nowhere/at/all", {}))
  end)
end)
