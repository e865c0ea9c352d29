--- The words of YAML: scalars in their five styles, tags, anchors.
--
-- Each function reads one thing at a position of a text and returns it and the position behind it. None keeps
-- state. Positions are byte offsets from 1; every text ends with a line feed (yaml.reader sees to that), so that
-- `byte(text, p)` is nil only behind the end. Section numbers are those of YAML 1.2.2.
--
-- @module yaml.scanner

local errors = require "yaml.errors"

local find, sub, byte, rep, gsub = string.find, string.sub, string.byte, string.rep, string.gsub
local concat = table.concat
local char = utf8.char
local raise = errors.raise

local TAB, LF, SPACE, DQUOTE, HASH, QUOTE, COLON, BACKSLASH = 9, 10, 32, 34, 35, 39, 58, 92

local scanner = {}

-- Bytes that cannot follow ":", "-" and "?" in a flow collection where these are text.
local FLOW_END = { [TAB] = true, [LF] = true, [SPACE] = true }
for c in ("[]{},"):gmatch "." do FLOW_END[byte(c)] = true end
scanner.FLOW_END = FLOW_END


--- Whether a document marker, `---` or `...`, stands at the begin of a line (section 9.1.2).
-- @tparam string text
-- @tparam integer start where the line begins
-- @treturn boolean
function scanner.is_marker(text, start)
  local c = byte(text, start)
  if c == 45 then return find(text, "^%-%-%-[ \t\n]", start) ~= nil end
  return c == 46 and find(text, "^%.%.%.[ \t\n]", start) ~= nil
end
local is_marker = scanner.is_marker

-- Line folding inside quoted and plain scalars (section 6.5). `at` is a line feed. Returns what stands for the
-- line breaks, where the next line's text begins, and where that line begins; the text may be of any kind.
local function fold(text, at)
  local blanks = 0
  local start = at + 1
  while true do
    local _, e = find(text, "^[ \t]*", start)
    if byte(text, e + 1) ~= LF then
      return blanks == 0 and " " or rep("\n", blanks), e + 1, start
    end
    blanks = blanks + 1
    start = e + 2
  end
end

-- ---------------------------------------------------------------------------------------------- plain scalars

-- Plain text on one line: what it is made of up to the next byte that may end it, and the bytes before which ":"
-- does. In flow collections their indicators end it, too.
local BLOCK_RUN, BLOCK_END = "^[^\n:#]*", { [TAB] = true, [LF] = true, [SPACE] = true }
local FLOW_RUN = "^[^\n:#,%[%]{}]*"

-- The end of the plain text on one line: its last byte that is not white, and the first byte behind that is neither.
-- "#" behind white ends it, and ":" before white.
local function plain_line(text, from, run, ends)
  local p = from
  while true do
    local _, e = find(text, run, p)
    local c = byte(text, e + 1)
    local stop = true
    if c == COLON then
      stop = ends[byte(text, e + 2)]
    elseif c == HASH then
      local d = byte(text, e)
      stop = e >= from and (d == SPACE or d == TAB)
    end
    if stop then
      local last = e
      local d = byte(text, last)
      while last >= from and (d == SPACE or d == TAB) do
        last = last - 1
        d = byte(text, last)
      end
      return last, e + 1
    end
    p = e + 2
  end
end

--- A plain scalar (section 7.3.3). The caller has seen that its first character may begin one.
-- @tparam string text
-- @tparam integer from its first byte
-- @tparam integer indent spaces that a line needs to continue it
-- @tparam boolean flow whether it is in a flow collection
-- @treturn string its value
-- @treturn integer the position behind it: of ":", "#", a flow indicator or a line feed
-- @treturn boolean whether it has several lines
function scanner.plain(text, from, indent, flow)
  local run, ends = BLOCK_RUN, BLOCK_END
  if flow then run, ends = FLOW_RUN, FLOW_END end
  local last, stop = plain_line(text, from, run, ends)
  local value = sub(text, from, last)
  if byte(text, stop) ~= LF then return value, stop, false end
  -- Most plain scalars end here: the next line is not indented.
  if indent > 0 and byte(text, stop + indent) ~= SPACE and byte(text, stop + 1) ~= LF and find(text, "^ *[^ \t\n]", stop + 1) then
    local _, e = find(text, "^ *", stop + 1)
    if e - stop < indent then return value, stop, false end
  end
  local parts, n = { value }, 1
  while byte(text, stop) == LF do
    local folded, at, start = fold(text, stop)
    local c = byte(text, at)
    if c == nil or c == HASH then break end
    local _, spaces = find(text, "^ *", start)
    if spaces - start + 1 < indent then break end
    if at == start and is_marker(text, start) then break end
    local l, s = plain_line(text, at, run, ends)
    if l < at then break end -- the line begins with an indicator
    parts[n + 1], parts[n + 2] = folded, sub(text, at, l)
    n = n + 2
    stop = s
  end
  if n == 1 then return value, stop, false end
  return concat(parts), stop, true
