local scalars = require "compose.scalars"

describe("a number as text", function()
  it("is what the reference loader writes", function()
    for text, value in pairs {
      ["1.1"] = 1.10, ["1e+06"] = 1e6, ["100000"] = 100000.0, ["1.234567e+06"] = 1234567.0, ["0.5"] = .5, ["1e-05"] = 0.00001,
      ["0.0001"] = 0.0001, ["1e+21"] = 1e21, ["-0.25"] = -0.25, ["0.1"] = 0.1, ["0"] = 0.0, ["16"] = 0x10,
      ["9007199254740993"] = 9007199254740993, ["1.23456785e+07"] = 12345678.5,
    } do
      assert.equal(text, scalars.number_text(value))
    end
  end)
end)

describe("sizes", function()
  it("have units of 1024", function()
    for text, bytes in pairs {
      ["10"] = 10, ["10b"] = 10, ["1k"] = 1024, ["1kB"] = 1024, ["1KiB"] = 1024, ["2m"] = 2097152, ["1.5g"] = 1610612736,
      ["3 MB"] = 3145728, ["1t"] = 1099511627776, ["-1"] = -1,
    } do
      assert.equal(bytes, (scalars.bytes(text)))
    end
    assert.equal(5, (scalars.bytes(5)))
  end)

  it("are refused with other units", function()
    for _, text in ipairs { "", "m", "5x", "5bb", "5kbb", "1,5g", "5 k b" } do
      assert.is_nil((scalars.bytes(text)))
    end
    assert.is_nil((scalars.bytes(1.5)))
  end)
end)

describe("durations", function()
  it("are seconds", function()
    for text, seconds in pairs {
      ["90s"] = 90, ["1m30s"] = 90, ["1.5h"] = 5400, ["500ms"] = 0.5, ["2d"] = 172800, ["1w"] = 604800, ["0"] = 0,
      ["100us"] = 0.0001, ["-5s"] = -5, ["1h1m1.5s"] = 3661.5,
    } do
      assert.equal(seconds, (scalars.duration(text)))
    end
  end)

  it("are refused without a unit or with another one", function()
    for _, text in ipairs { "", "30", "s", "5y", "1m30", "x5s", "5 s" } do
      assert.is_nil((scalars.duration(text)))
    end
  end)

  it("are written as the reference loader writes them", function()
    for text, seconds in pairs {
      ["1m30s"] = 90, ["1h0m0s"] = 3600, ["24h0m0s"] = 86400, ["1.5s"] = 1.5, ["100ms"] = 0.1, ["100µs"] = 0.0001, ["0s"] = 0,
      ["1m30.25s"] = 90.25, ["-5s"] = -5,
    } do
      assert.equal(text, scalars.duration_text(seconds))
    end
  end)
end)

describe("other scalars:", function()
  it("booleans are those of YAML 1.1, for files that have them", function()
    assert.is_true(scalars.boolean "yes")
    assert.is_false(scalars.boolean "Off")
    assert.is_true(scalars.boolean(true))
    assert.is_nil((scalars.boolean "maybe"))
    assert.is_true(scalars.is_old_boolean "on")
    assert.is_false(scalars.is_old_boolean "true")
  end)

  it("modes are octal where they are texts", function()
    assert.equal(288, (scalars.octal "0440"))
    assert.equal(288, (scalars.octal "440"))
    assert.equal(288, (scalars.octal(288)))
    assert.is_nil((scalars.octal "9"))
  end)

  it("integers may be texts, but nothing more", function()
    assert.equal(5, (scalars.integer "5"))
    assert.equal(-5, (scalars.integer "-5"))
    for _, text in ipairs { "", "5.5", "0x10", " 5", "5a" } do assert.is_nil((scalars.integer(text))) end
  end)
end)
