--- `spy`, `stub` and `mock`: functions that remember how they were called.
local error, getmetatable, ipairs, next, pairs, pcall, rawget, setmetatable, tostring, type =
  error, getmetatable, ipairs, next, pairs, pcall, rawget, setmetatable, tostring, type
local arguments = require "busted.portable.arguments"
local callable = require("busted.portable.assertions").callable
local compare = require "busted.portable.compare"
local trace = require "busted.portable.trace"

-- Tables that the users of one `spy` must not see as copies: spies and matchers themselves.
local spy_meta = { __name = "spy" }

local function is_spy(value)
  return type(value) == "table" and getmetatable(value) == spy_meta
end

-- A caller's mistake, raised at the caller's own line.
local function mistake(message)
  local _, level = trace.outside(1)
  error(message, level or 0)
end

--- Makes `spy`, `stub` and `mock`, and registers their assertions.
-- @tparam table parts assert, match, raise
-- @treturn table spy
-- @treturn table stub
-- @treturn table mock
local function new(parts)
  local assert, match, raise = parts.assert, parts.match, parts.raise

  local function keep(value)
    return is_spy(value) or match.is_matcher(value)
  end

  -- What one call was given or returned: as it was then (copies), and the objects themselves.
  local function record(list)
    local copies = arguments.pack()
    for i = 1, list.n do copies[i] = compare.copy(list[i], keep) end
    copies.n = list.n
    return { vals = copies, refs = list }
  end

  -- True where there are as many values as wanted, nil counted, and each is like its counterpart or is
  -- what the matcher in its place wants.
  local function fits(values, objects, wanted)
    if values.n ~= wanted.n then return false end
    for i = 1, values.n do
      local want = wanted[i]
      if match.is_matcher(want) then
        local value = values[i]
        if match.is_ref_matcher(want) then value = objects[i] end
        if not want(value) then return false end
      elseif want == nil or values[i] == nil then
        if want ~= values[i] then return false end
      elseif not compare.alike(values[i], want) then
        return false
      end
    end
    return true
  end

  -- The newest record that fits, else the newest of all: the most helpful one to show.
  local function search(records, wanted)
    for i = #records, 1, -1 do
      if fits(records[i].vals, records[i].refs, wanted) then return true, records[i].vals end
    end
    return false, records[#records] and records[#records].vals
  end

  local spy = {}

  spy_meta.__call = spy_meta.__call or function(self, ...)
    self.calls[#self.calls + 1] = self.record(arguments.pack(...))
    local function results(...)
      self.returnvals[#self.returnvals + 1] = self.record(arguments.pack(...))
      return ...
    end
    return results(self.callback(...))
  end

  --- A spy on a function: called like it, it remembers arguments and results.
  -- @tparam ?function callback what is called; nil: nothing
  -- @treturn table the spy: clear(), revert(), called(), called_with(list), returned_with(list), calls
  function spy.new(callback)
    callback = callback or function() end
    if not callable(callback) then mistake("cannot spy on a " .. type(callback) .. ", only on what can be called") end
    local self = setmetatable({
      calls = {},               -- records of arguments, the oldest first
      returnvals = {},          -- records of results
      callback = callback,      -- the function itself
      record = record,
      target_table = nil,       -- where spy.on has put it
      target_key = nil,
      reverted = nil,
    }, spy_meta)

    function self.revert(spied)
      if not spied.reverted then
        if spied.target_table and spied.target_key ~= nil then
          spied.target_table[spied.target_key] = spied.callback
        end
        spied.reverted = true
      end
      return spied.callback
    end

    function self.clear(spied)
      spied.calls, spied.returnvals = {}, {}
      return spied
    end

    function self.called(spied, times, test)
      local count = #spied.calls
      if not times and not test then return count > 0, count end
      if test then return test(count, times), count end
      return count == times, count
    end

    function self.called_with(spied, list) return search(spied.calls, list) end
    function self.returned_with(spied, list) return search(spied.returnvals, list) end

    assert:add_spy(self)
    return self
  end

  spy.is_spy = is_spy

  --- Puts a spy in the place of a function in a table.
  -- @tparam table target
  -- @param key
  -- @treturn table the spy; its revert() puts the function back
  function spy.on(target, key)
    local self = spy.new(target[key])
    target[key] = self
    self.target_table, self.target_key = target, key
    return self
  end

  local stub = {}

  --- Puts a function that does nothing, with a spy on it, in the place of a function in a table.
  -- @tparam ?table target nil: a stub that stands nowhere
  -- @param key
  -- @param ... what it returns, or one function that is called instead
  -- @treturn table the spy, with returns(...), invokes(fn), by_default, on_call_with(...)
  function stub.new(target, key, ...)
    if target == nil and key == nil then target, key = {}, "" end
    if type(target) ~= "table" or key == nil then raise("a stub takes a table and a key") end
    local original = target[key]
    if original ~= nil and not callable(original) then
      raise("cannot stub '" .. tostring(key) .. "': it is a " .. type(original) .. " and cannot be called")
    end

    local function returner(list)
      return function() return arguments.unpack(list) end
    end

    local given = arguments.pack(...)
    local default = given.n == 1 and callable(given[1]) and given[1] or returner(given)
    local cases = {}  -- { wanted = list, action = function }, the first that fits is taken

    target[key] = function(...)
      local list = arguments.pack(...)
      for _, case in ipairs(cases) do
        if fits(list, list, case.wanted) then return case.action(...) end
      end
      return default(...)
    end
    local self = spy.on(target, key)

    function self.revert(stubbed)
      if not stubbed.reverted then
        target[key] = original
        stubbed.reverted = true
      end
      return original
    end

    function self.returns(...)
      default = returner(arguments.pack(...))
      return self
    end

    function self.invokes(action)
      default = function(...) return action(...) end
      return self
    end

    self.by_default = { returns = self.returns, invokes = self.invokes }

    function self.on_call_with(...)
      local wanted = record(arguments.pack(...)).vals
      local function add(action)
        cases[#cases + 1] = { wanted = wanted, action = action }
        return self
      end
      return {
        returns = function(...) return add(returner(arguments.pack(...))) end,
        invokes = function(action) return add(function(...) return action(...) end) end,
      }
    end

    return self
  end

  local mock = {}

  -- Calls a spy's method on every spy in a table and the tables in it.
  local function for_each_spy(object, method, visited)
    if type(object) ~= "table" then return end
    if is_spy(object) then return object[method](object) end
    if visited[object] then return object end
    visited[object] = true
    for _, value in pairs(object) do for_each_spy(value, method, visited) end
    return object
  end

  --- Puts spies (or stubs) in the place of all functions of a table, at any depth.
  -- @param object a table; a function gives a spy on it
  -- @tparam ?boolean stubs true: stubs
  -- @param ... what the stubs return
  -- @return the same table
  function mock.new(object, stubs, ...)
    local visited = {}
    local results = arguments.pack(...)
    local function apply(value, parent, key)
      if type(value) == "table" then
        if is_spy(value) or visited[value] then return value end
        visited[value] = true
        local keys = {}
        for inner in next, value do keys[#keys + 1] = inner end
        for _, inner in ipairs(keys) do value[inner] = apply(value[inner], value, inner) end
        return value
      end
      if type(value) ~= "function" then return value end
      if stubs then return stub.new(parent, key, arguments.unpack(results)) end
      if parent == nil then return spy.new(value) end
      return spy.on(parent, key)
    end
    return apply(object)
  end

  function mock.clear(object) return for_each_spy(object, "clear", {}) end
  function mock.revert(object) return for_each_spy(object, "revert", {}) end

  for _, module in ipairs { spy, stub, mock } do
    setmetatable(module, { __call = function(_, ...) return module.new(...) end })
  end

  -- The assertions on spies: assert.spy(s) puts the spy into the chain, the next word asks it.

  local function set_payload(state, list)
    state.payload = list and list[1]
    if list and list[2] ~= nil then state.failure_message = list[2] end
  end

  local function payload_of(state, method, level)
    local payload = rawget(state, "payload")
    if type(payload) == "function" then
      error("'spy(f)' wants the spy itself: f is a plain function, on which nothing was recorded", level + 2)
    end
    local ok, found = pcall(function() return payload[method] end)
    if not ok or not found then error("'" .. method .. "' stands after 'spy(s)': assert.spy(s).was." .. method .. "(...)", level + 2) end
    return payload
  end

  local function recorded(method)
    return function(state, list, level)
      local payload = payload_of(state, method, level)
      local wanted = arguments.pack(arguments.unpack(list))
      local holds, shown = payload[method](payload, wanted)
      for i = list.n, 1, -1 do list[i] = nil end
      list.n, list[1], list[2] = 2, shown, wanted
      return holds
    end
  end

  local function counted(test)
    return function(state, list, level)
      local times = list[1]
      if not times and not state.mod then
        state.mod = true
        times = 0
      end
      local holds, count = payload_of(state, "called", level):called(times, test)
      list[1], list[2], list.n = tostring(times or "> 0"), tostring(count), 2
      list.nofmt = { true, true }
      return holds
    end
  end

  -- Name, callback, and the assertion whose message says what is wrong when it should not hold.
  local ASSERTIONS = {
    { "called_with", recorded("called_with") },
    { "returned_with", recorded("returned_with") },
    { "called", counted() },
    { "called_at_least", counted(function(count, times) return count >= times end), "called_less_than" },
    { "called_at_most", counted(function(count, times) return count <= times end), "called_more_than" },
    { "called_more_than", counted(function(count, times) return count > times end), "called_at_most" },
    { "called_less_than", counted(function(count, times) return count < times end), "called_at_least" },
  }
  for _, entry in ipairs(ASSERTIONS) do
    local name, opposite = entry[1], entry[3]
    assert:register("assertion", name, entry[2], "assertion." .. name .. ".positive",
      opposite and "assertion." .. opposite .. ".positive" or "assertion." .. name .. ".negative")
  end
  assert:register("modifier", "spy", set_payload)
  assert:register("modifier", "stub", set_payload)

  return spy, stub, mock
end

return { new = new }
