local hex = require "digest.hex"

describe("digest.hex", function()
  it("writes two lower-case digits a byte", function()
    assert.are.equal("00ff0a68", hex.encode("\0\xff\nh"))
    assert.are.equal("", hex.encode(""))
  end)

  it("reads digits of either case", function()
    assert.are.equal("\xab\xab\xab\xab", hex.decode("abABaBAb"))
    assert.are.equal("", hex.decode(""))
  end)

  it("gives all bytes back", function()
    local all = {}
    for i = 0, 255 do all[i + 1] = string.char(i) end
    local bytes = table.concat(all)
    assert.are.equal(bytes, hex.decode(hex.encode(bytes)))
  end)

  it("says where a foreign character stands", function()
    local bytes, err = hex.decode("00g0")
    assert.is_nil(bytes)
    assert.are.equal("hex: not a digit at position 3", err)
  end)

  it("refuses half a byte", function()
    local bytes, err = hex.decode("abc")
    assert.is_nil(bytes)
    assert.are.equal("hex: an odd number of digits", err)
  end)

  it("refuses what is no string", function()
    assert.has_error(function() hex.encode(1) end)
    assert.has_error(function() hex.decode(1) end)
  end)
end)
