-- The published calls of exosite's lua-yaml.
local yaml = require "yaml"

describe("yaml.eval", function()
  it("reads the words of exosite's lua-yaml as booleans", function()
    assert.same({ true, true, true, false, false, false }, yaml.eval "[yes, on, enabled, no, off, disabled]")
  end)

  it("leaves nulls out", function()
    assert.same({ b = 1 }, yaml.eval("a: ~\nb: 1\nc:\n"))
    assert.is_nil(yaml.eval "~")
  end)

  it("gives the first document", function()
    assert.same({ a = 1 }, yaml.eval("---\na: 1\n---\nb: 2\n"))
  end)

  it("raises where the text is wrong", function()
    local ok, err = pcall(yaml.eval, "a: [")
    assert.is_false(ok)
    assert.matches("yaml:1:4: this [ is never closed", err, 1, true)
  end)

  it("reads a false document as false", function()
    assert.is_false(yaml.eval "no")
  end)

  it("has the version of YAML beside it", function()
    assert.equal("1.2", yaml.version)
  end)
end)
