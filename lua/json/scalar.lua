--- Readers of JSON's strings, numbers and words.
--
-- A reader gets the text, the byte where the value begins, the levels still
-- allowed and the settings (see `decoder.settings`), and returns the value and
-- the byte behind it.
--
-- @module json.scalar

local fault = require "json.fault"
local grammar = require "json.grammar"

local find, match, sub, byte, gsub = string.find, string.match, string.sub, string.byte, string.gsub
local char, concat = utf8.char, table.concat
local tonumber, math_type, huge = tonumber, math.type, math.huge

local scalar = {}

-- Strings ------------------------------------------------------------------

-- What the escapes of one character mean, by that character.
local ESCAPE = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", ["b"] = "\b", ["f"] = "\f",
  ["n"] = "\n", ["r"] = "\r", ["t"] = "\t",
}

--- Up to the next quote or backslash. Always matches.
scalar.PIECE = "^(" .. grammar.PLAIN .. ')(["\\]?)'

-- The same with the character behind a backslash.
local ESCAPED = "^(" .. grammar.PLAIN .. ")(\\?.?)"

-- What ESCAPED finds of an escape, by that.
local WHOLE = {}
for c, meaning in pairs(ESCAPE) do WHOLE["\\" .. c] = meaning end

-- The character of the \u escape whose backslash is at `at`, and its last byte.
local function unicode_escape(text, at, settings)
  local digits = match(text, "^%x%x%x%x", at + 2)
  if not digits then fault.raise(at, "\\u without four hexadecimal digits") end
  local code = tonumber(digits, 16)
  if code < 0xD800 or code > 0xDFFF then return char(code), at + 5 end
  local low = code < 0xDC00 and match(text, "^\\u([dD][c-fC-F]%x%x)", at + 6)
  if low then
    return char(0x10000 + ((code & 0x3FF) << 10 | tonumber(low, 16) & 0x3FF)), at + 11
  end
  if settings.paired then fault.raise(at, "lone surrogate " .. sub(text, at, at + 5)) end
  return char(code), at + 5
end

--- What an escape means.
-- @tparam string text
-- @tparam integer at its backslash
-- @tparam table settings
-- @treturn string
-- @treturn integer its last byte
local function any_escape(text, at, settings)
  local c = sub(text, at + 1, at + 1)
  if ESCAPE[c] then return ESCAPE[c], at + 1 end
  if c == "u" then return unicode_escape(text, at, settings) end
  fault.raise(at, "unknown escape '\\' before " .. fault.shown(text, at + 1))
end
scalar.escape = any_escape

--- Give up on a string at what is no quote, no escape and no plain character.
-- @tparam string text
-- @tparam integer at the byte
-- @tparam integer opening the quote where the string begins
function scalar.unclosed(text, at, opening)
  local c = byte(text, at)
  if not c then fault.raise(opening, "string without a closing quote") end
  fault.raise(at, ("control character 0x%02X in a string must be escaped"):format(c))
end

-- The string whose opening quote is at `at`, from escape to escape: slower where
-- these are many, but it knows all of them and where a fault is.
local function walk(text, at, settings)
  local pieces, n = {}, 0
  local _, last, piece, special = find(text, ESCAPED, at + 1)
  while true do
    local c = WHOLE[special]
    if not c then
      if special == '"' then break end
      if sub(special, 1, 1) ~= "\\" then
        -- A control character, or nothing: the text ends here.
        scalar.unclosed(text, special == "" and last + 1 or last, at)
      end
      if #special == 1 then scalar.unclosed(text, last + 1, at) end
      c, last = any_escape(text, last - 1, settings)
    end
    pieces[n + 1], pieces[n + 2] = piece, c
    n = n + 2
    _, last, piece, special = find(text, ESCAPED, last + 1)
  end
  pieces[n + 1] = piece
  return concat(pieces), last + 1
end

-- Whether the backslashes that end before `at` are an even number.
local function even_backslashes(text, at)
  local first = at
  while byte(text, first - 1) == 0x5C do first = first - 1 end
  return (at - first) % 2 == 0
end

-- The first quote behind `at` that is not escaped; `at` is a quote.
local function closing_quote(text, at)
  while true do
    at = find(text, '"', at + 1, true)
    if not at then return nil end
    local second, first = byte(text, at - 2, at - 1)
    if first ~= 0x5C or second == 0x5C and even_backslashes(text, at) then return at end
  end
end

-- What stands behind a backslash, and what both mean. NUL is for what `walk` has to look at.
local MEANING = setmetatable({}, { __index = function() return "\0" end })
for c, meaning in pairs(ESCAPE) do MEANING[c] = meaning end

-- How many of the characters that \u escapes mean are kept.
local KEPT = 1000

