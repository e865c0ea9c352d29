local duration = require "nats.duration"

describe("nats.duration", function()
  it("reads each unit of Go's durations", function()
    assert.are.equal(7200, duration "2h")
    assert.are.equal(180, duration "3m")
    assert.are.equal(5, duration "5s")
    assert.are.equal(0.25, duration "250ms")
    assert.are.equal(5e-5, duration "50us")
    assert.are.equal(1e-5, duration "10µs")
    assert.are.equal(1e-6, duration "1000ns")
  end)

  it("adds up several numbers", function() assert.are.equal(90, duration "1m30s") end)
  it("reads a decimal fraction", function() assert.are.equal(1.5, duration "1.5s") end)
  it("reads 0 without a unit", function() assert.are.equal(0, duration "0") end)

  it("refuses what is not a duration", function()
    for _, text in ipairs { "", "5", "s", "abc", "5 s", "5s ", "-5s", "5x", "1.2.3s", "." } do
      assert.is_nil(duration(text), text)
    end
  end)
end)