end

-- --------------------------------------------------------------------------------------------- quoted scalars

local function unclosed(kind, from)
  raise(from, ("this %s quote is never closed"):format(kind), "close it, or begin the text with the other kind of quote")
end

-- Behind a line break inside quotes: the next line must be indented and no document marker. Where it is not, the
-- quote was often forgotten.
local function quoted_break(text, at, indent, kind, from)
  local folded, next_at, start = fold(text, at)
  if byte(text, next_at) == nil then unclosed(kind, from) end
  local _, spaces = find(text, "^ *", start)
  local little = spaces - start + 1 < indent
  if little and next_at > spaces + 1 then
    errors.raise_tab(spaces + 1, { offset = from, message = "the quote opened here" })
  end
  local wrong = little and "is indented too little" or is_marker(text, start) and "is a document marker"
  if wrong then
    raise(next_at, ("this line is inside %s quotes, and %s"):format(kind, wrong),
      "close the quote, or indent all its lines deeper than the key", { offset = from, message = "the quote opened here" })
  end
  return folded, next_at
end

--- A single-quoted scalar (section 7.3.2).
-- @tparam string text
-- @tparam integer from the opening quote
-- @tparam integer indent spaces that a further line needs
-- @treturn string its value
-- @treturn integer the position behind the closing quote
-- @treturn boolean whether it has several lines
function scanner.single_quoted(text, from, indent)
  local _, e, value = find(text, "^'([^'\n]*)'", from)
  if e and byte(text, e + 1) ~= QUOTE then return value, e + 1, false end
  local parts, n = {}, 0
  local p, several = from + 1, false
  while true do
    local _, last = find(text, "^[^'\n]*", p)
    local c = byte(text, last + 1)
    n = n + 1
    if c == QUOTE then
      parts[n] = sub(text, p, last)
      if byte(text, last + 2) ~= QUOTE then return concat(parts), last + 2, several end
      n = n + 1
      parts[n] = "'"
      p = last + 3
    elseif c == LF then
      parts[n] = gsub(sub(text, p, last), "[ \t]+$", "")
      local folded
      folded, p = quoted_break(text, last + 1, indent, "single", from)
      n = n + 1
      parts[n] = folded
      several = true
    else
      unclosed("single", from)
    end
  end
end

-- Section 5.7.
local ESCAPES = {
  ["0"] = "\0", a = "\a", b = "\b", t = "\t", ["\t"] = "\t", n = "\n", v = "\v", f = "\f", r = "\r", e = "\27",
  [" "] = " ", ['"'] = '"', ["/"] = "/", ["\\"] = "\\", N = "\194\133", _ = "\194\160", L = "\226\128\168", P = "\226\128\169",
}
local HEX_DIGITS = { x = 2, u = 4, U = 8 }

local function hex_escape(text, at, digits)
  local hex = find(text, "^" .. rep("%x", digits), at + 2) and sub(text, at + 2, at + 1 + digits)
  if not hex then
    raise(at, ("\\%s needs %d hexadecimal digits"):format(sub(text, at + 1, at + 1), digits))
  end
  return tonumber(hex, 16), at + 2 + digits
end

-- The character that an escape stands for; a pair of \u surrogates, as JSON writes them, is one character.
local function escape(text, at)
  local letter = sub(text, at + 1, at + 1)
  local simple = ESCAPES[letter]
  if simple then return simple, at + 2 end
  local digits = HEX_DIGITS[letter]
  if not digits then
    raise(at, ("unknown escape \\%s in double quotes"):format(letter),
      "write a backslash as \\\\, or use single quotes, in which it has no meaning")
  end
  local code, p = hex_escape(text, at, digits)
  if code >= 0xD800 and code <= 0xDBFF and find(text, "^\\u[dD][c-fC-F]", p) then
    local low
    low, p = hex_escape(text, p, 4)
    code = 0x10000 + (code - 0xD800) * 0x400 + low - 0xDC00
  end
  if code > 0x10FFFF or (code >= 0xD800 and code <= 0xDFFF) then
    raise(at, ("%s is no character of Unicode"):format(sub(text, at, p - 1)))
  end
  return char(code), p
end

