local interpolate = require "compose.interpolate"

local VARIABLES = { A = "a", EMPTY = "", DOLLAR = "$A", SPACED = "two words" }

-- The text, or nil and what is wrong; and the names that were not set.
local function replace(text)
  local unset = {}
  local result, err = interpolate.text(text, {
    lookup = function(name) return VARIABLES[name] end,
    unset = function(name) unset[#unset + 1] = name end,
  })
  return result, err, unset
end

describe("variables in a text", function()
  it("are replaced in all their forms", function()
    for text, result in pairs {
      ["$A ${A}"] = "a a", ["${NO:-x}"] = "x", ["${EMPTY:-x}"] = "x", ["${EMPTY-x}"] = "", ["${A:+y}"] = "y", ["${EMPTY:+y}"] = "",
      ["${EMPTY+y}"] = "y", ["${NO+y}"] = "", ["${NO:-${A}}"] = "a", ["${NO:-${ALSO-$A}}"] = "a", ["$$A"] = "$A",
      ["$${A}"] = "${A}", ["${A:-{x}}"] = "a", ["${NO:-{x}}"] = "{x}", ["${NO-b}c}"] = "bc}", ["$1"] = "$1", ["a$"] = "a$",
      ["$(x)"] = "$(x)", ["$A_"] = "", ["$A-"] = "a-", ["${A?no}"] = "a", ["${EMPTY?no}"] = "", ["$DOLLAR"] = "$A",
      ["${NO:-$SPACED}"] = "two words", ["no variable"] = "no variable", [""] = "",
    } do
      assert.equal(result, (replace(text)))
    end
  end)

  it("are told where they are not set and nothing stands for them", function()
    local _, _, unset = replace "$NO ${ALSO} ${NO:-x} ${A}"
    assert.same({ "NO", "ALSO" }, unset)
  end)

  it("are refused where they are malformed", function()
    for _, text in ipairs { "${A", "${}", "${a.b}", "${A/x/y}", "${1}", "x${", "${A:}", "${A:-x\ny}", "${NO:-${A}", "${A!}" } do
      local result, err = replace(text)
      assert.is_nil(result)
      assert.equal("malformed", err)
    end
  end)

  it("are refused where they are required", function()
    assert.equal("the variable NO is required: set it to a", (select(2, replace "${NO:?set it to $A}")))
    assert.equal("the variable EMPTY is required and has no value", (select(2, replace "${EMPTY:?}")))
    assert.equal("the variable NO is required: x", (select(2, replace "${NO?x}")))
  end)
end)
