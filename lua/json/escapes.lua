--- Escapes that JSON allows and does not need, for texts that pass through something else than a JSON reader.
--
-- None of these characters stands in JSON but in strings, so a finished text can be changed as a whole. And none of
-- them can be the second character of an escape that `json.quote` wrote.
--
-- @module json.escapes

local codepoint, format, gsub = utf8.codepoint, string.format, string.gsub

-- A code point as \u escapes, beyond U+FFFF as a pair of surrogates (RFC 8259, section 7).
local function escaped(code)
  if code < 0x10000 then return format("\\u%04x", code) end
  code = code - 0x10000
  return format("\\u%04x\\u%04x", 0xD800 | code >> 10, 0xDC00 | code & 0x3FF)
end

local function escaped_text(c) return escaped(codepoint(c)) end

local function replacer(pattern, by)
  return function(text) return (gsub(text, pattern, by)) end
end

--- By the name of an option's value, a function that changes JSON text.
local escapes = {
  -- `/` as `\/`, so that no `</script>` can be in it; as PHP and cjson write it.
  slash = replacer("/", "\\/"),
  -- `<`, `>` and `&` as \u003c and so on: nothing that HTML or XML would take for its own; as Go writes it.
  html = replacer("[<>&]", escaped_text),
  -- U+2028 and U+2029, which were line breaks in JavaScript's string literals; as Go and dkjson write them.
  lines = replacer("\226\128[\168\169]", escaped_text),
  -- U+007F; as cjson and dkjson write it.
  delete = replacer("\127", "\\u007f"),
  -- All that is not ASCII; as Python writes it.
  ascii = replacer("[\194-\244][\128-\191]+", escaped_text),
}

return escapes
