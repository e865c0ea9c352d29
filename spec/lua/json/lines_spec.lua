local json = require "json"

-- All that an iterator over lines gives, a string for each.
local function all(source, options)
  local list = {}
  for line, value, err in json.lines(source, options) do
    list[#list + 1] = line .. ": " .. (err or json.encode(value))
  end
  return list
end

local function chunks(text, size)
  local at = 1
  return function()
    if at > #text then return nil end
    at = at + size
    return text:sub(at - size, at - 1)
  end
end

describe("json.lines", function()
  it("gives the number and the value of each line", function()
    assert.same({ '1: {"a":1}', "2: [2]", "3: null" }, all('{"a":1}\n[2]\nnull\n'))
  end)

  it("needs no line break at the end", function()
    assert.same({ "1: 1", "2: 2" }, all("1\n2"))
    assert.same({}, all(""))
  end)

  it("skips blank lines, but counts them, and reads line breaks of Windows", function()
    assert.same({ "2: 1", "5: 2" }, all("\n1\r\n \r\n\n2\r\n\n"))
  end)

  it("reads chunks that are cut anywhere", function()
    local text = '{"a":"é"}\n\n[1,2,3]\n"x"'
    for size = 1, #text do assert.same({ '1: {"a":"é"}', "3: [1,2,3]", '4: "x"' }, all(chunks(text, size))) end
  end)

  it("says what is wrong with a line, and goes on", function()
    assert.same({ "1: 1", "2: expected a value, got 'x' at line 2 column 3", "3: 3" }, all("1\n[ x]\n3"))
  end)

  it("gives false and null as values", function()
    local count = 0
    for _, value, err in json.lines("false\nnull") do
      assert.is_nil(err)
      assert.is_true(value == false or value == json.null)
      count = count + 1
    end
    assert.equal(2, count)
  end)

  it("takes the options of json.decode", function()
    assert.same({ "1: more than 1 levels of arrays and objects at line 1 column 2" }, all("[[]]", { depth = 1 }))
  end)

  it("refuses lines that are too long, without gathering them", function()
    assert.same({ "1: 123", "2: more than 3 bytes at line 2", "3: 1" }, all("123\n1234\n1", { limit = 3 }))
    assert.same({ "1: more than 3 bytes at line 1", "2: 1" }, all(chunks("123456789\n1", 2), { limit = 3 }))
  end)

  it("reads files", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    for i = 1, 20000 do file:write('{"n":', i, "}\n") end
    file:close()
    local last, sum = 0, 0
    file = assert(io.open(path, "rb"))
    for line, value in json.lines(file) do last, sum = line, sum + value.n end
    file:close()
    os.remove(path)
    assert.equal(20000, last)
    assert.equal(200010000, sum)
  end)

  it("says what a source says that fails", function()
    local count = 0
    assert.same({ "1: 1", "2: cannot be read: no disk at line 2" }, all(function()
      count = count + 1
      if count == 1 then return "1" end
      return nil, "no disk"
    end))
  end)

  it("holds no more than a chunk and a line", function()
    collectgarbage() collectgarbage()
    local before, most, count = collectgarbage("count"), 0, 0
    local chunk = ('{"a":[1,2,3],"b":"' .. ("x"):rep(80) .. '"}\n'):rep(100)
    for line in json.lines(function()
      count = count + 1
      return count <= 200 and chunk or nil
    end) do
      if line % 2000 == 0 then
        collectgarbage()
        most = math.max(most, collectgarbage("count") - before)
      end
    end
    assert.is_true(most < 1000, most .. " KiB for 2 MB of lines")
  end)

  it("raises at the caller's line when an argument is wrong", function()
    local fine, err = pcall(function() return (json.lines {}) end)
    assert.is_false(fine)
    assert.matches("lines_spec.lua:%d+: json.lines: the source must be a file, a function or a string, got table", err)
    fine, err = pcall(function() return (json.lines("", { limit = 0 })) end)
    assert.is_false(fine)
    assert.matches("lines_spec.lua:%d+: json.lines: option limit must be a number of bytes, an integer from 1, got 0", err)
  end)
end)
