-- luacheck: ignore
-- Blocks without names, and errors that the genuine busted cannot report as JSON.
describe(function()
  it("a block without a name", function() end)
end)

it(function() assert.is_true(true) end)

insulate(function()
  it("insulate needs no name", function() end)
end)

it("a function", function() error(print) end)
it("userdata", function() error(io.stdout) end)
it("a thread", function() error(coroutine.create(function() end)) end)
