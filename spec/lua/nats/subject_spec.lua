local subjects = require "nats.subject"

describe("nats.subject", function()
  local function good(s, wildcards) assert.is_nil(subjects.problem(s, wildcards)) end
  local function bad(problem, s, wildcards) assert.are.equal(problem, subjects.problem(s, wildcards)) end

  it("takes tokens with dots between", function()
    good "a"
    good "orders.eu.1"
    good "$SYS.REQ_-/:=ü"
  end)

  it("takes wildcards in a subscription only", function()
    good("a.*.c", true)
    good("a.>", true)
    good(">", true)
    bad("has the wildcard '*'; only subscriptions have wildcards", "a.*")
    bad("has the wildcard '>'; only subscriptions have wildcards", ">")
  end)

  it("takes a star that is not a token of its own as a character", function() good "a*b" end)
  it("refuses > before the last token", function() bad("has '>' before its last token", "a.>.b", true) end)

  it("refuses empty tokens", function()
    bad("has an empty token", ".a")
    bad("has an empty token", "a.")
    bad("has an empty token", "a..b")
    bad("is empty", "")
  end)

  it("refuses blanks, line breaks and control characters, and says where", function()
    bad("has a space at byte 2", "a b")
    bad("has a tab at byte 1", "\ta")
    bad("has a line break at byte 3", "ab\r\nPUB x 0")
    bad("has a line break at byte 2", "a\n")
    bad("has the control character 0 at byte 2", "a\0")
    bad("has the control character 127 at byte 2", "a\127")
  end)

  it("refuses what is not a string", function()
    bad("must be a string, not nil", nil)
    bad("must be a string, not a number", 5)
  end)

  it("refuses what does not fit a control line", function()
    good(("x"):rep(4000))
    bad("has 4001 bytes, more than the 4000 that fit a control line", ("x"):rep(4001))
  end)

  it("checks the names of queue groups", function()
    assert.is_nil(subjects.queue_problem "workers.1")
    assert.are.equal("is empty", subjects.queue_problem "")
    assert.are.equal("has a space at byte 5", subjects.queue_problem "work ers")
    assert.are.equal("must be a string, not a number", subjects.queue_problem(1))
  end)

  it("matches subjects with patterns", function()
    assert.is_true(subjects.matches("a.b", "a.b"))
    assert.is_true(subjects.matches("a.*", "a.b"))
    assert.is_true(subjects.matches("*.b", "a.b"))
    assert.is_true(subjects.matches("a.>", "a.b.c"))
    assert.is_true(subjects.matches(">", "a"))
    assert.is_false(subjects.matches("a.>", "a"))
    assert.is_false(subjects.matches("a.*", "a.b.c"))
    assert.is_false(subjects.matches("a.b.c", "a.b"))
    assert.is_false(subjects.matches("a", "b"))
  end)
end)
