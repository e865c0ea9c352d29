--- From text to parse events, in one pass and without recursion.
--
-- The parser calls a sink, a table of functions, once for each event. A table of functions rather than a table
-- for each event, so that a document costs nothing but the values that are built of it:
--
--     document_start(at, explicit, version)   version: "1.1", "1.2" as in %YAML, or nil
--     document_end(at, explicit)
--     sequence_start(at, flow, anchor, tag)   sequence_end(at)
--     mapping_start(at, flow, anchor, tag)    mapping_end(at)
--     scalar(at, value, style, anchor, tag)   style: plain, single, double, literal, folded
--     alias(at, name)
--     pair(at)      the node that just ended, which began at `at`, was no entry of the flow sequence but the first
--                   key of a mapping in it: as if mapping_start had come before it. Only for a collection as a key.
--
-- `at` is a byte offset in the text. Anchors and tags are nil or strings, tags resolved ("!" stays).
--
-- Block collections are frames on a stack with their indentation; a line belongs to the frame whose indentation
-- it has. Section numbers are those of YAML 1.2.2.
--
-- @module yaml.parser

local errors = require "yaml.errors"
local reader = require "yaml.reader"
local scanner = require "yaml.scanner"

local find, sub, byte = string.find, string.sub, string.byte
local raise = errors.raise
local plain, single_quoted, double_quoted = scanner.plain, scanner.single_quoted, scanner.double_quoted
local is_marker = scanner.is_marker
local FLOW_END = scanner.FLOW_END

local TAB, LF, SPACE, BANG, DQUOTE, HASH, PERCENT, AMPERSAND, QUOTE = 9, 10, 32, 33, 34, 35, 37, 38, 39
local STAR, COMMA, DASH, COLON, GREATER, QUESTION = 42, 44, 45, 58, 62, 63
local OPEN_SEQ, CLOSE_SEQ, OPEN_MAP, BAR, CLOSE_MAP = 91, 93, 123, 124, 125

-- An implicit key has at most so many characters (section 7.4.2).
local LONGEST_KEY = 1024

-- Bytes that cannot begin a plain scalar; "-", "?" and ":" can before a character that is not white.
local INDICATOR = {}
for c in (",[]{}#&*!|>'\"%@`"):gmatch "." do INDICATOR[byte(c)] = true end

local BLANK = { [SPACE] = true, [TAB] = true, [LF] = true }

local DEFAULT_HANDLES = { ["!"] = "!", ["!!"] = "tag:yaml.org,2002:" }

-- Block frames. A mapping entered by "? " waits for its ":".
local SEQ, MAP, MAP_VALUE = 1, 2, 3

-- What a flow collection expects next.
local ENTRY, AFTER_ENTRY, PAIR_KEY, AFTER_PAIR_KEY, PAIR_VALUE, AFTER_PAIR = 1, 2, 3, 4, 5, 6 -- in a sequence
local KEY, EXPLICIT_KEY, AFTER_KEY, VALUE, AFTER_VALUE = 7, 8, 9, 10, 11 -- in a mapping

-- The state behind a node, for the states in which a node may come.
local AFTER = {
  [ENTRY] = AFTER_ENTRY, [PAIR_KEY] = AFTER_PAIR_KEY, [PAIR_VALUE] = AFTER_PAIR,
  [KEY] = AFTER_KEY, [EXPLICIT_KEY] = AFTER_KEY, [VALUE] = AFTER_VALUE,
}

-- The empty nodes that are to be supplied when a comma or the end comes.
local MISSING = { [PAIR_KEY] = 2, [AFTER_PAIR_KEY] = 1, [PAIR_VALUE] = 1, [EXPLICIT_KEY] = 2, [AFTER_KEY] = 1, [VALUE] = 1 }

-- Whether a mapping of one pair is open in a sequence.
local IN_PAIR = { [PAIR_KEY] = true, [AFTER_PAIR_KEY] = true, [PAIR_VALUE] = true, [AFTER_PAIR] = true }

