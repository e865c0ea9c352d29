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
-- This file has documents and directives (YAML 1.2.2, chapter 9 and section 6.8); yaml.block and yaml.flow have the
-- collections, yaml.node and yaml.scanner what is in them.
--
-- @module yaml.parser

local block = require "yaml.block"
local errors = require "yaml.errors"
local reader = require "yaml.reader"
local scanner = require "yaml.scanner"

local find, sub, byte, match = string.find, string.sub, string.byte, string.match
local raise = errors.raise

local LF, HASH, PERCENT = 10, 35, 37

local BOM = "^\239\187\191"

local DEFAULT_HANDLES = { ["!"] = "!", ["!!"] = "tag:yaml.org,2002:" }

local parser = {}

--- The limit on nested collections where `options.max_depth` gives none: deeper than any document that people
-- write, and small enough that a recursive walk over the result does not overflow Lua's stack.
parser.MAX_DEPTH = 10000

-- The sink for a text with characters that are allowed in quotes only: it looks for them elsewhere.
local function checking(sink)
  return setmetatable({
    scalar = function(at, value, style, anchor, tag)
      if style ~= "double" and style ~= "single" and reader.restricted(value) then
        raise(at, "this text has a character that is allowed in quotes only", "put the text in double quotes")
      end
      sink.scalar(at, value, style, anchor, tag)
    end,
  }, { __index = sink })
end

--- Parses a stream of documents.
-- @tparam string text as yaml.reader.decode gives it
-- @tparam table sink the functions described above; all must be there
-- @tparam[opt] table options `max_depth`: how deep collections may nest (default parser.MAX_DEPTH)
-- @raise a fault (see yaml.errors) where the text is not YAML
function parser.parse(text, sink, options)
  local context = { handles = DEFAULT_HANDLES, max_depth = options and options.max_depth or parser.MAX_DEPTH }
  local read_node = block.reader(text, reader.restricted(text) and checking(sink) or sink, context)
  -- The place, as in yaml.block.
  local pos, line_start, col, tab

  local function next_line(start)
    line_start, pos, col, tab = block.next_line(text, start)
  end

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
    local name = match(text, "^%%([^ \t\n]+)", at)
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
      if not e or not (handle == "!" or find(handle, "^![%w-]*!$")) or not scanner.is_tag_prefix(prefix) then
        raise(at, "a handle and a prefix must follow %TAG", "write %TAG !e! tag:example.com,2000:")
      end
      if context.handles == DEFAULT_HANDLES then
        context.handles = setmetatable({}, { __index = DEFAULT_HANDLES })
      elseif rawget(context.handles, handle) then
        raise(at, ("the handle %s is declared twice"):format(handle))
      end
      context.handles[handle] = prefix
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
    if find(text, BOM, start) then start = start + 3 end
    next_line(start)
    local version
    local directives = false
    context.handles = DEFAULT_HANDLES
    while fresh and pos == line_start and byte(text, pos) == PERCENT do
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
        line_start, pos, col, tab = read_node(line_start, pos + 3, false, false)
      else
        line_start, pos, col, tab = read_node(line_start, pos, not tab, tab)
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
