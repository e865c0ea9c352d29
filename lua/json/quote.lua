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

-- What is between two escapes, and the first of these. The likeliest range stands first,
-- because a set is searched from its left.
local PIECE = "^([]-\255#-[ -!]*)(.)"

-- Text that has no controls but line breaks and tabs: of ASCII, and of UTF-8.
local ASCII, SAFE = "^[ -\126\n\t]*", "^[ -\255\n\t]*"

-- In a string of less bytes, one gsub takes less time than it takes to find a better way.
local SHORT = 80

-- To look for each escape is faster than gsub, which looks at each character, but
-- not where escapes are dense: with fewer than DENSE characters for each piece,
-- after the first SAMPLE pieces.
local SAMPLE, DENSE = 4, 16

-- In an encoding that is not UTF-8 a locale can call these controls, and then %q
-- escapes them. (C has tables of single bytes only.)
local function locale_has_more_controls() return find("\128\133\144\159", "%c") end

local function all_escaped(s) return (gsub(s, '[\0-\31"\\]', ESCAPE)) end

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
    if n == 2 * SAMPLE + 1 and at < SAMPLE * DENSE then return concat(pieces) .. all_escaped(sub(s, at)) .. '"' end
  end
  pieces[n + 1], pieces[n + 2] = sub(s, at), '"'
  return concat(pieces)
end

-- For `replaced`: a control, what it and the characters to the next are, and four of it.
local function control(c)
  local rest = "[^" .. c .. "]*"
  return { itself = c, run = c .. "(" .. rest .. ")", four = "^" .. (rest .. c):rep(4) }
end
local LINE, TAB = control "\n", control "\t"

-- A string with another text in place of a control. A match for each run takes half as long
-- as one for each character, but not where four are within so many bytes:
local CLOSE = 24
local function replaced(s, c, by)
  if find(sub(s, 1, CLOSE), c.four) then return (gsub(s, c.itself, by)) end
  return (gsub(s, c.run, by .. "%1"))
end

-- A string that has quotes or backslashes, and of controls only line breaks: in a sixth of
-- the time that gsub takes %q writes it as JSON does, but for the line breaks, before which
-- it puts a backslash.
local function marked(s)
  local text = format("%q", s)
  return find(text, "\n", 1, true) and replaced(text, LINE, "n") or text
end

--- A string in quotes, with as few escapes as JSON allows.
-- @tparam string s
-- @treturn ?string nil when it is not valid UTF-8
function quote.string(s)
  if #s < SHORT then return unicode.valid(s) and '"' .. all_escaped(s) .. '"' or nil end
  local lines, tabs = find(s, "\n", 1, true), find(s, "\t", 1, true)
  local marks = find(s, '"', 1, true) or find(s, "\\", 1, true)
  if tabs and (lines or marks) then return unicode.valid(s) and any(s) or nil end

  local _, last = find(s, ASCII)
  local ascii = last == #s
  if not ascii then
    if not unicode.valid(s, last + 1) then return nil end
    _, last = find(s, SAFE, last + 1)
    if last < #s then return any(s) end
  end
  if marks then
    -- U+007F is plain in JSON, not so for %q.
    local other = not ascii and (find(s, "\127", 1, true) or locale_has_more_controls())
    return other and any(s) or marked(s)
  end
  return '"' .. (lines and replaced(s, LINE, "\\n") or tabs and replaced(s, TAB, "\\t") or s) .. '"'
end

return quote
