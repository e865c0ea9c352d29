--- The journal of a run in one engine: a line for each thing that happens, written at once, so that it
-- tells what happened up to the end even of a process that dies.
--
-- A line is a word and fields, separated by tabs; tabs, line breaks and backslashes in them are escaped.
-- It is not JSON, since the project's own JSON is among what is tested.
--
--     engine LUA LIMIT                    the run begins; LUA: its version; LIMIT: seconds that each block has
--     listed PLACE NAME                   a test that --list names; PLACE: file:line
--     start  KEY WHERE                    a test begins; KEY: file, full name, count of equal names; WHERE: file @ line
--     end    KEY STATUS SECONDS REASON    it ends: success, pending (REASON: why), failure, error
--     alive                               a block begins, and nothing else was said for a while
--     problem KIND KEY WHERE MESSAGE TRACEBACK     what went wrong, in a test or outside of one
--     finish PASSED FAILED ERRORS SKIPPED SECONDS
local clock = require "busted.portable.clock"

local journal = {}

local SILENCE = 1  -- seconds without a line after which a block that begins is worth one

local ESCAPES = { ["\t"] = "\\t", ["\n"] = "\\n", ["\r"] = "\\r", ["\\"] = "\\\\", ["\0"] = "\\0" }
local CHARACTERS = { t = "\t", n = "\n", r = "\r", ["\\"] = "\\", ["0"] = "\0" }
local gsub, concat, format = string.gsub, table.concat, string.format
local tostring, select, type = tostring, select, type

local function line(...)
  local fields = {}
  for i = 1, select("#", ...) do
    fields[i] = gsub(tostring((select(i, ...))), "[\t\n\r\\\0]", ESCAPES)
  end
  return concat(fields, "\t") .. "\n"
end

--- Splits a line of a journal.
-- @tparam string text without its line break
-- @treturn {string,...} the word and the fields
function journal.split(text)
  local fields = {}
  for field in (text .. "\t"):gmatch("([^\t]*)\t") do
    fields[#fields + 1] = field:gsub("\\(.)", CHARACTERS)
  end
  return fields
end

--- Keeps the journal of a runner.
-- @tparam file file open for writing
-- @tparam number limit seconds that each block has
-- @treturn function attach(runner, results), for `here.run`
-- @treturn function list(place, name), for `--list`
function journal.writer(file, limit)
  local put, flush = file.write, file.flush
  local written = clock.tick()
  local function write(...)
    put(file, line(...))
    flush(file)
    written = clock.tick()
  end
  local function list(place, name) write("listed", place, name) end
  local function attach(runner, results)
    local parent = runner.api.parent
    local keys, counts, reasons = {}, {}, {}

    local function file_of(element)
      while element and element.descriptor ~= "file" do element = parent(element) end
      return element and element.name or ""
    end

    local function key_of(element)
      local kind = element.descriptor
      if kind == "file" or kind == "runner" then return tostring(element.name) end
      local base = tostring(file_of(element)) .. ": " .. runner.full_name(element)
      if kind ~= "it" and kind ~= "pending" then return base end
      if not keys[element] then
        counts[base] = (counts[base] or 0) + 1
        keys[element] = counts[base] == 1 and base or base .. " (" .. counts[base] .. ")"
      end
      return keys[element]
    end

    local on = results.on

    local function where(element, place)
      local stands = element.trace or place
      return stands and stands.short_src and format("%s @ %d", stands.short_src, stands.currentline) or ""
    end

    local function problem(kind)
      return function(element, _, message, place)
        write("problem", kind, key_of(element), where(element, place), message, type(place) == "table" and place.traceback or "")
      end
    end

    write("engine", (_VERSION:gsub("^Lua ", "")), limit)
    on({ "limit", "start" }, function()
      if clock.tick() - written > SILENCE then write("alive") end
    end)
    on({ "pending" }, function(element, _, message) reasons[element] = message end)
    on({ "test", "start" }, function(element) write("start", key_of(element), where(element)) end)
    on({ "test", "end" }, function(element, _, status)
      local reason = reasons[element]
      reasons[element] = nil
      if status ~= "pending" or reason == nil then reason = "" end
      write("end", key_of(element), status, format("%.6f", element.duration or 0), reason)
    end)
    on({ "failure", "it" }, problem "failure")
    on({ "error" }, problem "error")
    on({ "failure" }, function(element, ...)
      if element.descriptor ~= "it" then problem("error")(element, ...) end
    end)
    on({ "suite", "end" }, function()
      write("finish", results.successesCount, results.failuresCount, results.errorsCount, results.pendingsCount,
        format("%.6f", results.getDuration()))
    end)
  end
  return attach, list
end

return journal
