--- Puts the parts of luassert together: `assert`, `spy`, `stub`, `mock`, `match`, `say`.
local error, getmetatable, next, setmetatable, type = error, getmetatable, next, setmetatable, type
local unpack = table.unpack
local assertions = require "busted.portable.assertions"
local arguments = require "busted.portable.arguments"
local compare = require "busted.portable.compare"
local matchers = require "busted.portable.matchers"
local new_assert = require("busted.portable.assert").new
local new_say = require("busted.portable.say").new
local new_snapshots = require("busted.portable.snapshots").new
local spies = require "busted.portable.spies"
local text = require "busted.portable.text"
local trace = require "busted.portable.trace"

--- Makes a set that shares nothing with any other.
-- @tparam ?function raise raise(message, level) raises a failure, level as `outcome.fail` takes it; nil:
--   raises the message with its position, as Lua's own `assert` and `error` do
-- @treturn table assert, spy, stub, mock, match, say, util
local function new(raise)
  raise = raise or function(message, level)
    if level then error(message, level + 1) end
    local _, outside = trace.outside(1)
    error(message, outside or 0)
  end
  local registry = { assertion = {}, modifier = {}, matcher = {} }
  local parts = { say = new_say(), snapshots = new_snapshots(), registry = registry, raise = raise }
  parts.assert = new_assert(parts)
  parts.match = matchers.new(registry)
  assertions.register(parts)
  matchers.register(parts)
  parts.spy, parts.stub, parts.mock = spies.new(parts)

  -- luassert.util, as far as assertions of other people's use it.
  parts.util = {
    deepcompare = function(a, b, ignore_meta)
      if ignore_meta then return compare.same(a, b) end
      return compare.alike(a, b)
    end,
    deepcopy = function(value) return compare.copy(value, parts.spy.is_spy) end,
    shallowcopy = function(value)
      if type(value) ~= "table" then return value end
      local copy = setmetatable({}, getmetatable(value))
      for key, inner in next, value do copy[key] = inner end
      return copy
    end,
    make_arglist = arguments.pack, is_arglist = arguments.is, pack = arguments.pack,
    unpack = function(list, first, last) return unpack(list, first or 1, last or list.n or #list) end,
    tinsert = arguments.insert, tremove = arguments.remove,
    callable = assertions.callable, hastostring = text.has,
    errorlevel = function(level)
      local _, outside = trace.outside((level or 1) + 1)
      return outside or 1
    end,
  }

  --- What `require` gives for the names of the rocks luassert and say.
  parts.modules = {
    luassert = parts.assert, ["luassert.assert"] = parts.assert, ["luassert.spy"] = parts.spy,
    ["luassert.stub"] = parts.stub, ["luassert.mock"] = parts.mock, ["luassert.match"] = parts.match,
    ["luassert.util"] = parts.util, say = parts.say,
  }
  return parts
end

return { new = new }
