local time = require "nats.jetstream.time"

describe("times of JetStream", function()
  it("are read to the nanosecond", function()
    assert.are.equal(1795536123123456789, time.parse "2026-11-24T16:02:03.123456789Z")
  end)

  it("are read without a fraction, and with a short one", function()
    assert.are.equal(0, time.parse "1970-01-01T00:00:00Z")
    assert.are.equal(951782400500000000, time.parse "2000-02-29T00:00:00.5Z")
  end)

  it("are read in other zones", function()
    assert.are.equal(time.parse "2026-11-24T16:02:03Z", time.parse "2026-11-24T17:32:03+01:30")
    assert.are.equal(time.parse "2026-11-24T16:02:03Z", time.parse "2026-11-24T08:02:03-08:00")
  end)

  it("are read before 1970, as of an empty stream", function()
    assert.are.equal(-1000000000, time.parse "1969-12-31T23:59:59Z")
  end)

  it("are nothing else", function()
    for _, text in ipairs { "", "yesterday", "2026-11-24", "2026-11-24T16:02:03", "2026-11-24T16:02:03X" } do
      assert.is_nil(time.parse(text))
    end
  end)

  it("are written without zeros at their end", function()
    assert.are.equal("2026-11-24T16:02:03.1234Z", time.format(1795536123123400000))
    assert.are.equal("2026-11-24T16:02:03Z", time.format(1795536123000000000))
  end)
end)
