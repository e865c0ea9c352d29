--- JSON text to Lua values (RFC 8259).
--
-- The speed comes from three habits. A pattern reads as much as it can in one
-- call: a plain member's value, the comma, the next key, the colon and the first
-- character of the next value are one match. That character chooses the reader
-- from a table. And nothing is returned to say that all went well: a fault is
-- raised to the one pcall round the whole.
--
-- @module json.decoder

local fault = require "json.fault"
local grammar = require "json.grammar"
local kind = require "json.kind"
local null = require "json.null"
local scalar = require "json.scalar"
local shape = require "json.shape"
local unicode = require "json.unicode"

local find, sub, byte = string.find, string.sub, string.byte
local tonumber, setmetatable = tonumber, setmetatable
local plain_number, read_shape, expected = scalar.plain_number, shape.read, fault.expected

local decoder = {}

-- How many objects of an array are read before a shape is learnt: what learning
-- costs is regained by the next three.
local LEARN_AFTER = 4

-- How often a shape may not match before another is learnt in its place.
local MISSES = 20

-- How many numbers in a row make more of them likely.
local STREAK = 8

-- How near to each other numbers with an exponent make more of them likely.
local NEAR = 16

-- Patterns -----------------------------------------------------------------

local SPACE = grammar.SPACE
local KEY = '"(' .. grammar.PLAIN .. ')"' .. SPACE .. ":" .. SPACE .. "(.)"
local FIRST = "^" .. SPACE .. "(.)"
local COLON = "^" .. SPACE .. ":" .. SPACE
local COMMA = "^" .. SPACE .. "," .. SPACE
local QUOTE = "^" .. SPACE .. '"'
local BRACE = "^" .. SPACE .. "}"
local FIRST_MEMBER = "^" .. SPACE .. KEY

local WHITE = { [" "] = true, ["\n"] = true, ["\r"] = true, ["\t"] = true, [""] = true }

-- What follows a member: the next key and the first character of its value.
local MEMBER = SPACE .. "," .. SPACE .. KEY
-- What follows an element: the delimiter and the next character.
local ELEMENT = SPACE .. "([],])" .. SPACE .. "(.?)"

-- Patterns of numbers with what follows them, by the first character.
local function numbers_before(tail, numbers)
  local patterns = {}
  for first, number in pairs(numbers) do patterns[first] = "^" .. number .. tail end
  return patterns
end

local STRING = '"(' .. grammar.PLAIN .. ')"'

-- The same of members of objects, and of strings, too: with the next, and of the last.
local MEMBERS, LAST = numbers_before(MEMBER, grammar.NUMBERS), numbers_before(SPACE .. "}", grammar.NUMBERS)
MEMBERS['"'], LAST['"'] = "^" .. STRING .. MEMBER, "^" .. STRING .. SPACE .. "}"

local NUMBER_ELEMENT = numbers_before(ELEMENT, grammar.NUMBERS)
-- For arrays in which a number with an exponent has been seen.
local WIDE_ELEMENT = numbers_before(ELEMENT, grammar.WIDE_NUMBERS)
local FOUR_NUMBERS = "^" .. (grammar.NUMBER .. SPACE .. "," .. SPACE):rep(4)
local FOUR_WIDE = "^" .. (grammar.WIDE_NUMBER .. SPACE .. "," .. SPACE):rep(4)
local PAIR = "%[" .. SPACE .. grammar.NUMBER .. SPACE .. "," .. SPACE .. grammar.NUMBER .. SPACE .. "%]" .. SPACE .. "," .. SPACE
local TWO_PAIRS = "^" .. PAIR:rep(2)
local STRING_ELEMENT = "^" .. STRING .. ELEMENT
MEMBER, ELEMENT = "^" .. MEMBER, "^" .. ELEMENT

-- Values -------------------------------------------------------------------

