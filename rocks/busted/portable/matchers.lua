--- `match`: what stands in for an argument in `assert.spy(s).was.called_with(match.is_string())`.
--
-- A matcher callback is callback(state, arguments, level) -> function(value) -> boolean.
local getmetatable, ipairs, pairs, rawget, setmetatable, tonumber, type =
  getmetatable, ipairs, pairs, rawget, setmetatable, tonumber, type
local find = string.find
local arguments = require "busted.portable.arguments"
local chains = require("busted.portable.assert").chains
local compare = require "busted.portable.compare"
local text = require "busted.portable.text"

local TYPES = { "nil", "boolean", "number", "string", "table", "function", "userdata", "thread" }
local OBJECTS = { table = true, ["function"] = true, thread = true, userdata = true }

local meta = { __name = "matcher" }

function meta.__call(matcher, value)
  return (matcher.callback(value) and true or false) == matcher.mod
end

local function is_matcher(value)
  return type(value) == "table" and getmetatable(value) == meta
end

--- Makes `match`.
-- @tparam table registry namespace -> key -> entry, shared with the `assert`
-- @treturn table match.is_x(...), match._, match.is_matcher(value), match.is_ref_matcher(value)
local function new(registry)
  registry.matcher = registry.matcher or {}
  local start = chains(registry, "matcher", function(state, entry, ...)
    local list = arguments.pack(...)
    return setmetatable({
      name = entry.name,
      mod = rawget(state, "mod"),
      callback = entry.callback(state, list, 2),
      arguments = list,
    }, meta)
  end)
  local anything = setmetatable({
    name = "_", mod = true, arguments = arguments.pack(), callback = function() return true end,
  }, meta)
  return setmetatable({
    _ = anything,
    is_matcher = is_matcher,
    -- A matcher that wants the object itself that was passed, not the copy that the spy keeps.
    is_ref_matcher = function(value) return is_matcher(value) and value.name == "ref" end,
    state = function() return start("") end,
  }, { __index = function(_, word) return start(word) end })
end

--- Registers the matchers that come with it.
-- @tparam table parts assert, say, raise
local function register(parts)
  local assert, say, raise = parts.assert, parts.say, parts.raise

  local function need(list, count, name)
    if list.n < count then raise(say("assertion.internal.argtolittle", { name, count, list.n })) end
  end

  local function bad(index, name, expected, value)
    raise(say("assertion.internal.badargtype", { index, name, expected, type(value) }))
  end

  local function constant(test)
    return function() return test end
  end

  local matchers = {
    ["true"] = constant(function(value) return value == true end),
    ["false"] = constant(function(value) return value == false end),
    truthy = constant(function(value) return value ~= nil and value ~= false end),
    falsy = constant(function(value) return value == nil or value == false end),
  }

  for _, kind in ipairs(TYPES) do
    matchers[kind] = constant(function(value) return type(value) == kind end)
  end

  function matchers.equals(_, list)
    need(list, 1, "equals")
    return function(value) return value == list[1] end
  end

  function matchers.same(_, list)
    need(list, 1, "same")
    return function(value) return (compare.same(value, list[1])) end
  end

  function matchers.ref(_, list)
    need(list, 1, "ref")
    if not OBJECTS[type(list[1])] then bad(1, "ref", "object", list[1]) end
    return function(value) return value == list[1] end
  end

  function matchers.near(_, list)
    need(list, 2, "near")
    local expected, tolerance = tonumber(list[1]), tonumber(list[2])
    if not expected then bad(1, "near", "number or object convertible to a number", list[1]) end
    if not tolerance then bad(2, "near", "number or object convertible to a number", list[2]) end
    return function(value)
      local actual = tonumber(value)
      return actual ~= nil and actual >= expected - tolerance and actual <= expected + tolerance
    end
  end

  function matchers.matches(_, list)
    need(list, 1, "matches")
    local pattern, init, plain = list[1], list[2], list[3]
    if type(pattern) ~= "string" then bad(1, "matches", "string", pattern) end
    if init ~= nil and not tonumber(init) then bad(2, "matches", "number", init) end
    return function(value)
      if type(value) ~= "number" and not text.has(value) then return false end
      return find(text.of(value), pattern, init, plain) ~= nil
    end
  end

  function matchers.unique(_, list)
    local deep = list[1]
    return function(value)
      local seen = {}
      for _, item in pairs(value) do
        for _, other in ipairs(seen) do
          if item == other or deep and compare.same(item, other) then return false end
        end
        seen[#seen + 1] = item
      end
      return true
    end
  end

  -- any_of, all_of, none_of: matchers of matchers.
  local function composite(name, verdict)
    return function(_, list)
      need(list, 1, name)
      for i = 1, list.n do
        if not is_matcher(list[i]) then bad(i, name, "matcher", list[i]) end
      end
      return function(value)
        local hits = 0
        for i = 1, list.n do
          if list[i](value) then hits = hits + 1 end
        end
        return verdict(hits, list.n)
      end
    end
  end

  matchers.any_of = composite("any_of", function(hits) return hits > 0 end)
  matchers.all_of = composite("all_of", function(hits, count) return hits == count end)
  matchers.none_of = composite("none_of", function(hits) return hits == 0 end)

  matchers.equal, matchers.match = matchers.equals, matchers.matches

  for name, callback in pairs(matchers) do assert:register("matcher", name, callback) end
end

return { new = new, register = register }
