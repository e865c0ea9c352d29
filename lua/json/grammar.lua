--- The patterns of JSON's tokens (RFC 8259).
--
-- No pattern made of these may need more than linear time, whatever the text:
-- what follows a repeated class never begins with a member of that class. And a
-- pattern that fails behind a long run has tried every shorter one, so what is
-- likely to fail comes before the run, or is optional.
--
-- @module json.grammar

local grammar = {}

--- White space between tokens (section 2).
grammar.SPACE = "[ \n\r\t]*"

--- What a string may hold as it is (section 7): all but controls, the quote and
-- the backslash. A set is searched from its left, so the likeliest range is first.
grammar.PLAIN = "[]-\255#-[ -!]*"

-- The digits and the point of a number, behind its first digit. %f[%D] is where
-- digits end, so that "1." does not match; [.-9] is one range, three times as fast
-- as [%d.], and lets in a slash, which tonumber refuses.
local PLAIN, WIDE = "[.-9]*", "[.-9]*%f[%D][eE]?[-+]?%d*"
local END = ")%f[%D]"

--- A number without an exponent, its first digit still to be looked at.
grammar.NUMBER = "(-?%d" .. PLAIN .. END

--- The same with an exponent, where there is one; tonumber refuses what is none.
grammar.WIDE_NUMBER = "(-?%d" .. WIDE .. END

local function by_first_character(rest)
  local patterns = { ["-"] = "(%-[1-9]" .. rest .. END, ["0"] = "(0%f[%D]" .. rest .. END }
  for digit = 1, 9 do patterns[tostring(digit)] = "(%d" .. rest .. END end
  return patterns
end

--- By the first character of a number, a pattern of which tonumber and JSON think
-- alike; numbers of another form (-0, 1e3) match none.
grammar.NUMBERS = by_first_character(PLAIN)

--- The same with exponents.
grammar.WIDE_NUMBERS = by_first_character(WIDE)

return grammar
