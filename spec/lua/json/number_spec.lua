local number = require "json.number"

describe("the text of a float", function()
  it("has the fewest digits that read back", function()
    for text, v in pairs {
      ["0.1"] = 0.1, ["0.3"] = 0.3, ["0.30000000000000004"] = 0.1 + 0.2, ["1.5"] = 1.5, ["-2.25"] = -2.25,
      ["0.3333333333333333"] = 1 / 3, ["3.141592653589793"] = math.pi, ["1.4142135623730951"] = 2 ^ 0.5,
      ["100.01"] = 100.01, ["1e-05"] = 1e-5, ["123456.789"] = 123456.789, ["9.95"] = 9.95,
      ["0.29"] = 0.29, ["1.1"] = 1.1, ["2.675"] = 2.675, ["-0.007"] = -0.007, ["1234567.125"] = 1234567.125,
      ["0.000123"] = 0.000123, ["179.99999"] = 179.99999, ["-0.5"] = -0.5,
    } do
      assert.equal(text, number.float(v))
    end
  end)

  it("shows that it is a float", function()
    assert.equal("1.0", number.float(1.0))
    assert.equal("-3.0", number.float(-3.0))
    assert.equal("0.0", number.float(0.0))
    assert.equal("-0.0", number.float(-0.0))
    assert.equal("100000.0", number.float(1e5))
    assert.equal("9007199254740992.0", number.float(2.0 ^ 53))
  end)

  it("has an exponent below 0.0001, and where it would have zeros before the point", function()
    for text, v in pairs {
      ["6.02214076e+23"] = 6.02214076e23, ["-1.602176634e-19"] = -1.602176634e-19, ["1e-07"] = 1e-7, ["5e+20"] = 5e20,
      ["1.4142135623730951e-05"] = 1.4142135623730951e-5, ["1.05e-09"] = 1.05e-9, ["-3.14e+100"] = -3.14e100,
      ["0.00012345678901234567"] = 0.00012345678901234567, ["1e+15"] = 1e15, ["9.9999999e-05"] = 9.9999999e-5,
    } do
      assert.equal(text, number.float(v))
    end
  end)

  it("has all digits before the point that it needs", function()
    for text, v in pairs {
      ["123456789012.125"] = 123456789012.125, ["100000000000000.5"] = 1e14 + 0.5, ["-1234567890.0"] = -1234567890.0,
      ["100000000000000.0"] = 1e14, ["1234567890123456.0"] = 1234567890123456.0, ["10.000000001"] = 10.000000001,
      ["1000.0000001"] = 1000.0000001, ["0.010000001"] = 0.010000001, ["999999999.0000001"] = 999999999.0000001,
    } do
      assert.equal(text, number.float(v))
    end
  end)

  it("has the fewest digits at both ends of the doubles", function()
    assert.equal("5e-324", number.float(5e-324))
    assert.equal("1.5e-323", number.float(1.5e-323))
    assert.equal("1.7976931348623157e+308", number.float(1.7976931348623157e308))
    assert.equal("2.2250738585072014e-308", number.float(2.2250738585072014e-308))
    assert.equal("1e+300", number.float(1e300))
  end)

  it("has the fewest digits at powers of two, where correct rounding would need one more", function()
    assert.equal("9.5367431640625e-07", number.float(2.0 ^ -20))
    assert.equal("5.684341886080802e-14", number.float(2.0 ^ -44))
    assert.equal("7.678447687145631e-239", number.float(2.0 ^ -791))
    assert.equal("6.150157786156811e+259", number.float(2.0 ^ 863))
  end)

  it("reads back, whatever the float is", function()
    local state = 42
    for _ = 1, 2000 do
      local bits = 0
      for _ = 1, 4 do
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        bits = bits << 16 | state >> 8 & 0xFFFF
      end
      local v = string.unpack("d", string.pack("i8", bits))
      if v - v == 0 then assert.equal(v, tonumber(number.float(v))) end
    end
  end)

  it("reads back for decimals of every length", function()
    for digits = 0, 12 do
      for _, whole in ipairs { 0, 1, 7, 99, 12345, 8388607 } do
        local text = ("%d.%s"):format(whole, ("9"):rep(digits) .. "1")
        -- 15 digits survive becoming a double.
        if #text <= 16 then assert.equal(text, number.float(tonumber(text))) end
      end
    end
  end)

  it("is none for what JSON cannot say", function()
    assert.is_nil(number.float(0 / 0))
    assert.is_nil(number.float(1 / 0))
    assert.is_nil(number.float(-1 / 0))
  end)
end)
