--- Block collections, and the nodes in them (YAML 1.2.2, chapter 8).
--
-- A block collection is a frame on a stack, with its indentation; a line belongs to the frame whose indentation it has.
--
-- @module yaml.block

local errors = require "yaml.errors"
local flow = require "yaml.flow"
local node = require "yaml.node"
local scanner = require "yaml.scanner"

local find, sub, byte = string.find, string.sub, string.byte
local raise = errors.raise
local property, scalar, check_key_length = node.property, node.scalar, node.check_key_length
local is_marker = scanner.is_marker
local BLANK, LONGEST_KEY = node.BLANK, node.LONGEST_KEY

local TAB, LF, SPACE, BANG, HASH, PERCENT, AMPERSAND, QUOTE, STAR, DASH, DOT = 9, 10, 32, 33, 35, 37, 38, 39, 42, 45, 46
local COLON, GREATER, QUESTION, OPEN_SEQ, CLOSE_SEQ, OPEN_MAP, BAR, CLOSE_MAP = 58, 62, 63, 91, 93, 123, 124, 125

-- Frames. A mapping entered by "? " waits for its ":".
local SEQ, MAP, MAP_VALUE = 1, 2, 3

local function ignore() end

-- A sink that keeps nothing.
local SILENT = {
  scalar = ignore, alias = ignore, pair = ignore, sequence_start = ignore, sequence_end = ignore, mapping_start = ignore,
  mapping_end = ignore,
}

local block = {}

--- Goes to the first line with content that begins at `start` or later.
-- @tparam string text
-- @tparam integer start where a line begins
-- @treturn integer where that line begins
-- @treturn integer the first byte of its content
-- @treturn integer the spaces that it begins with; -1 at the end of a document (a marker or the end of the text)
-- @treturn boolean whether a tab stands before its content
function block.next_line(text, start)
  local tab = false
  while true do
    local _, e = find(text, "^ *", start)
    local c = byte(text, e + 1)
    if c == TAB then
      _, e = find(text, "^[ \t]*", e + 1)
      c = byte(text, e + 1)
      tab = c ~= LF and c ~= HASH
    end
    if c == LF then
      start = e + 2
    elseif c == HASH then
      start = find(text, "\n", e + 1, true) + 1
    else
      local col = e + 1 - start
      if c == nil then
        col = -1
      elseif tab then
        local _, spaces = find(text, "^ *", start)
        col = spaces + 1 - start
      elseif col == 0 and (c == DASH or c == DOT) and is_marker(text, start) then
        col = -1
      end
      return start, e + 1, col, tab
    end
  end
end