-- The readers of values, by the first character. Beside what all readers get, those
-- of arrays and objects get a hint, a table that gathers what is known of the values in
-- this place: `shape`, `seen` (objects until there is one), `pairs` (arrays of two numbers
-- that were read in a row), `child` (the hint of elements).
local read = setmetatable({
  ['"'] = scalar.string, ["t"] = scalar["true"], ["f"] = scalar["false"], ["n"] = scalar["null"],
}, { __index = function() return scalar.none end })
for first in pairs(grammar.NUMBERS) do read[first] = scalar.number end
read[""] = function(text) scalar.none(text, #text + 1) end

-- Objects ------------------------------------------------------------------

-- A key that may hold escapes, the byte where its value begins, and that byte as
-- a string; `at` is where the key ought to be.
local function any_key(text, at, settings)
  local _, last = find(text, QUOTE, at)
  if not last then expected(text, at, "a key in double quotes") end
  local key
  key, last = scalar.string(text, last, 0, settings)
  local _, colon = find(text, COLON, last)
  if not colon then expected(text, last, "':' after a key") end
  return key, colon + 1, sub(text, colon + 1, colon + 1)
end

-- Behind a brace: the first key as from any_key, or nil and the closing brace.
local function first_member(text, at, settings)
  local _, start, key, first = find(text, FIRST_MEMBER, at)
  if start then return key, start, first end
  local _, brace = find(text, BRACE, at)
  if brace then return nil, brace end
  return any_key(text, at, settings)
end

-- Behind a member's value: the next key as from any_key, or nil and the closing brace.
local function next_member(text, last, settings)
  if sub(text, last, last) == "}" then return nil, last end
  local _, start, key, first = find(text, MEMBER, last)
  if start then return key, start, first end
  local _, brace = find(text, BRACE, last)
  if brace then return nil, brace end
  local _, comma = find(text, COMMA, last)
  if not comma then expected(text, last, "',' or '}'") end
  return any_key(text, comma + 1, settings)
end

local reader = { value = read, first_member = first_member, next_member = next_member }

-- Read the members from `key` on, whose value begins at `start` with `first`.
local function members(text, object, key, start, first, depth, settings)
  local members_of, lasts_of, unique = settings.member, settings.last_member, settings.unique
  while key do
    if unique and object[key] ~= nil then fault.raise(start, ("key %q occurs twice"):format(key)) end
    local _, value, next_start, next_key, next_first, brace
    local pattern = members_of[first]
    if pattern then
      _, next_start, value, next_key, next_first = find(text, pattern, start)
      if not next_start then _, brace, value = find(text, lasts_of[first], start) end
      if value and first ~= '"' then
        value = tonumber(value)
        -- "1.2.3", or so many digits that it is infinite: scalar.number says it.
        if not value or value - value ~= 0 then next_start, brace = nil, nil end
      end
    end
    if brace then
      object[key] = value
      return object, brace + 1
    elseif not next_start then
      local last
      value, last = read[first](text, start, depth, settings)
      next_key, next_start, next_first = next_member(text, last, settings)
    end
    object[key] = value
    key, start, first = next_key, next_start, next_first
  end
  return object, start + 1
end

-- Fill an object by what is known of its place; nil when nothing is.
local function read_known(text, at, depth, settings, hint, object)
  local runs = hint.shape
  if runs and runs.misses < MISSES then
    local last, whole = read_shape(text, at, depth, settings, read, runs, object)
    if whole then return object, last end
    runs.misses = runs.misses + 1
    if last == at then return nil end
    local key, start, first = next_member(text, last, settings)
    return members(text, object, key, start, first, depth, settings)
  end
  hint.seen = (hint.seen or 0) + 1
  if hint.seen ~= LEARN_AFTER then return nil end
  local last, learnt = shape.learn(text, at, depth, settings, reader, object, runs ~= nil)
  if learnt then hint.shape, hint.seen = learnt, 0 end
  return object, last
end

read["{"] = function(text, at, depth, settings, hint)
  if depth == 0 then fault.raise(at, settings.too_deep) end
  local object = {}
  if settings.object then setmetatable(object, settings.object) end
  if hint and settings.shapes then
    local known, last = read_known(text, at, depth - 1, settings, hint, object)
    if known then return object, last end
  end
  local key, start, first = first_member(text, at + 1, settings)
  return members(text, object, key, start, first, depth - 1, settings)
end

-- Arrays -------------------------------------------------------------------

-- The last byte of four plain numbers that match a pattern, and these; nil when they do not.
local function four(text, pattern, start)
  local _, last, a, b, c, d = find(text, pattern, start)
  if not last then return nil end
  -- A call for each is what this function is here to avoid.
  a = byte(a) > 0x30 and tonumber(a) or plain_number(a)
  b = byte(b) > 0x30 and tonumber(b) or plain_number(b)
  c = byte(c) > 0x30 and tonumber(c) or plain_number(c)
  d = byte(d) > 0x30 and tonumber(d) or plain_number(d)
  if not (a and b and c and d) then return nil end
  -- None is infinite.
  if (a - a) + (b - b) + (c - c) + (d - d) ~= 0 then return nil end
  return last, a, b, c, d
end

-- Append four elements at a time to an array of n for as long as they are plain
-- numbers; the new n, and the byte where the next element begins.
local function four_numbers(text, array, n, start, pattern)
  while true do
    local last, a, b, c, d = four(text, pattern, start)
    if not last then return n, start end
    array[n + 1], array[n + 2], array[n + 3], array[n + 4] = a, b, c, d
    n, start = n + 4, last + 1
  end
end

-- The same of arrays of two plain numbers, two at a time.
local function two_pairs(text, array, n, start, settings)
  local meta = settings.array
  while true do
    local last, a, b, c, d = four(text, TWO_PAIRS, start)
    if not last then return n, start end
    local one, other = { a, b }, { c, d }
    if meta then
      setmetatable(one, meta)
      setmetatable(other, meta)
    end
    if settings.counted then one[0], other[0] = 2, 2 end
    array[n + 1], array[n + 2] = one, other
    n, start = n + 2, last + 1
  end
end

read["["] = function(text, at, depth, settings, hint)
  if depth == 0 then fault.raise(at, settings.too_deep) end
  local start, first = at + 1, sub(text, at + 1, at + 1)
  if WHITE[first] then
    local _
    _, start, first = find(text, FIRST, start)
    if not start then expected(text, at + 1, "a value or ']'") end
  end
  -- Room for four from the beginning saves growing from one to two to four.
  local array, n = first == "]" and {} or { nil, nil, nil, nil }, 0
  if settings.array then setmetatable(array, settings.array) end
  if first == "]" then
    if settings.counted then array[0] = 0 end
    return array, start + 1
  end
  depth = depth - 1
  local numbers, streak, rare, plain = settings.number_element, 0, -NEAR, true
  local child, children = hint and hint.child, 0
  while true do
    if streak == STREAK then
      n, start = four_numbers(text, array, n, start, numbers == WIDE_ELEMENT and FOUR_WIDE or FOUR_NUMBERS)
      first, streak = sub(text, start, start), 0
    elseif first == "[" and child and (child.pairs or 0) >= STREAK and depth > 0 then
      n, start = two_pairs(text, array, n, start, settings)
      first, child.pairs = sub(text, start, start), 0
    end
    local _, value, last, delimiter, next_first
    if first == '"' then
      if plain then _, last, value, delimiter, next_first = find(text, STRING_ELEMENT, start) end
    elseif numbers[first] then
      streak = streak + 1
      _, last, value, delimiter, next_first = find(text, numbers[first], start)
      if last then
        value = tonumber(value)
        -- "1.2.3", or so many digits that it is infinite: scalar.number says it.
        if not value or value - value ~= 0 then last = nil end
      end
    end
    if not last then
      if not child and (first == "{" or first == "[") then
        children = children + 1
        if hint or children == LEARN_AFTER then
          child = { seen = children - 1, pairs = 0 }
          if hint then hint.child = child end
        end
      end
      value, last = read[first](text, start, depth, settings, child)
      -- What is special is likely to be followed by more of its kind: a string with escapes, a number with an exponent.
      if first == '"' then
        plain = last - start == #value + 2
      elseif numbers[first] then
        if n - rare < NEAR and not find(text, "^-0", start) then numbers = WIDE_ELEMENT end
        rare = n
      end
      delimiter = sub(text, last, last)
      if delimiter == "]" then
        n = n + 1
        array[n] = value
        if settings.counted then array[0] = n end
        if hint then hint.pairs = n == 2 and streak == 2 and (hint.pairs or 0) + 1 or 0 end
        return array, last + 1
      end
      start = last
      _, last, delimiter, next_first = find(text, ELEMENT, last)
      if not last then expected(text, start, "',' or ']'") end
    end
    n = n + 1
    array[n] = value
    if delimiter == "]" then
      if settings.counted then array[0] = n end
      if hint then hint.pairs = n == 2 and streak == 2 and (hint.pairs or 0) + 1 or 0 end
      return array, next_first == "" and last + 1 or last
    end
    start, first = last, next_first
  end
end

-- Documents ----------------------------------------------------------------

--- The settings of a decoder. The drop-ins of rocks/ set some fields otherwise than any option does.
-- @tparam table options `depth` (levels) and, each optional: `null` (what null becomes),
--   `big` ("string"), `utf8` ("pass"), `duplicates` ("error")
-- @treturn table what `decoder.document` and `decoder.value` take
function decoder.settings(options)
  local fast = options.big ~= "string"
  local unique = options.duplicates == "error"
  local instead = options.null
  if instead == nil then instead = null end
  local settings = {
    -- What null becomes.
    null = instead,
    -- Levels of arrays and objects allowed.
    depth = options.depth,
    too_deep = ("more than %d levels of arrays and objects"):format(options.depth),
    -- "string" keeps as text what neither a 64-bit integer nor a double can hold.
    big = options.big,
    -- The fast patterns make each number an integer or a float.
    member = fast and MEMBERS or { ['"'] = MEMBERS['"'] },
    last_member = LAST,
    number_element = fast and NUMBER_ELEMENT or {},
    -- Whether a number too large for a double is infinite instead of refused.
    infinite = false,
    -- Whether invalid UTF-8 is refused, and whether lone surrogates are.
    strict = options.utf8 ~= "pass",
    paired = options.utf8 ~= "pass",
    -- Whether a key that occurs twice is refused.
    unique = unique,
    -- Whether shapes may be used: they look at neither of these.
    shapes = fast and not unique,
    -- The metatables of arrays and of objects.
    array = kind.array,
    object = nil,
    -- Whether arrays hold the number of their elements at 0.
    counted = false,
    -- The value of a word, or nil.
    word = nil,
  }
  function settings.word(s)
    if s == "true" then return true end
    if s == "false" then return false end
    if s == "null" then return settings.null end
    return nil
  end
  return settings
end

local function value(text, at, settings)
  if settings.strict then
    local valid, bad = unicode.valid(text, at)
    if not valid then fault.raise(bad, "invalid UTF-8") end
  end
  local _, start, first = find(text, FIRST, at)
  if not start then scalar.none(text, at) end
  local result, last = read[first](text, start, settings.depth, settings)
  -- Arrays look one character further, behind white space.
  while WHITE[sub(text, last - 1, last - 1)] do last = last - 1 end
  return result, last
end

local function document(text, settings)
  -- Section 8.1: a byte order mark may be ignored.
  local _, mark = find(text, "^\239\187\191")
  local result, last = value(text, mark and mark + 1 or 1, settings)
  if last <= #text and not find(text, "^" .. SPACE .. "$", last) then
    expected(text, last, "the end of the text")
  end
  return result
end

--- Read the one value that a text is.
-- @tparam string text
-- @tparam table settings what `decoder.settings` made
-- @treturn boolean whether the text is JSON
-- @return the value, or the fault: a table with `at` (the byte) and `what` (the message)
function decoder.document(text, settings)
  return fault.try(document, text, settings)
end

--- Read the value that begins at a byte, whatever follows it.
-- @tparam string text
-- @tparam integer at
-- @tparam table settings what `decoder.settings` made
-- @treturn boolean whether it is JSON
-- @return the value, or the fault: a table with `at` (the byte) and `what` (the message)
-- @treturn ?integer the byte behind the value
function decoder.value(text, at, settings)
  return fault.try(value, text, at, settings)
end

return decoder
