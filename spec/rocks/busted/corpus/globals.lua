-- luacheck: ignore
-- To whom a global belongs that is set somewhere in a spec file.
local real = _G

top = "file"

describe("globals", function()
  inner = "describe"

  it("of the file and the block are seen in a test", function()
    assert.equal("file", top)
    assert.equal("describe", inner)
  end)

  it("are not real globals", function()
    assert.is_nil(rawget(real, "top"))
    assert.is_nil(rawget(real, "inner"))
  end)

  it("set in a test", function()
    mine = 1
    top = "test"
    assert.equal(1, mine)
    assert.equal("test", top)
  end)

  it("end with the test", function()
    assert.is_nil(mine)
    assert.equal("file", top)
  end)

  describe("set in helpers", function()
    setup(function() from_setup = 1 end)
    before_each(function() counter = (counter or 0) + 1 end)
    it("belong to the block", function()
      assert.equal(1, from_setup)
      assert.equal(1, counter)
    end)
    it("and stay", function() assert.equal(2, counter) end)
  end)

  it("of another block are not seen", function()
    assert.is_nil(from_setup)
    assert.is_nil(counter)
  end)
end)

describe("real globals", function()
  it("can be set", function() real.corpus_global = 1 end)
  it("stay through the file", function() assert.equal(1, corpus_global) end)
  insulate("insulated", function()
    it("see it", function()
      assert.equal(1, corpus_global)
      real.corpus_global = 2
      real.corpus_other = 3
      package.loaded["corpus.module"] = {}
    end)
    it("and keep changes inside", function()
      assert.equal(2, corpus_global)
      assert.equal(3, corpus_other)
      assert.is_table(package.loaded["corpus.module"])
    end)
  end)
  it("are as before after insulate", function()
    assert.equal(1, corpus_global)
    assert.is_nil(corpus_other)
    assert.is_nil(package.loaded["corpus.module"])
  end)
  insulate("removed inside", function()
    it("a global can be removed", function() real.corpus_global = nil end)
    it("it is gone", function() assert.is_nil(corpus_global) end)
  end)
  it("come back", function() assert.equal(1, corpus_global) end)
end)

insulate(function()
  it("insulate needs no name", function() end)
  expose("exposed", function()
    exposed_global = "exposed"
    it("sees its own", function() assert.equal("exposed", exposed_global) end)
  end)
  it("and the block around it", function() assert.equal("exposed", exposed_global) end)
end)

it("exposed to the file", function() assert.equal("exposed", exposed_global) end)

describe("replaced functions", function()
  it("print", function()
    real.print = function() error("replaced") end
    assert.is_true(true)
  end)
  it("error", function()
    local before = real.error
    finally(function() real.error = before end)
    real.error = function() end
    assert.equal(1, 2)
  end)
  it("assert", function()
    assert = nil
    error("still an error")
  end)
  it("assert is back", function() assert.is_function(assert.is_true) end)
  it("type, pairs and pcall", function()
    local saved = { type, pairs, pcall, tostring, setmetatable, select, next, xpcall }
    finally(function()
      real.type, real.pairs, real.pcall, real.tostring = saved[1], saved[2], saved[3], saved[4]
    end)
    real.type = nil
  end)
end)
