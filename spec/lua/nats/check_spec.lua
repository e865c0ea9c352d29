local check = require "nats.check"

describe("nats.check", function()
  it("finds the known name that is nearest", function()
    local known = { name = true, user = true, password = true, ping_interval = true }
    assert.are.equal("name", check.nearest("naem", known))
    assert.are.equal("password", check.nearest("pasword", known))
    assert.are.equal("ping_interval", check.nearest("ping_intervall", known))
  end)

  it("finds none when nothing is near", function()
    assert.is_nil(check.nearest("colour", { name = true, user = true }))
  end)

  it("shows a string in quotes, on one line", function()
    assert.are.equal('"a\\10b\\0c\\34d"', check.quoted('a\nb\0c"d'))
  end)

  it("cuts a long string", function()
    assert.are.equal('"' .. ("x"):rep(60) .. '..."', check.quoted(("x"):rep(1000)))
  end)

  it("says what a value must be and what it is", function()
    assert.has_error(function() check.value("5", "seconds", "timeout", 0) end,
      'timeout must be a number of seconds, 0 or more, not "5"')
    assert.has_error(function() check.value(-1, "seconds", "timeout", 0) end,
      "timeout must be a number of seconds, 0 or more, not the number -1")
    assert.has_error(function() check.value(nil, "function", "fn", 0) end, "fn must be a function, not nil")
  end)

  it("keeps a secret out of the message", function()
    assert.has_error(function() check.value("s3cr3t", "seconds", "token", 0, true) end,
      "token must be a number of seconds, 0 or more, not a string")
  end)

  it("refuses numbers that are none of seconds", function()
    for _, value in ipairs { 0 / 0, -0.1, -math.huge } do
      assert.has_error(function() check.value(value, "seconds", "t", 0) end)
    end
  end)
end)