--- A double-quoted scalar (section 7.3.1).
-- @tparam string text
-- @tparam integer from the opening quote
-- @tparam integer indent spaces that a further line needs
-- @treturn string its value
-- @treturn integer the position behind the closing quote
-- @treturn boolean whether it has several lines
function scanner.double_quoted(text, from, indent)
  local _, e, value = find(text, '^"([^"\\\n]*)"', from)
  if e then return value, e + 1, false end
  local parts, n = {}, 0
  local p, several = from + 1, false
  while true do
    local _, last = find(text, '^[^"\\\n]*', p)
    local c = byte(text, last + 1)
    n = n + 1
    if c == DQUOTE then
      parts[n] = sub(text, p, last)
      return concat(parts), last + 2, several
    elseif c == BACKSLASH then
      parts[n] = sub(text, p, last)
      n = n + 1
      if byte(text, last + 2) == LF then
        -- An escaped line break: the white before it stays, the break goes, empty lines after it are kept.
        local folded
        folded, p = quoted_break(text, last + 2, indent, "double", from)
        parts[n] = folded == " " and "" or folded
        several = true
      else
        parts[n], p = escape(text, last + 1)
      end
    elseif c == LF then
      parts[n] = gsub(sub(text, p, last), "[ \t]+$", "")
      local folded
      folded, p = quoted_break(text, last + 1, indent, "double", from)
      n = n + 1
      parts[n] = folded
      several = true
    else
      unclosed("double", from)
    end
  end
end

-- ---------------------------------------------------------------------------------------------- block scalars

-- Header (section 8.1.1): the indentation indicator, the chomping indicator, the first line's begin.
local function block_header(text, from)
  local _, e, indicators, white = find(text, "^([-+%d]*)([ \t]*)", from + 1)
  local c = byte(text, e + 1)
  if c == HASH and white ~= "" then
    e = find(text, "\n", e + 1, true) - 1
  elseif c ~= LF then
    raise(e + 1, ("text stands behind %s on its line"):format(sub(text, from, from)),
      "the text of a block begins on the next line; quote a text that begins with | or >")
  end
  if indicators == "" then return nil, "", e + 2 end
  local digit, chomp = indicators:match "^([1-9]?)([-+]?)$"
  if not digit then chomp, digit = indicators:match "^([-+])([1-9])$" end
  if not digit then
    raise(from + 1, ("%s is no block header"):format(indicators), "a digit from 1 to 9 and one of + and - may follow | or >")
  end
  return tonumber(digit), chomp, e + 2
end

-- Where the text of a block begins and how deep it is indented, when the header does not say
-- (section 8.1.1.1). Nil when there is no text.
local function detect_indent(text, start, least)
  local p = start
  local deepest, deepest_at = 0, nil
  while true do
    local _, e = find(text, "^ *", p)
    local spaces = e - p + 1
    local c = byte(text, e + 1)
    if c == LF then
      if spaces > deepest then deepest, deepest_at = spaces, p end
      p = e + 2
    elseif c == nil or spaces < least or (spaces == 0 and is_marker(text, p)) then
      return nil
    else
      if deepest > spaces then
        raise(deepest_at, "an empty line is indented deeper than the first line of the block",
          "remove its spaces, or say the indentation in the header, as in |2")
      end
      return spaces
    end
  end
end

-- Folding of blocks (section 8.1.3): lines that begin with white keep their breaks.
local function fold_lines(lines, blanks, n)
  local out, k = {}, 0
  local before_more -- whether the line before began with white
  for i = 1, n do
    local line = lines[i]
    local c = byte(line)
    local more = c == SPACE or c == TAB
    k = k + 1
    if i == 1 then
      out[k] = rep("\n", blanks[1])
    elseif more or before_more then
      out[k] = rep("\n", blanks[i] + 1)
    else
      out[k] = blanks[i] == 0 and " " or rep("\n", blanks[i])
    end
    k = k + 1
    out[k] = line
    before_more = more
  end
  return concat(out)
end

local function read_folded(text, start, indent, margin)
  local p = start
  local lines, blanks, n = {}, {}, 0
  local empty = 0 -- empty lines since the last line with text
  while true do
    local e = find(text, "\n", p, true)
    if not e then break end
    if sub(text, p, p + indent - 1) == margin and e > p + indent then
      if indent == 0 and is_marker(text, p) then break end
      n = n + 1
      lines[n], blanks[n] = sub(text, p + indent, e - 1), empty
      empty = 0
    elseif find(text, "^ *\n", p) then
      empty = empty + 1
    else
      break
    end
    p = e + 1
  end
  return n == 0 and "" or fold_lines(lines, blanks, n), n > 0, empty, p
end

local function read_literal(text, start, indent, margin)
  local p = start
  local lines, n = {}, 0
  local last = 0 -- the last line with text
  while true do
    local e = find(text, "\n", p, true)
    if not e then break end
    n = n + 1
    if e > p + indent - 1 and sub(text, p, p + indent - 1) == margin then
      if indent == 0 and is_marker(text, p) then n = n - 1 break end
      lines[n] = sub(text, p + indent, e)
      if e > p + indent then last = n end
    elseif find(text, "^ *\n", p) then
      lines[n] = "\n"
    else
      n = n - 1
      break
    end
    p = e + 1
  end
  if last == 0 then return "", false, n, p end
  return sub(concat(lines, "", 1, last), 1, -2), true, n - last, p
