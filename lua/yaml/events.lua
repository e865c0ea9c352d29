--- Parse events as tables, one at a time, with their places.
--
-- An event has `type`, `line` and `column` (from 1, in characters), `offset` (bytes, from 1), and by type:
--
--     stream_start, stream_end      (begin and end of the text)
--     document_start                explicit (whether by ---), version ("1.2" of %YAML, or nil)
--     document_end                  explicit (whether by ...)
--     sequence_start, mapping_start flow (whether in brackets), anchor, tag
--     sequence_end, mapping_end
--     scalar                        value, style ("plain", "single", "double", "literal", "folded"), anchor, tag
--     alias                         anchor
--
-- @module yaml.events

local parser = require "yaml.parser"

local find = string.find

local events = {}

-- Gives a function from a byte offset to line and column, for offsets that only grow.
local function locator(text)
  local line, start = 1, 1
  local next_break = find(text, "\n", 1, true)
  local seen, column = 1, 1 -- an offset on the line and its column
  return function(offset)
    while next_break and next_break < offset do
      line, start = line + 1, next_break + 1
      seen, column = start, 1
      next_break = find(text, "\n", start, true)
    end
    if offset > seen then
      local upto = offset - 1
      if upto > #text then upto = #text end
      column = column + (upto >= seen and (utf8.len(text, seen, upto) or upto - seen + 1) or 0)
      seen = offset
    end
    return line, column
  end
end

-- A sink for the parser that calls `put` with each event in order. Events inside a flow sequence wait until it
-- ends, because a collection in it may turn out to be the first key of a mapping.
local function collector(text, put)
  local locate = locator(text)
  local waiting, count = {}, 0
  local open = 0 -- flow sequences around
  local closes = {} -- for each open flow collection: whether it is a sequence

  local function event(at, fields)
    fields.offset = at
    fields.line, fields.column = locate(at)
    if open == 0 then
      put(fields)
    else
      count = count + 1
      waiting[count] = fields
    end
  end

  local function flush()
    local list, n = waiting, count
    waiting, count = {}, 0
    for i = 1, n do
      local e = list[i]
      if e.pair then
        put(e.pair)
        e.pair = nil
      end
      put(e)
    end
  end

  local function ended(at, kind)
    event(at, { type = kind })
    local sequence = table.remove(closes)
    if sequence then
      open = open - 1
      if open == 0 then flush() end
    end
  end

  return {
    document_start = function(at, explicit, version)
      event(at, { type = "document_start", explicit = explicit, version = version })
    end,
    document_end = function(at, explicit)
      event(at, { type = "document_end", explicit = explicit })
    end,
    sequence_start = function(at, flow, anchor, tag)
      if flow then open = open + 1 end
      closes[#closes + 1] = flow
      event(at, { type = "sequence_start", flow = flow, anchor = anchor, tag = tag })
    end,
    sequence_end = function(at) ended(at, "sequence_end") end,
    mapping_start = function(at, flow, anchor, tag)
      closes[#closes + 1] = false
      event(at, { type = "mapping_start", flow = flow, anchor = anchor, tag = tag })
    end,
    mapping_end = function(at) ended(at, "mapping_end") end,
    scalar = function(at, value, style, anchor, tag)
      event(at, { type = "scalar", value = value, style = style, anchor = anchor, tag = tag })
    end,
    alias = function(at, name) event(at, { type = "alias", anchor = name }) end,
    pair = function(at)
      for i = count, 1, -1 do
        local e = waiting[i]
        if e.offset == at and e.type:find("_start", 1, true) and not e.pair then
          closes[#closes + 1] = false
          e.pair = { type = "mapping_start", flow = true, offset = at, line = e.line, column = e.column }
          return
        end
      end
    end,
  }
end

--- An iterator over the events of a text.
-- @tparam string text as yaml.reader.decode gives it
-- @tparam[opt] table options as for yaml.parser.parse
-- @treturn function gives the next event, then nil
-- @raise a fault (see yaml.errors) from the iterator, where the text is not YAML
function events.iterate(text, options)
  return coroutine.wrap(function()
    local yield = coroutine.yield
    yield { type = "stream_start", line = 1, column = 1, offset = 1 }
    parser.parse(text, collector(text, yield), options)
    local line, column = locator(text)(#text + 1)
    yield { type = "stream_end", line = line, column = column, offset = #text + 1 }
  end)
end

local ESCAPES = { ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ["\b"] = "\\b" }
local SIGNS = { plain = ":", single = "'", double = '"', literal = "|", folded = ">" }

local function properties(event)
  return (event.anchor and " &" .. event.anchor or "") .. (event.tag and " <" .. event.tag .. ">" or "")
end

-- One line for each type, in the notation of yaml-test-suite.
local LINES = {
  stream_start = function() return "+STR" end,
  stream_end = function() return "-STR" end,
  document_start = function(event) return event.explicit and "+DOC ---" or "+DOC" end,
  document_end = function(event) return event.explicit and "-DOC ..." or "-DOC" end,
  sequence_start = function(event) return "+SEQ" .. (event.flow and " []" or "") .. properties(event) end,
  sequence_end = function() return "-SEQ" end,
  mapping_start = function(event) return "+MAP" .. (event.flow and " {}" or "") .. properties(event) end,
  mapping_end = function() return "-MAP" end,
  alias = function(event) return "=ALI *" .. event.anchor end,
  scalar = function(event)
    return "=VAL" .. properties(event) .. " " .. SIGNS[event.style] .. event.value:gsub("[\\\n\t\r\b]", ESCAPES)
  end,
}

--- An event as a line of text, in the notation of yaml-test-suite's `test.event` files.
-- @tparam table event
-- @treturn string without line feed
function events.line(event)
  return LINES[event.type](event)
end

return events
