--- What lunajson says of a fault, in its own few words: scripts tell incomplete text from wrong text by them.
--
-- @module lunajson.reasons

local find = string.find

-- The first pattern that json's message matches decides.
local REASONS = {
  { "^expected a value.*end of the text$", "unexpected termination" },
  { "^expected a value", "invalid value" },
  { "^expected a key", "not key" },
  { "^expected ':'", "no colon after a key" },
  { "^expected ',' or '}'", "no closing bracket of an object" },
  { "^expected ',' or ']'", "no closing bracket of an array" },
  { "^expected the end of the text", "json ended" },
  { "^expected a digit", "invalid number" },
  { "^number with a leading zero", "invalid number" },
  { "^exponent without a digit", "invalid number" },
  { "^string without a closing quote", "unterminated string" },
  { "^control character", "unescaped control string" },
  { "^unknown escape", "invalid escape sequence" },
  { "^\\u without four hexadecimal digits", "invalid unicode codepoint literal" },
  { "^lone surrogate \\u[dD][89abAB]", "1st surrogate pair byte not continued by 2nd" },
  { "^lone surrogate", "2nd surrogate pair byte appeared without 1st" },
  { "^more than %d+ levels", "too deeply nested json (> 1000)" },
}

--- The text of a fault as lunajson shapes it.
-- @tparam table fault `at`, a byte, and `what`, json's message
-- @treturn string "parse error at N: REASON"
return function(fault)
  for _, entry in ipairs(REASONS) do
    if find(fault.what, entry[1]) then return ("parse error at %d: %s"):format(fault.at, entry[2]) end
  end
  return ("parse error at %d: %s"):format(fault.at, fault.what)
end
