local fixtures = require "busted.fixtures"

describe("busted.fixtures", function()
  it("finds files from the spec's own folder", function()
    assert.matches("spec/rocks/busted/corpus/order.lua$", fixtures.path("corpus/order.lua"))
  end)

  it("gives absolute paths, which hold when the spec goes to another folder", function()
    assert.matches("^/.*/spec/rocks/busted/x$", fixtures.path("x"))
  end)

  it("takes steps up", function()
    assert.matches("spec/rocks/x$", fixtures.path("../x"))
  end)

  it("reads a file", function()
    assert.matches("^%-%- luacheck: ignore\n", fixtures.read("corpus/order.lua"))
  end)

  it("loads a file", function()
    assert.is_function(fixtures.load("corpus/lines").of)
  end)

  it("blames the caller for a file that is not there", function()
    assert.has_error(function() fixtures.read("nowhere") end)
  end)

  it("blames the caller for a path that is none", function()
    assert.has_error(function() fixtures.path(5) end)
  end)
end)