-- The state behind the ":" that ends a key.
local COLON_AFTER = { [AFTER_KEY] = VALUE, [AFTER_PAIR_KEY] = PAIR_VALUE }

-- The state behind a ":" that comes where a key may come: the key is empty.
local COLON_AT = { [ENTRY] = PAIR_VALUE, [PAIR_KEY] = PAIR_VALUE, [KEY] = VALUE, [EXPLICIT_KEY] = VALUE }

local STATES_OF_SEQUENCE = AFTER_PAIR -- and those below it

local function ignore() end

local parser = {}

--- The limit on nested collections where `options.max_depth` gives none: deeper than any document that people
-- write, and small enough that a recursive walk over the result does not overflow Lua's stack.
parser.MAX_DEPTH = 10000

--- Parses a stream of documents.
-- @tparam string text as yaml.reader.decode gives it
-- @tparam table sink the functions described above; all must be there
-- @tparam[opt] table options `max_depth`: how deep collections may nest (default parser.MAX_DEPTH)
-- @raise a fault (see yaml.errors) where the text is not YAML
function parser.parse(text, sink, options)
  local max_depth = options and options.max_depth or parser.MAX_DEPTH
  local emit_scalar, emit_alias = sink.scalar, sink.alias
  local sequence_start, sequence_end = sink.sequence_start, sink.sequence_end
  local mapping_start, mapping_end, pair = sink.mapping_start, sink.mapping_end, sink.pair
  local handles = DEFAULT_HANDLES

  if reader.restricted(text) then
    emit_scalar = function(at, value, style, anchor, tag)
      if style ~= "double" and style ~= "single" and reader.restricted(value) then
        raise(at, "this text has a character that is allowed in quotes only", "put the text in double quotes")
      end
      sink.scalar(at, value, style, anchor, tag)
    end
  end

  -- The place: pos is the next byte; line_start the line's first byte. Behind next_line(): col is the number of
  -- spaces before pos, -1 at the end of a document; tab tells whether a tab stands among the white before pos.
  local pos, line_start, col, tab = 1, 1, 0, false

  -- Goes to the first line with content that begins at `start` or later.
  local function next_line(start)
    tab = false
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
        line_start, pos = start, e + 1
        if c == nil then
          col = -1
        else
          col = e + 1 - start
          if tab then
            local _, spaces = find(text, "^ *", start)
            col = spaces + 1 - start
          elseif col == 0 and (c == DASH or c == 46) and is_marker(text, start) then
            col = -1
          end
        end
        return
      end
    end
  end

  local function raise_tab()
    raise(find(text, "\t", line_start, true), "a tab is used for indentation", "YAML indents with spaces only")
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

  local function raise_key_or_text(at)
    local c = byte(text, at)
    if c == COLON then
      raise(at, "a mapping cannot begin here", "a key and its value stand on one line; quote a text that has \": \" in it")
    elseif c == HASH then
      raise(at, "a comment needs a space before its #")
    elseif c == CLOSE_SEQ or c == CLOSE_MAP then
      raise(at, ("this %s closes nothing"):format(sub(text, at, at)))
    end
    raise(at, "text follows a value that has ended", "quote the whole value, or put a comment behind \" #\"")
  end

  -- Behind a node: nothing but a comment may follow on its line.
  local function end_line()
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
      raise_key_or_text(e + 1)
    else
      next_line(e + 1)
    end
  end

  local function raise_indicator(at, c)
    local shown = sub(text, at, at)
    if c == TAB then
      raise(at, "a tab is used for indentation", "YAML indents with spaces only")
    elseif c == 64 or c == 96 then
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

  local function check_key_length(from, to)
    if to - from > LONGEST_KEY and (utf8.len(text, from, to - 1) or to - from) > LONGEST_KEY then
      raise(from, ("this key has more than %d characters"):format(LONGEST_KEY), "write a long key behind \"? \"")
    end
  end

  -- Properties of a node (section 6.9), at an "&" or "!"; both may be given, in any order.
  local function one_property(anchor, tag)
    local at = pos
    if byte(text, at) == AMPERSAND then
      if anchor then raise(at, "a node cannot have two anchors") end
      anchor, pos = scanner.anchor(text, at)
    else
      if tag then raise(at, "a node cannot have two tags") end
      tag, pos = scanner.tag(text, at, handles)
    end
    return anchor, tag
  end

  local function both(first, second, at, what)
    if first and second then raise(at, ("a node cannot have two %s"):format(what)) end
    return first or second
  end

  -- Behind a property there is white, or in a flow collection what ends the node.
  local function end_property(flow)
    local c = byte(text, pos)
    if BLANK[c] or flow and FLOW_END[c] then return end
    raise(pos, "white must follow a tag or an anchor", "a tag or an anchor ends at the first space")
  end

  -- A scalar in quotes or plain, at pos: value, style, whether it has several lines.
  local function scalar(c, indent, flow)
    local value, several
    if c == DQUOTE then
      value, pos, several = double_quoted(text, pos, indent)
      return value, "double", several
    elseif c == QUOTE then
      value, pos, several = single_quoted(text, pos, indent)
      return value, "single", several
    elseif INDICATOR[c] then
      raise_indicator(pos, c)
    elseif c == DASH or c == QUESTION or c == COLON then
      local d = byte(text, pos + 1)
      if BLANK[d] or flow and FLOW_END[d] then raise_indicator(pos, c) end
    end
    value, pos, several = plain(text, pos, indent, flow)
    return value, "plain", several
  end

  -- -------------------------------------------------------------------------------------------- flow (7.4)

  local function opened_here(at)
    return { offset = at, message = ("the %s opened here"):format(sub(text, at, at)) }
  end

  -- Goes to the next token in a flow collection; gives its byte. Lines need `indent` spaces.
  local function flow_space(indent, opened)
    local p = pos
    local new_line = false
    while true do
      local _, e = find(text, "^[ \t]*", p)
      local c = byte(text, e + 1)
      if c == HASH and BLANK[byte(text, e)] then
        e = find(text, "\n", e + 1, true) - 1
        c = LF
      end
      if c ~= LF then
        if c == nil then
          raise(opened, ("this %s is never closed"):format(sub(text, opened, opened)))
        end
        if new_line then
          local _, spaces = find(text, "^ *", p)
          if spaces - p + 1 < indent then
            raise(e + 1, "this line is inside brackets, and is indented too little",
              "close the bracket, or indent all its lines deeper than the key", opened_here(opened))
          end
          if e < p and (c == DASH or c == 46) and is_marker(text, p) then
            raise(p, "this document marker is inside brackets", "close the bracket", opened_here(opened))
          end
          line_start = p
        end
        pos = e + 1
        return c
      end
      p = e + 2
      new_line = true
    end
  end

  -- Reads a flow collection, pos at its bracket; emits its events. `base` is the number of collections around it.
  local function flow_collection(indent, base, anchor, tag)
    local states, starts = {}, {} -- of the collections that are open: the state behind each, and its bracket
    local depth = 0
    local state
    local token = pos -- where the last node began
    local json = false -- whether ":" may follow the last node without a space behind it

    local function open(c)
      depth = depth + 1
      if base + depth > max_depth then
        raise(pos, ("collections are nested deeper than max_depth = %d"):format(max_depth))
      end
      states[depth], starts[depth] = state, pos
      if c == OPEN_SEQ then
        sequence_start(pos, true, anchor, tag)
        state = ENTRY
      else
        mapping_start(pos, true, anchor, tag)
        state = KEY
      end
      pos = pos + 1
    end

    local function supply_missing()
      for _ = 1, MISSING[state] or 0 do emit_scalar(pos, "", "plain") end
      if IN_PAIR[state] then mapping_end(pos) end
    end

    local function raise_unexpected(c)
      local opened = starts[depth]
      local bracket = sub(text, opened, opened)
      if c == COLON then
        raise(pos, "a mapping cannot begin here", "quote a text that has \": \" in it")
      elseif c == HASH then
        raise(pos, "a comment needs a space before its #")
      end
      raise(pos, ("a comma or %s is missing before this"):format(bracket == "[" and "]" or "}"), nil, opened_here(opened))
    end

    open(byte(text, pos))
    while true do
      local c = byte(text, pos)
      if BLANK[c] or c == HASH or c == nil then c = flow_space(indent, starts[depth]) end

      if c == COMMA then
        if state == ENTRY or state == KEY then
          raise(pos, "an entry is missing before this comma", "write null for an empty entry")
        end
        supply_missing()
        state = state <= STATES_OF_SEQUENCE and ENTRY or KEY
        pos = pos + 1

      elseif c == CLOSE_SEQ or c == CLOSE_MAP then
        local sequence = c == CLOSE_SEQ
        if sequence ~= (state <= STATES_OF_SEQUENCE) then
          local opened = starts[depth]
          raise(pos, ("this %s cannot close the %s"):format(sub(text, pos, pos), sub(text, opened, opened)), nil,
            opened_here(opened))
        end
        supply_missing()
        if sequence then sequence_end(pos) else mapping_end(pos) end
        token, state = starts[depth], states[depth]
        pos = pos + 1
        depth = depth - 1
        if depth == 0 then return end
        json = true

      elseif not AFTER[state] then
        -- A node has ended; only ":" is left to come.
        if c ~= COLON or not (json or FLOW_END[byte(text, pos + 1)]) then
          raise_unexpected(c)
        elseif state == AFTER_ENTRY then
          -- A scalar before ":" was seen below, so this is a collection, or the ":" is on another line.
          check_key_length(token, pos)
          if find(sub(text, token, pos), "\n", 1, true) then
            raise(pos, "a key in a flow sequence cannot have several lines", "put the key behind \"? \"")
          end
          pair(token)
          state = PAIR_VALUE
        elseif COLON_AFTER[state] then
          state = COLON_AFTER[state]
        else
          raise_unexpected(c)
        end
        pos = pos + 1

      elseif c == QUESTION and (state == ENTRY or state == KEY) and BLANK[byte(text, pos + 1)] then
        if state == ENTRY then
          mapping_start(pos, true)
          state = PAIR_KEY
        else
          state = EXPLICIT_KEY
        end
        pos = pos + 1

      elseif c == COLON and COLON_AT[state] and FLOW_END[byte(text, pos + 1)] then
        if state == ENTRY then mapping_start(pos, true) end
        emit_scalar(pos, "", "plain")
        state = COLON_AT[state]
        pos = pos + 1

      else
        token = pos
        anchor, tag = nil, nil
        while c == AMPERSAND or c == BANG do
          anchor, tag = one_property(anchor, tag)
          end_property(true)
          c = flow_space(indent, starts[depth])
        end
        if c == OPEN_SEQ or c == OPEN_MAP then
          state = AFTER[state]
          open(c)
        else
          local at = pos
          local value, style, several
          json = c == DQUOTE or c == QUOTE
          if c == STAR then
            if anchor or tag then raise(at, "an alias cannot have a tag or an anchor") end
            value, pos = scanner.anchor(text, at)
            style = "alias"
          elseif (anchor or tag) and (FLOW_END[c] or c == COLON and FLOW_END[byte(text, at + 1)]) then
            value, style = "", "plain"
          else
            value, style, several = scalar(c, indent, true)
          end
          local next_state = AFTER[state]
          if state == ENTRY and not several then
            -- A single pair: its key and ":" are on one line.
            local _, e = find(text, "^[ \t]*", pos)
            if byte(text, e + 1) == COLON and (json or FLOW_END[byte(text, e + 2)]) then
              check_key_length(token, e)
              if find(sub(text, token, at), "\n", 1, true) then -- between a property and the key
                raise(e + 1, "a key in a flow sequence cannot have several lines", "put the key behind \"? \"")
              end
              mapping_start(token, true)
              next_state = PAIR_VALUE
              pos = e + 2
            end
          end
          if style == "alias" then emit_alias(at, value) else emit_scalar(at, value, style, anchor, tag) end
          state = next_state
        end
      end
    end
  end

  -- ------------------------------------------------------------------------------------------- block (8.2)

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

  -- Where the ":" is that makes a key of the node that ends at pos.
  local function colon_behind()
    local p = pos
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
  local function flow_key_ahead(indent)
    local stop = find(text, "\n", pos, true)
    -- A key has at most LONGEST_KEY characters, of up to four bytes.
    local line = sub(text, pos, stop - pos > 4 * LONGEST_KEY and pos + 4 * LONGEST_KEY or stop)
    if not find(line, "[%]}][ \t]*:[ \t\n]") then return false end
    local saved_pos, saved_start = pos, line_start
    local a, b, c, d, e, f, g = emit_scalar, emit_alias, sequence_start, sequence_end, mapping_start, mapping_end, pair
    emit_scalar, emit_alias, sequence_start, sequence_end = ignore, ignore, ignore, ignore
    mapping_start, mapping_end, pair = ignore, ignore, ignore
    flow_collection(indent, depth)
    emit_scalar, emit_alias, sequence_start, sequence_end, mapping_start, mapping_end, pair = a, b, c, d, e, f, g
    local is_key = pos < stop and colon_behind()
    pos, line_start = saved_pos, saved_start
    return is_key
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
  local function node(n, same_seq, compact)
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
        here_anchor, here_tag = one_property(here_anchor, here_tag)
        end_property(false)
        _, e = find(text, "^[ \t]*", pos)
        pos = e + 1
        c = byte(text, pos)
      else
        break
      end
    end
    local at = pos
    local property = first ~= nil
    first = first or at

    local d = byte(text, at + 1)
    if (c == DASH or c == QUESTION) and BLANK[d] then
      if property then
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
        flow_collection(n + 1, depth, here_anchor, here_tag)
        local colon = colon_behind()
        check_key_length(first, colon)
        pos = colon + 1
        return true
      end
      flow_collection(n + 1, depth, both(anchor, here_anchor, at, "anchors"), both(tag, here_tag, at, "tags"))
      end_line()
      return false
    end

    -- A scalar or an alias: a node, or the first key of a mapping.
    local value, style, several
    if c == STAR then
      if property then raise(first, "an alias cannot have a tag or an anchor") end
      value, pos = scanner.anchor(text, at)
      style = "alias"
    elseif c == COLON and BLANK[d] then
      value, style = "", "plain"
    else
      value, style, several = scalar(c, n + 1, false)
    end
    local colon = colon_behind()
    if colon then
      if several and style == "plain" then raise_long_key(at, colon) end
      if several then raise(at, "a key cannot have several lines", "put it behind \"? \"") end
      if not compact then raise_not_here(colon, "mapping", compact) end
      check_key_length(first, colon)
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
    end_line()
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
      anchor, tag = one_property(anchor, tag)
      end_property(false)
      local _, e = find(text, "^[ \t]*", pos)
      pos = e + 1
      c = byte(text, pos)
    end
    local at = pos
    if c == OPEN_SEQ or c == OPEN_MAP then
      flow_collection(indent + 1, depth, anchor, tag)
      check_key_length(first, pos)
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
      local value, style, several = scalar(c, indent + 1, false)
      if several then
        if style == "plain" then
          local colon = colon_behind()
          if colon then raise_long_key(at, colon) end
          raise_no_key(at)
        end
        raise(at, "a key cannot have several lines", "put it behind \"? \"")
      end
      emit_scalar(at, value, style, anchor, tag)
    end
    local colon = colon_behind()
    if not colon then raise_no_key(first) end
    check_key_length(first, colon)
    pos = colon + 1
  end

  -- The node of a document; ends at col = -1, or at content that belongs to no frame.
  local function root(compact)
    depth = 0
    local due = node(-1, false, compact)
    while true do
      while due do due = node(indents[depth], true, false) end
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
          due = node(indent, false, true)
        elseif depth > 1 and indents[depth - 1] == indent then
          pop() -- the sequence stood at the column of its key
        else
          raise(pos, "a sequence entry is expected here, beginning with \"- \"", "indent a line that continues the entry above it")
        end
      elseif c == QUESTION and BLANK[d] then
        if kind == MAP_VALUE then emit_scalar(pos, "", "plain") end
        kinds[depth] = MAP_VALUE
        pos = pos + 1
        due = node(indent, true, true)
      elseif kind == MAP_VALUE and c == COLON and BLANK[d] then
        kinds[depth] = MAP
        pos = pos + 1
        due = node(indent, true, true)
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

  -- ---------------------------------------------------------------------------------------- documents (9)

  -- Behind a directive or "...": only a comment may follow on the line.
  local function end_marker_line(what)
    local _, e = find(text, "^[ \t]*", pos)
    local c = byte(text, e + 1)
    if c ~= LF and not (c == HASH and e >= pos) then
      raise(e + 1, ("text follows %s"):format(what), "put it on a line of its own")
    end
    next_line(find(text, "\n", e + 1, true) + 1)
  end

  -- Reads a directive (section 6.8) at pos; gives the version that it sets.
  local function directive(version)
    local at = pos
    local name = text:match("^%%([^ \t\n]+)", at)
    if name == "YAML" then
      if version then raise(at, "%YAML is given twice") end
      local _, e, major, minor = find(text, "^%%YAML[ \t]+(%d+)%.(%d+)", at)
      if not e then raise(at, "a version must follow %YAML", "write %YAML 1.2") end
      if major ~= "1" then raise(at, ("YAML %s.%s is not known"):format(major, minor), "this is a reader of YAML 1.2") end
      version = major .. "." .. minor
      pos = e + 1
      end_marker_line("the version")
    elseif name == "TAG" then
      local _, e, handle, prefix = find(text, "^%%TAG[ \t]+(![^ \t\n]*)[ \t]+([^ \t\n]+)", at)
      if not e or not (handle == "!" or find(handle, "^![%w-]*!$")) then
        raise(at, "a handle and a prefix must follow %TAG", "write %TAG !e! tag:example.com,2000:")
      end
      if handles == DEFAULT_HANDLES then
        handles = setmetatable({}, { __index = DEFAULT_HANDLES })
      elseif rawget(handles, handle) then
        raise(at, ("the handle %s is declared twice"):format(handle))
      end
      handles[handle] = prefix
      pos = e + 1
      end_marker_line("the prefix")
    elseif name then
      -- A reserved directive says nothing yet (section 6.8).
      next_line(find(text, "\n", at, true) + 1)
    else
      raise(at, "a directive has no name")
    end
    return version
  end

  local start = 1
  local fresh = true -- at the begin and behind "...": directives and documents without "---" may come
  while true do
    -- A byte order mark may stand before each document (section 5.2).
    if find(text, "^\239\187\191", start) then start = start + 3 end
    next_line(start)
    local version
    local directives = false
    handles = DEFAULT_HANDLES
    while col == 0 and fresh and byte(text, pos) == PERCENT do
      version = directive(version)
      directives = true
    end
    local marker = col == -1 and sub(text, pos, pos + 2) or nil
    if directives and marker ~= "---" then
      raise(pos, "a document must begin with --- behind its directives")
    elseif marker == "" then
      return
    elseif marker == "..." then
      pos = pos + 3
      end_marker_line("...")
      start, fresh = line_start, true
    else
      sink.document_start(pos, marker ~= nil, version)
      if marker then
        pos, tab = pos + 3, false
        root(false)
      else
        root(not tab)
      end
      if col ~= -1 then
        local c = byte(text, pos)
        if tab then raise_tab() end
        if c == PERCENT then raise(pos, "a directive must follow ...", "end the document above with a line that is ...") end
        raise(pos, "text follows the end of the document's value",
          "a second document begins with ---; lines of one collection have one indentation")
      end
      local dots = sub(text, pos, pos + 2) == "..."
      sink.document_end(pos, dots)
      fresh = dots
      if dots then
        pos = pos + 3
        end_marker_line("...")
      end
      start = line_start
    end
  end
end

return parser
