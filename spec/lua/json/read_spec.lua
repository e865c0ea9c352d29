local json = require "json"
local reader = require "json.reader"

-- What json.read returns and tells of a source, as one string.
local function told(source, options)
  local events, handlers = {}, {}
  for _, event in ipairs(reader.EVENTS) do
    handlers[event] = function(...)
      events[#events + 1] = event .. (select("#", ...) > 0 and " " .. tostring((...)) or "")
    end
  end
  local fine, err = json.read(source, handlers, options)
  return table.concat(events, ", ") .. (fine and "" or "; " .. err)
end

-- A source that gives a text in chunks of a size.
local function chunks(text, size)
  local at = 1
  return function()
    if at > #text then return nil end
    local chunk = text:sub(at, at + size - 1)
    at = at + size
    return chunk
  end
end

-- The same for chunks of every size.
local function told_in_chunks(text, options)
  local whole = told(text, options)
  for size = 1, #text do assert.equal(whole, told(chunks(text, size), options)) end
  return whole
end

describe("json.read", function()
  it("tells every kind of value", function()
    assert.equal("startarray, number 1, number -2500.0, string a, boolean true, boolean false, null, endarray",
      told_in_chunks('[1, -2.5e3,"a",true,false , null]'))
  end)

  it("tells objects and arrays in each other, empty ones too", function()
    assert.equal("startobject, key a, startarray, startobject, endobject, startarray, endarray, endarray, key b, startobject, "
      .. "key , number 1, endobject, endobject", told_in_chunks('{"a" : [{},[ ]] ,\n "b":{"":1}}'))
  end)

  it("joins strings that are cut anywhere, in escapes and characters too", function()
    assert.equal('startarray, string a"é😀/é, endarray', told_in_chunks('["a\\"\\u00e9\\ud83d\\ude00\\/é"]'))
    assert.equal('startobject, key k"é, number 1, endobject', told_in_chunks('{"k\\"\\u00e9":1}'))
  end)

  it("reads one value that is neither array nor object", function()
    assert.equal("number 12", told_in_chunks(" 12 "))
    assert.equal("string a", told_in_chunks('"a"'))
    assert.equal("null", told_in_chunks("null"))
  end)

  it("skips a byte order mark", function()
    assert.equal("number 1", told_in_chunks("\239\187\191 1"))
  end)

  it("keeps integers of 64 bits, and more as text when asked", function()
    assert.equal("number 9223372036854775807", told_in_chunks("9223372036854775807"))
    assert.equal("number 12345678901234567890", told_in_chunks("12345678901234567890", { big = "string" }))
  end)

  it("reads many values, or none, when asked", function()
    assert.equal("number 1, startarray, endarray, string a", told_in_chunks('1 []\n"a"', { many = true }))
    assert.equal("", told("", { many = true }))
  end)

  it("says where a text is wrong, as json.decode does", function()
    local WRONG = {
      "", "[1,]", "[1\n,x]", '{"a":\n\nnul}', '{"a\\x":1}', "[1.]", '["é\n"]', '{"a" 1}', "[01]", "[1e]", "tru", '"abc', '"abc\\',
      '["\\ud800"]', "[1}", '{"a":1]', "1 x", "[1,2", "{", '{"a"', '{"a":', '{"a":1,', "é", '["é",\n"é" x', "-", "[", "]", "nulll",
    }
    for _, text in ipairs(WRONG) do
      local _, err = json.decode(text)
      assert.equal(err, told_in_chunks(text):match("; (.*)$"))
    end
  end)

  it("refuses invalid UTF-8 in strings, or passes it", function()
    assert.matches("^startarray; invalid UTF%-8 in a string at line 1 column %d$", told('["\255"]'))
    assert.equal("string \255", told('"\255"', { utf8 = "pass" }))
  end)

  it("has a limit of levels", function()
    assert.matches("; more than 2 levels of arrays and objects at line 1 column 3$", told("[[[", { depth = 2 }))
    assert.matches("; more than 1000 levels", told(("["):rep(2000)))
    assert.equal(10000, select(2, told(("["):rep(10000) .. ("]"):rep(10000), { depth = 10000 }):gsub("startarray", "")))
  end)

  it("calls the handlers that there are", function()
    local keys = {}
    assert.is_true(json.read('{"a":[{"b":1}],"c":null}', { key = function(k) keys[#keys + 1] = k end }))
    assert.same({ "a", "b", "c" }, keys)
  end)

  it("passes on what a handler raises", function()
    local object = {}
    local fine, err = pcall(json.read, "[1]", { number = function() error(object) end })
    assert.is_false(fine)
    assert.equal(object, err)
  end)

  it("says what a source says that fails", function()
    local count = 0
    assert.equal("startarray, number 1; expected a value, got the end of the text at line 1 column 4", told(chunks("[1,", 2)))
    assert.equal("number 1; cannot be read: no disk at line 1 column 3", told(function()
      count = count + 1
      if count == 1 then return "1 " end
      return nil, "no disk"
    end))
  end)

  it("takes time and memory in proportion to a string of many chunks", function()
    local count, length = 0, 0
    assert.is_true(json.read(function()
      count = count + 1
      if count == 1 then return '"' end
      if count <= 2001 then return ("x"):rep(1000) end
      return count == 2002 and '"' or nil
    end, { string = function(s) length = #s end }))
    assert.equal(2000000, length)
  end)

  it("raises at the caller's line when an argument is wrong", function()
    local fine, err = pcall(function() return (json.read(5, {})) end)
    assert.is_false(fine)
    assert.matches("read_spec.lua:%d+: json.read: the source must be a file, a function or a string, got number", err)
    fine, err = pcall(function() return (json.read("1")) end)
    assert.is_false(fine)
    assert.matches("read_spec.lua:%d+: json.read: handlers must be a table, got nil", err)
    fine, err = pcall(function() return (json.read("1", {}, { null = 1 })) end)
    assert.is_false(fine)
    assert.matches("read_spec.lua:%d+: json.read: unknown option null", err)
  end)
end)
