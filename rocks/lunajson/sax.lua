--- The SAX parsers of lunajson's interface, over `json.reader`.
--
-- @module lunajson.sax

local decoder = require "json.decoder"
local json_reader = require "json.reader"
local json_source = require "json.source"
local reason = require "lunajson.reasons"

local type, error = type, error

-- Levels of arrays and objects. (lunajson has no limit here, but what it holds for each level.)
local DEPTH = 10000

local SETTINGS = decoder.settings { depth = DEPTH, utf8 = "pass" }
SETTINGS.infinite = true
SETTINGS.paired = true

local sax = {}

local function new(where, source, handlers)
  if type(handlers) ~= "table" then
    error(("bad argument #2 to '%s' (table expected, got %s)"):format(where, type(handlers)), 3)
  end
  local reader = json_reader.new(source, handlers, SETTINGS)
  return {
    --- Read the value that is next, and tell the handlers of it.
    -- @raise "parse error at N: REASON" at the caller's line, or what a handler raises
    run = function()
      local fine, fault = json_reader.value(reader)
      if not fine then
        error(reason { at = json_reader.offset(reader, fault.at) + 1, what = fault.what }, 2)
      end
    end,
    --- The byte that is next.
    -- @treturn integer from 1
    tellpos = function() return json_reader.offset(reader) + 1 end,
    --- What that byte is, without going on.
    -- @treturn ?integer nil at the end
    tryc = function() return json_reader.peek(reader) end,
    --- Take the next bytes as they are.
    -- @tparam integer size how many, or fewer at the end
    -- @treturn string
    read = function(size)
      if math.type(size) ~= "integer" then
        error("bad argument #1 to 'read' (integer expected, got " .. type(size) .. ")", 2)
      end
      return json_reader.take(reader, size)
    end,
  }
end

--- A parser of text.
-- @tparam string|function input the text, or a function that gives its chunks, and nil at the end
-- @tparam table handlers functions by the names of events: startobject, key, endobject, startarray, endarray,
--   string, number, boolean, null; each may be left out
-- @treturn table with the functions run, tellpos, tryc and read
-- @raise at the caller's line when an argument is wrong
function sax.newparser(input, handlers)
  if type(input) ~= "string" and type(input) ~= "function" then
    error(("bad argument #1 to 'newparser' (string or function expected, got %s)"):format(type(input)), 2)
  end
  return new("newparser", json_source.chunks(input), handlers)
end

--- A parser of a file, which it closes when it has come to its end.
-- @tparam string path
-- @tparam table handlers as for `newparser`
-- @treturn table as from `newparser`
-- @raise at the caller's line when the file cannot be opened
function sax.newfileparser(path, handlers)
  local file, err = io.open(path, "rb")
  if not file then error(err, 2) end
  local chunks = json_source.chunks(file)
  return new("newfileparser", function()
    local chunk = chunks()
    if not chunk then file:close() end
    return chunk
  end, handlers)
end

return sax
