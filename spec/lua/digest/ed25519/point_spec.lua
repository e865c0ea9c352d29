local hex = require "digest.hex"
local point = require "digest.ed25519.point"

local BASE = "58" .. ("66"):rep(31)
local NEUTRAL = "01" .. ("00"):rep(31)
-- The order of the base point.
local ORDER = hex.decode("edd3f55c1a631258d69cf7a2def9de14" .. ("00"):rep(15) .. "10")

local function digits(p) return hex.encode(point.to_bytes(p)) end
local function small(n) return string.char(n) .. ("\0"):rep(31) end
local function read(text) return point.from_bytes(hex.decode(text)) end

describe("digest.ed25519.point", function()
  it("has the base point of the RFC", function() assert.are.equal(BASE, digits(point.BASE)) end)

  it("reads what it writes", function()
    local seven = digits(point.multiply(small(7), point.BASE))
    assert.are.equal(seven, digits(read(seven)))
  end)

  it("doubles to what it adds", function()
    local two = point.add(point.BASE, point.BASE)
    assert.are.equal(digits(two), digits(point.multiply(small(2), point.BASE)))
    assert.are.equal(digits(point.multiply(small(20), point.BASE)),
      digits(point.add(point.multiply(small(17), point.BASE), point.add(two, point.BASE))))
  end)

  it("comes back to the neutral point after the order", function()
    assert.are.equal(NEUTRAL, digits(point.multiply(ORDER, point.BASE)))
  end)

  it("takes a point from itself", function()
    assert.are.equal(NEUTRAL, digits(point.add(point.BASE, point.negate(point.BASE))))
  end)

  it("does not read y of 2^255 - 19 or more", function()
    assert.is_nil(read("ee" .. ("ff"):rep(30) .. "7f"))
    assert.is_nil(read("ed" .. ("ff"):rep(30) .. "7f"))
  end)

  it("does not read a y that no point has", function() assert.is_nil(read("02" .. ("00"):rep(31))) end)

  it("does not read an odd x of 0", function() assert.is_nil(read("01" .. ("00"):rep(30) .. "80")) end)
end)