-- The same for the digits of a \u escape. A surrogate stays as it is, for `walk`; a
-- backslash becomes an escape that is still to be looked at.
local CHARACTER = { ["005c"] = "\\\\", ["005C"] = "\\\\" }
do
  local kept = 0
  setmetatable(CHARACTER, { __index = function(t, digits)
    local code = tonumber(digits, 16)
    if code >= 0xD800 and code <= 0xDFFF then return nil end
    local c = char(code)
    if kept < KEPT then t[digits], kept = c, kept + 1 end
    return c
  end })
end

local function paired(high, low)
  return char(0x10000 + ((tonumber(high, 16) & 0x3FF) << 10 | tonumber(low, 16) & 0x3FF))
end

-- What is between quotes, with escapes: what it means, or nil for `walk` to look at.
local function unescaped(raw)
  local _, last = find(raw, "^[ -\255]*")
  if last < #raw then return nil end
  if find(raw, "\\u", 1, true) then
    -- Behind an escaped backslash \u is no escape.
    if find(raw, "\\\\", 1, true) then return nil end
    if find(raw, "\\ud", 1, true) or find(raw, "\\uD", 1, true) then
      raw = gsub(raw, "\\u([dD][89abAB]%x%x)\\u([dD][c-fC-F]%x%x)", paired)
    end
    raw = gsub(raw, "\\u(%x%x%x%x)", CHARACTER)
    if not find(raw, "\\", 1, true) then return not find(raw, "\0", 1, true) and raw end
  end
  raw = gsub(raw, "\\(.)", MEANING)
  return not find(raw, "\0", 1, true) and raw
end

--- A string; `at` is its opening quote.
function scalar.string(text, at, _, settings)
  local _, last, piece, special = find(text, ESCAPED, at + 1)
  if special == '"' then return piece, last + 1 end
  local c = WHOLE[special]
  if c then
    local _, stop, rest, other = find(text, ESCAPED, last + 1)
    if other == '"' then return piece .. c .. rest, stop + 1 end
  end
  local stop = closing_quote(text, at)
  local value = stop and unescaped(sub(text, at + 1, stop - 1))
  if value then return value, stop + 1 end
  return walk(text, at, settings)
end

-- Numbers ------------------------------------------------------------------

-- The last byte of the number that begins at `at` (section 6).
local function number_end(text, at)
  local _, last = find(text, "^-?%d+", at)
  if not last then fault.raise(at, "expected a digit after '-'") end
  if find(text, "^-?0%d", at) then fault.raise(at, "number with a leading zero") end
  if byte(text, last + 1) == 0x2E then
    local dot = last + 1
    _, last = find(text, "^%d+", dot + 1)
    if not last then fault.raise(dot + 1, "expected a digit after '.'") end
  end
  if find(text, "^[eE]", last + 1) then
    local exponent = last + 1
    _, last = find(text, "^[eE][-+]?%d+", exponent)
    if not last then fault.raise(exponent, "exponent without a digit") end
  end
  return last
end

-- A number that matched `grammar.NUMBER` or `grammar.WIDE_NUMBER`: its value, or nil when it is none of
-- JSON's or needs the care of `scalar.number`.
function scalar.plain_number(s)
  local c = byte(s)
  if c == 0x2D then
    if byte(s, 2) == 0x30 and byte(s, 3) ~= 0x2E then return nil end
  elseif c == 0x30 and s ~= "0" and byte(s, 2) ~= 0x2E then
    return nil
  end
  local v = tonumber(s)
  return v and v - v == 0 and v or nil
end

-- A number, and what cannot be behind one.
local NUMBER = "^" .. grammar.WIDE_NUMBER .. "([%w.]?)"

--- A number: an integer where it is written as one and has at most 64 bits, else a float.
-- The sign of -0 survives: it is the float -0.0.
function scalar.number(text, at, _, settings)
  local _, last, found, more = find(text, NUMBER, at)
  if more == "" and settings.big ~= "string" then
    local value = scalar.plain_number(found)
    if value then return value, last + 1 end
  end
  last = number_end(text, at)
  local digits = sub(text, at, last)
  local value = tonumber(digits)
  local infinite = value == huge or value == -huge
  if value == 0 and byte(digits) == 0x2D then
    value = -0.0
  elseif settings.big == "string" then
    local whole = math_type(value) == "float" and not find(digits, "[.eE]")
    if whole or infinite then value = digits end
  elseif infinite and not settings.infinite then
    fault.raise(at, "number too large for a double")
  end
  return value, last + 1
end

-- Words --------------------------------------------------------------------

--- Where no value begins.
function scalar.none(text, at)
  fault.expected(text, at, "a value")
end

--- true
scalar["true"] = function(text, at)
  if sub(text, at, at + 3) ~= "true" then scalar.none(text, at) end
  return true, at + 4
end

--- false
scalar["false"] = function(text, at)
  if sub(text, at, at + 4) ~= "false" then scalar.none(text, at) end
  return false, at + 5
end

--- null, as the settings want it
scalar["null"] = function(text, at, _, settings)
  if sub(text, at, at + 3) ~= "null" then scalar.none(text, at) end
  return settings.null, at + 4
end

return scalar
