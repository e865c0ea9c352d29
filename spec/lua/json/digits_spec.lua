local digits = require "json.digits"

describe("the shortest decimal", function()
  it("has 17 digits where that many are needed", function()
    assert.same({ 14142135623730951, 16, 17 }, { digits(2.0 ^ 0.5) })
    assert.same({ 30000000000000004, 17, 17 }, { digits(0.1 + 0.2) })
  end)

  it("has 16 digits where they are enough", function()
    assert.same({ 3333333333333333, 16, 16 }, { digits(1 / 3) })
    assert.same({ 3141592653589793, 15, 16 }, { digits(math.pi) })
  end)

  it("has no zeros at its end", function()
    assert.same({ 1234, 7, 4 }, { digits(0.0001234) })
    assert.same({ 123456789012345, 7, 15 }, { digits(12345678.9012345) })
  end)

  it("is the nearest of those that read back", function()
    assert.same({ 9550949151194646, 16, 16 }, { digits(0.9550949151194646) })
    assert.same({ 4884043914085072, 9, 16 }, { digits(4884043.914085072) })
  end)

  it("is not given for powers of two", function()
    assert.is_nil(digits(0.125))
    assert.is_nil(digits(2.0 ^ -10))
  end)

  it("is found for large and small numbers, too", function()
    assert.same({ 602214076, -15, 9 }, { digits(6.02214076e23) })
    assert.same({ 1602176634, 28, 10 }, { digits(1.602176634e-19) })
    assert.same({ 1, 270, 1 }, { digits(1e-270) })
    assert.same({ 12345678901234567, -233, 17 }, { digits(1.2345678901234567e249) })
  end)

  it("reads back over the whole range", function()
    local v = 1.0001e-270
    while v < 1e270 do
      local m, k = digits(v)
      if m then assert.equal(v, tonumber(("%de%d"):format(m, -k))) end
      v = v * 1.30913
    end
    v = 1.0001e-4
    while v < 1e9 do
      local m, k = digits(v)
      if m then assert.equal(v, tonumber(("%de-%d"):format(m, k))) end
      v = v * 1.00913
    end
  end)
end)
