--- What nodes in block and in flow collections have in common: their properties, and scalars on lines.
--
-- Functions of a text and a position, as in yaml.scanner. Section numbers are those of YAML 1.2.2.
--
-- @module yaml.node

local errors = require "yaml.errors"
local scanner = require "yaml.scanner"

local byte, sub = string.byte, string.sub
local raise = errors.raise
local plain, single_quoted, double_quoted = scanner.plain, scanner.single_quoted, scanner.double_quoted
local FLOW_END = scanner.FLOW_END

local TAB, LF, SPACE, DQUOTE, PERCENT, AMPERSAND, QUOTE, DASH, COLON = 9, 10, 32, 34, 37, 38, 39, 45, 58
local GREATER, QUESTION, AT, CLOSE_SEQ, GRAVE, BAR, CLOSE_MAP = 62, 63, 64, 93, 96, 124, 125

local node = {}

--- An implicit key has at most so many characters (section 7.4.2).
node.LONGEST_KEY = 1024
local LONGEST_KEY = node.LONGEST_KEY

--- Bytes of white space.
node.BLANK = { [SPACE] = true, [TAB] = true, [LF] = true }
local BLANK = node.BLANK

-- Bytes that cannot begin a plain scalar; "-", "?" and ":" can before a character that is not white.
local INDICATOR = {}
for c in (",[]{}#&*!|>'\"%@`"):gmatch "." do INDICATOR[byte(c)] = true end

local function raise_indicator(text, at, c)
  local shown = sub(text, at, at)
  if c == TAB then
    errors.raise_tab(at)
  elseif c == AT or c == GRAVE then
    raise(at, ("a text cannot begin with %s, which is reserved"):format(shown), "quote it")
  elseif c == PERCENT then
    raise(at, "a text cannot begin with %", "quote it; a directive such as %YAML stands before the --- of its document")
  elseif c == CLOSE_SEQ or c == CLOSE_MAP then
    raise(at, ("this %s closes nothing"):format(shown))
  elseif c == BAR or c == GREATER then
    raise(at, ("a block text (%s) cannot stand here"):format(shown), "quote it")
  end
  raise(at, ("a text cannot begin with %s"):format(shown), "quote it")
end

--- A property of a node (section 6.9): an anchor at "&", a tag at "!".
-- @tparam string text
-- @tparam integer at where it begins
-- @tparam ?string anchor the one that the node has by now
-- @tparam ?string tag the one that it has by now
-- @tparam {[string]=string} handles as for scanner.tag
-- @tparam boolean flow whether the node is in a flow collection
-- @treturn ?string the node's anchor
-- @treturn ?string the node's tag
-- @treturn integer the position behind the property
function node.property(text, at, anchor, tag, handles, flow)
  local pos
  if byte(text, at) == AMPERSAND then
    if anchor then raise(at, "a node cannot have two anchors") end
    anchor, pos = scanner.anchor(text, at)
  else
    if tag then raise(at, "a node cannot have two tags") end
    tag, pos = scanner.tag(text, at, handles)
  end
  -- Behind it there is white, or in a flow collection what ends the node.
  local c = byte(text, pos)
  if not (BLANK[c] or flow and FLOW_END[c]) then
    raise(pos, "white must follow a tag or an anchor", "a tag or an anchor ends at the first space")
  end
  return anchor, tag, pos
end

--- A scalar in quotes or plain.
-- @tparam string text
-- @tparam integer pos where it begins
-- @tparam ?integer c its first byte
-- @tparam integer indent spaces that a further line needs
-- @tparam boolean flow whether it is in a flow collection
-- @treturn string its value
-- @treturn string its style: plain, single or double
-- @treturn integer the position behind it
-- @treturn boolean whether it has several lines
function node.scalar(text, pos, c, indent, flow)
  local value, stop, several
  if c == DQUOTE then
    value, stop, several = double_quoted(text, pos, indent)
    return value, "double", stop, several
  elseif c == QUOTE then
    value, stop, several = single_quoted(text, pos, indent)
    return value, "single", stop, several
  elseif INDICATOR[c] then
    raise_indicator(text, pos, c)
  elseif c == DASH or c == QUESTION or c == COLON then
    local d = byte(text, pos + 1)
    if BLANK[d] or flow and FLOW_END[d] then raise_indicator(text, pos, c) end
  end
  value, stop, several = plain(text, pos, indent, flow)
  return value, "plain", stop, several
end

--- Raises where an implicit key is too long.
-- @tparam string text
-- @tparam integer from the key's first byte
-- @tparam integer to the byte behind it
function node.check_key_length(text, from, to)
  if to - from > LONGEST_KEY and (utf8.len(text, from, to - 1) or to - from) > LONGEST_KEY then
    raise(from, ("this key has more than %d characters"):format(LONGEST_KEY), "write a long key behind \"? \"")
  end
end

return node
