local unicode = require "json.unicode"

describe("UTF-8", function()
  it("is valid up to four bytes", function()
    assert.is_true(unicode.valid "")
    assert.is_true(unicode.valid "a\0é€😀\u{10FFFF}\u{D7FF}\u{E000}")
  end)

  it("is invalid from the byte that is wrong", function()
    for s, at in pairs {
      ["\x80"] = 1, ["a\xff"] = 2, ["é\xc3"] = 3, ["\xc0\x80"] = 1, ["ab\xed\xa0\x80"] = 3, ["\xed\xbf\xbf"] = 1,
      ["\xf4\x90\x80\x80"] = 1, ["\xed\x9f\xbf\xed\xa0\x80"] = 4, ["\xf8\x88\x80\x80\x80"] = 1,
    } do
      local valid, bad = unicode.valid(s)
      assert.is_false(valid)
      assert.equal(at, bad)
    end
  end)

  it("can be asked for from a byte on", function()
    assert.is_true(unicode.valid("\xffabc", 2))
  end)
end)

describe("the place of a byte", function()
  it("is line and column, from 1", function()
    assert.same({ 1, 1 }, { unicode.place("abc", 1) })
    assert.same({ 1, 4 }, { unicode.place("abc", 4) })
    assert.same({ 2, 1 }, { unicode.place("ab\ncd", 4) })
    assert.same({ 2, 2 }, { unicode.place("ab\ncd", 5) })
    assert.same({ 3, 1 }, { unicode.place("\n\n", 3) })
  end)

  it("counts the line break to the line that it ends", function()
    assert.same({ 1, 3 }, { unicode.place("ab\ncd", 3) })
  end)

  it("counts characters, not bytes", function()
    assert.same({ 1, 3 }, { unicode.place("é😀x", 7) })
  end)

  it("counts bytes where the line is not UTF-8", function()
    assert.same({ 1, 3 }, { unicode.place("\xff\xffx", 3) })
  end)
end)