end

-- Whether nothing but white and comments stands in the lines up to the document's end.
local function ends_document(text, start)
  while true do
    local _, e = find(text, "^[ \t]*\n", start)
    if not e then _, e = find(text, "^[ \t]*#[^\n]*\n", start) end
    if not e then return byte(text, start) == nil or is_marker(text, start) end
    start = e + 1
  end
end

--- A block scalar, literal or folded (section 8.1).
--
-- At the top an indentation indicator counts from column 0, as all readers and writers have it: by the letter of the
-- productions, in which the top is at -1, |2 would mean one space.
-- @tparam string text
-- @tparam integer from its "|" or ">"
-- @tparam integer parent the indentation of the collection that it is in, -1 at the top
-- @treturn string its value
-- @treturn integer where the first line behind it begins
-- @treturn string "literal" or "folded"
function scanner.block(text, from, parent)
  local digit, chomp, start = block_header(text, from)
  local least = parent + 1
  local indent = digit and (parent > 0 and parent or 0) + digit or detect_indent(text, start, least)
  local literal = byte(text, from) == 124
  local value, some, empty, stop
  if indent then
    value, some, empty, stop = (literal and read_literal or read_folded)(text, start, indent, rep(" ", indent))
  else
    value, some, empty, stop = "", false, 0, start
    while true do
      local _, e = find(text, "^ *\n", stop)
      if not e then break end
      empty, stop = empty + 1, e + 1
    end
  end
  if find(text, "^ *\t", stop) and not ends_document(text, stop) then
    raise(stop, "a tab is used for indentation in a block text", "indent the block with spaces only")
  end
  if chomp == "+" then
    value = value .. rep("\n", some and empty + 1 or empty)
  elseif chomp == "" and some then
    value = value .. "\n"
  end
  return value, stop, literal and "literal" or "folded"
end

-- ------------------------------------------------------------------------------------------ tags and anchors

--- The name of an anchor or an alias (section 6.9.2).
-- @tparam string text
-- @tparam integer from its "&" or "*"
-- @treturn string the name
-- @treturn integer the position behind it
function scanner.anchor(text, from)
  local _, e, name = find(text, "^([^ \t\n,%[%]{}]+)", from + 1)
  if not e then
    raise(from, ("a name must follow %s"):format(sub(text, from, from)), "quote a text that begins with & or *")
  end
  return name, e + 1
end

-- Characters of a tag: of an URI, and of the part behind a handle (productions ns-uri-char, ns-tag-char).
local URI = "[%w%-#;/?:@&=+$_.~*'()!,%[%]%%]"
local SUFFIX = "[%w%-#;/?:@&=+$_.~*'()%%]"

local function unescape(uri, at)
  return (gsub(uri, "%%(%x?%x?)", function(hex)
    if #hex ~= 2 then raise(at, "two hexadecimal digits must follow % in a tag") end
    return string.char(tonumber(hex, 16))
  end))
end

--- Whether a text can be the prefix that a handle stands for (section 6.8.2.2).
-- @tparam string prefix
-- @treturn boolean
function scanner.is_tag_prefix(prefix)
  return find(prefix, "^[^,%[%]]") ~= nil and find(prefix, "^" .. URI .. "+$") ~= nil
end

--- A tag, resolved (section 6.9.1).
-- @tparam string text
-- @tparam integer from its "!"
-- @tparam {[string]=string} handles prefixes by handle, such as ["!!"] = "tag:yaml.org,2002:"
-- @treturn string the tag, "!" where it only says that the value is not to be resolved
-- @treturn integer the position behind it
function scanner.tag(text, from, handles)
  if byte(text, from + 1) == 60 then -- "<"
    local _, e, uri = find(text, "^<(" .. URI .. "+)>", from + 1)
    if not e or uri == "!" or not find(uri, "^!") and not find(uri, "^%a[%w+.-]*:") then
      raise(from, "this is no verbatim tag", "write !<tag:example.com,2000:name> or !<!name>")
    end
    return unescape(uri, from), e + 1
  end
  local _, e, handle, suffix = find(text, "^(![%w-]*!)(" .. SUFFIX .. "+)", from)
  if not e then
    _, e, suffix = find(text, "^!(" .. SUFFIX .. "*)", from)
    handle = "!"
    if suffix == "" then return "!", e + 1 end
  end
  local prefix = handles[handle]
  if not prefix then
    raise(from, ("the tag handle %s is not declared"):format(handle),
      ("declare it before the document, as in: %%TAG %s tag:example.com,2000:"):format(handle))
  end
  return unescape(prefix .. suffix, from), e + 1
end

return scanner
