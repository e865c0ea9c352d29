local field = require "digest.ed25519.field"
local hex = require "digest.hex"

local function number(digits) return field.from_bytes(hex.decode(digits)) end
local function digits(f) return hex.encode(field.to_bytes(f)) end

local ZERO, ONE = ("00"):rep(32), "01" .. ("00"):rep(31)
local P_MINUS_ONE = "ec" .. ("ff"):rep(30) .. "7f"
local P = "ed" .. ("ff"):rep(30) .. "7f"

describe("digest.ed25519.field", function()
  it("gives bytes back", function()
    local text = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
    assert.are.equal(text, digits(number(text)))
    assert.are.equal(P_MINUS_ONE, digits(number(P_MINUS_ONE)))
  end)

  it("leaves the highest bit out", function()
    assert.are.equal(ZERO, digits(number(("00"):rep(31) .. "80")))
  end)

  it("writes 2^255 - 19 and what is above it as what is left", function()
    assert.are.equal(ZERO, digits(number(P)))
    assert.are.equal(ONE, digits(number("ee" .. ("ff"):rep(30) .. "7f")))
    assert.are.equal("12" .. ("00"):rep(31), digits(number(("ff"):rep(31) .. "7f")))
  end)

  it("knows that -1 times -1 is 1", function()
    assert.are.equal(ONE, digits(field.multiply({}, number(P_MINUS_ONE), number(P_MINUS_ONE))))
    assert.are.equal(ONE, digits(field.square({}, number(P_MINUS_ONE))))
  end)

  it("subtracts below zero", function()
    assert.are.equal(P_MINUS_ONE, digits(field.subtract({}, field.small(0), field.small(1))))
  end)

  it("adds across the modulus", function()
    assert.are.equal(ZERO, digits(field.add({}, number(P_MINUS_ONE), field.small(1))))
  end)

  it("multiplies and squares the largest limbs that it may be given", function()
    local f = {}
    for i = 1, 10 do f[i] = 3 * ((i % 2 == 1 and 1 << 26 or 1 << 25) + (1 << 15) - 1) end
    local expected = "24e1a2c0588a026a1505fa4e1430a1287059a280b84481d811053c230a2c8728"
    assert.are.equal(expected, digits(field.multiply({}, f, f)))
    assert.are.equal(expected, digits(field.square({}, f)))
  end)

  it("writes into one of its operands", function()
    local f = field.small(3)
    assert.are.equal(f, field.multiply(f, f, f))
    assert.are.equal("09" .. ("00"):rep(31), digits(f))
    field.square(f, f)
    assert.are.equal("51" .. ("00"):rep(31), digits(f))
  end)

  it("inverts", function()
    assert.are.equal("4955555555555555555555555555555555555555555555555555555555555555", digits(field.invert(field.small(3))))
    assert.are.equal(ZERO, digits(field.invert(field.small(0))))
  end)
end)
