--- Reads JSON as dkjson does: with comments, with commas too many or too few, with values of any kind as keys, with
-- controls in strings; and with dkjson's words for what is wrong. It is for texts that are no JSON, so it is made to
-- be short, not fast.
--
-- @module dkjson.tolerant

local fault = require "json.fault"

local find, match, sub = string.find, string.match, string.sub

-- Deeper recursion than this could exhaust Lua's stack.
local MOST_LEVELS = 20000

local ESCAPE = { ["b"] = "\b", ["f"] = "\f", ["n"] = "\n", ["r"] = "\r", ["t"] = "\t" }

local WORDS = { ["true"] = true, ["false"] = true, ["null"] = true }

-- A byte as dkjson tells of it: the column is in bytes.
local function place(text, at)
  local line, start = 1, 1
  while true do
    local newline = find(text, "\n", start, true)
    if not newline or newline >= at then break end
    line, start = line + 1, newline + 1
  end
  return ("line %d, column %d"):format(line, at - start + 1)
end

-- The byte at `at` or behind white space, comments and byte order marks; nil at the end.
local function black(text, at)
  repeat
    local before = at
    at = match(text, "^%s*()", at)
    if sub(text, at, at + 2) == "\239\187\191" then
      at = at + 3
    elseif sub(text, at, at + 1) == "//" then
      at = find(text, "[\n\r]", at) or #text + 1
    elseif sub(text, at, at + 1) == "/*" then
      local _, last = find(text, "*/", at + 2, true)
      at = last and last + 1 or #text + 1
    end
  until at == before
  return at <= #text and at or nil
end

-- The character of a \u escape whose backslash is at `at`, and the byte behind it; nil where it is none.
local function unicode_escape(text, at)
  local digits = match(text, "^%x%x%x%x", at + 2)
  if not digits then return nil end
  local code = tonumber(digits, 16)
  local low = code >= 0xD800 and code < 0xDC00 and match(text, "^\\u([dD][c-fC-F]%x%x)", at + 6)
  if low then
    return utf8.char(0x10000 + ((code & 0x3FF) << 10 | tonumber(low, 16) & 0x3FF)), at + 12
  end
  return utf8.char(code), at + 6
end

-- The string whose quote is at `at`, and the byte behind it.
local function string_at(text, at)
  local pieces, start = {}, at + 1
  while true do
    local piece, special, stop = match(text, '^([^"\\]*)(["\\]?)()', start)
    pieces[#pieces + 1] = piece
    if special == '"' then return table.concat(pieces), stop end
    if special == "" or stop > #text then
      fault.raise(#text + 1, "unterminated string at " .. place(text, at))
    end
    local escape = sub(text, stop, stop)
    local c, after
    if escape == "u" then c, after = unicode_escape(text, stop - 1) end
    pieces[#pieces + 1] = c or ESCAPE[escape] or escape
    start = after or stop + 1
  end
end

local read

local NAMES = { ["{"] = "object", ["["] = "array" }
local CLOSING = { ["{"] = "}", ["["] = "]" }

-- The table whose bracket is at `at`, and the byte behind it.
local function table_at(text, at, settings, depth)
  local bracket = sub(text, at, at)
  if depth == 0 then fault.raise(at, "too many levels at " .. place(text, at)) end
  local function next_at(from)
    return black(text, from)
      or fault.raise(#text + 1, ("unterminated %s at %s"):format(NAMES[bracket], place(text, at)))
  end

  local t, n = {}, 0
  local meta = bracket == "{" and settings.object or bracket == "[" and settings.array
  if meta then setmetatable(t, meta) end
  local here = at + 1
  while true do
    here = next_at(here)
    if sub(text, here, here) == CLOSING[bracket] then return t, here + 1 end
    local value
    value, here = read(text, here, settings, depth - 1)
    here = next_at(here)
    if sub(text, here, here) == ":" then
      if value == nil then
        fault.raise(here, ("cannot use nil as table index (at %s)"):format(place(text, here)))
      end
      local key = value
      value, here = read(text, next_at(here + 1), settings, depth - 1)
      t[key] = value
      here = next_at(here)
    else
      n = n + 1
      t[n] = value
    end
    if sub(text, here, here) == "," then here = here + 1 end
  end
end

-- The value at `at` or behind white space, and the byte behind it.
function read(text, at, settings, depth)
  local start = black(text, at)
  if not start then fault.raise(#text + 1, "no valid JSON value (reached the end)") end
  local c = sub(text, start, start)
  if NAMES[c] then return table_at(text, start, settings, depth) end
  if c == '"' then return string_at(text, start) end
  local digits, last = match(text, "^(-?[%d.]+[eE]?[-+]?%d*)()", start)
  local number = digits and tonumber(digits)
  if number then return number, last end
  local word, stop = match(text, "^(%a%w*)()", start)
  if word and WORDS[word] then
    if word == "null" then return settings.null, stop end
    return word == "true", stop
  end
  fault.raise(start, "no valid JSON value at " .. place(text, start))
end

--- Read the JSON text that begins at a position, whatever follows it.
-- @tparam string text
-- @tparam integer at
-- @tparam table settings `null`, and the metatables `object` and `array`
-- @return the value, or nil
-- @treturn integer the byte behind it, or where it is wrong
-- @treturn ?string what is wrong
return function(text, at, settings)
  local fine, value, last = fault.try(read, text, at, settings, MOST_LEVELS)
  if fine then return value, last end
  return nil, value.at, value.what
end
