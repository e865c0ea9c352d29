-- Encodings, line breaks, characters.
local yaml = require "yaml"
local reader = require "yaml.reader"

-- A text in ASCII as UTF-16 or UTF-32: zero bytes round each character.
local function wide(text, before, after)
  return (text:gsub(".", function(c) return ("\0"):rep(before) .. c .. ("\0"):rep(after) end))
end

describe("the reader", function()
  it("tells encodings by byte order marks", function()
    for encoding, text in pairs {
      ["UTF-8"] = "\239\187\191a: b",
      ["UTF-16LE"] = "\255\254" .. wide("a: b", 0, 1),
      ["UTF-16BE"] = "\254\255" .. wide("a: b", 1, 0),
      ["UTF-32LE"] = "\255\254\0\0" .. wide("a: b", 0, 3),
      ["UTF-32BE"] = "\0\0\254\255" .. wide("a: b", 3, 0),
    } do
      local decoded, found = reader.decode(text)
      assert.equal("a: b\n", decoded)
      assert.equal(encoding, found)
    end
  end)

  it("tells encodings by zero bytes where there is no mark", function()
    for _, text in ipairs { wide("a: b", 0, 1), wide("a: b", 1, 0), wide("a: b", 0, 3), wide("a: b", 3, 0) } do
      assert.same({ a = "b" }, yaml.load(text))
    end
  end)

  it("reads characters of two UTF-16 units", function()
    assert.equal("😀", yaml.load("\255\254\61\216\0\222"))
  end)

  it("refuses half characters and lone surrogates", function()
    for _, text in ipairs {
      "\255\254a", "\255\254\61\216", "\255\254\0\222", "\255\254\0\0a", "\0\0\254\255\0\17\0\0", "\237\160\128", "\192\128",
    } do
      local value, err = yaml.load(text)
      assert.is_nil(value)
      assert.matches("^yaml:1:1: ", err)
    end
  end)

  it("takes carriage returns as line breaks", function()
    assert.same({ a = "x\ny\n", b = "c d" }, yaml.load("a: |\r\n  x\r  y\r\nb: c\r\n  d\r\n"))
  end)

  it("needs no line break at the end", function()
    assert.same({ a = "x\n" }, yaml.load("a: |\n  x"))
  end)

  it("refuses control characters", function()
    local value, err = yaml.load("a: b\7")
    assert.is_nil(value)
    assert.matches('yaml:1:5: the control character 0x07 is not allowed in YAML', err, 1, true)
    assert.matches('"\\x07"', err, 1, true)
  end)

  it("allows DEL and C1 controls in quotes only", function()
    assert.equal("\127\194\128", yaml.load('"\127\194\128"'))
    assert.is_nil((yaml.load("a\127")))
    assert.is_nil((yaml.load("a\194\128")))
    assert.equal("a\194\133", yaml.load("a\194\133")) -- NEL is printable
  end)
end)
