-- luacheck: ignore
-- Helpers that fail: what still runs, and what the report says.
local log = {}
local function note(what) return function() log[#log + 1] = what end end

describe("a failing setup", function()
  setup(function() error("setup") end)
  teardown(note "teardown runs")
  it("keeps tests from running", note "never")
  describe("inner blocks too", function()
    setup(note "never")
    it("do not run", note "never")
  end)
end)

describe("an assertion in setup", function()
  setup(function() assert.equal(1, 2) end)
  it("is an error, not a failure", note "never")
end)

describe("a failing teardown", function()
  teardown(function() error("teardown") end)
  it("leaves the tests passed", function() end)
end)

describe("a failing before_each", function()
  before_each(function() error("before_each") end)
  before_each(note "the next one of the block runs")
  after_each(note "after_each runs")
  it("keeps the test from running", note "never")
  it("is reported for each test", note "never")
  describe("in the outer block", function()
    before_each(note "never")
    after_each(note "never")
    it("keeps inner helpers from running", note "never")
  end)
end)

describe("a failing after_each", function()
  after_each(function() error("after_each") end)
  after_each(note "the next after_each runs")
  it("leaves the test passed", function() end)
end)

describe("a failing lazy_setup", function()
  lazy_setup(function() error("lazy_setup") end)
  lazy_teardown(note "lazy_teardown runs")
  it("keeps tests from running", note "never")
  it("is reported once", note "never")
  describe("inner blocks", function()
    lazy_setup(note "never")
    it("do not run either", note "never")
  end)
end)

describe("a failing describe", function()
  it("registers what stands before the error", note "never")
  error("describe")
end)

describe("an assertion in describe", function()
  assert.is_true(false)
end)

describe("words in wrong places", function()
  it("it in it", function() it("x", function() end) end)
  it("describe in it", function() describe("x", function() end) end)
  it("before_each in it", function() before_each(function() end) end)
  it("randomize in it", function() randomize() end)
  it("caught", function()
    assert.is_false((pcall(it, "x", function() end)))
  end)
  describe("finally outside a test", function()
    finally(function() end)
  end)
  describe("pending in before_each", function()
    before_each(function() pending("x") end)
    it("is an error", function() end)
  end)
  describe("it in setup", function()
    setup(function() it("x", function() end) end)
    it("never", function() end)
  end)
end)

it("has run exactly these", function()
  assert.same({
    "teardown runs",
    "the next one of the block runs", "after_each runs",
    "the next one of the block runs", "after_each runs",
    "the next one of the block runs", "after_each runs",
    "the next after_each runs",
    "lazy_teardown runs",
  }, log)
end)
