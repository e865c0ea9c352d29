--- Lua's patterns, matched in Lua: find, match, gmatch and gsub as the string library has them.
--
-- The library matches in C, where no limit on steps reaches: a pattern of thirty letters can keep it busy for years.
-- Here every step of a match is a step of the Lua machine (see compose.sandbox). Rules and messages are those of the
-- manual, section 6.4.1, but that a malformed pattern is an error even where the text does not lead to the fault.
--
-- @module compose.patterns

local patterns = {}

local byte, find, gsub, sub = string.byte, string.find, string.gsub, string.sub

-- The most that a pattern captures, and the most parts that it has, as in the C library.
local MAX_CAPTURES, MAX_PARTS = 32, 200

-- The longest text that gsub gives.
local MAX_TEXT = 1 << 20

local MAGIC = "[%^%$%*%+%?%.%(%[%%%-]"

-- ------------------------------------------------------------------------------------------------ reading a pattern

-- The place behind the class of characters that begins at a place.
local function class_end(pattern, at)
  local first = sub(pattern, at, at)
  if first == "%" then
    if at == #pattern then error("malformed pattern (ends with '%')", 0) end
    return at + 2
  end
  if first ~= "[" then return at + 1 end
  at = at + 1
  if sub(pattern, at, at) == "^" then at = at + 1 end
  repeat
    if at > #pattern then error("malformed pattern (missing ']')", 0) end
    at = at + (sub(pattern, at, at) == "%" and 2 or 1)
  until sub(pattern, at, at) == "]"
  return at + 1
end

local QUANTIFIERS = { ["*"] = "many", ["+"] = "some", ["-"] = "few", ["?"] = "maybe" }

