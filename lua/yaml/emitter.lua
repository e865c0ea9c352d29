--- From parse events to text.
--
-- The emitter is a sink with the functions that yaml.parser calls, so that what the parser reads, the emitter can
-- write; yaml.representer drives it with Lua values. What it writes is read back equal by YAML 1.2 and 1.1: a
-- scalar whose style cannot hold it gets one that can.
--
-- @module yaml.emitter

local constructor = require "yaml.constructor"

local find, sub, byte, rep, gsub, format = string.find, string.sub, string.byte, string.rep, string.gsub, string.format
local concat = table.concat

local emitter = {}

-- A key longer than this is written behind "? ": readers of YAML 1.1 look no further for its ":".
local LONGEST_SIMPLE_KEY = 128

-- --------------------------------------------------------------------------------------------------- scalars

local core = constructor.compile("core", {})
local old = constructor.compile("1.1", {})
local OTHER_WORDS = { y = true, Y = true, n = true, N = true, ["="] = true, ["<<"] = true }

--- Whether a plain text could be taken for something else than a string, by YAML 1.2, 1.1, or a lenient reader.
-- @tparam string text
-- @treturn boolean
function emitter.ambiguous(text)
  if OTHER_WORDS[text] or core.resolve(text) ~= text or old.resolve(text) ~= text then return true end
  if not find(text, "^[-+.]?%d") then return false end
  return find(text, "^%d%d%d%d%-%d%d?%-%d") ~= nil -- a date
    or find(text, "^[-+]?[%d_]+:[%d_:.]+$") ~= nil -- to base 60
    or tonumber((gsub(text, "_", ""))) ~= nil
    or find(text, "^[-+]?0[obx]") ~= nil
end

-- Characters that are written escaped: those that are not printable, and those that break lines in YAML 1.1.
local function has_special(text)
  local _, e = find(text, "^[ -~\n\t]*")
  if e == #text then return false end
  if find(text, "[\0-\8\11-\31\127]") then return true end
  if not find(text, "[\128-\255]") then return false end
  return find(text, "\194[\128-\159]") or find(text, "\226\128[\168\169]") or find(text, "\239\187\191")
    or find(text, "\239\191[\190\191]")
end

-- Whether a text of one line may be written without quotes.
local function can_be_plain(text, flow)
  -- What may begin it: letters, digits, and signs that are no indicators.
  if not (find(text, "^[%w_/.(\\$+;<^\128-\255]") or find(text, "^%-%-?%a")) then return false end
  if find(text, "[ \t\n:]$", -1) or find(text, ":[ \t]") or find(text, "[ \t]#") or find(text, "[\t\n]") then return false end
  if find(text, "^%.%.%.") then return false end
  if flow and find(text, "[,%[%]{}:?]") then return false end
  return not has_special(text)
end

local ESCAPES = {
  ["\0"] = "\\0", ["\a"] = "\\a", ["\b"] = "\\b", ["\t"] = "\\t", ["\n"] = "\\n", ["\v"] = "\\v", ["\f"] = "\\f",
  ["\r"] = "\\r", ["\27"] = "\\e", ['"'] = '\\"', ["\\"] = "\\\\",
}

local function escape_byte(c) return ESCAPES[c] or format("\\x%02X", byte(c)) end

local function escape_character(c)
  local code = utf8.codepoint(c)
  if code < 256 then return format("\\x%02X", code) end
  return format("\\u%04X", code)
end

local function double_quoted(text)
  text = gsub(text, '[\0-\31\127"\\]', escape_byte)
  if find(text, "[\194\226\239]") then
    text = gsub(text, "\194[\128-\159]", escape_character)
    text = gsub(text, "\226\128[\168\169]", escape_character)
    text = gsub(text, "\239\187\191", escape_character)
    text = gsub(text, "\239\191[\190\191]", escape_character)
  end
  return '"' .. text .. '"'
end

local function quoted(text, style)
  local special = style == "double" or find(text, "[\t\n]") or has_special(text)
  if special or find(text, "'", 1, true) and not find(text, '["\\]') then return double_quoted(text) end
  return "'" .. gsub(text, "'", "''") .. "'"
end

local function percent(c) return format("%%%02X", byte(c)) end

