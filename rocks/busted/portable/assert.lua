--- The `assert` of specs: a function as Lua's own, and chains such as `assert.is_not.equal(a, b)`.
--
-- A chain is a list of words, joined by dots or underscores. Read from its end, the longest run of
-- words that is registered counts: assertions say whether something holds, modifiers change how it is
-- asked (`not`), words like `are` only read well.
local error, getmetatable, ipairs, next, rawget, setmetatable, type =
  error, getmetatable, ipairs, next, rawget, setmetatable, type
local gmatch, lower = string.gmatch, string.lower
local concat, insert = table.concat, table.insert
local arguments = require "busted.portable.arguments"
local text = require "busted.portable.text"

-- The level that a callback passes to error() for the position of the chain's caller is this plus one.
local CALLBACK_LEVEL = 2

--- The keys that a list of words stands for.
-- @tparam table known key -> true for what is registered
-- @tparam {string,...} words
-- @treturn ?{string,...} nil if some words mean nothing
-- @treturn ?string the words that mean nothing
local function resolve(known, words)
  local keys = {}
  local last = #words
  while last > 0 do
    local first = 1
    while first <= last and not known(concat(words, "_", first, last)) do first = first + 1 end
    if first > last then return nil, concat(words, "_", 1, last) end
    insert(keys, 1, concat(words, "_", first, last))
    last = first - 1
  end
  return keys
end

--- Makes what `assert.x` and `match.x` give: objects that collect words and are called in the end.
-- @tparam table registry namespace -> key -> entry
-- @tparam string kind the namespace that the chain ends in: "assertion" or "matcher"
-- @tparam function finish finish(chain, entry, ...) is called when an entry has been found
-- @treturn function start(word) -> chain
local function chains(registry, kind, finish)
  local meta = {}

  local function extend(chain, word)
    if type(word) ~= "string" then return nil end
    local copy = {}
    for key, value in next, chain do copy[key] = value end
    copy.tokens = {}
    for i, token in ipairs(rawget(chain, "tokens")) do copy.tokens[i] = token end
    for token in gmatch(lower(word), "[^_]+") do copy.tokens[#copy.tokens + 1] = token end
    return setmetatable(copy, meta)
  end

  local function known(key)
    return registry[kind][key] or registry.modifier[key]
  end

  function meta.__index(chain, word) return extend(chain, word) end

  function meta.__call(chain, ...)
    local keys, unknown = resolve(known, rawget(chain, "tokens"))
    if not keys then
      error("luassert: unknown modifier/" .. kind .. ": '" .. unknown .. "'", 2)
    end
    local state = extend(chain, "")
    local entry
    for _, key in ipairs(keys) do entry = registry[kind][key] or entry end
    if entry then
      for _, key in ipairs(keys) do
        if registry.modifier[key] and not registry[kind][key] then registry.modifier[key].callback(state) end
      end
      return finish(state, entry, ...)
    end
    state.tokens = {}
    local list = arguments.pack(...)
    for _, key in ipairs(keys) do registry.modifier[key].callback(state, list, CALLBACK_LEVEL) end
    return state
  end

  return function(word)
    return extend({ mod = true, tokens = {} }, word)
  end
end

--- Makes an `assert`.
-- @tparam table parts say; snapshots; registry (namespace -> key -> entry); raise(message, level), which
--   raises a failure, level as `outcome.fail` takes it
-- @treturn table
local function new(parts)
  local say, snapshots, registry, raise = parts.say, parts.snapshots, parts.registry, parts.raise
  local LEVEL = {}
  local assert = {}

  --- Registers an assertion, a modifier or a matcher.
  -- @tparam string namespace "assertion", "modifier", "matcher"
  -- @tparam string name
  -- @tparam function callback callback(state, arguments, level) -> whether it holds, values to return
  -- @tparam ?string positive key of the message for `say`, where it should hold
  -- @tparam ?string negative key of the message, where it should not
  function assert.register(_, namespace, name, callback, positive, negative)
    registry[namespace] = registry[namespace] or {}
    local key = lower(name)
    registry[namespace][key] = { name = key, callback = callback, positive_message = positive, negative_message = negative }
  end

  function assert.unregister(_, namespace, name)
    if registry[namespace] then registry[namespace][lower(name)] = nil end
  end

  function assert.add_formatter(_, formatter) snapshots.add_formatter(formatter) end
  function assert.remove_formatter(_, formatter) snapshots.remove_formatter(formatter) end
  function assert.set_parameter(_, name, value) snapshots.set_parameter(name, value) end
  function assert.get_parameter(_, name) return snapshots.get_parameter(name) end
  function assert.add_spy(_, spy) snapshots.add_spy(spy) end
  function assert.snapshot() return snapshots.push() end

  --- Turns a list of arguments into texts, in place, but those marked in list.nofmt.
  -- @tparam table list n, nofmt[i], fmtargs[i]
  -- @treturn table the same list
  function assert.format(_, list)
    local skip, extra = list.nofmt or {}, list.fmtargs or {}
    for i = 1, list.n or #list do
      if not skip[i] then
        local shown = snapshots.format(list[i], extra[i])
        if shown == nil then shown = text.of(list[i]) end
        list[i] = shown
      end
    end
    return list
  end

  --- The third argument of `assert(condition, message, assert:level(n))`: whose position to show.
  function assert.level(_, level) return setmetatable({ level = level }, LEVEL) end

  function assert.get_level(_, value)
    if type(value) == "table" and getmetatable(value) == LEVEL then return value.level end
  end

  local start = chains(registry, "assertion", function(state, entry, ...)
    local list = arguments.pack(...)
    local holds, returned = entry.callback(state, list, CALLBACK_LEVEL)
    if (not holds) == state.mod then
      local key
      if state.mod then key = entry.positive_message else key = entry.negative_message end
      local message = key ~= nil and say(key, assert:format(list)) or nil
      local given = rawget(state, "failure_message")
      if given ~= nil then
        local shown = text.has(given) and text.of(given) or snapshots.format(given) or text.of(given)
        message = message and shown .. "\n" .. message or shown
      end
      if list.difference then message = (message or "") .. "\n" .. list.difference end
      raise(message or "assertion failed!")
    end
    if returned then return arguments.unpack(returned) end
    return ...
  end)

  function assert.state() return start("") end

  return setmetatable(assert, {
    __index = function(_, word) return start(word) end,
    __call = function(_, condition, message, level, ...)
      if not condition then
        if message == nil then message = "assertion failed!" end
        local up = assert:get_level(level)
        raise(message, up and up + 1)
      end
      return condition, message, level, ...
    end,
  })
end

return { new = new, chains = chains }
