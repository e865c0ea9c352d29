local json = require "json"

local function escaped(s, escape) return json.encode(s, { escape = escape }) end

describe("the option escape", function()
  it("slash makes </script> harmless", function()
    assert.equal('"<\\/script>"', escaped("</script>", "slash"))
  end)

  it("html leaves nothing that HTML takes for its own", function()
    assert.equal('"\\u003ca\\u003e\\u0026"', escaped("<a>&", "html"))
  end)

  it("lines escapes U+2028 and U+2029 and no other", function()
    assert.equal('"\\u2028\\u2029\u{2027}\u{202A}"', escaped("\u{2028}\u{2029}\u{2027}\u{202A}", "lines"))
  end)

  it("delete escapes U+007F", function()
    assert.equal('"\\u007fé"', escaped("\127é", "delete"))
  end)

  it("ascii escapes all that is not ASCII, beyond U+FFFF as a pair", function()
    assert.equal('"a\\u00e9\\u20ac\\uffff\\ud83d\\ude00\\udbff\\udfff\127"', escaped("aé€\u{FFFF}\u{1F600}\u{10FFFF}\127", "ascii"))
  end)

  it("takes a list", function()
    assert.equal('"\\u003c\\/\\u00e9"', escaped("</é", { "ascii", "slash", "html" }))
  end)

  it("leaves the escapes that JSON asks for as they are", function()
    assert.equal('"\\\\\\/\\"\\n"', escaped("\\/\"\n", { "slash", "html", "lines", "delete", "ascii" }))
  end)

  it("works on keys, and with indent and sort", function()
    assert.equal('{\n  "\\/a": 1,\n  "\\/b": []\n}',
      json.encode({ ["/b"] = json.array(), ["/a"] = 1 }, { escape = "slash", indent = 2, sort = true }))
  end)

  it("gives texts that read back the same", function()
    local s = "</\u{2028}\127\u{1F600}&\\/\""
    assert.equal(s, json.decode(escaped(s, { "slash", "html", "lines", "delete", "ascii" })))
  end)

  it("refuses other names", function()
    local fine, err = pcall(function() return (escaped("", { "slash", "css" })) end)
    assert.is_false(fine)
    assert.matches('option escape must be "slash", "html", "lines", "delete", "ascii", or a list of these', err)
  end)
end)
