--- UTF-8 as JSON needs it (RFC 3629, RFC 8259 section 8.1).
--
-- @module json.unicode

local find, byte = string.find, string.byte
local len = utf8.len

local unicode = {}

-- Lua 5.3 takes the encoded surrogates U+D800..U+DFFF for valid UTF-8.
local takes_surrogates = len("\237\160\128") ~= nil

-- Where the first encoded surrogate of s begins, or nil.
local function surrogate(s, from)
  local at = find(s, "\237", from, true)
  while at do
    local second = byte(s, at + 1)
    if second and second >= 0xA0 then return at end
    at = find(s, "\237", at + 1, true)
  end
  return nil
end

--- Whether a string is valid UTF-8.
-- @tparam string s
-- @tparam[opt=1] integer from the byte to begin with
-- @treturn boolean
-- @treturn ?integer the first byte that is not part of valid UTF-8
function unicode.valid(s, from)
  local count, bad = len(s, from or 1)
  if takes_surrogates then
    local at = surrogate(s, from or 1)
    if at and (count or at < bad) then return false, at end
  end
  if count then return true end
  return false, bad
end

--- The line and the column of a byte, for messages.
-- @tparam string s
-- @tparam integer at a byte, from 1 to #s + 1
-- @treturn integer line, from 1
-- @treturn integer column in characters, from 1 (in bytes where s is not UTF-8)
function unicode.place(s, at)
  local line, start = 1, 1
  while true do
    local newline = find(s, "\n", start, true)
    if not newline or newline >= at then break end
    line, start = line + 1, newline + 1
  end
  return line, (at > start and len(s, start, at - 1) or at - start) + 1
end

return unicode
