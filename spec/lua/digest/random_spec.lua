local random = require "digest.random"

describe("digest.random", function()
  it("gives as many bytes as asked for", function()
    for _, count in ipairs { 0, 1, 2, 16, 4096, 100000 } do assert.are.equal(count, #random(count)) end
  end)

  it("does not repeat, nor with a seed", function()
    math.randomseed(1)
    local one = random(16)
    math.randomseed(1)
    assert.are_not.equal(one, random(16))
  end)

  it("gives every byte about as often", function()
    -- 25,600 bytes: each 100 times, with a deviation of 10. Nine deviations happen by chance in less than one of 10^15 runs.
    local counts = {}
    for c in random(25600):gmatch(".") do counts[c] = (counts[c] or 0) + 1 end
    for i = 0, 255 do
      local count = counts[string.char(i)] or 0
      assert.is_true(count > 10 and count < 190, ("byte %d: %d times"):format(i, count))
    end
  end)

  it("refuses what is no count", function()
    for _, wrong in ipairs { -1, 1.5, "1", {} } do
      assert.has_error(function() random(wrong) end)
    end
    assert.has_error(function() random() end)
  end)
end)
