local json = require "json"

-- The message of a text that must not be accepted.
local function fault(text, options)
  local value, err = json.decode(text, options)
  assert.is_nil(value)
  return err
end

describe("decoding", function()
  describe("numbers", function()
    it("gives integers for what is written without point and exponent", function()
      local t = json.decode("[0,1,-1,10,1234567890123]")
      assert.same({ 0, 1, -1, 10, 1234567890123 }, t)
      for _, v in ipairs(t) do assert.equal("integer", math.type(v)) end
    end)

    it("gives floats for what is written with point or exponent", function()
      local t = json.decode("[0.0,1.0,1e2,-2.5E-1,0e0,10.25]")
      assert.same({ 0.0, 1.0, 100.0, -0.25, 0.0, 10.25 }, t)
      for _, v in ipairs(t) do assert.equal("float", math.type(v)) end
    end)

    it("are the same in lists of any length, with exponents, signs and zeros", function()
      local given = { "1.5e-7", "-2E3", "0e1", "-0.25", "0.5", "7", "-12", "1e2", "123456789.125", "0" }
      local expected = { 1.5e-7, -2000.0, 0.0, -0.25, 0.5, 7, -12, 100.0, 123456789.125, 0 }
      local texts, values = {}, {}
      for i = 1, 60 do
        local k = i * 7 % #given + 1
        texts[i], values[i] = given[k], expected[k]
        local read = json.decode("[" .. table.concat(texts, ", ") .. "]")
        assert.same(values, read)
        for j, v in ipairs(read) do assert.equal(math.type(values[j]), math.type(v)) end
      end
    end)

    it("are refused in such lists as anywhere", function()
      for _, bad in ipairs { "1.e3", "-01e1", "00e1", "1e", "1e+", "1e999", "-1e999", "1-2", "1e1.5", "0x10", "01" } do
        for _, good in ipairs { "1", "1e1" } do
          for _, before in ipairs { 1, 8, 9, 20 } do
            fault("[" .. (good .. ","):rep(before) .. bad .. "]")
            fault("[" .. (good .. ","):rep(before) .. bad .. ("," .. good):rep(8) .. "]")
          end
        end
      end
    end)

    it("are the same in pairs", function()
      local texts, values = {}, {}
      for i = 1, 40 do
        texts[i], values[i] = ("[%d.5, -0.25]"):format(i), { i + 0.5, -0.25 }
        assert.same(values, json.decode("[" .. table.concat(texts, " , ") .. "]"))
      end
      texts[41], values[41] = "[1,2,3]", { 1, 2, 3 }
      texts[42], values[42] = "[]", {}
      texts[43], values[43] = "[1e1,2]", { 10.0, 2 }
      local read = json.decode("[" .. table.concat(texts, ",") .. "]")
      assert.same(values, read)
      assert.equal(json.encode({ read[20], read[40] }), json.encode({ { 20.5, -0.25 }, { 40.5, -0.25 } }))
      for i = 1, 43 do assert.equal("array", json.kind(read[i])) end
    end)

    it("are refused in pairs as anywhere", function()
      for _, bad in ipairs { "[01,1]", "[1,-01]", "[1 2]", "[1,2", "[1,2,]", "[1,1e999]", "[1,.5]" } do
        fault("[" .. ("[1,2],"):rep(20) .. bad .. "]")
        fault("[" .. ("[1,2],"):rep(20) .. bad .. (",[1,2]"):rep(4) .. "]")
      end
    end)

    it("count the levels of pairs", function()
      local text = "[" .. ("[1,2],"):rep(20) .. "[1,2]]"
      assert.equal(21, #json.decode(text, { depth = 2 }))
      assert.matches("more than 1 levels", fault(text, { depth = 1 }), 1, true)
    end)

    it("gives both ends of 64 bits exactly", function()
      assert.equal(math.maxinteger, json.decode("9223372036854775807"))
      assert.equal(math.mininteger, json.decode("-9223372036854775808"))
    end)

    it("gives a float beyond 64 bits", function()
      assert.equal(9223372036854775808.0, json.decode("9223372036854775808"))
      assert.equal("float", math.type(json.decode("[9223372036854775808]")[1]))
    end)

    it("keeps the text of what is beyond 64 bits when asked to", function()
      assert.same({ "9223372036854775808", 1.5, 9223372036854775807, "1e400", "-1e400" },
        json.decode("[9223372036854775808,1.5,9223372036854775807,1e400,-1e400]", { big = "string" }))
      assert.same({ a = "123456789012345678901234567890", b = 1 },
        json.decode('{"a":123456789012345678901234567890,"b":1}', { big = "string" }))
    end)

    it("refuses what no double can hold", function()
      assert.equal("number too large for a double at line 1 column 2", fault("[1e400]"))
      assert.equal("number too large for a double at line 1 column 1", fault(("9"):rep(400)))
      assert.equal("number too large for a double at line 1 column 6", fault('{"a":' .. ("9"):rep(400) .. ',"b":1}'))
      assert.equal("number too large for a double at line 1 column 2", fault("[" .. ("9"):rep(400) .. ",1]"))
    end)

    it("takes what is too small for a double as zero", function()
      assert.equal(0.0, json.decode("1e-400"))
    end)

    it("keeps the sign of -0", function()
      assert.equal(-math.huge, 1 / json.decode("-0"))
      assert.equal(-math.huge, 1 / json.decode("[1,-0,2]")[2])
      assert.equal(-math.huge, 1 / json.decode("-0.0"))
    end)

    it("refuses what is no number of JSON, wherever it stands", function()
      for text, message in pairs {
        ["01"] = "number with a leading zero", ["-01"] = "number with a leading zero",
        ["00.5"] = "number with a leading zero", ["1."] = "expected a digit after '.'",
        ["1.e5"] = "expected a digit after '.'", ["0.e1"] = "expected a digit after '.'",
        ["-"] = "expected a digit after '-'", ["-.5"] = "expected a digit after '-'",
        ["-x"] = "expected a digit after '-'", ["1e"] = "exponent without a digit",
        ["1.5E+"] = "exponent without a digit", [".5"] = "expected a value", ["+1"] = "expected a value",
        ["Infinity"] = "expected a value", ["NaN"] = "expected a value", ["nan"] = "expected a value",
      } do
        for _, around in ipairs { "%s", "[%s]", "[%s,1]", '{"a":%s}', '{"a":%s,"b":1}', "[1,2,3,4,5,6,7,8,9,%s,1,2,3,4]" } do
          assert.matches(message, fault((around:gsub("%%s", text))), nil, true)
        end
      end
    end)

    it("refuses what only looks like one number", function()
      for _, text in ipairs { "1.2.3", "1/2", "1-2", "0x10", "1_000", "1 2", "--1" } do
        for _, around in ipairs { "[%s]", "[%s,1]", '{"a":%s}', '{"a":%s,"b":1}', "[1,2,3,4,5,6,7,8,9,%s,1,2,3,4]" } do
          fault((around:gsub("%%s", text)))
        end
      end
    end)

    it("reads many in a row as it reads one", function()
      local t, texts = {}, {}
      for i = 1, 100 do
        t[i] = i % 3 == 0 and i or i % 3 == 1 and -i / 4 or 0.5 + i
        texts[i] = tostring(t[i])
      end
      t[50], texts[50] = "x", '"x"'
      t[77], texts[77] = 0, "0"
      t[78], texts[78] = -0.5, "-0.5"
      assert.same(t, json.decode("[" .. table.concat(texts, ",") .. "]"))
      assert.same(t, json.decode("[ " .. table.concat(texts, " ,\n") .. " ]"))
    end)

    it("reads a long number in no more than linear time", function()
      local start = os.clock()
      fault("[" .. ("1"):rep(200000) .. "x]")
      fault('{"a":' .. ("1."):rep(100000) .. "x}")
      assert.is_true(os.clock() - start < 2)
    end)
  end)

  describe("strings", function()
    it("gives what stands in them", function()
      assert.equal("", json.decode('""'))
      assert.equal("a b!~\127", json.decode('"a b!~\127"'))
      assert.equal("Grüße, 世界 😀", json.decode('"Grüße, 世界 😀"'))
    end)

    it("knows every escape of one character", function()
      assert.equal('"\\/\b\f\n\r\t', json.decode([["\"\\\/\b\f\n\r\t"]]))
    end)

    it("knows \\u in upper and lower case", function()
      assert.equal("é€\0A", json.decode([["\u00e9\u20AC\u0000\u0041"]]))
    end)

    it("joins surrogates", function()
      assert.equal("😀x𝄞", json.decode([["\ud83d\ude00x\uD834\uDD1E"]]))
    end)

    it("does not take an escaped backslash for the beginning of an escape", function()
      assert.equal("\\u0041\\n", json.decode([["\\u0041\\n"]]))
      assert.equal('\\', json.decode([["\\"]]))
    end)

    it("does not take an escaped quote for the end", function()
      assert.same({ 'a"', "b" }, json.decode([=[["a\"","b"]]=]))
      assert.same({ 'a\\', "b" }, json.decode([=[["a\\","b"]]=]))
    end)

    it("finds escapes in keys", function()
      assert.same({ ["a\n"] = 1, ["b"] = 2 }, json.decode([[{"a\n":1,"\u0062":2}]]))
    end)

    it("refuses unknown escapes", function()
      assert.equal("unknown escape '\\' before 'x' at line 1 column 3", fault([["a\x"]]))
      assert.equal("\\u without four hexadecimal digits at line 1 column 2", fault([["\u12g4"]]))
      assert.equal("\\u without four hexadecimal digits at line 1 column 2", fault([["\u123"]]))
    end)

    it("refuses lone surrogates", function()
      assert.equal("lone surrogate \\ud800 at line 1 column 3", fault([["a\ud800"]]))
      assert.equal("lone surrogate \\ud800 at line 1 column 2", fault([["\ud800\ud800"]]))
      assert.equal("lone surrogate \\udc00 at line 1 column 2", fault([["\udc00\ud800"]]))
      assert.equal("lone surrogate \\uDBFF at line 1 column 2", fault([["\uDBFFx"]]))
    end)

    it("lets lone surrogates pass when asked to", function()
      assert.equal("\237\160\128", json.decode([["\ud800"]], { utf8 = "pass" }))
    end)

    it("refuses control characters", function()
      assert.equal("control character 0x0A in a string must be escaped at line 1 column 3", fault('"a\n"'))
      assert.equal("control character 0x00 in a string must be escaped at line 1 column 2", fault('"\0"'))
      assert.equal("control character 0x1F in a string must be escaped at line 1 column 4", fault('"\\n\31"'))
    end)

    it("refuses a string without an end", function()
      for _, text in ipairs { '"', '"abc', '"abc\\"', '"abc\\', '["a","b', '{"a', '{"a":"b' } do
        assert.matches("string without a closing quote", fault(text))
      end
    end)

    it("refuses invalid UTF-8", function()
      assert.equal("invalid UTF-8 at line 1 column 3", fault('"a\xff"'))
      assert.equal("invalid UTF-8 at line 1 column 2", fault('"\xc0\x80"'))
      assert.equal("invalid UTF-8 at line 1 column 2", fault('"\xed\xa0\x80"'))
      assert.equal("invalid UTF-8 at line 1 column 2", fault('"\xf4\x90\x80\x80"'))
      assert.equal("invalid UTF-8 at line 2 column 4", fault('["é",\n "é\xe9"]'))
    end)

    it("lets invalid UTF-8 pass when asked to", function()
      assert.equal("a\xff", json.decode('"a\xff"', { utf8 = "pass" }))
    end)

    it("reads a long string with many escapes in linear time", function()
      local start = os.clock()
      assert.equal(('\\"'):rep(50000), json.decode('"' .. ([[\\\"]]):rep(50000) .. '"'))
      fault('["' .. ("a"):rep(1000000))
      assert.is_true(os.clock() - start < 2)
    end)
  end)

  describe("structure", function()
    it("takes white space wherever it may stand", function()
      assert.same({ a = { 1, 2, { b = "c" } }, d = {} },
        json.decode(' \t\r\n{ "a" : [ 1 ,\n2 , { "b" : "c" } ] ,\t"d" : { } } \n'))
    end)

    it("takes no other white space", function()
      for _, space in ipairs { "\v", "\f", "\194\160", "\239\187\191" } do fault("[1," .. space .. "2]") end
    end)

    it("skips a byte order mark at the beginning", function()
      assert.same({ 1 }, json.decode("\239\187\191[1]"))
    end)

    it("lets the last of equal keys win", function()
      assert.same({ a = 2 }, json.decode('{"a":1,"a":2}'))
    end)

    it("refuses equal keys when asked to", function()
      assert.equal('key "a" occurs twice at line 1 column 12', fault('{"a":1,"a":2}', { duplicates = "error" }))
      assert.same({ { a = 1 }, { a = 2 } }, json.decode('[{"a":1},{"a":2}]', { duplicates = "error" }))
    end)

    it("puts another value in the place of null when asked to", function()
      assert.same({ a = false, b = { 1, false } }, json.decode('{"a":null,"b":[1,null]}', { null = false }))
    end)

    it("says what it expected, and where", function()
      for text, message in pairs {
        [""] = "expected a value, got the end of the text at line 1 column 1",
        [" \n "] = "expected a value, got the end of the text at line 2 column 2",
        ["["] = "expected a value or ']', got the end of the text at line 1 column 2",
        ["[1"] = "expected ',' or ']', got the end of the text at line 1 column 3",
        ["[1,"] = "expected a value, got the end of the text at line 1 column 4",
        ["[1,]"] = "expected a value, got ']' at line 1 column 4",
        ["[,1]"] = "expected a value, got ',' at line 1 column 2",
        ["[1 2]"] = "expected ',' or ']', got '2' at line 1 column 4",
        ["[1}"] = "expected ',' or ']', got '}' at line 1 column 3",
        ["{"] = "expected a key in double quotes, got the end of the text at line 1 column 2",
        ["{1:2}"] = "expected a key in double quotes, got '1' at line 1 column 2",
        ['{"a"}'] = "expected ':' after a key, got '}' at line 1 column 5",
        ['{"a":}'] = "expected a value, got '}' at line 1 column 6",
        ['{"a":1,}'] = "expected a key in double quotes, got '}' at line 1 column 8",
        ['{"a":1 "b":2}'] = "expected ',' or '}', got '\"' at line 1 column 8",
        ['{"a":"b" x}'] = "expected ',' or '}', got 'x' at line 1 column 10",
        ['{"a":[] x}'] = "expected ',' or '}', got 'x' at line 1 column 9",
        ["{'a':1}"] = "expected a key in double quotes, got ''' at line 1 column 2",
        ["[1] x"] = "expected the end of the text, got 'x' at line 1 column 5",
        ["1 2"] = "expected the end of the text, got '2' at line 1 column 3",
        ["tru"] = "expected a value, got 't' at line 1 column 1",
        ["[nul]"] = "expected a value, got 'n' at line 1 column 2",
        ["truex"] = "expected the end of the text, got 'x' at line 1 column 5",
        ["\0"] = "expected a value, got byte 0x00 at line 1 column 1",
        ['["é", x]'] = "expected a value, got 'x' at line 1 column 7",
        ['{\n  "a": 1,\n  "b": ?\n}'] = "expected a value, got '?' at line 3 column 8",
      } do
        assert.equal(message, fault(text))
      end
    end)

    it("refuses every beginning of a text", function()
      local text = [=[{"a":[1,-2.5e3,"x\né",true,false,null,{"b":{}},[]],"c":"d" , "e" : [ 0 ] }]=]
      assert.is_table(json.decode(text))
      for i = 0, #text - 1 do fault(text:sub(1, i)) end
    end)

    it("never raises, whatever one byte of a text becomes", function()
      local text = [=[[{"a":1,"b":"x\u00e9"},{"a":-0.5,"b":"y"},[1,2,3,4,5,6,7,8,9,10,11,12]]]=]
      for i = 1, #text do
        for _, c in ipairs { "", "\0", '"', "\\", "{", "}", "[", "]", ",", ":", "-", ".", "0", "e", " ", "\xff", "x" } do
          local changed = text:sub(1, i - 1) .. c .. text:sub(i + 1)
          assert.is_true((pcall(json.decode, changed)))
        end
      end
    end)
  end)

  it("can be used from many coroutines at once", function()
    local results = {}
    for i = 1, 3 do
      local co = coroutine.wrap(function()
        local t = json.decode(('[{"n":%d}]'):format(i))
        coroutine.yield()
        results[i] = t[1].n
      end)
      co()
      co()
    end
    assert.same({ 1, 2, 3 }, results)
  end)

  describe("strings with many escapes", function()
    -- What is written, and what it means.
    local PARTS = {
      { "a", "a" }, { "lorem ipsum", "lorem ipsum" }, { "é", "é" }, { [[\n]], "\n" }, { [[\t]], "\t" }, { [[\"]], '"' },
      { [[\\]], "\\" }, { [[\/]], "/" }, { [[\u00e9]], "é" }, { [[\u005c]], "\\" }, { [[\u005Cn]], "\\n" }, { [[\u0022]], '"' },
      { [[\u0000]], "\0" }, { [[\ud83d\ude00]], "😀" }, { [[\\u0041]], "\\u0041" }, { "u0041", "u0041" }, { [[\uD83D\uDE00]], "😀" },
    }

    it("mean the same however they are mixed", function()
      local random = require("spec.support.values").random(11)
      for _ = 1, 4000 do
        local given, expected = {}, {}
        local kinds = random(#PARTS)
        for i = 1, random(30) do
          local part = PARTS[(random(#PARTS) - 1) % kinds + 1]
          given[i], expected[i] = part[1], part[2]
        end
        local text = '"' .. table.concat(given) .. '"'
        assert.equal(table.concat(expected), json.decode(text))
        assert.same({ table.concat(expected), table.concat(expected) }, json.decode("[" .. text .. "," .. text .. "]"))
        assert.same({ k = table.concat(expected) }, json.decode('{"k":' .. text .. "}"))
      end
    end)

    it("are refused where one is none", function()
      for _, bad in ipairs { [[\x]], [[\u12]], [[\u12g4]], [[\ud800]], [[\udc00]], [[\ud800\n]], "\1", "\n", [[\é]], [[\U0041]] } do
        for _, around in ipairs { "", [[\n]], [[\n\"\\]], [[\u0041]] } do
          fault('["' .. around .. bad .. around .. '"]')
        end
      end
      fault([["\n\"]])
      fault([["\n\\\"]])
    end)
  end)
end)
