local digest = require "digest"
local ed25519 = require "digest.ed25519"

local bytes, digits = digest.hex.decode, digest.hex.encode

-- RFC 8032 section 7.1: TEST 1, 2, 3 and SHA(abc).
local CASES = {
  {
    name = "an empty message",
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message = "",
    signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
      .. "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    name = "a message of one byte",
    seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message = "72",
    signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      .. "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    name = "a message of two bytes",
    seed = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    public = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message = "af82",
    signature = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
      .. "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
  {
    name = "the SHA-512 of abc",
    seed = "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
    public = "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    message = digits(digest.sha512("abc")),
    signature = "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
      .. "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
  },
}

local PUBLIC, SIGNATURE = bytes(CASES[1].public), bytes(CASES[1].signature)

-- The text with one bit of a byte turned round.
local function flipped(text, position)
  return text:sub(1, position - 1) .. string.char(text:byte(position) ~ 1) .. text:sub(position + 1)
end

describe("digest.ed25519", function()
  for _, case in ipairs(CASES) do
    it("derives the RFC's public key of " .. case.name, function()
      assert.are.equal(case.public, digits(ed25519.public_key(bytes(case.seed))))
    end)

    it("signs " .. case.name .. " as the RFC does", function()
      assert.are.equal(case.signature, digits(ed25519.sign(bytes(case.seed), bytes(case.message))))
    end)

    it("verifies the RFC's signature of " .. case.name, function()
      assert.is_true(ed25519.verify(bytes(case.public), bytes(case.message), bytes(case.signature)))
    end)
  end

  it("verifies no other message", function()
    assert.is_false(ed25519.verify(PUBLIC, "\0", SIGNATURE))
  end)

  it("verifies no other key", function()
    assert.is_false(ed25519.verify(bytes(CASES[2].public), "", SIGNATURE))
  end)

  it("verifies no signature with one bit changed", function()
    for _, position in ipairs { 1, 16, 31, 33, 48, 63 } do
      assert.is_false(ed25519.verify(PUBLIC, "", flipped(SIGNATURE, position)), "byte " .. position)
    end
  end)

  it("verifies no signature of another size", function()
    assert.is_false(ed25519.verify(PUBLIC, "", SIGNATURE:sub(1, 63)))
    assert.is_false(ed25519.verify(PUBLIC, "", SIGNATURE .. "\0"))
    assert.is_false(ed25519.verify(PUBLIC, "", ""))
  end)

  it("does not take a second form of a signature, with the order added to its number", function()
    -- RFC 8032 section 5.1.7 wants the number below L.
    local second = "4c8c7872aa064e049dbb3013fbf29380d25bf5f0595bbe24655141438e7a101b"
    assert.is_false(ed25519.verify(PUBLIC, "", SIGNATURE:sub(1, 32) .. bytes(second)))
  end)

  it("verifies nothing with a key that is no point", function()
    assert.is_false(ed25519.verify("\2" .. ("\0"):rep(31), "", SIGNATURE))
  end)

  it("raises at the caller's line for a seed of another size, and does not show it", function()
    local ok, err = pcall(function() ed25519.sign("not a seed", "message") end)
    assert.is_false(ok)
    assert.is_truthy(err:find("ed25519_spec.lua:%d+: ed25519.sign: seed must have 32 bytes, got 10"), err)
    assert.is_nil(err:find("not a seed", 1, true))
    assert.has_error(function() ed25519.public_key(nil) end)
  end)

  it("raises for a message that is no string and a key of another size", function()
    assert.has_error(function() ed25519.sign(("s"):rep(32), 5) end)
    assert.has_error(function() ed25519.verify("short", "", SIGNATURE) end)
    assert.has_error(function() ed25519.verify(PUBLIC, nil, SIGNATURE) end)
    assert.has_error(function() ed25519.verify(PUBLIC, "", nil) end)
  end)
end)
