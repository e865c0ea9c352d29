local columns = require "compose.columns"

describe("columns", function()
  it("stand below each other", function()
    assert.same({ "NAME   STATE", "a      up", "büro   exited (0)" },
      columns.lines { { "NAME", "STATE" }, { "a", "up" }, { "büro", "exited (0)" } })
  end)

  it("have no spaces at the end of a line", function()
    assert.same({ "A     B", "xxx" }, columns.lines { { "A", "B" }, { "xxx", "" } })
  end)
end)
