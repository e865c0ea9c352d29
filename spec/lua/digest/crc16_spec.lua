local crc16 = require "digest.crc16"

describe("digest.crc16", function()
  it("gives the check value of CRC-16/XMODEM", function() assert.are.equal(0x31c3, crc16("123456789")) end)

  it("gives known checksums", function()
    assert.are.equal(0, crc16(""))
    assert.are.equal(0x58e5, crc16("A"))
    assert.are.equal(0, crc16("\0\0\0"))
  end)

  it("goes on from the checksum of what came before", function()
    for cut = 0, 9 do
      assert.are.equal(0x31c3, crc16(("123456789"):sub(cut + 1), crc16(("123456789"):sub(1, cut))))
    end
  end)

  it("refuses what is no string, and what is no checksum", function()
    assert.has_error(function() crc16(5) end)
    assert.has_error(function() crc16("a", "b") end)
  end)
end)
