require "spec.support.paths"
local uuid = require "uuid"

local V4 = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"
local V7 = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-7%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

local ours = uuid.v7 ~= nil              -- a genuine rock that is installed has no version 7

local function zeros(count) return ("\0"):rep(count) end

describe("uuid", function()
  before_each(function() uuid.set_rng(uuid.rng.urandom()) end)

  it("makes random identifiers of version 4, by any of its names", function()
    for _ = 1, 100 do
      assert.is_truthy(uuid():find(V4))
      assert.is_truthy(uuid.v4():find(V4))
      assert.is_truthy(uuid.new():find(V4))
    end
  end)

  it("writes digits in lower case", function()
    uuid.set_rng(function(count) return ("\xab"):rep(count) end)
    assert.are.equal("abababab-abab-4bab-abab-abababababab", uuid())
  end)

  it("writes every byte with two digits, and the version and the variant of RFC 9562", function()
    uuid.set_rng(zeros)
    assert.are.equal("00000000-0000-4000-8000-000000000000", uuid.v4())
    uuid.set_rng(function(count) return ("\xff"):rep(count) end)
    assert.are.equal("ffffffff-ffff-4fff-bfff-ffffffffffff", uuid.v4())
  end)

  it("makes none twice", function()
    local seen = {}
    for _ = 1, 2000 do
      local id = uuid()
      assert.is_nil(seen[id])
      seen[id] = true
    end
  end)

  it("does not repeat with the seed of math.random", function()
    math.randomseed(1)
    local one = uuid()
    math.randomseed(1)
    assert.are_not.equal(one, uuid())
  end)

  describe("set_rng", function()
    it("is true", function() assert.is_true(uuid.set_rng(zeros)) end)

    it("raises the message that came with no function", function()
      local ok, err = pcall(uuid.set_rng, nil, "there is none")
      assert.is_false(ok)
      assert.is_truthy(err:find("there is none", 1, true))
      assert.has_error(function() uuid.set_rng("zeros") end)
    end)

    it("has a failing source raise with its message", function()
      uuid.set_rng(function() return nil, "the well is dry" end)
      local ok, err = pcall(uuid.v4)
      assert.is_false(ok)
      assert.is_truthy(err:find("the well is dry", 1, true))
    end)
  end)

  describe("new with a hardware address", function()
    it("ends in it", function()
      assert.are.equal("000c296941c6", uuid.new("00:0c:29:69:41:c6"):sub(-12))
      assert.is_truthy(uuid.new("00:0c:29:69:41:c6"):find(V4))
    end)

    it("writes it in lower case", function() assert.are.equal("abcdefabcdef", uuid.new("ABCDEFABCDEF"):sub(-12)) end)

    it("takes the last 12 digits of more", function() assert.are.equal("234567890123", uuid.new("1234567890123"):sub(-12)) end)

    it("raises for fewer than 12 digits, and for what is no string", function()
      for _, wrong in ipairs { "12345678901", "123a4::xxyy;;590", "" } do
        assert.has_error(function() uuid.new(wrong) end)
      end
      assert.has_error(function() uuid.new(true) end)
      assert.has_error(function() uuid.new(123) end)
    end)
  end)

  describe("v7", function()
    -- Where the genuine rock is installed there is nothing to test.
    local function test(name, body)
      it(name, function()
        if not ours then return pending "the genuine rock has no version 7" end
        body()
      end)
    end

    test("has the version and the variant of RFC 9562", function()
      assert.is_truthy(uuid.v7():find(V7))
    end)

    test("begins with the time in milliseconds", function()
      local before = os.time()
      local digits = uuid.v7():gsub("-", ""):sub(1, 12)
      local seconds = tonumber(digits, 16) // 1000
      assert.is_true(seconds >= before - 1 and seconds <= os.time() + 1, digits)
    end)

    -- How many of 5000 are not greater than the one before.
    local function falls()
      local last, count = uuid.v7(), 0
      for _ = 1, 5000 do
        local id = uuid.v7()
        if id <= last then count = count + 1 end
        last = id
      end
      return count
    end

    test("makes each greater than the one before", function() assert.are.equal(0, falls()) end)

    test("does so when the clock stands still, for more than the counter can count", function()
      local before = package.loaded.socket
      package.loaded.socket = { gettime = function() return 1700000000 end }
      local count = falls()
      package.loaded.socket = before
      assert.are.equal(0, count)
    end)

    test("keeps 62 random bits", function()
      uuid.set_rng(function(count) return ("\xff"):rep(count) end)
      assert.are.equal("bfff-ffffffffffff", uuid.v7():sub(20))
    end)
  end)

  describe("rng", function()
    after_each(function() uuid.rng.seed() end)

    it("urandom gives as many bytes as asked for", function()
      local source = uuid.rng.urandom()
      for _, count in ipairs { 1, 256 } do assert.are.equal(count, #source(count)) end
    end)

    it("math_random gives as many bytes as asked for, and the same for the same seed", function()
      local source = uuid.rng.math_random()
      assert.are.equal(256, #source(256))
      uuid.rng.math_randomseed(42)
      local one = source(32)
      uuid.rng.math_randomseed(42)
      assert.are.equal(one, source(32))
    end)

    it("luasystem is that rock's function, or nil and a message", function()
      local before = package.loaded.system
      package.loaded.system = { random = zeros }
      assert.are.equal(zeros, (uuid.rng.luasystem()))
      package.loaded.system = {}
      local source, err = uuid.rng.luasystem()
      package.loaded.system = before
      assert.is_nil(source)
      assert.is_string(err)
    end)

    it("win_ffi is nil and a message here", function()
      local source, err = uuid.rng.win_ffi()
      assert.is_nil(source)
      assert.is_string(err)
    end)

    it("generate_seed gives 40 bytes that differ", function()
      local one = uuid.rng.generate_seed("input")
      assert.are.equal(40, #one)
      assert.are_not.equal(one, uuid.rng.generate_seed("input"))
    end)

    it("seed makes math.random differ, and returns what it set", function()
      local one = uuid.rng.seed()
      local numbers = math.random(1 << 30)
      assert.are.equal("integer", math.type(one))
      uuid.seed()
      assert.are_not.equal(numbers, math.random(1 << 30))
    end)

    it("math_randomseed brings seeds into what C's srand takes, where Lua hands them on to it", function()
      local narrow = _VERSION == "Lua 5.3"
      local function set(seed) return (uuid.rng.math_randomseed(seed)) end
      assert.are.equal(5, set(5))
      assert.are.equal(narrow and 5 or -5, set(-5))
      assert.are.equal(narrow and 1 or 0x100000001, set(0x100000001))
      assert.are.equal(set(7), uuid.randomseed(7))
    end)
  end)
end)
