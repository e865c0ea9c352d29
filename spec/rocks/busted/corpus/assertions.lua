-- luacheck: ignore
-- Every assertion, holding and not, in its many spellings.
local nan = 0 / 0
local function fails(message) return function() error(message) end end
local function returns() return 1, 2 end

-- Each entry is a test: a name and what it does; half of them fail on purpose.
local cases = {
  { "equal", function() assert.equal(1, 1) end },
  { "equal fails", function() assert.equal(1, 2) end },
  { "equal of an integer and a float", function() assert.equal(1, 1.0) end },
  { "equal of a number and a string", function() assert.equal(1, "1") end },
  { "equal of tables", function() assert.equal({}, {}) end },
  { "equal of NaN", function() assert.equal(nan, nan) end },
  { "equal of nil", function() assert.equal(nil, nil) end },
  { "equal of false and nil", function() assert.equal(false, nil) end },
  { "equal with a message", function() assert.equal(1, 2, "message") end },
  { "equals", function() assert.equals("a", "a") end },
  { "are.equal", function() assert.are.equal("a", "b") end },
  { "are_equal", function() assert.are_equal("a", "a") end },
  { "are_not_equal", function() assert.are_not_equal("a", "a") end },
  { "are.no.equal", function() assert.are.no.equal("a", "b") end },
  { "is_not.equal", function() assert.is_not.equal("a", "b") end },
  { "not.equal", function() assert["not"].equal("a", "b") end },
  { "no no", function() assert.no.no.equal("a", "a") end },
  { "upper case", function() assert.Are.Not_Equal("a", "b") end },
  { "same", function() assert.same({ 1, { 2 } }, { 1, { 2 } }) end },
  { "same fails", function() assert.same({ 1, { 2 } }, { 1, { 3 } }) end },
  { "same with a missing key", function() assert.same({ a = 1, b = 2 }, { a = 1 }) end },
  { "same with one key more", function() assert.same({ a = 1 }, { a = 1, b = 2 }) end },
  { "same of scalars", function() assert.same(1, 1) end },
  { "same of a table and a scalar", function() assert.same({}, 1) end },
  { "same with NaN inside", function() assert.same({ nan }, { nan }) end },
  { "same of a table with itself", function() local t = { nan }; assert.same(t, t) end },
  { "same with false inside", function() assert.same({ false }, { false }) end },
  { "same with false and nil", function() assert.same({ a = false }, {}) end },
  { "not same", function() assert.is_not.same({ 1 }, { 2 }) end },
  { "not same fails", function() assert.not_same({ 1 }, { 1 }) end },
  { "same with holes", function() assert.same({ 1, nil, 3 }, { 1, nil, 3 }) end },
  { "same with other holes", function() assert.same({ 1, nil, 3 }, { 1, 2, 3 }) end },
  { "same with a table as key", function() local k = {}; assert.same({ [k] = 1 }, { [k] = 1 }) end },
  { "same with equal tables as keys", function() assert.same({ [{}] = 1 }, { [{}] = 1 }) end },
  { "same of cycles", function()
    local a, b = {}, {}
    a.self, b.self = a, b
    assert.same(a, b)
  end },
  { "same of cycles that differ", function()
    local a, b = { n = 1 }, { n = 2 }
    a.self, b.self = a, b
    assert.same(a, b)
  end },
  { "same of mutual cycles", function()
    local a, b = {}, {}
    a.other, b.other = b, a
    assert.same(a, b)
  end },
  { "same of a shared table and two equal ones", function()
    local shared = { 1 }
    assert.same({ shared, shared }, { { 1 }, { 1 } })
  end },
  { "same with __eq outside", function()
    local meta = { __eq = function() return true end }
    assert.same(setmetatable({ 1 }, meta), setmetatable({ 2 }, meta))
  end },
  { "same with __eq inside", function()
    local meta = { __eq = function() return true end }
    assert.same({ setmetatable({ 1 }, meta) }, { setmetatable({ 2 }, meta) })
  end },
  { "same with an __eq that is false", function()
    local meta = { __eq = function() return false end }
    assert.same({ setmetatable({ 1 }, meta) }, { setmetatable({ 1 }, meta) })
  end },
  { "same with different metatables", function() assert.same(setmetatable({ 1 }, {}), { 1 }) end },
  { "same with a protected metatable", function()
    local meta = { __metatable = "locked" }
    assert.same(setmetatable({ 1 }, meta), setmetatable({ 1 }, meta))
  end },
  { "a difference with a protected metatable", function()
    assert.same(setmetatable({ 1 }, { __metatable = "locked" }), setmetatable({ 2 }, { __metatable = false }))
  end },
  { "a difference with a __tostring that raises", function()
    assert.same({ setmetatable({}, { __tostring = fails "x" }) }, { 1 })
  end },
  { "near", function() assert.near(1, 1.05, 0.1) end },
  { "near fails", function() assert.near(1, 1.2, 0.1) end },
  { "near of strings", function() assert.near("1", "1.05", "0.1") end },
  { "near of NaN", function() assert.near(nan, nan, 1) end },
  { "near of infinity", function() assert.near(math.huge, math.huge, 1) end },
  { "near without a tolerance", function() assert.near(1, 1) end },
  { "near of a table", function() assert.near({}, 1, 1) end },
  { "not near", function() assert.is_not.near(1, 2, 0.5) end },
  { "unique", function() assert.unique { 1, 2, 3 } end },
  { "unique fails", function() assert.unique { 1, 2, 1 } end },
  { "unique of tables", function() assert.unique { { 1 }, { 1 } } end },
  { "unique, deep", function() assert.unique({ { 1 }, { 1 } }, true) end },
  { "unique, deep, with a message", function() assert.unique({ { 1 }, { 1 } }, "message", true) end },
  { "not unique", function() assert.is_not.unique { 1, 1 } end },
  { "truthy", function() assert.truthy(0) end },
  { "truthy of an empty string", function() assert.is_truthy("") end },
  { "truthy fails", function() assert.truthy(nil) end },
  { "truthy without arguments", function() assert.truthy() end },
  { "falsy", function() assert.falsy(nil) end },
  { "falsy of false", function() assert.is_falsy(false) end },
  { "falsy fails", function() assert.falsy(0) end },
  { "not falsy", function() assert.is_not_falsy(0) end },
  { "is_true", function() assert.is_true(true) end },
  { "is_true fails", function() assert.is_true(1) end },
  { "True", function() assert.True(true) end },
  { "is_false", function() assert.is_false(false) end },
  { "is_false of nil", function() assert.is_false(nil) end },
  { "is_not_true", function() assert.is_not_true(1) end },
  { "is_nil", function() assert.is_nil(nil) end },
  { "is_nil without arguments", function() assert.is_nil() end },
  { "is_nil fails", function() assert.is_nil(false) end },
  { "is_not_nil", function() assert.is_not_nil(false) end },
  { "is_not_nil fails", function() assert.is.not_nil(nil) end },
  { "is_number", function() assert.is_number(1) end },
  { "is_number of a string", function() assert.is_number("1") end },
  { "is_string", function() assert.is_string("") end },
  { "is_table", function() assert.is_table({}) end },
  { "is_function", function() assert.is_function(print) end },
  { "is_function of a callable table", function() assert.is_function(setmetatable({}, { __call = print })) end },
  { "is_userdata", function() assert.is_userdata(io.stdout) end },
  { "is_thread", function() assert.is_thread(coroutine.create(print)) end },
  { "is_boolean", function() assert.is_boolean(false) end },
  { "is_boolean fails", function() assert.is_boolean(nil) end },
  { "is_not_string", function() assert.is_not_string(1) end },
  { "matches", function() assert.matches("^a.c$", "abc") end },
  { "matches fails", function() assert.matches("^b", "abc") end },
  { "matches plainly", function() assert.matches("a.c", "abc", nil, true) end },
  { "matches from a position", function() assert.matches("^c", "abc", 3) end },
  { "matches a number", function() assert.matches("5", 15) end },
  { "matches a table with __tostring", function()
    assert.matches("text", setmetatable({}, { __tostring = function() return "some text" end }))
  end },
  { "matches a table", function() assert.matches("x", {}) end },
  { "matches with a pattern that is no string", function() assert.matches(1, "1") end },
  { "matches with a message", function() assert.matches("x", "y", "message") end },
  { "matches with a position that is none", function() assert.matches("x", "x", {}, {}) end },
  { "matches gives captures", function()
    local a, b = assert.matches("(%a)(%d)", "x1")
    assert.equal("x", a)
    assert.equal("1", b)
  end },
  { "does_not.match", function() assert.does_not.match("x", "y") end },
  { "is_match", function() assert.is_match("x", "x") end },
  { "has_error", function() assert.has_error(fails "x") end },
  { "has_error with the message", function() assert.has_error(fails "x", "x") end },
  { "has_error with another message", function() assert.has_error(fails "x", "y") end },
  { "has_error of a message with a position further down", function()
    assert.has_error(function() error("first line\nfile.lua:1: second line", 0) end, "second line")
  end },
  { "has_error without an error", function() assert.has_error(returns) end },
  { "has_error of a table", function() assert.has_error(fails { 1 }, { 1 }) end },
  { "has_error of another table", function() assert.has_error(fails { 1 }, { 2 }) end },
  { "has_error of a number", function() assert.has_error(function() error(5) end, 5) end },
  { "has_error of a number as text", function() assert.has_error(function() error("5", 0) end, 5) end },
  { "has_error of nil", function() assert.has_error(function() error(nil) end) end },
  { "has_error of a table with __tostring", function()
    assert.has_error(fails(setmetatable({}, { __tostring = function() return "as text" end })), "as text")
  end },
  { "has_error that is no function", function() assert.has_error(1) end },
  { "has_error of a callable table", function() assert.has_error(setmetatable({}, { __call = fails "x" }), "x") end },
  { "has_error gives the error", function() assert.equal("x", (assert.has_error(fails "x"))) end },
  { "has_error gives as many values as it was given", function()
    assert.equal(1, select("#", assert.has_error(fails "x")))
    assert.equal(3, select("#", assert.has_error(fails "x", "x", nil)))
  end },
  { "not_matches gives nothing", function() assert.equal(0, select("#", assert.not_matches("x", "y"))) end },
  { "returned_arguments as text", function() assert.returned_arguments("2", returns()) end },
  { "has.errors", function() assert.has.errors(fails "x") end },
  { "has_no.errors", function() assert.has_no.errors(returns) end },
  { "has_no.errors fails", function() assert.has_no.errors(fails "x") end },
  { "has_no.error of another error", function() assert.has_no.error(fails "x", "y") end },
  { "error_matches", function() assert.error_matches(fails "some text", "^some") end },
  { "error_matches fails", function() assert.error_matches(fails "some text", "^other") end },
  { "error_matches plainly", function() assert.error_matches(fails "a.b", "a.b", 1, true) end },
  { "error_matches without an error", function() assert.error_matches(returns, "x") end },
  { "error_matches of a table", function() assert.error_matches(fails {}, "x") end },
  { "error_matches of true", function() assert.error_matches(function() error(true) end, "tru") end },
  { "error_matches of nil", function() assert.error_matches(function() error(nil) end, nil) end },
  { "error_matches without a pattern", function() assert.error_matches(fails "x") end },
  { "has_no.error_matches", function() assert.has_no.error_matches(fails "x", "y") end },
  { "match_error", function() assert.match_error(fails "x", "x") end },
  { "matches_error", function() assert.matches_error(fails "x", "y") end },
  { "returned_arguments", function() assert.returned_arguments(2, returns()) end },
  { "returned_arguments fails", function() assert.returned_arguments(3, returns()) end },
  { "returned_arguments of nothing", function() assert.returned_arguments(0) end },
  { "returned_arguments counts nil", function() assert.returned_arguments(2, nil, nil) end },
  { "not returned_arguments", function() assert.not_returned_arguments(1, returns()) end },
  { "array has no holes", function() assert.array({ 1, 2, 3 }).has.no.holes() end },
  { "array has holes", function() assert.array({ 1, nil, 3 }).has.no.holes() end },
  { "array of a length", function() assert.array({ 1, 2 }).has.no.holes(3) end },
  { "array gives the hole", function() assert.equal(2, (assert.array({ 1, nil, 3 }).has.holes())) end },
  { "holes without an array", function() assert.has.no.holes() end },
  { "array of nothing", function() assert.array().has.no.holes() end },
  { "message", function() assert.message("mine").is_true(false) end },
  { "message that is a table", function() assert.message({ 1 }).is_true(false) end },
  { "gives back its arguments", function()
    local a, b = assert.equal(1, 1, "third")
    assert.equal(1, a)
    assert.equal(1, b)
  end },
  { "a modifier as the last word", function() assert.is_not(1) end },
  { "an unknown modifier", function() assert.maybe.equal(1, 1) end },
  { "a chain kept in a variable", function()
    local is = assert.is
    is.equal(1, 1)
  end },
}

for _, case in ipairs(cases) do it(case[1], case[2]) end
