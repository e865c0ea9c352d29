-- luacheck: ignore
-- Spies, stubs, mocks and matchers.
local function sum(a, b) return (a or 0) + (b or 0) end

describe("a spy", function()
  local s
  before_each(function() s = spy.new(sum) end)

  it("calls the function", function() assert.equal(3, s(1, 2)) end)
  it("has not been called", function() assert.spy(s).was_not.called() end)
  it("has been called", function() s(); assert.spy(s).was.called() end)
  it("fails when it has not been called", function() assert.spy(s).was.called() end)
  it("counts", function() s(); s(); assert.spy(s).was.called(2) end)
  it("fails for another count", function() s(); assert.spy(s).was.called(2) end)
  it("has not been called a number of times", function() s(); assert.spy(s).was_not.called(2) end)
  it("fails not called", function() s(); assert.spy(s).was_not.called() end)
  it("called at least", function() s(); s(); assert.spy(s).was.called_at_least(1) end)
  it("called at least fails", function() assert.spy(s).was.called_at_least(1) end)
  it("called at most", function() s(); assert.spy(s).was.called_at_most(1) end)
  it("called at most fails", function() s(); s(); assert.spy(s).was.called_at_most(1) end)
  it("called more than", function() s(); s(); assert.spy(s).was.called_more_than(1) end)
  it("called more than fails", function() s(); assert.spy(s).was.called_more_than(1) end)
  it("called less than", function() assert.spy(s).was.called_less_than(1) end)
  it("called less than fails", function() s(); assert.spy(s).was.called_less_than(1) end)
  it("called with", function() s(1, 2); s(3, 4); assert.spy(s).was.called_with(1, 2) end)
  it("called with fails", function() s(1, 2); assert.spy(s).was.called_with(1, 3) end)
  it("called with more", function() s(1); assert.spy(s).was.called_with(1, 2) end)
  it("called with fewer", function() s(1, 2); assert.spy(s).was.called_with(1) end)
  it("not called with", function() s(1, 2); assert.spy(s).was_not.called_with(2, 1) end)
  it("not called with fails", function() s(1, 2); assert.spy(s).was_not.called_with(1, 2) end)
  it("called with nil", function() s(nil, 2); assert.spy(s).was.called_with(nil, 2) end)
  it("called with nil at the end", function() s(1, nil); assert.spy(s).was.called_with(1, nil) end)
  it("called with nothing", function() s(); assert.spy(s).was.called_with() end)
  it("called with nil is not called with nothing", function() s(nil); assert.spy(s).was.called_with() end)
  it("called with nothing is not called with nil", function() s(); assert.spy(s).was_not.called_with(nil) end)
  it("called with more than was passed, though anything will do", function()
    s(1)
    assert.spy(s).was_not.called_with(match._, match._)
  end)
  it("returned nil is not returned nothing", function()
    local returns_nil = spy.new(function() return nil end)
    returns_nil()
    assert.spy(returns_nil).returned_with()
  end)
  it("returned with", function() s(1, 2); assert.spy(s).returned_with(3) end)
  it("returned with fails", function() s(1, 2); assert.spy(s).returned_with(4) end)
  it("keeps arguments as they were", function()
    local keep = spy.new(function() end)
    local t = { 1 }
    keep(t)
    t[1] = 2
    assert.spy(keep).was.called_with({ 1 })
  end)
  it("compares tables deeply", function()
    local keep = spy.new(function() end)
    keep({ a = { 1 } })
    assert.spy(keep).was.called_with({ a = { 1 } })
  end)
  it("can be cleared", function() s(); s:clear(); assert.spy(s).was_not.called() end)
  it("passes errors on", function()
    local bad = spy.new(function() error("inside") end)
    assert.has_error(bad, "inside")
    assert.spy(bad).was.called(1)
  end)
  it("is one", function()
    assert.is_true(spy.is_spy(s))
    assert.is_false(spy.is_spy({}))
  end)
  it("has a history", function()
    s(1, 2)
    assert.same({ 1, 2, n = 2 }, { s.calls[1].vals[1], s.calls[1].vals[2], n = s.calls[1].vals.n })
  end)
  it("of something else", function() spy.new(5) end)
  it("without a function", function() local n = spy.new(); n(); assert.spy(n).was.called(1) end)
  it("as a call", function() assert.is_true(spy.is_spy(spy(function() end))) end)
end)

describe("spy.on", function()
  it("replaces and reverts", function()
    local t = { f = sum }
    local s = spy.on(t, "f")
    assert.equal(5, t.f(2, 3))
    assert.spy(t.f).was.called_with(2, 3)
    s:revert()
    assert.equal(sum, t.f)
  end)
  it("of what is no function", function() spy.on({ f = 1 }, "f") end)
  it("asserts on the plain function", function()
    local t = { f = sum }
    spy.on(t, "f")
    assert.spy(sum).was.called()
  end)
  it("called without a spy", function() assert.was.called() end)
  it("called_with without a spy", function() assert.was.called_with(1) end)
end)

