local nuid = require "nats.nuid"

describe("nats.nuid", function()
  it("has 22 letters and digits", function()
    assert.is_truthy(nuid():find("^[0-9A-Za-z]+$"))
    assert.are.equal(22, #nuid())
  end)

  it("does not repeat", function()
    local seen = {}
    for _ = 1, 1000 do
      local id = nuid()
      assert.is_nil(seen[id])
      seen[id] = true
    end
  end)
end)
