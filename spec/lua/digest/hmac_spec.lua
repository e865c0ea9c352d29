local digest = require "digest"

local encode = digest.hex.encode

-- RFC 4231, test cases 1 to 4, 6 and 7.
local LARGER = "This is a test using a larger than block-size key and a larger than block-size data. "
  .. "The key needs to be hashed before being used by the HMAC algorithm."

local counted = {}
for i = 1, 25 do counted[i] = string.char(i) end

local CASES = {
  {
    key = ("\x0b"):rep(20), data = "Hi There",
    sha224 = "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
    sha256 = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    sha384 = "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
    sha512 = "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
      .. "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
  },
  {
    key = "Jefe", data = "what do ya want for nothing?",
    sha224 = "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
    sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    sha384 = "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    sha512 = "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
      .. "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
  },
  {
    key = ("\xaa"):rep(20), data = ("\xdd"):rep(50),
    sha224 = "7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea",
    sha256 = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  },
  {
    key = table.concat(counted), data = ("\xcd"):rep(50),
    sha224 = "6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a",
    sha256 = "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  },
  {
    key = ("\xaa"):rep(131), data = "Test Using Larger Than Block-Size Key - Hash Key First",
    sha224 = "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e",
    sha256 = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    sha384 = "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
    sha512 = "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
      .. "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
  },
  {
    key = ("\xaa"):rep(131), data = LARGER,
    sha224 = "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1",
    sha256 = "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
  },
  -- RFC 2202, the first cases.
  { key = ("\x0b"):rep(16), data = "Hi There", md5 = "9294727a3638bb1c13f48ef8158bfc9d" },
  { key = ("\x0b"):rep(20), data = "Hi There", sha1 = "b617318655057264e28bc0b6fb378c8ef146be00" },
}

describe("digest.hmac", function()
  for i, case in ipairs(CASES) do
    for _, name in ipairs { "md5", "sha1", "sha224", "sha256", "sha384", "sha512" } do
      if case[name] then
        it(("gives the published code of case %d with %s, at once and in chunks"):format(i, name), function()
          assert.are.equal(case[name], encode(digest.hmac(name, case.key, case.data)))
          local state = digest.hmac(name, case.key)
          for c in case.data:gmatch(".") do state:update(c) end
          assert.are.equal(case[name], encode(state:final()))
        end)
      end
    end
  end

  it("says which digests there are, at the caller's line", function()
    local ok, err = pcall(function() digest.hmac("sha-256", "key", "data") end)
    assert.is_false(ok)
    assert.is_truthy(err:find("hmac_spec.lua:%d+: digest.hmac: the digest must be one of md5,.*got sha%-256"), err)
  end)

  it("refuses a key or data that is no string", function()
    assert.has_error(function() digest.hmac("sha256", nil, "data") end)
    assert.has_error(function() digest.hmac("sha256", "key", nil) end)
    assert.has_error(function() digest.hmac("sha256", "key", 5) end)
  end)
end)
