--- The assertions, modifiers, messages and formatters that an `assert` begins with.
--
-- An assertion is callback(state, arguments, level) -> whether it holds, values that the assertion
-- returns. It puts into `arguments` what its message shows.
local getmetatable, ipairs, next, pairs, pcall, rawget, rawset, tonumber, tostring, type =
  getmetatable, ipairs, next, pairs, pcall, rawget, rawset, tonumber, tostring, type
local floor = math.floor
local find, format, gsub, match = string.find, string.format, string.gsub, string.match
local concat = table.concat
local arguments = require "busted.portable.arguments"
local compare = require "busted.portable.compare"
local text = require "busted.portable.text"

local TABLE_LEVELS = 3  -- how deep a table is shown; deeper levels rarely help and fill the screen

local MESSAGES = {
  ["same.positive"] = "The objects should be the same.\nPassed in:\n%s\nExpected:\n%s",
  ["same.negative"] = "The objects should not be the same.\nPassed in:\n%s\nNot expected:\n%s",
  ["equals.positive"] = "The objects should be equal.\nPassed in:\n%s\nExpected:\n%s",
  ["equals.negative"] = "The objects should not be equal.\nPassed in:\n%s\nNot expected:\n%s",
  ["near.positive"] = "The numbers should be near each other.\nPassed in:\n%s\nExpected:\n%s +/- %s",
  ["near.negative"] = "The numbers should not be near each other.\nPassed in:\n%s\nNot expected:\n%s +/- %s",
  ["matches.positive"] = "The string should match.\nPassed in:\n%s\nExpected pattern:\n%s",
  ["matches.negative"] = "The string should not match.\nPassed in:\n%s\nPattern not expected:\n%s",
  ["unique.positive"] = "The values of the table should differ from each other:\n%s",
  ["unique.negative"] = "Some values of the table should be alike:\n%s",
  ["error.positive"] = "Another error was expected.\nCaught:\n%s\nExpected:\n%s",
  ["error.negative"] = "No such error was expected.\nCaught:\n%s",
  ["truthy.positive"] = "The value should be neither false nor nil, but is:\n%s",
  ["truthy.negative"] = "The value should be false or nil, but is:\n%s",
  ["falsy.positive"] = "The value should be false or nil, but is:\n%s",
  ["falsy.negative"] = "The value should be neither false nor nil, but is:\n%s",
  ["has_property.positive"] = "The object should have a property.\nPassed in:\n%s\nProperty:\n%s",
  ["has_property.negative"] = "The object should not have a property.\nPassed in:\n%s\nProperty:\n%s",
  ["array_holes.positive"] = "The array should have a hole, but has none.%s",
  ["array_holes.negative"] = "The array should have no hole, but has one at index %s",
  ["returned_arguments.positive"] = "The number of values should be %s, but is %s",
  ["returned_arguments.negative"] = "The number of values should not be %s, but is %s",
  ["called.positive"] = "It should be called %s time(s), but was called %s time(s)",
  ["called.negative"] = "It should not be called exactly %s time(s), but was called %s time(s)",
  ["called_at_least.positive"] = "It should be called at least %s time(s), but was called %s time(s)",
  ["called_at_most.positive"] = "It should be called at most %s time(s), but was called %s time(s)",
  ["called_more_than.positive"] = "It should be called more than %s time(s), but was called %s time(s)",
  ["called_less_than.positive"] = "It should be called less than %s time(s), but was called %s time(s)",
  ["called_with.positive"] = "No call had matching arguments.\nThe last call:\n%s\nExpected:\n%s",
  ["called_with.negative"] = "A call had matching arguments.\nThe last such call:\n%s\nNot expected:\n%s",
  ["returned_with.positive"] = "No call returned matching values.\nThe last call returned:\n%s\nExpected:\n%s",
  ["returned_with.negative"] = "A call returned matching values.\nThe last such call returned:\n%s\nNot expected:\n%s",
  ["internal.argtolittle"] = "'%s' takes at least %s arguments, got %s",
  ["internal.badargtype"] = "bad argument #%s to '%s': %s expected, got %s",
}

