local hex = require "digest.hex"
local scalar = require "digest.ed25519.scalar"

local function number(digits) return scalar.from_bytes(hex.decode(digits)) end
local function digits(s) return hex.encode(scalar.to_bytes(s)) end

local ZERO, ONE = ("00"):rep(32), "01" .. ("00"):rep(31)
local L = "edd3f55c1a631258d69cf7a2def9de14" .. ("00"):rep(15) .. "10"
local L_MINUS_ONE = "ecd3f55c1a631258d69cf7a2def9de14" .. ("00"):rep(15) .. "10"

describe("digest.ed25519.scalar", function()
  it("keeps numbers below the order, those beyond 2^252 too", function()
    for _, text in ipairs { ZERO, ONE, L_MINUS_ONE, "05" .. ("00"):rep(30) .. "10" } do
      assert.are.equal(text, digits(number(text)))
    end
  end)

  it("takes the order off", function() assert.are.equal(ZERO, digits(number(L))) end)

  it("takes the remainder of 64 bytes", function()
    assert.are.equal("000f9c44e31106a447938568a71b0ed065bef517d273ecce3d9a307c1b419903", digits(number(("ff"):rep(64))))
  end)

  it("knows that -1 times -1 is 1, and that 1 more than -1 is 0", function()
    local minus_one = number(L_MINUS_ONE)
    assert.are.equal(ONE, digits(scalar.add_product(number(ZERO), minus_one, minus_one)))
    assert.are.equal(ZERO, digits(scalar.add_product(minus_one, minus_one, minus_one)))
  end)

  it("tells numbers below the order from others", function()
    assert.is_true(scalar.is_reduced(hex.decode(ZERO)))
    assert.is_true(scalar.is_reduced(hex.decode(L_MINUS_ONE)))
    assert.is_false(scalar.is_reduced(hex.decode(L)))
    assert.is_false(scalar.is_reduced(("\xff"):rep(32)))
  end)
end)
