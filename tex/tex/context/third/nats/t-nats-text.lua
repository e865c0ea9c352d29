--- Text that came over the network, typeset so that nothing in it can act.

local part = ...

local report = part "report"

local text = {}

-- MkIV stops at invalid UTF-8, and at U+FFFD, for which it takes that. Surrogates, which older
-- versions of Lua let pass, are invalid in UTF-8 too. Each such byte or character becomes "?".
local function valid(s)
  local out, from = {}, 1
  while true do
    local length, bad = utf8.len(s, from)
    if length then break end
    out[#out + 1] = s:sub(from, bad - 1)
    out[#out + 1] = "?"
    from = bad + 1
  end
  out[#out + 1] = s:sub(from)
  return (table.concat(out):gsub("\xED[\xA0-\xBF][\x80-\xBF]", "?"):gsub("\u{FFFD}", "?"))
end

--- Makes text that the engine can read as source.
-- @tparam string s any bytes
-- @treturn string valid UTF-8
text.valid = valid

--- Makes text fit to be typeset: valid UTF-8, no control characters but the line break, not too long.
--
-- The limit is there because one paragraph of 200 kB takes the engine ten seconds.
-- @tparam string s any bytes
-- @tparam integer limit in characters
-- @treturn string
-- @treturn boolean whether something was cut off
function text.clean(s, limit)
  local long = false
  if #s > 4 * limit then s, long = s:sub(1, 4 * limit), true end   -- no character is longer than 4 bytes
  s = valid(s)
  if utf8.len(s) > limit then
    s, long = s:sub(1, utf8.offset(s, limit + 1) - 1), true
  end
  s = s:gsub("\r\n?", "\n"):gsub("\u{2028}", "\n"):gsub("\u{2029}", "\n"):gsub("\t", " ")
  s = s:gsub("[\0-\9\11-\31\127]", ""):gsub("\xC2[\x80-\x9F]", "")
  s = s:gsub("\u{AD}", "")     -- a soft hyphen is an error in the hyphenator of MkIV of 2021
  return s, long
end

--- Typesets text in the running font; a line break in it becomes one on paper.
-- @tparam string s any bytes
-- @tparam integer limit in characters; what is beyond is left out, with an ellipsis and a message
function text.typeset(s, limit)
  local long
  s, long = text.clean(s, limit)
  local first = true
  for line in (s .. "\n"):gmatch("([^\n]*)\n") do
    if not first then context.sprint("\\natsnewline ") end
    first = false
    if line ~= "" then context.sprint(catcodes.numbers.natscatcodes, line) end
  end
  if long then
    report.say(("a text is cut after %d characters (limit=%d)"):format(limit, limit))
    context.sprint(catcodes.numbers.natscatcodes, "…")
  end
end

--- Typesets text as \starttyping does, line by line.
-- @tparam string s any bytes
-- @tparam integer limit in characters, as for `typeset`
function text.typing(s, limit)
  local clean, long = text.clean(s, limit)
  if long then
    report.say(("a text is cut after %d characters (limit=%d)"):format(limit, limit))
    clean = clean .. "…"
  end
  buffers.assign("nats:typing", clean)
  context.typebuffer { "nats:typing" }
end

return text
