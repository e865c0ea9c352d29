--- Reads JSON as cjson does: with NaN, infinities, hexadecimal numbers and leading zeros, with controls in strings,
-- and with cjson's words for what is wrong. It is for texts that are no JSON, so it is made to be short, not fast.
--
-- @module cjson.tolerant

local kind = require "json.kind"
local null = require "json.null"
local scalar = require "json.scalar"
local fault = require "json.fault"

local find, match, sub, lower = string.find, string.match, string.sub, string.lower

-- Deeper recursion than this could exhaust Lua's stack, whatever decode_max_depth says.
local MOST_LEVELS = 20000

local SIGNS = {
  ["{"] = "T_OBJ_BEGIN", ["}"] = "T_OBJ_END", ["["] = "T_ARR_BEGIN", ["]"] = "T_ARR_END",
  [":"] = "T_COLON", [","] = "T_COMMA", [""] = "T_END", ["\0"] = "T_END",
}

local WORDS = {
  { "^true", "T_BOOLEAN", true }, { "^false", "T_BOOLEAN", false }, { "^null", "T_NULL", null },
}

-- What C's strtod takes for a number, the longest first.
local NUMBERS = {
  "^[-+]?0[xX]%x+%.?%x*[pP][-+]?%d+", "^[-+]?0[xX]%x+%.?%x*",
  "^[-+]?%d+%.?%d*[eE][-+]?%d+", "^[-+]?%d+%.?%d*", "^[-+]?%.%d+[eE][-+]?%d+", "^[-+]?%.%d+",
}

-- The names of numbers that are none, in lower case.
local NAMES = { { "^[-+]?infinity", 1 / 0 }, { "^[-+]?inf", 1 / 0 }, { "^[-+]?nan", 0 / 0 } }

-- The value of the number at `at`, and the byte behind it; nil where there is none.
local function number_at(text, at)
  local name = lower(sub(text, at, at + 8))
  for _, entry in ipairs(NAMES) do
    local found = match(name, entry[1])
    if found then return sub(found, 1, 1) == "-" and -entry[2] or entry[2], at + #found end
  end
  for _, pattern in ipairs(NUMBERS) do
    local digits = match(text, pattern, at)
    if digits then
      local plain = digits:gsub("^%+", "")
      -- As a float, because a hexadecimal integer of more than 64 bits would lose its first digits.
      local value = tonumber(plain)
      if find(plain, "[xX]") and not find(plain, "[.pP]") then value = tonumber(plain .. "p0") end
      return math.tointeger(value) and not find(plain, "[.eEpP]") and math.tointeger(value) or value, at + #digits
    end
  end
  return nil
end

-- What JSON does not call a number.
local function is_no_json_number(text, at)
  return find(text, "^-?0[%dxX]", at) or not find(text, "^-?%d", at)
end

-- A string whose quote is at `at`: its token, value and the byte behind it; or what is wrong, nil, and where.
local function string_at(text, at)
  local pieces, start = {}, at + 1
  while true do
    local _, last, piece, special = find(text, '^([^"\\%z]*)(["\\]?)', start)
    pieces[#pieces + 1] = piece
    if special == '"' then return "T_STRING", table.concat(pieces), last + 1 end
    if special == "" then return "unexpected end of string", nil, last + 1 end
    local fine, c, stop = fault.try(scalar.escape, text, last, { paired = true })
    if not fine then
      return find(text, "^u", last + 1) and "invalid unicode escape code" or "invalid escape code", nil, last
    end
    pieces[#pieces + 1] = c
    start = stop + 1
  end
end

-- The token at `at` or behind white space: what it is, its value, where it is, and the byte behind it.
local function token_at(text, at, invalid_numbers)
  local _, blank = find(text, "^[ \n\r\t]*", at)
  at = blank + 1
  local c = sub(text, at, at)
  if SIGNS[c] then return SIGNS[c], nil, at, at + 1 end
  if c == '"' then
    local what, value, last = string_at(text, at)
    return what, value, what == "T_STRING" and at or last, last
  end
  for _, word in ipairs(WORDS) do
    if find(text, word[1], at) then return word[2], word[3], at, at + #match(text, word[1], at) end
  end
  if find(c, "[-%d]") or c == "+" and invalid_numbers then
    local value, last
    if invalid_numbers or not is_no_json_number(text, at) then value, last = number_at(text, at) end
    if not value then return "invalid number", nil, at, at end
    return "T_NUMBER", value, at, last
  end
  if invalid_numbers and find(c, "[iInN]") then
    local value, last = number_at(text, at)
    if value then return "T_NUMBER", value, at, last end
  end
  return "invalid token", nil, at, at
end

local SCALARS = { T_STRING = true, T_NUMBER = true, T_BOOLEAN = true, T_NULL = true }

--- Read JSON text.
-- @tparam string text
-- @tparam table settings cjson's
-- @return the value
-- @raise a message without a position
return function(text, settings)
  if #text >= 2 and find(sub(text, 1, 2), "\0", 1, true) then
    error("JSON parser does not support UTF-16 or UTF-32", 0)
  end

  local at, what, value, here = 1, nil, nil, nil
  local function advance() what, value, here, at = token_at(text, at, settings.decode_invalid) end
  local function expected(thing)
    error(("Expected %s but found %s at character %d"):format(thing, what, here), 0)
  end

  local levels = 0
  local function descend()
    levels = levels + 1
    if levels > settings.decode_max_depth or levels > MOST_LEVELS then
      error(("Found too many nested data structures (%d) at character %d"):format(levels, here), 0)
    end
  end

  -- The value whose token is the current one.
  local function read()
    if SCALARS[what] then return value end
    if what == "T_ARR_BEGIN" then
      descend()
      local array, n = {}, 0
      if settings.mark_arrays then setmetatable(array, kind.array) end
      advance()
      while what ~= "T_ARR_END" or n > 0 do
        n = n + 1
        array[n] = read()
        advance()
        if what == "T_ARR_END" then break end
        if what ~= "T_COMMA" then expected("comma or array end") end
        advance()
      end
      levels = levels - 1
      return array
    elseif what == "T_OBJ_BEGIN" then
      descend()
      local object, some = {}, false
      advance()
      while what ~= "T_OBJ_END" or some do
        some = true
        if what ~= "T_STRING" then expected("object key string") end
        local key = value
        advance()
        if what ~= "T_COLON" then expected("colon") end
        advance()
        object[key] = read()
        advance()
        if what == "T_OBJ_END" then break end
        if what ~= "T_COMMA" then expected("comma or object end") end
        advance()
      end
      levels = levels - 1
      return object
    end
    expected("value")
  end

  advance()
  local result = read()
  advance()
  if what ~= "T_END" then expected("the end") end
  return result
end
