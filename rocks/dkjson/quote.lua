--- dkjson's strings.
--
-- @module dkjson.quote

local quote = require "json.quote"

local find, format, gsub = string.find, string.format, string.gsub

local ESCAPE = quote.escapes()
ESCAPE["\127"] = "\\u007f"

-- Characters that cannot be seen, and that some reader of JavaScript or of C stumbles over.
local INVISIBLE = {
  { 0x80, 0x9F }, { 0xAD, 0xAD }, { 0x600, 0x604 }, { 0x70F, 0x70F }, { 0x17B4, 0x17B5 }, { 0x200C, 0x200F },
  { 0x2028, 0x202F }, { 0x2060, 0x206F }, { 0xFEFF, 0xFEFF }, { 0xFFF0, 0xFFFF },
}
for _, range in ipairs(INVISIBLE) do
  for code = range[1], range[2] do ESCAPE[utf8.char(code)] = format("\\u%04x", code) end
end

--- A string in quotes, with dkjson's escapes.
-- @tparam string s
-- @treturn string
return function(s)
  if find(s, '[%c"\\]') then s = gsub(s, '[%c"\\]', ESCAPE) end
  -- The first bytes of the characters above.
  if find(s, "[\194\216\220\225\226\239]") then s = gsub(s, "[\194\216\220\225\226\239][\128-\191]+", ESCAPE) end
  return '"' .. s .. '"'
end
