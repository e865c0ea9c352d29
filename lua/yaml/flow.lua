--- Flow collections: [sequences] and {mappings} (YAML 1.2.2, section 7.4).
--
-- @module yaml.flow

local errors = require "yaml.errors"
local node = require "yaml.node"
local scanner = require "yaml.scanner"

local find, sub, byte = string.find, string.sub, string.byte
local raise = errors.raise
local property, scalar, check_key_length = node.property, node.scalar, node.check_key_length
local is_marker = scanner.is_marker
local BLANK, FLOW_END = node.BLANK, scanner.FLOW_END

local LF, BANG, DQUOTE, HASH, AMPERSAND, QUOTE, STAR, COMMA, DASH, DOT = 10, 33, 34, 35, 38, 39, 42, 44, 45, 46
local COLON, QUESTION, OPEN_SEQ, CLOSE_SEQ, OPEN_MAP, CLOSE_MAP = 58, 63, 91, 93, 123, 125

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

local flow = {}

--- Makes a reader of flow collections.
-- @tparam string text
-- @tparam table sink as for yaml.parser
-- @tparam table context `handles`: prefixes of tags by handle; `max_depth`: how deep collections may nest
-- @treturn function read(at, indent, base, anchor, tag): reads the collection whose bracket is at `at`, of which
--   further lines need `indent` spaces, and around which there are `base` others; emits its events, the first with the
--   anchor and the tag; gives the position behind its last bracket
function flow.reader(text, sink, context)
  local emit_scalar, emit_alias, pair = sink.scalar, sink.alias, sink.pair
  local sequence_start, sequence_end = sink.sequence_start, sink.sequence_end
  local mapping_start, mapping_end = sink.mapping_start, sink.mapping_end
  local max_depth = context.max_depth
  local pos -- the next byte

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
            if e > spaces then errors.raise_tab(spaces + 1, opened_here(opened)) end
            raise(e + 1, "this line is inside brackets, and is indented too little",
              "close the bracket, or indent all its lines deeper than the key", opened_here(opened))
          end
          if e < p and (c == DASH or c == DOT) and is_marker(text, p) then
            raise(p, "this document marker is inside brackets", "close the bracket", opened_here(opened))
          end
        end
        pos = e + 1
        return c
      end
      p = e + 2
      new_line = true
    end
  end

  -- Reads the collection that begins at pos.
  local function read(indent, base, anchor, tag)
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
          check_key_length(text, token, pos)
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
          anchor, tag, pos = property(text, pos, anchor, tag, context.handles, true)
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
            value, style, pos, several = scalar(text, pos, c, indent, true)
          end
          local next_state = AFTER[state]
          if state == ENTRY and not several then
            -- A single pair: its key and ":" are on one line.
            local _, e = find(text, "^[ \t]*", pos)
            if byte(text, e + 1) == COLON and (json or FLOW_END[byte(text, e + 2)]) then
              check_key_length(text, token, e)
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

  return function(at, indent, base, anchor, tag)
    pos = at
    read(indent, base, anchor, tag)
    return pos
  end
end

return flow