-- Of the parameter TableErrorHighlightColor; any other name is no colour.
local COLOURS = { black = 30, red = 31, green = 32, yellow = 33, blue = 34, magenta = 35, cyan = 36, white = 37 }

local TYPES = { "boolean", "number", "string", "table", "nil", "userdata", "function", "thread" }

local function callable(value)
  if type(value) == "function" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and type(rawget(meta, "__call")) == "function"
end

-- "file.lua:12: " that error() puts before a message.
local function without_position(message)
  if type(message) ~= "string" then return message end
  return (gsub(message, "^.-:%d+: ", "", 1))
end

-- What a pattern can be applied to: a string, a number, what has a __tostring.
local function as_string(value)
  if type(value) == "number" or text.has(value) then return text.of(value) end
end

local function swap(list)
  list[1], list[2] = list[2], list[1]
end

--- Registers everything.
-- @tparam table parts assert, say, raise, match (as luassert.lua makes them)
local function register(parts)
  local assert, say, raise, match_module = parts.assert, parts.say, parts.raise, parts.match

  for key, template in pairs(MESSAGES) do say:set("assertion." .. key, template) end

  local function shown(value)
    return assert:format({ value, n = 1 })[1]
  end

  local function need(list, count, name)
    if list.n < count then raise(say("assertion.internal.argtolittle", { name, count, list.n })) end
  end

  local function bad(index, name, expected, value)
    raise(say("assertion.internal.badargtype", { index, name, expected, value }))
  end

  local function message_of(state, message)
    if message ~= nil then rawset(state, "failure_message", message) end
  end

  -- The optional arguments of string.find and a message of one's own, in any order that makes sense:
  -- the message is the first that is neither a boolean nor a number.
  local function find_options(state, list, name)
    local first = 3
    for i = 3, list.n do
      local value = list[i]
      if value and type(value) ~= "boolean" and not tonumber(value) then
        if i == 3 then first = 4 end
        message_of(state, arguments.remove(list, i))
        break
      end
    end
    local init = list[3]
    if init ~= nil and not tonumber(init) then bad(first, name, "number", type(init)) end
    return init, list[4]
  end

  local function search(subject, pattern, init, plain)
    if plain then
      if find(subject, pattern, init, true) then return true, { pattern } end
      return false, {}
    end
    local captures = arguments.pack(match(subject, pattern, init))
    if captures[1] == nil then captures.n = 0 end
    return captures.n > 0, captures
  end

  local assertions = {}

  function assertions.equals(state, list)
    need(list, 2, "equals")
    local holds = list[1] == list[2]
    swap(list)
    message_of(state, list[3])
    return holds
  end

  function assertions.same(state, list)
    need(list, 2, "same")
    local holds, path = compare.same(list[1], list[2])
    swap(list)
    if path then
      list.fmtargs = { { crumbs = path }, { crumbs = path } }
      local passed, expected = list[1], list[2]
      for i = #path, 1, -1 do passed, expected = passed[path[i]], expected[path[i]] end
      list.difference = "They differ at " .. text.path(path) .. ": passed in "
        .. (type(passed) == "table" and "a table" or shown(passed)) .. ", expected "
        .. (type(expected) == "table" and "a table" or shown(expected))
    end
    message_of(state, list[3])
    return holds
  end

  function assertions.near(state, list)
    need(list, 3, "near")
    local numbers = {}
    for i = 1, 3 do
      numbers[i] = tonumber(list[i])
      if not numbers[i] then bad(i, "near", "number or object convertible to a number", shown(list[i])) end
    end
    local expected, actual, tolerance = numbers[1], numbers[2], numbers[3]
    swap(list)
    list[3] = text.number(tolerance)
    list.nofmt = { [3] = true }
    message_of(state, list[4])
    return actual >= expected - tolerance and actual <= expected + tolerance
  end

  function assertions.matches(state, list)
    need(list, 2, "matches")
    local pattern, subject = list[1], as_string(list[2])
    local init, plain = find_options(state, list, "matches")
    if type(pattern) ~= "string" then bad(1, "matches", "string", type(pattern)) end
    if not subject then bad(2, "matches", "string or object convertible to a string", shown(list[2])) end
    swap(list)
    return search(subject, pattern, init, plain)
  end

  function assertions.unique(state, list)
    local deep
    if type(list[2]) == "boolean" or (list[2] == nil and list.n > 2) then
      deep = list[2]
      message_of(state, list[3])
    else
      if type(list[3]) == "boolean" then deep = list[3] end
      message_of(state, list[2])
    end
    local seen = {}
    for _, value in pairs(list[1]) do
      for _, other in ipairs(seen) do
        if value == other or deep and compare.same(value, other) then return false end
      end
      seen[#seen + 1] = value
    end
    return true
  end

  function assertions.truthy(state, list)
    need(list, 1, "truthy")
    message_of(state, list[2])
    return list[1] ~= nil and list[1] ~= false
  end

  function assertions.falsy(state, list)
    need(list, 1, "falsy")
    message_of(state, list[2])
    return list[1] == nil or list[1] == false
  end

  -- Calls the function of an error assertion. What was caught stands in list[1], what was expected in
  -- list[2], ready to be shown.
  local function catch(list, name, expected)
    local run = list[1]
    if not callable(run) then bad(1, name, "function or callable object", type(run)) end
    local ok, caught = pcall(run)
    -- Lua 5.5 makes a string of `error(nil)`.
    if not ok and caught == "<no error object>" then caught = nil end
    caught = without_position(caught)
    list.n = 2
    list[1], list[2] = caught, expected
    list.nofmt = {}
    if ok then list[1], list.nofmt[1] = "(no error)", true end
    if expected == nil then list[2], list.nofmt[2] = "(error)", true end
    return ok, caught
  end

  -- Returns what was raised in place of the function, and the rest of the arguments as they were.
  local function error_is(state, list)
    local expected = list[2]
    local returned = arguments.pack(arguments.unpack(list))
    message_of(state, list[3])
    local ok, caught = catch(list, "error", expected)
    if type(expected) == "string" and not ok and text.has(caught) then caught = text.of(caught) end
    returned[1] = caught
    if ok or expected == nil then return not ok, returned end
    if type(expected) == "number" and type(caught) == "string" then
      return tonumber(caught) == expected, returned
    end
    return (compare.same(expected, caught)), returned
  end

  local function error_matches(state, list)
    need(list, 2, "error_matches")
    local pattern = list[2]
    if pattern ~= nil and type(pattern) ~= "string" then bad(2, "error_matches", "string", type(pattern)) end
    local init, plain = find_options(state, list, "error_matches")
    local ok, caught = catch(list, "error_matches", pattern)
    if ok then return false, arguments.pack(caught, pattern) end
    if pattern == nil then return caught == nil, {} end
    if type(caught) == "boolean" then caught = tostring(caught) else caught = as_string(caught) end
    if not caught then return false, arguments.pack(list[1], pattern) end
    local holds, captures = search(caught, pattern, init, plain)
    if holds then return true, captures end
    return false, arguments.pack(caught, pattern)
  end

  -- The very object, or one that is equal to it by its own __eq: no conversion, no deep comparison.
  local function error_object(state, list)
    need(list, 2, "error_object")
    local expected = list[2]
    message_of(state, list[3])
    local ok, caught = catch(list, "error_object", expected)
    return not ok and caught == expected, arguments.pack(caught)
  end

  assertions.error, assertions.errors = error_is, error_is
  assertions.error_object = error_object
  for _, name in ipairs { "error_matches", "error_match", "matches_error", "match_error" } do
    assertions[name] = error_matches
  end

  function assertions.has_property(state, list)
    need(list, 2, "has_property")
    message_of(state, list[3])
    return type(list[1]) == "table" and list[2] ~= nil and list[1][list[2]] ~= nil
  end

  assertions["true"] = function(state, list)
    arguments.insert(list, 2, true)
    message_of(state, list[3])
    return list[1] == true
  end

  assertions["false"] = function(state, list)
    arguments.insert(list, 2, false)
    message_of(state, list[3])
    return list[1] == false
  end

  for _, kind in ipairs(TYPES) do
    assertions[kind] = function(state, list)
      arguments.insert(list, 2, "type " .. kind)
      list.nofmt = { [2] = true }
      message_of(state, list[3])
      return type(list[1]) == kind
    end
  end

  function assertions.returned_arguments(_, list)
    local expected, count = list[1], list.n - 1
    list[1], list[2] = tostring(expected), tostring(count)
    list.nofmt = { true, true }
    list.n = 2
    return list[1] == list[2]
  end

  -- assert.array(t).has.no.holes([length]): the array is put into the chain by the modifier.
  local ARRAY = "array of the chain"

  function assertions.holes(state, list)
    local array, length = rawget(state, ARRAY), list[1]
    if array == nil then raise("'holes' stands after 'array(t)': assert.array(t).has.no.holes()") end
    if length == nil then
      length = 0
      for key in next, array do
        if type(key) == "number" and key > length and floor(key) == key then length = key end
      end
    elseif type(length) ~= "number" then
      bad(1, "holes", "number", type(length))
    end
    local hole
    local i = 1
    while i <= length and not hole do
      if array[i] == nil then hole = i end
      i = i + 1
    end
    list[1], list.n, list.nofmt = hole and tostring(hole) or "", 1, { true }
    return hole ~= nil, { hole, n = 1 }
  end

  local SAME_MESSAGE = { ["true"] = true, ["false"] = true }
  for _, kind in ipairs(TYPES) do SAME_MESSAGE[kind] = true end

  -- The key of the messages, where it is not the assertion's own name.
  local MESSAGE_KEYS = {
    equal = "equals", match = "matches", errors = "error", error_matches = "error", error_match = "error",
    matches_error = "error", match_error = "error", error_object = "error", holes = "array_holes",
  }
  assertions.equal, assertions.match = assertions.equals, assertions.matches

  for name, callback in pairs(assertions) do
    local key = "assertion." .. (SAME_MESSAGE[name] and "same" or MESSAGE_KEYS[name] or name)
    assert:register("assertion", name, callback, key .. ".positive", key .. ".negative")
  end

  local function nothing(state) return state end
  for _, word in ipairs { "is", "are", "was", "has", "does" } do assert:register("modifier", word, nothing) end
  local function invert(state) state.mod = not state.mod end
  for _, word in ipairs { "not", "no" } do assert:register("modifier", word, invert) end
  assert:register("modifier", "message", function(state, list) message_of(state, list and list[1]) end)
  assert:register("modifier", "array", function(state, list)
    if not list or list.n == 0 then raise("'array' takes the array: assert.array(t)") end
    rawset(state, ARRAY, list[1])
  end)

  assert:set_parameter("TableFormatLevel", TABLE_LEVELS)
  assert:set_parameter("TableFormatShowRecursion", false)
  assert:set_parameter("TableErrorHighlightCharacter", "*")
  assert:set_parameter("TableErrorHighlightColor", "none")

  assert:add_formatter(text.shown)
  assert:add_formatter(function(value, extra)
    if type(value) ~= "table" then return nil end
    local mark = assert:get_parameter("TableErrorHighlightCharacter") or ""
    local width = #mark
    local colour = COLOURS[assert:get_parameter("TableErrorHighlightColor")]
    if colour and mark ~= "" then mark = format("\27[%dm%s\27[0m", colour, mark) end
    return text.shown_table(value, assert:get_parameter("TableFormatLevel"), extra and extra.crumbs, mark, width)
  end)
  assert:add_formatter(function(value)
    if not match_module.is_matcher(value) then return nil end
    local list = {}
    for i = 1, value.arguments and value.arguments.n or 0 do list[i] = shown(value.arguments[i]) end
    return format("(matcher) %s%s(%s)", value.mod and "is." or "no.", tostring(value.name), concat(list, ", "))
  end)
  assert:add_formatter(function(value)
    if not arguments.is(value) then return nil end
    local list = {}
    for i = 1, value.n do list[i] = shown(value[i]) end
    return "(values list) (" .. concat(list, ", ") .. ")"
  end)
end

return { register = register, callable = callable }