-- Whether a block scalar can hold a text: no special characters, and no line that ends in white.
local function can_be_block(text)
  return find(text, "[^\n]") and not find(text, " \n", 1, true) and not find(text, "\t\n", 1, true)
    and not find(text, "[ \t]$", -1) and not has_special(text)
end

-- The header of a block scalar: an indicator of the indentation where the text begins with white, and of chomping.
local function block_header(sign, text, indent)
  local digit = find(text, "^[ \t\n]") and tostring(indent) or ""
  local chomp = not find(text, "\n$", -1) and "-" or find(text, "\n\n$", -2) and "+" or ""
  return sign .. digit .. chomp
end

local function literal(text, margin, indent)
  -- Empty lines get no margin.
  local body = gsub("\n" .. text, "\n([^\n])", "\n" .. margin .. "%1")
  return block_header("|", text, indent) .. body .. (find(text, "\n$", -1) and "" or "\n")
end

-- A text of one line on several, broken at single spaces.
local function folded(text, margin, width)
  local lines, n = {}, 0
  local start = 1
  local room = width - #margin
  if room < 20 then room = 20 end -- deep in a document: still some words a line
  while #text - start + 1 > room do
    local at -- the last place within the room, else the first one behind it
    local from = start
    while true do
      local space = find(text, "[^ \t] [^ \t]", from)
      if not space then break end
      if space + 1 - start > room and at then break end
      at = space + 1
      if at - start > room then break end
      from = space + 1
    end
    if not at then break end
    n = n + 1
    lines[n] = margin .. sub(text, start, at - 1)
    start = at + 1
  end
  n = n + 1
  lines[n] = margin .. sub(text, start)
  return ">-\n" .. concat(lines, "\n") .. "\n"
end

-- --------------------------------------------------------------------------------------------------- the sink