--- Makes a reader of the node of a document.
-- @tparam string text
-- @tparam table sink as for yaml.parser
-- @tparam table context `handles`: prefixes of tags by handle; `max_depth`: how deep collections may nest
-- @treturn function read(line, at, compact, tabbed): reads the node that begins at `at` or later, in the line that begins
--   at `line`; `compact` tells whether a block collection may begin on that line, `tabbed` whether a tab stands before
--   its content; gives what next_line gives of the line behind the document, at its end marker or at the end of the text
function block.reader(text, sink, context)
  local emit_scalar, emit_alias = sink.scalar, sink.alias
  local sequence_start, sequence_end = sink.sequence_start, sink.sequence_end
  local mapping_start, mapping_end = sink.mapping_start, sink.mapping_end
  local max_depth = context.max_depth
  local read_flow = flow.reader(text, sink, context)

  -- The place: pos is the next byte; line_start the line's first byte; col and tab what block.next_line says of it.
  local pos, line_start, col, tab = 1, 1, 0, false

  local function next_line(start)
    line_start, pos, col, tab = block.next_line(text, start)
  end

  local function raise_tab()
    errors.raise_tab((find(text, "\t", line_start, true)))
  end

  -- A plain text of several lines cannot be a key. What was meant, more often than not, were two keys.
  local function raise_long_key(from, colon)
    local missing = find(text, ":[^ \t\n]", from)
    if missing and missing < find(text, "\n", from, true) then
      raise(missing, "a space is missing behind this colon", "write \"key: value\"")
    end
    raise(colon, "a mapping cannot begin here", "the text above goes on in this line, which is indented deeper than its key; "
      .. "indent the line as the key is, or quote the text", { offset = from, message = "the text begins here" })
  end

  -- `opened`: where the value is a quoted text of several lines, its quote, which was perhaps to end before.
  local function raise_key_or_text(at, opened)
    local c = byte(text, at)
    if c == COLON then
      raise(at, "a mapping cannot begin here", "a key and its value stand on one line; quote a text that has \": \" in it")
    elseif c == HASH then
      raise(at, "a comment needs a space before its #")
    elseif c == CLOSE_SEQ or c == CLOSE_MAP then
      raise(at, ("this %s closes nothing"):format(sub(text, at, at)))
    end
    raise(at, "text follows a value that has ended",
      byte(text, at - 1) == QUOTE and "a ' inside single quotes is written ''"
      or "quote the whole value, or put a comment behind \" #\"",
      opened and { offset = opened, message = "the quote opened here" })
  end

  -- Behind a node: nothing but a comment may follow on its line.
  local function end_line(opened)
    local c = byte(text, pos)
    if c == LF then
      next_line(pos + 1)
      return
    end
    local _, e = find(text, "^[ \t]*", pos)
    c = byte(text, e + 1)
    if c == LF then
      next_line(e + 2)
    elseif c == HASH and BLANK[byte(text, e)] then
      next_line(find(text, "\n", e + 1, true) + 1)
    elseif c ~= nil then
      raise_key_or_text(e + 1, opened)
    else
      next_line(e + 1)
    end
  end

  local function both(first, second, at, what)
    if first and second then raise(at, ("a node cannot have two %s"):format(what)) end
    return first or second
  end

  local kinds, indents, depth = {}, {}, 0

  local function push(kind, indent, at, anchor, tag)
    depth = depth + 1
    if depth > max_depth then
      raise(at, ("collections are nested deeper than max_depth = %d"):format(max_depth))
    end
    kinds[depth], indents[depth] = kind, indent
    if kind == SEQ then sequence_start(at, false, anchor, tag) else mapping_start(at, false, anchor, tag) end
  end

  local function pop()
    if kinds[depth] == SEQ then
      sequence_end(pos)
    else
      if kinds[depth] == MAP_VALUE then emit_scalar(pos, "", "plain") end
      mapping_end(pos)
    end
    depth = depth - 1
  end

  -- Where the ":" is that makes a key of the node that ends at p.
  local function colon_behind(p)
    local c = byte(text, p)
    if c == SPACE or c == TAB then
      local _, e = find(text, "^[ \t]*", p)
      p = e + 1
      c = byte(text, p)
    end
    return c == COLON and BLANK[byte(text, p + 1)] and p
  end

  -- Whether the flow collection at pos is a key: it ends on its line, and ":" follows. Only where the line has a
  -- bracket and a ":" behind it is the collection read, without a sink, to find out.
  local silent -- a reader of flow collections without a sink
  local function flow_key_ahead(indent)
    local stop = find(text, "\n", pos, true)
    -- A key has at most LONGEST_KEY characters, of up to four bytes.
    local line = sub(text, pos, stop - pos > 4 * LONGEST_KEY and pos + 4 * LONGEST_KEY or stop)
    if not find(line, "[%]}][ \t]*:[ \t\n]") then return false end
    silent = silent or flow.reader(text, SILENT, context)
    local behind = silent(pos, indent, depth)
    return behind < stop and colon_behind(behind)
  end

  local function raise_not_here(at, what, compact)
    if tab and not compact then raise_tab() end
    raise(at, ("a %s cannot begin here"):format(what),
      what == "mapping" and "quote a text that has \": \" in it, or put the mapping on its own lines"
      or "put it on its own lines, indented deeper than its key")
  end

  -- Reads a node of a block collection with the indentation n, and where it is a collection, opens it. `same_seq`:
  -- whether a sequence may have its "-" at the column n; `compact`: whether a collection may begin on this line.
  -- Gives true when it has read a key, so that the key's value is due, and false when the next thing to come is an
  -- entry of the topmost frame, at pos and col.
  local function read_node(n, same_seq, compact)
    local anchor, tag -- given on lines above the node
    local here_anchor, here_tag, first -- given on the node's line, and where they begin
    local _, e = find(text, "^[ \t]*", pos)
    if compact and e >= pos and find(sub(text, pos, e), "\t", 1, true) then
      compact = false
      tab = true
    end
    pos = e + 1
    local c = byte(text, pos)
    while true do
      if c == LF or c == HASH then
        if c == HASH then pos = find(text, "\n", pos, true) end
        anchor = both(anchor, here_anchor, pos, "anchors")
        tag = both(tag, here_tag, pos, "tags")
        here_anchor, here_tag, first = nil, nil, nil
        next_line(pos + 1)
        c = byte(text, pos)
        if col <= n and not (col == n and same_seq and not tab and c == DASH and BLANK[byte(text, pos + 1)]) then
          emit_scalar(pos, "", "plain", anchor, tag)
          return false
        end
        compact = not tab
      elseif c == AMPERSAND or c == BANG then
        first = first or pos
        here_anchor, here_tag, pos = property(text, pos, here_anchor, here_tag, context.handles, false)
        _, e = find(text, "^[ \t]*", pos)
        pos = e + 1
        c = byte(text, pos)
      else
        break
      end
    end
    local at = pos
    local has_properties = first ~= nil
    first = first or at

    local d = byte(text, at + 1)
    if (c == DASH or c == QUESTION) and BLANK[d] then
      if has_properties then
        raise(first, "a tag or an anchor cannot stand on the line of the collection's first entry", "put it on the line above")
      elseif not compact then
        raise_not_here(at, c == DASH and "sequence" or "mapping", compact)
      end
      col = at - line_start
      push(c == DASH and SEQ or MAP, col, at, anchor, tag)
      return false
    elseif c == BAR or c == GREATER then
      local value, stop, style = scanner.block(text, at, n)
      emit_scalar(at, value, style, both(anchor, here_anchor, at, "anchors"), both(tag, here_tag, at, "tags"))
      next_line(stop)
      return false
    elseif c == OPEN_SEQ or c == OPEN_MAP then
      if compact and flow_key_ahead(n + 1) then
        push(MAP, first - line_start, first, anchor, tag)
        pos = read_flow(pos, n + 1, depth, here_anchor, here_tag)
        local colon = colon_behind(pos)
        check_key_length(text, first, colon)
        pos = colon + 1
        return true
      end
      pos = read_flow(pos, n + 1, depth, both(anchor, here_anchor, at, "anchors"), both(tag, here_tag, at, "tags"))
      end_line()
      return false
    end

    -- A scalar or an alias: a node, or the first key of a mapping.
    local value, style, several
    if c == STAR then
      if has_properties then raise(first, "an alias cannot have a tag or an anchor") end
      value, pos = scanner.anchor(text, at)
      style = "alias"
    elseif c == COLON and BLANK[d] then
      value, style = "", "plain"
    else
      value, style, pos, several = scalar(text, pos, c, n + 1, false)
    end
    local colon = colon_behind(pos)
    if colon then
      if several and style == "plain" then raise_long_key(at, colon) end
      if several then raise(at, "a key cannot have several lines", "put it behind \"? \"") end
      if not compact then raise_not_here(colon, "mapping", compact) end
      check_key_length(text, first, colon)
      push(MAP, first - line_start, first, anchor, tag)
      if style == "alias" then emit_alias(at, value) else emit_scalar(at, value, style, here_anchor, here_tag) end
      pos = colon + 1
      return true
    end
    if style == "alias" then
      if anchor or tag then raise(at, "an alias cannot have a tag or an anchor") end
      emit_alias(at, value)
    else
      emit_scalar(at, value, style, both(anchor, here_anchor, at, "anchors"), both(tag, here_tag, at, "tags"))
    end
    end_line(several and style ~= "plain" and at)
    return false
  end

  local function raise_no_key(at)
    local c = byte(text, at)
    if c == DASH and BLANK[byte(text, at + 1)] then
      raise(at, "a sequence entry stands where a key is expected", "a collection is either a sequence or a mapping")
    end
    if c == DASH then raise(at, "a space is missing behind this -, or a key is expected here", "write \"- item\"") end
    local stop = find(text, "\n", at, true)
    local line = sub(text, at, stop - 1)
    local colon = find(line, ":[^ \t]")
    if colon and not find(line, "^[\"'%[{]") then
      raise(at + colon - 1, "a space is missing behind this colon", "write \"key: value\"")
    end
    raise(at, "a key is expected here, followed by a colon and a space", "indent a line that continues the value above it")
  end

  -- Reads an implicit key of the mapping on top, at pos, up to behind its ":".
  local function key(indent)
    local first = pos
    local c = byte(text, pos)
    local anchor, tag
    while c == AMPERSAND or c == BANG do
      anchor, tag, pos = property(text, pos, anchor, tag, context.handles, false)
      local _, e = find(text, "^[ \t]*", pos)
      pos = e + 1
      c = byte(text, pos)
    end
    local at = pos
    if c == OPEN_SEQ or c == OPEN_MAP then
      pos = read_flow(pos, indent + 1, depth, anchor, tag)
      check_key_length(text, first, pos)
      if find(sub(text, first, pos - 1), "\n", 1, true) then
        raise(at, "a key cannot have several lines", "put it behind \"? \"")
      end
    elseif c == STAR then
      if anchor or tag then raise(first, "an alias cannot have a tag or an anchor") end
      local name
      name, pos = scanner.anchor(text, at)
      emit_alias(at, name)
    elseif c == COLON and BLANK[byte(text, pos + 1)] then
      emit_scalar(at, "", "plain", anchor, tag)
    elseif c == LF or c == HASH or c == DASH and BLANK[byte(text, pos + 1)] then
      raise_no_key(first)
    else
      local value, style, several
      value, style, pos, several = scalar(text, pos, c, indent + 1, false)
      if several then
        if style == "plain" then
          local colon = colon_behind(pos)
          if colon then raise_long_key(at, colon) end
          raise_no_key(at)
        end
        raise(at, "a key cannot have several lines", "put it behind \"? \"")
      end
      emit_scalar(at, value, style, anchor, tag)
    end
    local colon = colon_behind(pos)
    if not colon then raise_no_key(first) end
    check_key_length(text, first, colon)
    pos = colon + 1
  end

  -- The node of a document; ends at col = -1, or at content that belongs to no frame.
  local function root(compact)
    depth = 0
    local due = read_node(-1, false, compact)
    while true do
      while due do due = read_node(indents[depth], true, false) end
      while depth > 0 and indents[depth] > col do pop() end
      if depth == 0 then return end
      local indent, kind = indents[depth], kinds[depth]
      local c, d = byte(text, pos, pos + 1)
      if col > indent then
        if tab then raise_tab() end
        raise(pos, ("this line is indented by %d, which fits no collection around it"):format(col),
          ("the nearest one is indented by %d"):format(indent))
      elseif tab then
        raise_tab()
      elseif kind == SEQ then
        if c == DASH and BLANK[d] then
          pos = pos + 1
          due = read_node(indent, false, true)
        elseif depth > 1 and indents[depth - 1] == indent then
          pop() -- the sequence stood at the column of its key
        else
          raise(pos, "a sequence entry is expected here, beginning with \"- \"", "indent a line that continues the entry above it")
        end
      elseif c == QUESTION and BLANK[d] then
        if kind == MAP_VALUE then emit_scalar(pos, "", "plain") end
        kinds[depth] = MAP_VALUE
        pos = pos + 1
        due = read_node(indent, true, true)
      elseif kind == MAP_VALUE and c == COLON and BLANK[d] then
        kinds[depth] = MAP
        pos = pos + 1
        due = read_node(indent, true, true)
      else
        if kind == MAP_VALUE then
          emit_scalar(pos, "", "plain")
          kinds[depth] = MAP
        end
        key(indent)
        due = true
      end
    end
  end

  local function raise_more()
    if tab then raise_tab() end
    if byte(text, pos) == PERCENT then
      raise(pos, "a directive must follow ...", "end the document above with a line that is ...")
    end
    raise(pos, "text follows the end of the document's value",
      "a second document begins with ---; lines of one collection have one indentation")
  end

  return function(line, at, compact, tabbed)
    line_start, pos, tab = line, at, tabbed
    root(compact)
    if col ~= -1 then raise_more() end
    return line_start, pos, col, tab
  end
end

return block
