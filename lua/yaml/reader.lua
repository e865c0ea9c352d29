--- From the bytes of a file to the text that the parser reads: UTF-8, line feeds, a final line feed.
--
-- Encodings are told apart by a byte order mark or by where the first character has its zero bytes
-- (YAML 1.2.2, section 5.2). Characters that no YAML text may have are refused here (section 5.1).
--
-- @module yaml.reader

local errors = require "yaml.errors"

local find, sub, byte, gsub = string.find, string.sub, string.byte, string.gsub
local char = utf8.char
local concat = table.concat

local reader = {}

local BOM = "\239\187\191"

-- Decoders take the text and where it begins, and give UTF-8.

local function utf16(text, start, high, low)
  if (#text - start + 1) % 2 ~= 0 then
    errors.raise(1, "the text ends in the middle of a UTF-16 character")
  end
  local out, n = {}, 0
  local lead -- a high surrogate that waits for its low one
  for i = start, #text, 2 do
    local unit = byte(text, i + high) * 256 + byte(text, i + low)
    if lead then
      if unit < 0xDC00 or unit > 0xDFFF then errors.raise(1, "a UTF-16 surrogate stands alone") end
      n = n + 1
      out[n] = char(0x10000 + (lead - 0xD800) * 0x400 + unit - 0xDC00)
      lead = nil
    elseif unit >= 0xD800 and unit <= 0xDBFF then
      lead = unit
    elseif unit >= 0xDC00 and unit <= 0xDFFF then
      errors.raise(1, "a UTF-16 surrogate stands alone")
    else
      n = n + 1
      out[n] = char(unit)
    end
  end
  if lead then errors.raise(1, "the text ends in the middle of a UTF-16 character") end
  return concat(out)
end

local function utf32(text, start, a, b, c, d)
  if (#text - start + 1) % 4 ~= 0 then
    errors.raise(1, "the text ends in the middle of a UTF-32 character")
  end
  local out, n = {}, 0
  for i = start, #text, 4 do
    local code = ((byte(text, i + a) * 256 + byte(text, i + b)) * 256 + byte(text, i + c)) * 256 + byte(text, i + d)
    if code > 0x10FFFF or (code >= 0xD800 and code <= 0xDFFF) then
      errors.raise(1, ("0x%X is no character of Unicode"):format(code))
    end
    n = n + 1
    out[n] = char(code)
  end
  return concat(out)
end

-- The first match decides. `from` skips the byte order mark.
local ENCODINGS = {
  { "^\0\0\254\255", "UTF-32BE", function(text) return utf32(text, 5, 0, 1, 2, 3) end },
  { "^\0\0\0[^\0]", "UTF-32BE", function(text) return utf32(text, 1, 0, 1, 2, 3) end },
  { "^\255\254\0\0", "UTF-32LE", function(text) return utf32(text, 5, 3, 2, 1, 0) end },
  { "^[^\0]\0\0\0", "UTF-32LE", function(text) return utf32(text, 1, 3, 2, 1, 0) end },
  { "^\254\255", "UTF-16BE", function(text) return utf16(text, 3, 0, 1) end },
  { "^\0[^\0]", "UTF-16BE", function(text) return utf16(text, 1, 0, 1) end },
  { "^\255\254", "UTF-16LE", function(text) return utf16(text, 3, 1, 0) end },
  { "^[^\0]\0", "UTF-16LE", function(text) return utf16(text, 1, 1, 0) end },
  { "^" .. BOM, "UTF-8", function(text) return sub(text, 4) end },
}

local function check(text)
  local length, bad = utf8.len(text)
  if not length then
    errors.raise(bad, ("the byte 0x%02X is no UTF-8"):format(byte(text, bad)),
      "save the file as UTF-8, or as UTF-16 or UTF-32 with a byte order mark")
  end
  -- Lua 5.3 lets surrogates pass.
  bad = find(text, "\237[\160-\191]")
  if bad then errors.raise(bad, "a surrogate is no character of Unicode") end
  bad = find(text, "[\0\1-\8\11\12\14-\31]")
  if bad then
    errors.raise(bad, ("the control character 0x%02X is not allowed in YAML"):format(byte(text, bad)),
      ('write it in a double-quoted text, as "\\x%02X"'):format(byte(text, bad)))
  end
end

--- Decodes a text.
-- @tparam string text the bytes of a file
-- @treturn string UTF-8 without byte order mark, with "\n" for every line break, one at the end too
-- @treturn string the encoding it had: UTF-8, UTF-16LE, UTF-16BE, UTF-32LE or UTF-32BE
-- @raise a fault (see yaml.errors) when the bytes are not valid in their encoding, or a character is not allowed
function reader.decode(text)
  local encoding = "UTF-8"
  local _, plain = find(text, "^[ -~\n\t]*")
  if plain ~= #text then
    local lead = sub(text, 1, 4)
    for i = 1, #ENCODINGS do
      if find(lead, ENCODINGS[i][1]) then
        encoding = ENCODINGS[i][2]
        text = ENCODINGS[i][3](text)
        break
      end
    end
    check(text)
    if find(text, "\r", 1, true) then text = gsub(text, "\r\n?", "\n") end
  end
  if byte(text, -1) ~= 10 then text = text .. "\n" end
  return text, encoding
end

-- Characters that may stand in quoted text only: DEL, the C1 controls but NEL, the byte order mark, U+FFFE and U+FFFF
-- (YAML 1.2.2, productions c-printable and nb-json); by their first byte, which is quick to look for.
local RESTRICTED = {
  { "\127", "\127" }, { "\194", "\194[\128-\132\134-\159]" }, { "\239", BOM }, { "\239", "\239\191[\190\191]" },
}

--- Finds a character that may stand in quoted text only.
-- @tparam string text UTF-8
-- @treturn ?integer where there is one, nil when there is none
function reader.restricted(text)
  for i = 1, #RESTRICTED do
    local at = find(text, RESTRICTED[i][1], 1, true)
    at = at and find(text, RESTRICTED[i][2], at)
    if at then return at end
  end
  return nil
end

return reader
