--- Strings as JSON text (RFC 8259, section 7).
--
-- @module json.quote

local unicode = require "json.unicode"

local find, concat = string.find, table.concat

local ESCAPE = {
  ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f",
  ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
}
for code = 0x00, 0x1F do
  local c = string.char(code)
  ESCAPE[c] = ESCAPE[c] or ("\\u%04x"):format(code)
end

-- What needs no escape, and what is between two escapes. The likeliest range
-- stands first, because a set is searched from its left.
local UNESCAPED = "^[]-\255#-[ -!]*"
local PIECE = "^([]-\255#-[ -!]*)(.)"

local quote = {}

--- What a string begins with that needs neither an escape nor a check.
quote.PLAIN = "^[]-\127#-[ -!]*"

--- A string in quotes, with as few escapes as JSON allows.
-- @tparam string s
-- @treturn ?string nil when it is not valid UTF-8
function quote.string(s)
  local _, last = find(s, quote.PLAIN)
  if last == #s then return '"' .. s .. '"' end
  if not unicode.valid(s, last + 1) then return nil end
  _, last = find(s, UNESCAPED, last + 1)
  if last == #s then return '"' .. s .. '"' end

  local pieces, n, at = { '"' }, 1, 1
  while true do
    local _, stop, piece, special = find(s, PIECE, at)
    -- Without a special character behind it, the match gives back a character.
    local escape = stop and ESCAPE[special]
    if not escape then break end
    pieces[n + 1], pieces[n + 2] = piece, escape
    n, at = n + 2, stop + 1
  end
  pieces[n + 1], pieces[n + 2] = s:sub(at), '"'
  return concat(pieces)
end

return quote
