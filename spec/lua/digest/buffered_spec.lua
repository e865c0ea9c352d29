local buffered = require "digest.buffered"
local pure = require "digest.pure"

-- Stands for an engine's C code: digests whole strings, and counts how often.
local function whole(name)
  local calls = { count = 0 }
  return calls, function(data)
    calls.count = calls.count + 1
    return pure.sum(name, data)
  end
end

describe("digest.buffered", function()
  it("hands chunks to the engine's code as one string", function()
    local calls, sum = whole "md5"
    local state = buffered.new("md5", sum)
    for _ = 1, 2000 do state:update("ab") end
    assert.are.equal(pure.sum("md5", ("ab"):rep(2000)), state:final())
    assert.are.equal(1, calls.count)
  end)

  it("digests nothing", function()
    local _, sum = whole "sha256"
    assert.are.equal(pure.sum("sha256", ""), buffered.new("sha256", sum):final())
  end)

  it("keeps no more than its limit, and gives the same digest beyond", function()
    local calls, sum = whole "md5"
    local state, chunk = buffered.new("md5", sum), ("x"):rep(1024 * 1024)
    for _ = 1, buffered.LIMIT // #chunk do state:update(chunk) end
    assert.is_table(state.chunks)
    state:update("y")
    assert.is_nil(state.chunks)
    assert.is_nil(state.parts)
    state:update("z")
    assert.are.equal(pure.sum("md5", ("x"):rep(buffered.LIMIT) .. "yz"), state:final())
    assert.are.equal(0, calls.count)
  end)

  it("takes small chunks in little more memory than their bytes", function()
    local _, sum = whole "md5"
    local state = buffered.new("md5", sum)
    collectgarbage()
    local before = collectgarbage("count")
    for i = 1, 100000 do state:update(string.char(i % 256)) end
    collectgarbage()
    assert.is_true(collectgarbage("count") - before < 250)   -- KiB; one table slot each would be 1600
    state:final()
  end)
end)
