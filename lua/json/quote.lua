--- Strings as JSON text (RFC 8259, section 7).
--
-- @module json.quote

local unicode = require "json.unicode"

local find, format, gsub, sub, concat = string.find, string.format, string.gsub, string.sub, table.concat

local quote = {}

--- The escapes that JSON asks for, by their characters, in a table of the caller's.
-- @tparam[opt="\\u%04x"] string other the format of those that have no letter
-- @treturn table
function quote.escapes(other)
  local escapes = {
    ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
  }
  for code = 0x00, 0x1F do
    local c = string.char(code)
    escapes[c] = escapes[c] or (other or "\\u%04x"):format(code)
  end
  return escapes
end

local ESCAPE = quote.escapes()

--- What a string begins with that needs neither an escape nor a check.
quote.PLAIN = "^[]-\127#-[ -!]*"
local PLAIN = quote.PLAIN

-- What needs no escape, and what is between two escapes. The likeliest range
-- stands first, because a set is searched from its left.
local UNESCAPED = "^[]-\255#-[ -!]*"
local PIECE = "^([]-\255#-[ -!]*)(.)"

-- What string.format("%q") writes as JSON does, but for line breaks, and in a
-- sixth of the time that gsub takes.
local ASCII, SAFE = "^[ -\126\n]*$", "^[ -\126\128-\255\n]*$"

-- A match for each escape is faster than gsub, which looks at each character, but
-- not where escapes are dense: with fewer than DENSE characters for each piece,
-- after the first SAMPLE pieces.
local SAMPLE, DENSE = 8, 10

-- In an encoding that is not UTF-8 a locale can call these controls, and then %q
-- escapes them. (C has tables of single bytes only.)
local function locale_has_more_controls() return find("\128\133\144\159", "%c") end

-- Any string.
local function any(s)
  local pieces, n, at = { '"' }, 1, 1
  while true do
    local _, stop, piece, special = find(s, PIECE, at)
    -- Without a special character behind it, the match gives back a character.
    local escape = stop and ESCAPE[special]
    if not escape then break end
    pieces[n + 1], pieces[n + 2] = piece, escape
    n, at = n + 2, stop + 1
    if n == 2 * SAMPLE + 1 and at < SAMPLE * DENSE then
      return concat(pieces) .. gsub(sub(s, at), '[\0-\31"\\]', ESCAPE) .. '"'
    end
  end
  pieces[n + 1], pieces[n + 2] = sub(s, at), '"'
  return concat(pieces)
end

-- A string that matches ASCII or SAFE behind what is plain.
local function safe(s)
  -- U+007F is plain in JSON, not so for %q.
  if find(s, "\127", 1, true) then return any(s) end
  local text = format("%q", s)
  if not find(text, "\n", 1, true) then return text end
  -- %q has put a backslash before each line break. A match for each line takes half
  -- as long as one for each character.
  return (gsub(text, "\n([^\n]*)", "n%1"))
end

--- A string in quotes, with as few escapes as JSON allows.
-- @tparam string s
-- @treturn ?string nil when it is not valid UTF-8
function quote.string(s)
  local _, last = find(s, PLAIN)
  if last == #s then return '"' .. s .. '"' end
  if find(s, ASCII, last + 1) then return safe(s) end
  if not unicode.valid(s, last + 1) then return nil end
  _, last = find(s, UNESCAPED, last + 1)
  if last == #s then return '"' .. s .. '"' end
  if find(s, SAFE, last + 1) and not locale_has_more_controls() then return safe(s) end
  return any(s)
end

return quote