describe("a stub", function()
  local t
  before_each(function() t = { f = sum } end)
  it("returns nothing", function()
    stub(t, "f")
    assert.returned_arguments(0, t.f(1, 2))
    assert.stub(t.f).was.called_with(1, 2)
  end)
  it("returns values", function() stub(t, "f", 1, nil, 3); assert.returned_arguments(3, t.f()) end)
  it("calls a function", function() stub(t, "f", function() return "x" end); assert.equal("x", t.f()) end)
  it("returns", function() stub(t, "f").returns("a", "b"); assert.same({ "a", "b" }, { t.f() }) end)
  it("invokes", function() stub(t, "f").invokes(function(a) return a * 2 end); assert.equal(4, t.f(2)) end)
  it("by_default", function() stub(t, "f").by_default.returns(7); assert.equal(7, t.f()) end)
  it("on_call_with", function()
    local s = stub(t, "f")
    s.on_call_with(1).returns("one")
    s.on_call_with(2).invokes(function(a) return a + 40 end)
    s.returns("other")
    assert.same({ "one", 42, "other" }, { t.f(1), t.f(2), (t.f(3)) })
  end)
  it("on_call_with a matcher", function()
    stub(t, "f").on_call_with(match.is_string()).returns("string")
    assert.equal("string", t.f("x"))
    assert.is_nil(t.f(1))
  end)
  it("reverts", function() local s = stub(t, "f"); s:revert(); assert.equal(sum, t.f) end)
  it("of nothing", function() local s = stub.new(); s(); assert.stub(s).was.called(1) end)
  it("of a key that is not there", function()
    local s = stub(t, "g")
    t.g()
    assert.stub(s).was.called(1)
    s:revert()
    assert.is_nil(t.g)
  end)
  it("of what cannot be called", function() stub({ f = 1 }, "f") end)
end)

describe("a mock", function()
  it("spies on all functions", function()
    local t = mock { f = sum, inner = { g = sum }, value = 1 }
    t.f(1, 2)
    t.inner.g(3)
    assert.spy(t.f).was.called_with(1, 2)
    assert.spy(t.inner.g).was.called(1)
    assert.equal(1, t.value)
  end)
  it("can stub", function()
    local t = mock({ f = sum }, true)
    assert.is_nil(t.f(1, 2))
  end)
  it("can be cleared", function()
    local t = mock { f = sum }
    t.f()
    mock.clear(t)
    assert.spy(t.f).was_not.called()
  end)
  it("can be reverted", function()
    local t = { f = sum }
    mock.revert(mock(t))
    assert.equal(sum, t.f)
  end)
  it("takes cycles", function()
    local t = { f = sum }
    t.self = t
    mock(t)
    assert.is_true(spy.is_spy(t.f))
  end)
end)

describe("match", function()
  local s
  local function called_with(...)
    s = spy.new(function() end)
    s(...)
    return s
  end
  local object = {}
  local cases = {
    { "_", { 1 }, function() return match._ end },
    { "_ of nil", { nil }, function() return match._ end },
    { "is_string", { "x" }, function() return match.is_string() end },
    { "is_string fails", { 1 }, function() return match.is_string() end },
    { "is_not_string", { 1 }, function() return match.is_not_string() end },
    { "is_number", { 1 }, function() return match.is_number() end },
    { "is_table", { {} }, function() return match.is_table() end },
    { "is_function", { print }, function() return match.is_function() end },
    { "is_nil", { nil }, function() return match.is_nil() end },
    { "is_not_nil", { 1 }, function() return match.is_not_nil() end },
    { "is_true", { true }, function() return match.is_true() end },
    { "is_false", { true }, function() return match.is_false() end },
    { "truthy", { 0 }, function() return match.truthy() end },
    { "falsy", { 0 }, function() return match.falsy() end },
    { "equals", { 1 }, function() return match.equals(1) end },
    { "equal of tables", { {} }, function() return match.equal({}) end },
    { "same", { { 1 } }, function() return match.same({ 1 }) end },
    { "same fails", { { 1 } }, function() return match.same({ 2 }) end },
    { "ref", { object }, function() return match.is_ref(object) end },
    { "ref of another", { {} }, function() return match.is_ref(object) end },
    { "ref of a string", { "x" }, function() return match.is_ref("x") end },
    { "near", { 1 }, function() return match.near(1.05, 0.1) end },
    { "near fails", { 2 }, function() return match.near(1.05, 0.1) end },
    { "near of a string", { "x" }, function() return match.near(1, 1) end },
    { "matches", { "abc" }, function() return match.matches("b") end },
    { "has_match", { "abc" }, function() return match.has_match("^c") end },
    { "has_no_match", { "abc" }, function() return match.has_no_match("^c") end },
    { "unique", { { 1, 2 } }, function() return match.is_unique() end },
    { "unique fails", { { 1, 1 } }, function() return match.is_unique() end },
    { "any_of", { 1 }, function() return match.is_any_of(match.is_string(), match.is_number()) end },
    { "any_of fails", { {} }, function() return match.is_any_of(match.is_string(), match.is_number()) end },
    { "all_of", { "x" }, function() return match.is_all_of(match.is_string(), match.equals("x")) end },
    { "all_of fails", { "y" }, function() return match.is_all_of(match.is_string(), match.equals("x")) end },
    { "none_of", { {} }, function() return match.is_none_of(match.is_string(), match.is_number()) end },
    { "none_of fails", { 1 }, function() return match.is_none_of(match.is_string(), match.is_number()) end },
    { "any_of without matchers", { 1 }, function() return match.is_any_of(1) end },
    { "an unknown matcher", { 1 }, function() return match.is_nonsense() end },
  }
  for _, case in ipairs(cases) do
    it(case[1], function() assert.spy(called_with(case[2][1])).was.called_with(case[3]()) end)
  end

  it("can be registered", function()
    assert:register("matcher", "even", function() return function(value) return value % 2 == 0 end end)
    assert.spy(called_with(2)).was.called_with(match.is_even())
    assert.spy(called_with(1)).was.called_with(match.is_not_even())
  end)
  it("is one", function()
    assert.is_true(match.is_matcher(match._))
    assert.is_false(match.is_matcher({}))
  end)
end)
