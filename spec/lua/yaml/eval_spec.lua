-- The published calls of exosite's lua-yaml.
local yaml = require "yaml"

describe("yaml.eval", function()
  it("reads the words of exosite's lua-yaml as booleans", function()
    assert.same({ true, true, true, false, false, false }, yaml.eval "[yes, on, enabled, no, off, disabled]")
  end)

  it("reads plain keys as strings", function()
    assert.same({ ["true"] = true, ["1"] = 1 }, yaml.eval("true: true\n1: 1\n"))
  end)

  it("leaves nulls out", function()
    assert.same({ b = 1 }, yaml.eval("a: ~\nb: 1\nc:\n"))
    assert.is_nil(yaml.eval "~")
  end)

  it("gives the first document", function()
    assert.same({ a = 1 }, yaml.eval("---\na: 1\n---\nb: 2\n"))
  end)

  it("reads dates as that library's numbers", function()
    assert.same({ 1305907200, 1305907200, 1298282160, 1307018730, 1006498902 }, yaml.eval(
      "- 2011-05-21\n- 2011-5-21\n- 2011-02-21 17:56\n- 2011-06-02 20:45:30\n- 2001-11-23 15:01:42 -05:00\n"))
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