-- A pattern as a list of parts { kind, ... }; `class` is a pattern for one character, "" at the end of the text.
local function parse(pattern, at)
  local parts = {}
  local function add(part)
    if #parts == MAX_PARTS then error("pattern too complex", 0) end
    parts[#parts + 1] = part
  end
  while at <= #pattern do
    local two = sub(pattern, at, at + 1)
    local first = sub(two, 1, 1)
    if two == "()" then
      add { kind = "position" }
      at = at + 2
    elseif first == "(" or first == ")" then
      add { kind = first == "(" and "open" or "close" }
      at = at + 1
    elseif first == "$" and at == #pattern then
      add { kind = "stop" }
      at = at + 1
    elseif two == "%b" then
      if at + 3 > #pattern then error("malformed pattern (missing arguments to '%b')", 0) end
      add { kind = "balance", open = byte(pattern, at + 2), close = byte(pattern, at + 3) }
      at = at + 4
    elseif two == "%f" then
      if sub(pattern, at + 2, at + 2) ~= "[" then error("missing '[' after '%f' in pattern", 0) end
      local behind = class_end(pattern, at + 2)
      add { kind = "frontier", class = "^" .. sub(pattern, at + 2, behind - 1) }
      at = behind
    elseif find(two, "^%%%d") then
      add { kind = "again", index = byte(two, 2) - 48 }
      at = at + 2
    else
      local behind = class_end(pattern, at)
      local class = sub(pattern, at, behind - 1)
      local kind = QUANTIFIERS[sub(pattern, behind, behind)]
      if #class == 1 and class ~= "." then class = "%" .. class end
      if find(class, "^%%%w$") and #sub(pattern, at, behind - 1) == 1 then class = sub(class, 2) end
      add { kind = kind or "one", class = "^" .. class }
      at = behind + (kind and 1 or 0)
    end
  end
  return parts
end

-- -------------------------------------------------------------------------------------------------------- matching

local match_at

local function one(m, part, at)
  return at <= #m.text and find(sub(m.text, at, at), part.class) ~= nil
end

-- Each gives the place behind the match of its part and of all that follow it, or nil.
local kinds = {}

function kinds.one(m, i, at)
  if one(m, m.parts[i], at) then return match_at(m, i + 1, at + 1) end
end

function kinds.maybe(m, i, at)
  if one(m, m.parts[i], at) then
    local behind = match_at(m, i + 1, at + 1)
    if behind then return behind end
  end
  return match_at(m, i + 1, at)
end

local function longest(m, i, at, least)
  local count = 0
  while one(m, m.parts[i], at + count) do count = count + 1 end
  for n = count, least, -1 do
    local behind = match_at(m, i + 1, at + n)
    if behind then return behind end
  end
end

function kinds.many(m, i, at) return longest(m, i, at, 0) end
function kinds.some(m, i, at) return longest(m, i, at, 1) end

function kinds.few(m, i, at)
  while true do
    local behind = match_at(m, i + 1, at)
    if behind then return behind end
    if not one(m, m.parts[i], at) then return nil end
    at = at + 1
  end
end

function kinds.stop(m, i, at)
  if at == #m.text + 1 then return at end
end

function kinds.balance(m, i, at)
  local part = m.parts[i]
  if byte(m.text, at) ~= part.open then return nil end
  local depth = 1
  for j = at + 1, #m.text do
    local c = byte(m.text, j)
    if c == part.close then
      depth = depth - 1
      if depth == 0 then return match_at(m, i + 1, j + 1) end
    elseif c == part.open then
      depth = depth + 1
    end
  end
end

function kinds.frontier(m, i, at)
  local class = m.parts[i].class
  local before, here = sub(m.text, at - 1, at - 1), sub(m.text, at, at)
  if at == 1 then before = "\0" end
  if here == "" then here = "\0" end
  if not find(before, class) and find(here, class) then return match_at(m, i + 1, at) end
end

function kinds.again(m, i, at)
  local index = m.parts[i].index
  local capture = m.captures[index]
  if not capture or not capture.last then error(("invalid capture index %%%d"):format(index), 0) end
  if capture.position then return nil end -- as in C
  local text = sub(m.text, capture.first, capture.last)
  if sub(m.text, at, at + #text - 1) == text then return match_at(m, i + 1, at + #text) end
end

local function capture(m, i, at, made)
  local n = #m.captures + 1
  if n > MAX_CAPTURES then error("too many captures", 0) end
  m.captures[n] = made
  local behind = match_at(m, i + 1, at)
  if not behind then m.captures[n] = nil end
  return behind
end

function kinds.position(m, i, at) return capture(m, i, at, { position = at, first = at, last = at - 1 }) end
function kinds.open(m, i, at) return capture(m, i, at, { first = at }) end

function kinds.close(m, i, at)
  for n = #m.captures, 1, -1 do
    local open = m.captures[n]
    if not open.last then
      open.last = at - 1
      local behind = match_at(m, i + 1, at)
      if not behind then open.last = nil end
      return behind
    end
  end
  error("invalid pattern capture", 0)
end

function match_at(m, i, at)
  local part = m.parts[i]
  if not part then return at end
  return kinds[part.kind](m, i, at)
end

-- A matcher for a text: function(at) -> the place behind the match that begins there, or nil.
local function matcher(text, pattern)
  local anchored = sub(pattern, 1, 1) == "^"
  return { text = text, parts = parse(pattern, anchored and 2 or 1), captures = {}, anchored = anchored }
end

-- The first match from a place on: where it begins, and the place behind it.
local function search(m, from)
  for at = from, m.anchored and from or #m.text + 1 do
    m.captures = {}
    local behind = match_at(m, 1, at)
    if behind then return at, behind end
  end
end

-- What a match captured; all of it where it captured nothing and `whole`.
local function captured(m, first, behind, whole)
  local list = {}
  for i, one_of in ipairs(m.captures) do
    if not one_of.last then error("unfinished capture", 0) end
    list[i] = one_of.position or sub(m.text, one_of.first, one_of.last)
  end
  if #list == 0 and whole then list[1] = sub(m.text, first, behind - 1) end
  return list
end

-- ---------------------------------------------------------------------------------------------------- the functions

local function is_text(value) return type(value) == "string" or type(value) == "number" end

-- Calls a function whose errors are the caller's; what it calls back must not raise through it.
local function check(name, text, pattern)
  for i, value in ipairs { text == nil and "" or text, pattern == nil and "" or pattern } do
    if not is_text(value) then error(("bad argument #%d to '%s' (string expected, got %s)"):format(i, name, type(value)), 3) end
  end
  if text == nil or pattern == nil then
    error(("bad argument #%d to '%s' (string expected, got nil)"):format(text == nil and 1 or 2, name), 3)
  end
  return tostring(text), tostring(pattern)
end

local function start_of(init, length)
  init = math.tointeger(tonumber(init or 1)) or error("number has no integer representation", 0)
  if init < 0 then return math.max(length + init + 1, 1) end
  return math.max(init, 1)
end

local function first_match(text, pattern, init)
  local from = start_of(init, #text)
  if from > #text + 1 then return nil end
  local m = matcher(text, pattern)
  local first, behind = search(m, from)
  return first, behind, m
end

--- As string.find.
function patterns.find(text, pattern, init, plain)
  text, pattern = check("find", text, pattern)
  if plain or not find(pattern, MAGIC) then
    if #text * #pattern > MAX_TEXT * 64 then error("string.find: the texts are too long", 2) end
    return find(text, pattern, init, true)
  end
  local first, behind, m = first_match(text, pattern, init)
  if not first then return nil end
  return first, behind - 1, table.unpack(captured(m, first, behind))
end

--- As string.match.
function patterns.match(text, pattern, init)
  text, pattern = check("match", text, pattern)
  local first, behind, m = first_match(text, pattern, init)
  if not first then return nil end
  return table.unpack(captured(m, first, behind, true))
end

--- As string.gmatch; a "^" at the start of the pattern is a character like others, and a match that ends where the one
-- before it ended is none.
function patterns.gmatch(text, pattern, init)
  text, pattern = check("gmatch", text, pattern)
  local m = { text = text, parts = parse(pattern, 1), captures = {}, anchored = false }
  local from, ended = start_of(init, #text), nil
  return function()
    while from <= #text + 1 do
      local first, behind = search(m, from)
      if not first then
        from = #text + 2
        return nil
      end
      if behind ~= ended then
        from, ended = behind, behind
        return table.unpack(captured(m, first, behind, true))
      end
      from = first + 1
    end
  end
end

-- What a replacement is, by its type: functions of it, what was captured and the whole match.
local replacements = {}

function replacements.string(by, list, whole)
  return (gsub(by, "%%(.?)", function(c)
    if c == "%" then return "%" end
    if c == "0" then return whole end
    local n = tonumber(c)
    if not n then error("invalid use of '%' in replacement string", 0) end
    local value = list[n] or n == 1 and whole
    if not value then error(("invalid capture index %%%d in replacement string"):format(n), 0) end
    return value
  end))
end
replacements.number = function(by) return tostring(by) end
replacements.table = function(by, list) return by[list[1]] end
replacements["function"] = function(by, list) return (by(table.unpack(list))) end

--- As string.gsub, but for texts that would be longer than 1 MiB.
function patterns.gsub(text, pattern, by, most)
  text, pattern = check("gsub", text, pattern)
  local replace = replacements[type(by)]
  if not replace then error(("bad argument #3 to 'gsub' (string/function/table expected, got %s)"):format(type(by)), 2) end
  local m = matcher(text, pattern)
  local parts, size = {}, 0
  local function put(part)
    size = size + #part
    if size > MAX_TEXT then error(("string.gsub: the text would be longer than %d bytes"):format(MAX_TEXT), 0) end
    parts[#parts + 1] = part
  end
  local at, count, ended = 1, 0, nil
  while not most or count < most do
    m.captures = {}
    local behind = match_at(m, 1, at)
    if behind and behind ~= ended then
      count = count + 1
      local whole = sub(text, at, behind - 1)
      local value = replace(by, captured(m, at, behind, true), whole)
      if not value then
        value = whole
      elseif not is_text(value) then
        error(("invalid replacement value (a %s)"):format(type(value)), 0)
      end
      put(tostring(value))
      at, ended = behind, behind
    elseif at <= #text then
      put(sub(text, at, at))
      at = at + 1
    else
      break
    end
    if m.anchored then break end
  end
  put(sub(text, at))
  return table.concat(parts), count
end

return patterns
