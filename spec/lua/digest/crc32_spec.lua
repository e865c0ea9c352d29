local crc32 = require "digest.crc32"

-- The module anew, without the engine's code.
local function in_lua()
  local preload, zlib, xzip = package.preload["host.digest"], rawget(_G, "zlib"), rawget(_G, "xzip")
  package.preload["host.digest"] = nil
  rawset(_G, "zlib", nil)
  rawset(_G, "xzip", nil)
  local before = package.loaded["digest.crc32"]
  package.loaded["digest.crc32"] = nil
  local sum = require "digest.crc32"
  sum("")
  package.loaded["digest.crc32"] = before
  package.preload["host.digest"] = preload
  rawset(_G, "zlib", zlib)
  rawset(_G, "xzip", xzip)
  return sum
end

for name, sum in pairs { ["digest.crc32"] = crc32, ["digest.crc32 in Lua"] = in_lua() } do
  describe(name, function()
    it("gives the check value", function() assert.are.equal(0xcbf43926, sum("123456789")) end)

    it("gives known checksums", function()
      assert.are.equal(0, sum(""))
      assert.are.equal(0xe8b7be43, sum("a"))
      assert.are.equal(0x414fa339, sum("The quick brown fox jumps over the lazy dog"))
      assert.are.equal(0x2144df1c, sum("\0\0\0\0"))
    end)

    it("is an integer from 0 on", function()
      assert.are.equal("integer", math.type(sum("a")))
      assert.is_true(sum("a") > 0x7fffffff)
    end)

    it("goes on from the checksum of what came before, cut anywhere", function()
      local text = "The quick brown fox jumps over the lazy dog"
      for cut = 0, #text do
        assert.are.equal(0x414fa339, sum(text:sub(cut + 1), sum(text:sub(1, cut))))
      end
    end)
  end)
end

describe("digest.crc32", function()
  it("refuses what is no string, and what is no checksum", function()
    assert.has_error(function() crc32(5) end)
    assert.has_error(function() crc32("a", "b") end)
    assert.has_error(function() crc32("a", 1.5) end)
  end)
end)
