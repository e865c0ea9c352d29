local digest = require "digest"
local vectors = require "spec.lua.digest.vectors"

local encode = digest.hex.encode

local names = {}
for name in pairs(vectors.digests) do names[#names + 1] = name end
table.sort(names)

for _, name in ipairs(names) do
  local expected = vectors.digests[name]
  local sum = digest[name]

  describe("digest." .. name, function()
    for i, message in ipairs(vectors.messages) do
      it(("gives the published digest of the message of %d bytes"):format(#message), function()
        assert.are.equal(expected[i], encode(sum(message)))
      end)
    end

    it("gives the published digest of a million a, at once", function()
      assert.are.equal(expected.million, encode(sum(("a"):rep(1000000))))
    end)

    it("gives the published digest of a million a, in chunks of 1000", function()
      local state, chunk = sum(), ("a"):rep(1000)
      for _ = 1, 1000 do state:update(chunk) end
      assert.are.equal(expected.million, encode(state:final()))
    end)

    it("agrees with another implementation on every length from 0 to 200", function()
      local all = sum()
      for length = 0, 200 do all:update(sum(vectors.message(length))) end
      assert.are.equal(expected.lengths, encode(all:final()))
    end)

    it("gives the same for every way to cut 150 bytes in two", function()
      local message = vectors.message(150)
      for cut = 0, 150 do
        local bytes = sum():update(message:sub(1, cut)):update(message:sub(cut + 1)):final()
        assert.are.equal(encode(sum(message)), encode(bytes), "cut at " .. cut)
      end
    end)

    it("gives the same byte by byte, with empty chunks between", function()
      local message, state = vectors.message(200), sum()
      for i = 1, 200 do state:update(message:sub(i, i)):update("") end
      assert.are.equal(encode(sum(message)), encode(state:final()))
    end)

    it("computes two digests side by side", function()
      local one, other = sum(), sum()
      one:update("a"); other:update("x"); one:update("bc")
      assert.are.equal(expected[2], encode(one:final()))
      assert.are.equal(encode(sum("x")), encode(other:final()))
    end)
  end)
end

describe("digest", function()
  it("gives bytes, not digits", function()
    assert.are.equal(16, #digest.md5(""))
    assert.are.equal(32, #digest.sha256(""))
  end)

  it("takes zeros and any other bytes", function()
    -- FIPS 180-4 examples: SHA-256 of four zeros.
    assert.are.equal("df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119", encode(digest.sha256("\0\0\0\0")))
  end)

  it("says what data has to be, at the caller's line", function()
    local ok, err = pcall(function() digest.sha256(nil) end)
    assert.is_false(ok)
    assert.is_truthy(err:find("init_spec.lua:%d+: digest.sha256: data must be a string, got nil"), err)
  end)

  it("does not take a number for a string", function()
    assert.has_error(function() digest.sha1(12) end)
    assert.has_error(function() digest.sha1():update(12) end)
  end)

  it("refuses chunks after the end, at the caller's line", function()
    local state = digest.sha256()
    state:final()
    local ok, err = pcall(function() state:update("more") end)
    assert.is_false(ok)
    assert.is_truthy(err:find("init_spec.lua:%d+: update: this sha256 is finished"), err)
  end)

  it("refuses to end twice", function()
    local state = digest.md5():update("x")
    state:final()
    assert.has_error(function() state:final() end)
  end)

  it("refuses methods of something else", function()
    assert.has_error(function() digest.md5().update({}, "x") end)
  end)

  it("tells whose code computes a digest", function()
    assert.are.equal("string", type(digest.from("sha256")))
    assert.has_error(function() digest.from("sha3") end)
  end)

  it("has the encodings and checksums in it", function()
    assert.are.equal("Zm8=", digest.base64.encode("fo"))
    assert.are.equal("_w==", digest.base64url.encode("\xff"))
    assert.are.equal("MZXQ====", digest.base32.encode("fo"))
    assert.are.equal(0xcbf43926, digest.crc32("123456789"))
    assert.are.equal(0x31c3, digest.crc16("123456789"))
  end)
end)
