local quote = require "json.quote"

describe("a string in quotes", function()
  it("stays as it is where it may", function()
    assert.equal('""', quote.string "")
    assert.equal('"a b/c\127 é 世界 😀"', quote.string "a b/c\127 é 世界 😀")
  end)

  it("has escapes for the quote, the backslash and the controls", function()
    assert.equal([["\"\\\b\f\n\r\t"]], quote.string '"\\\b\f\n\r\t')
    assert.equal([["\u0000\u0001\u000b\u001f"]], quote.string "\0\1\11\31")
  end)

  it("has escapes at either end and in the middle", function()
    assert.equal([["\"a\"\"b\""]], quote.string '"a""b"')
    assert.equal([["é\né"]], quote.string "é\né")
    assert.equal([["a\n\n"]], quote.string "a\n\n")
  end)

  it("is none for invalid UTF-8", function()
    for _, s in ipairs { "\xff", "a\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "é\xc3", "\n\xff" } do
      assert.is_nil(quote.string(s))
    end
  end)

  it("is the same however its characters are mixed", function()
    local pieces = {
      "a", "lorem ipsum dolor", " ", '"', "\\", "\n", "\n", "\t", "\r", "\0", "\31", "\127", "é", "привет", "😀", "9", "n", "/",
    }
    local escapes = {
      ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ["\0"] = "\\u0000", ["\31"] = "\\u001f",
    }
    local random = require("spec.support.values").random(7)
    for _ = 1, 5000 do
      local given, expected = {}, {}
      local kinds = random(#pieces)
      for i = 1, random(120) do
        given[i] = pieces[(random(#pieces) - 1) % kinds + 1]
        expected[i] = escapes[given[i]] or given[i]
      end
      assert.equal('"' .. table.concat(expected) .. '"', quote.string(table.concat(given)))
    end
  end)

  it("can be very long", function()
    assert.equal('"' .. ("a\\n"):rep(100000) .. '"', quote.string(("a\n"):rep(100000)))
  end)

  it("has the escapes of one control wherever it stands", function()
    for c, escape in pairs { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" } do
      for _, words in ipairs { "a", "ab", "lorem ipsum dolor sit amet ", ("é "):rep(20), 'say "no" ', "\127 " } do
        local escaped = words:gsub('"', '\\"')
        assert.equal('"' .. (escaped .. escape):rep(60) .. '"', quote.string((words .. c):rep(60)))
        assert.equal('"' .. escaped:rep(60) .. escape .. '"', quote.string(words:rep(60) .. c))
      end
    end
  end)
end)
