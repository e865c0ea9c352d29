--- Strings as JSON text (RFC 8259, section 7).
--
-- @module json.quote

local unicode = require "json.unicode"

local find, gsub = string.find, string.gsub

local ESCAPE = {
    ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f",
    ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t",
}
for code = 0x00, 0x1F do
    local c = string.char(code)
    ESCAPE[c] = ESCAPE[c] or ("\\u%04x"):format(code)
end

local quote = {}

--- A string that needs no escape and no check matches this.
quote.PLAIN = "^[]-\127#-[ -!]*$"

--- A string in quotes, with as few escapes as JSON allows.
-- @tparam string s
-- @treturn ?string nil when it is not valid UTF-8
function quote.string(s)
    if find(s, "[\128-\255]") and not unicode.valid(s) then return nil end
    return '"' .. gsub(s, '[%c"\\]', ESCAPE) .. '"'
end

return quote
