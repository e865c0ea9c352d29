--- Shapes: objects that have the same keys in the same order, read by few patterns.
--
-- The objects of an array mostly look alike. After a few of them, `json.decoder`
-- has this learn a shape from one: patterns that match several members at once,
-- made of the text of the sample with holes for the values. A shape matches only
-- what is right, and all that it does not match is left to the decoder.
--
-- @module json.shape

local grammar = require "json.grammar"
local scalar = require "json.scalar"

local find, sub, gsub = string.find, string.sub, string.gsub
local tonumber = tonumber
local plain_number = scalar.plain_number

local shape = {}

-- How many values one pattern holds: `shape.read` has a variable for each.
local RUN = 4

-- How many holes make a shape faster than reading member by member.
local WORTH = 2

-- By the first character of a value, the hole that it leaves, and what makes a
-- value of the text that fills it (nothing for a string) or nil where the text is
-- none. Other values leave no hole: a run ends before them. Words are for
-- `settings.word`.
local HOLE = { ['"'] = '"(' .. grammar.PLAIN .. ')"', ["t"] = "(%l+)", ["f"] = "(%l+)", ["n"] = "(%l+)" }
local FILL = {}
for first in pairs(grammar.NUMBERS) do HOLE[first], FILL[first] = grammar.NUMBER, plain_number end
-- Where a number begins so, most others do, and of these tonumber and JSON think alike.
local PLAIN_NUMBER = "([1-9][.-9]*)%f[%D]"

-- Fewer digits than this are no infinite number.
local MOST_DIGITS = 300

local function literally(s) return (gsub(s, "%W", "%%%0")) end

-- A run: its pattern matches from the end of the run before it; key1 to key4 and
-- fill1 to fill4 belong to its holes; `plain` tells whether tonumber is one of these;
-- `nested` is the key of the value behind it that has no hole, and `hint` what is
-- known of that value.
local function new_run(pattern, keys, fills, nested, hint)
  local run = { pattern = pattern, plain = false, nested = nested, hint = hint }
  for i = 1, RUN do
    run["key" .. i], run["fill" .. i] = keys[i], fills[i]
    run.plain = run.plain or fills[i] == tonumber
  end
  return run
end

-- Whether a run has matched a number of too many digits.
local function too_long(run, ...)
  for i, s in ipairs { ... } do
    if run["fill" .. i] == tonumber and #s > MOST_DIGITS then return true end
  end
  return false
end

--- Read an object and learn its shape.
-- @tparam string text
-- @tparam integer at its brace
-- @tparam integer depth levels still allowed inside it
-- @tparam table settings
-- @tparam table reader the decoder's `value`, `first_member` and `next_member`
-- @tparam table object what gets the members
-- @tparam boolean again whether a shape has been learnt here that did not match often: then this one is less strict
-- @treturn integer the byte behind it
-- @treturn ?table the shape, a list of runs and `misses`, how often it did not match;
--   nil when it would not be worth while
function shape.learn(text, at, depth, settings, reader, object, again)
  local learnt, holes = { misses = 0 }, 0
  local pattern, keys, fills, from = "^", {}, {}, at
  local function close(nested, hint)
    learnt[#learnt + 1] = new_run(pattern, keys, fills, nested, hint)
    pattern, keys, fills = "^", {}, {}
  end

  local key, start, first = reader.first_member(text, at + 1, settings)
  while key do
    pattern = pattern .. literally(sub(text, from, start - 1))
    local hole, fill, hint = HOLE[first], FILL[first], nil
    if hole == "(%l+)" then
      fill = settings.word
      -- nil would look as if the text were no value.
      if first == "n" and settings.null == nil then hole = nil end
    elseif fill and find(text, "^-?[.-9]+[eE]", start) then
      hole = grammar.WIDE_NUMBER
    elseif fill and not again and find(first, "[1-9]") then
      hole, fill = PLAIN_NUMBER, tonumber
    end
    if not (hole and find(text, "^" .. hole, start)) then hole, hint = nil, {} end
    object[key], from = reader.value[first](text, start, depth, settings, hint)
    if hole then
      holes = holes + 1
      pattern = pattern .. hole
      keys[#keys + 1], fills[#keys + 1] = key, fill
      if #keys == RUN then close() end
    else
      close(key, hint)
    end
    key, start, first = reader.next_member(text, from, settings)
  end
  pattern = pattern .. literally(sub(text, from, start))
  close()
  return start + 1, holes >= WORTH and learnt or nil
end

--- Read an object by a shape, as far as it matches.
-- @tparam string text
-- @tparam integer at its brace
-- @tparam integer depth levels still allowed inside it
-- @tparam table settings
-- @tparam table values the readers of values, by their first character
-- @tparam table runs the shape
-- @tparam table object what gets the members that match
-- @treturn integer the byte behind what matched
-- @treturn boolean whether that is all of the object
function shape.read(text, at, depth, settings, values, runs, object)
  local last = at
  for i = 1, #runs do
    local run = runs[i]
    local _, stop, a, b, c, d = find(text, run.pattern, last)
    if not stop or run.plain and stop - last > MOST_DIGITS and too_long(run, a, b, c, d) then return last, false end
    local key, fill = run.key1, run.fill1
    if key then
      if fill then
        a = fill(a)
        if a == nil then return last, false end
      end
      object[key] = a
      key, fill = run.key2, run.fill2
      if key then
        if fill then
          b = fill(b)
          if b == nil then return last, false end
        end
        object[key] = b
        key, fill = run.key3, run.fill3
        if key then
          if fill then
            c = fill(c)
            if c == nil then return last, false end
          end
          object[key] = c
          key, fill = run.key4, run.fill4
          if key then
            if fill then
              d = fill(d)
              if d == nil then return last, false end
            end
            object[key] = d
          end
        end
      end
    end
    last = stop + 1
    local nested = run.nested
    if nested then
      object[nested], last = values[sub(text, last, last)](text, last, depth, settings, run.hint)
    end
  end
  return last, true
end

return shape