--- Makes an emitter.
-- @tparam[opt] table options
--   `indent`: spaces by which a mapping's values are indented, 1 to 9 (default 2);
--   `width`: columns beyond which a text of one line is folded (default: never)
-- @treturn table the functions of a sink, and `text()`, which gives what was written
function emitter.new(options)
  local step = options and options.indent or 2
  local width = options and options.width
  local out, n = {}, 0
  local fresh = true -- whether the line is empty
  local written = 0 -- documents

  -- The collections around. Fields: kind "seq" or "map"; flow; indent (the column of its entries); inline (whether
  -- its first entry continues the line); count (nodes); explicit (whether its present key was written behind "? ");
  -- began (where in `out` the last collection in it begins).
  local stack, depth = {}, 0
  local pending -- a collection that has begun, and of which no entry was seen

  local function put(text)
    n = n + 1
    out[n] = text
    fresh = false
  end

  local function new_line(indent)
    if not fresh then
      n = n + 1
      out[n] = "\n"
    end
    if indent > 0 then
      n = n + 1
      out[n] = rep(" ", indent)
    end
    fresh = false
  end

  local function properties(anchor, tag)
    local text = anchor and "&" .. anchor
    if tag then
      local short = tag:match "^tag:yaml%.org,2002:([%w-]+)$"
      local shown = short and "!!" .. short or tag == "!" and "!" or find(tag, "^![%w-]+$") and tag
        or "!<" .. gsub(tag, "[^%w%-#;/?:@&=+$_.~*'()!,%[%]]", percent) .. ">"
      text = text and text .. " " .. shown or shown
    end
    return text
  end

  -- Writes what stands before a node in the collection around it. Gives the column for the entries of a block
  -- collection there, whether it may begin on this line, and whether a space must go before other nodes.
  local function before(simple)
    if depth == 0 then return 0, true, false end
    local level = stack[depth]
    local count = level.count
    level.count = count + 1
    if level.flow then
      if level.kind == "seq" then
        if count > 0 then put ", " end
      elseif count % 2 == 0 then
        if count > 0 then put ", " end
        if not simple then put "? " end
      else
        put ": "
      end
      return 0, false, false
    elseif level.kind == "seq" then
      if count > 0 or not level.inline then new_line(level.indent) end
      put "-"
      return level.indent + 2, true, true
    elseif count % 2 == 0 then
      if count > 0 or not level.inline then new_line(level.indent) end
      level.explicit = not simple
      if not simple then put "?" end
      return level.indent + 2, true, not simple
    elseif level.explicit then
      new_line(level.indent)
      put ":"
      return level.indent + 2, true, true
    end
    put ":"
    return level.indent + step, false, true
  end

  local function is_key()
    local level = stack[depth]
    return level and level.kind == "map" and level.count % 2 == 0
  end

  -- Opens the collection that waits. `empty`: nothing is in it.
  local function open(empty)
    local start = pending
    pending = nil
    local level = { kind = start.kind, flow = start.flow or empty, count = 0 }
    local above = stack[depth]
    if above and above.flow or is_key() then level.flow = true end
    -- A collection as a key is written in one line behind "? ", but an empty one as it is.
    local column, inline, space = before(not is_key() or empty and not start.properties)
    if above then above.began = n + 1 end
    if start.properties then
      put((space and " " or "") .. start.properties)
      inline, space = false, true
    end
    if level.flow then
      local brackets = level.kind == "seq" and "[" or "{"
      put((space and " " or "") .. brackets)
    else
      level.indent, level.inline = column, inline
      if inline and space then put " " end
    end
    depth = depth + 1
    stack[depth] = level
  end

  local function start(kind, flow, anchor, tag)
    if pending then open(false) end
    pending = { kind = kind, flow = flow, properties = properties(anchor, tag) }
  end

  local function finish()
    if pending then open(true) end
    local level = stack[depth]
    stack[depth] = nil
    depth = depth - 1
    if level.flow then put(level.kind == "seq" and "]" or "}") end
  end

  local sink = {}

  function sink.document_start(_, explicit)
    if not fresh then new_line(0) fresh = true end
    if explicit or written > 0 then
      put "---"
      new_line(0)
      fresh = true
    end
    written = written + 1
  end

  function sink.document_end(_, explicit)
    if not fresh then new_line(0) end
    fresh = true
    if explicit then
      put "...\n"
      fresh = true
    end
  end

  function sink.sequence_start(_, flow, anchor, tag) start("seq", flow, anchor, tag) end
  function sink.mapping_start(_, flow, anchor, tag) start("map", flow, anchor, tag) end
  function sink.sequence_end() finish() end
  function sink.mapping_end() finish() end

  function sink.alias(_, name)
    if pending then open(false) end
    local key = is_key()
    local _, _, space = before(true)
    -- A ":" would be taken for a part of the name.
    put((space and " *" or "*") .. name .. (key and " " or ""))
  end

  function sink.scalar(_, text, style, anchor, tag)
    if pending then open(false) end
    local key = is_key()
    local flow = depth > 0 and stack[depth].flow
    local shown
    local block = not key and not flow
    -- An empty plain text is null. It stays empty only behind properties, and not in brackets, where a comma may follow.
    if style == "plain" and text == "" and not tag and not (anchor and not flow) then text = "null" end
    if style == "plain" and (text == "" and (tag or anchor) and not flow
      or text ~= "" and core.resolve(text) ~= text or can_be_plain(text, flow)) then
      shown = text
    elseif (style == "literal" or style == "folded") and block and can_be_block(text) then
      shown = nil
    else
      shown = quoted(text, style)
    end
    if shown and width and block and #text > width and find(text, "[^ \t] [^ \t]") and not find(text, "^[ \t]") and can_be_block(text)
      and not find(text, "\n", 1, true) then
      shown = nil
      style = "folded"
    end
    local simple = not key or #(shown or "") <= LONGEST_SIMPLE_KEY
    local column, _, space = before(simple)
    local props = properties(anchor, tag)
    if props then put((space and " " or "") .. props) space = true end
    if shown then
      if shown ~= "" then put((space and " " or "") .. shown) end
      if shown == "" and key then put " " end
      return
    end
    -- A block. Its lines are indented deeper than the collection around it.
    local level = stack[depth]
    local indent = level and level.kind == "map" and not level.explicit and step or 2
    local margin = rep(" ", depth == 0 and indent or column)
    if space then put " " end
    if style == "folded" and not find(text, "\n", 1, true) and not find(text, "^[ \t]") then
      put(folded(text, margin, width or math.huge))
    else
      put(literal(text, margin, indent))
    end
    fresh = true
  end

  -- The collection that just ended is a key: a mapping is put round it, in brackets.
  function sink.pair()
    local began = stack[depth].began
    out[began] = "{? " .. out[began]
    depth = depth + 1
    stack[depth] = { kind = "map", flow = true, count = 1 }
  end

  function sink.text() return concat(out, "", 1, n) end

  return sink
end

return emitter
