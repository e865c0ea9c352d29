-- Every case of the corpus against the reference loader of the Compose Specification (spec/compose/oracle).
local corpus = require "spec.support.corpus"

local expected, differences = corpus.expected(), corpus.differences()

local names = {}
for name in pairs(expected) do names[#names + 1] = name end
table.sort(names)

describe("a compose file is read as the reference loader reads it:", function()
  for _, name in ipairs(names) do
    it(name, function()
      local theirs, different = expected[name], differences[name] or {}
      local ours, err = corpus.load(name)
      if different.error or theirs.error and not different.loads then
        assert.is_nil(ours)
        return
      end
      assert.is_table(ours, err)
      if different.loads then
        assert.is_string(theirs.error)
        return
      end
      -- A difference must be one: what is listed and has gone is an error, too.
      if different.ours then
        assert.is_true(#corpus.compare(ours, theirs.project) > 0)
        corpus.patch(theirs.project, different.ours)
      end
      assert.same({}, corpus.compare(ours, theirs.project))
    end)
  end
end)

describe("the corpus", function()
  it("has at least 150 cases", function()
    assert.is_true(#names >= 150)
  end)

  it("has a reason for each difference", function()
    for name, different in pairs(differences) do
      assert.is_table(expected[name], name)
      assert.is_string(different.reason, name)
    end
  end)
end)
