-- The examples of docs/digest.md: each is a script of its own, and prints what stands behind its arrows.
require "spec.support.paths"

local file = assert(io.open("docs/digest.md", "rb"))
local page = file:read("a")
file:close()

local function printed_by(code)
  local lines = {}
  local env = setmetatable({
    print = function(...)
      local values = table.pack(...)
      for i = 1, values.n do values[i] = tostring(values[i]) end
      lines[#lines + 1] = table.concat(values, "\t")
    end,
  }, { __index = _G })
  assert(load(code, "=example", "t", env))()
  return table.concat(lines, "\n")
end

describe("docs/digest.md", function()
  local number = 0
  for code in page:gmatch("\n```lua\n(.-)\n```") do
    number = number + 1
    it("tells what example " .. number .. " prints", function()
      local expected = {}
      for text in code:gmatch("%-%-> ([^\n]*)") do expected[#expected + 1] = text end
      assert.are.equal(table.concat(expected, "\n"), printed_by(code))
    end)
  end

  it("has examples", function() assert.is_true(number > 5) end)
end)
