--- YAML 1.2 in pure Lua.
--
--     local yaml = require "yaml"
--     local project, err = yaml.load(text, { name = "compose.yaml" })
--     if not project then error(err) end
--     io.write(yaml.dump(project))
--
-- Layers, each usable alone: `yaml.reader` (bytes to text), `yaml.scanner` (text to words), `yaml.parser` with
-- `yaml.block`, `yaml.flow` and `yaml.node` (to events), `yaml.events` (events as tables), `yaml.composer`,
-- `yaml.constructor` and `yaml.schemas` (events to values), `yaml.representer` (values to events), `yaml.emitter`
-- (events to text). Nothing in a text is ever run.
--
-- @module yaml

local composer = require "yaml.composer"
local constructor = require "yaml.constructor"
local emitter = require "yaml.emitter"
local errors = require "yaml.errors"
local events = require "yaml.events"
local exosite = require "yaml.exosite"
local reader = require "yaml.reader"
local representer = require "yaml.representer"
local schemas = require "yaml.schemas"
local types = require "yaml.types"

local yaml = {}

--- The value of null, which nil cannot be: `yaml.null` is one table, the same as `json.null` where that is installed.
yaml.null = types.null

--- The version of YAML.
yaml.version = "1.2"

--- The built-in schemas, by name: core, json, failsafe, 1.1 (see yaml.schemas).
yaml.schemas = schemas

-- Options and the types that they may have; a count is a whole number from 0, or math.huge.
local LOAD_OPTIONS = {
  name = "string", schema = "string or table", tags = "table", unknown_tags = "string", ordered = "boolean", merge = "boolean",
  duplicates = "string", aliases = "string", cycles = "boolean", null = "any", big = "string", timestamps = "boolean",
  binary = "boolean", max_depth = "count", max_aliased = "count", max_size = "count",
  all = "boolean", explicit_scalar = "table", implicit_scalar = "function", drop_null = "boolean", string_keys = "boolean",
}
local EVENT_OPTIONS = { name = "string", max_depth = "count", max_size = "count" }
local DUMP_OPTIONS = {
  indent = "count", width = "count", flow = "count", anchors = "boolean or table", sort = "boolean or function",
  explicit = "boolean", max_depth = "count", represent = "function", implicit_scalar = "function",
}
local CHOICES = {
  unknown_tags = { ignore = true, error = true },
  duplicates = { error = true, first = true, last = true },
  aliases = { share = true, copy = true },
  big = { float = true, string = true },
}

local function has_type(value, want)
  if want == "any" then return true end
  if want ~= "count" then return want:find(type(value), 1, true) ~= nil end
  return type(value) == "number" and value >= 0 and (value == math.huge or value % 1 == 0)
end

-- Raises at the caller of the public function, `level` calls up, for an option that is unknown or wrong.
local function check_options(options, known, called, level)
  if type(options) ~= "table" then
    error(("bad argument #2 to '%s' (a table of options expected, got %s)"):format(called, type(options)), level)
  end
  for name, value in pairs(options) do
    local want = known[name]
    if not want then error(("yaml.%s has no option %q"):format(called, tostring(name)), level) end
    if not has_type(value, want) then
      local shown = type(value) == "number" and tostring(value) or type(value)
      if want == "count" then want = "whole number from 0" end
      error(("the option %s of yaml.%s must be a %s, got %s"):format(name, called, want, shown), level)
    end
    if CHOICES[name] and not CHOICES[name][value] then
      error(("the option %s of yaml.%s cannot be %q"):format(name, called, value), level)
    end
  end
  if known == LOAD_OPTIONS then
    if type(options.schema) == "string" and not schemas[options.schema] then
      error(("there is no schema %q; there are core, json, failsafe and 1.1"):format(options.schema), level)
    end
    local wrong = type(options.schema) == "table" and constructor.wrong_schema(options.schema)
    if wrong then error(("the option schema of yaml.%s: %s"):format(called, wrong), level) end
    for _, name in ipairs { "tags", "explicit_scalar" } do
      for tag, construct in pairs(options[name] or {}) do
        if type(tag) ~= "string" or type(construct) ~= "function" then
          error(("the option %s of yaml.%s must have functions by tag"):format(name, called), level)
        end
      end
    end
  end
  if known == DUMP_OPTIONS and options.indent and not (options.indent >= 1 and options.indent <= 9) then
    error("the option indent of yaml.dump must be an integer from 1 to 9", level)
  end
end

-- Tags may be written short, as "!!int" is, and lyaml's explicit_scalar is a table of tags too.
local function full_tags(options)
  if not options.tags and not options.explicit_scalar then return options end
  local own = setmetatable({ tags = {} }, { __index = options })
  for _, given in ipairs { options.explicit_scalar or {}, options.tags or {} } do
    for tag, construct in pairs(given) do
      own.tags[tag:sub(1, 2) == "!!" and constructor.PREFIX .. tag:sub(3) or tag] = construct
    end
  end
  return own
end

-- What a fault says, as text and as data; any other error goes on as it is.
local function explain(fault, decoded, options)
  if not errors.is_fault(fault) then error(fault, 0) end
  return errors.render(fault, decoded, options.name or "yaml")
end

-- Runs `work(text)` on the decoded text; gives true, or nil and the error as text and as data.
local function guarded(text, options, work)
  local decoded = text
  local ok, fault = pcall(function()
    if options.max_size and #text > options.max_size then
      errors.raise(1, ("the text has %d bytes, more than max_size = %d"):format(#text, options.max_size))
    end
    decoded = reader.decode(text)
    work(decoded)
  end)
  if ok then return true end
  return nil, explain(fault, decoded, options)
end

local NO_OPTIONS = {}

local function load_documents(text, options, called)
  if type(text) ~= "string" then
    error(("bad argument #1 to '%s' (string expected, got %s)"):format(called, type(text)), 3)
  end
  if options == true then options = { all = true } end
  if not options then options = NO_OPTIONS else check_options(options, LOAD_OPTIONS, called, 4) end
  local documents, n = {}, 0
  local ok, err, where = guarded(text, options, function(decoded)
    composer.compose(decoded, full_tags(options), function(value)
      n = n + 1
      documents[n] = value
    end)
  end)
  if not ok then return nil, err, where end
  return documents, options.all, n
end

--- Reads a text of one document.
--
-- Of a text with several documents the first is given, and all are checked, as lyaml does; of a text without any,
-- null.
-- @tparam string text YAML in UTF-8, UTF-16 or UTF-32
-- @tparam[opt] table options
--   `name`: what errors call the text (default "yaml");
--   `schema`: "core" (default; "1.1" below %YAML 1.1), "json", "failsafe", "1.1", or a table as in yaml.schemas;
--   `tags`: functions by tag, called (value, kind, style), that give the value of a node with the tag, or nil and
--     what is wrong; a scalar's value is its text, kind is "scalar", "sequence" or "mapping";
--   `unknown_tags`: "ignore" (default) or "error";
--   `ordered`: whether `pairs` walks mappings in the order of the text;
--   `merge`: false to read "<<" as an ordinary key;
--   `duplicates`: "error" (default), "first" or "last", which of two equal keys counts;
--   `aliases`: "share" (default: one table for all aliases of an anchor) or "copy";
--   `cycles`: whether an alias may stand inside the collection that it names (default: an error);
--   `null`: the value of null (default yaml.null);
--   `drop_null`: whether keys and entries whose value is null are left out;
--   `string_keys`: whether the keys true and 1 are the strings that they are written as;
--   `big`: "float" (default) or "string", for integers of more than 64 bits;
--   `timestamps`: whether 2026-01-01 is read as seconds since 1970 (default: a string);
--   `binary`: whether !!binary is decoded (default: its text);
--   `max_depth`: how deep collections may nest (default 10000);
--   `max_aliased`: how many nodes aliases may stand for, taken together (default 1000000);
--   `max_size`: bytes that the text may have (default: any);
--   `all`: true gives a list of all documents, as load_all does; so does `true` in place of the table (lyaml);
--   `explicit_scalar`, `implicit_scalar`: as lyaml has them
-- @treturn any the value; nil where the text is wrong
-- @treturn string then: `file:line:column: what is wrong`, the line with a caret, a hint
-- @treturn table then: the same as fields file, line, column, offset, message, hint
function yaml.load(text, options)
  local documents, all, n = load_documents(text, options, "load")
  if not documents then return nil, all, n end
  if all then return documents end
  if n == 0 then return types.null end
  return documents[1]
end

--- Reads all documents of a text.
-- @tparam string text
-- @tparam[opt] table options as for yaml.load
-- @treturn {any,...} their values, an empty list for a text without documents; nil where the text is wrong
-- @treturn string then: what is wrong, as yaml.load says it
-- @treturn table then: the same as fields
function yaml.load_all(text, options)
  local documents, err, where = load_documents(text, options, "load_all")
  if not documents then return nil, err, where end
  return documents
end

--- Iterates over the parse events of a text, with their places (see yaml.events for the fields).
--
--     for event in yaml.events(text) do print(event.line, event.type, event.value) end
-- @tparam string text
-- @tparam[opt] table options `name`, `max_depth`, `max_size` as for yaml.load
-- @treturn function an iterator; where the text is wrong it raises what yaml.load says, as a string
function yaml.events(text, options)
  if type(text) ~= "string" then
    error(("bad argument #1 to 'events' (string expected, got %s)"):format(type(text)), 2)
  end
  if options == nil then options = NO_OPTIONS else check_options(options, EVENT_OPTIONS, "events", 3) end
  local decoded, iterate
  local ok, err = guarded(text, options, function(utf8_text)
    decoded, iterate = utf8_text, events.iterate(utf8_text, options)
  end)
  if not ok then error(err, 0) end
  return function()
    local fine, event = pcall(iterate)
    if fine then return event end
    err = explain(event, decoded, options) -- not in the call below, which would take the data for a level
    error(err, 0)
  end
end

--- An event as a line in the notation of yaml-test-suite, such as `=VAL :text`.
-- @function yaml.event_line
-- @tparam table event
-- @treturn string
yaml.event_line = events.line

local function write(documents, options, called)
  if options == nil then options = NO_OPTIONS else check_options(options, DUMP_OPTIONS, called, 4) end
  local sink = emitter.new(options)
  for i = 1, documents.n or #documents do
    local wrong = representer.document(documents[i], sink, options)
    if wrong then error("yaml." .. called .. ": " .. wrong, 3) end
  end
  return sink.text()
end

--- Writes a value as a text of one document, which YAML 1.2 and 1.1 read back equal.
--
-- Keys are written in their order (ordered mappings) or sorted; a table met twice is written once, with an anchor;
-- a string that is no valid UTF-8 is written as !!binary.
-- @param value a table, string, number, boolean, yaml.null or nil
-- @tparam[opt] table options
--   `indent`: spaces, 1 to 9 (default 2);
--   `width`: columns beyond which a text of one line is folded (default: never);
--   `flow`: collections of at most so many characters are written as [a, b] or {a: b} (default 0: only empty ones);
--   `anchors`: false writes a table met twice twice; a table of names by name fixes anchors (lyaml);
--   `sort`: a function (a, b) to sort keys by; true sorts those of ordered mappings too;
--   `explicit`: whether the document begins with "---";
--   `max_depth`: how deep tables may nest (default 1000);
--   `represent`: a function from a table to a tag and the value to write with it, or nil;
--   `implicit_scalar`: a function that a reader has for plain texts (lyaml): strings that it changes are quoted
-- @treturn string
-- @raise at the caller's line for a function, a thread or a userdata, and for a table that contains itself, with its path
function yaml.dump(value, options)
  local text = write({ value, n = 1 }, options, "dump") -- no tail call, so that errors find the caller
  return text
end

--- Writes a list of values as documents, each but the first behind "---".
-- @tparam {any,...} values
-- @tparam[opt] table options as for yaml.dump
-- @treturn string
function yaml.dump_all(values, options)
  if type(values) ~= "table" then
    error(("bad argument #1 to 'dump_all' (table expected, got %s)"):format(type(values)), 2)
  end
  local text = write(values, options, "dump_all")
  return text
end

--- Marks a table as a sequence, so that it is written as one even when it is empty.
-- @tparam[opt] table t default: a new one
-- @treturn table t
function yaml.sequence(t)
  return setmetatable(t or {}, types.sequence)
end

--- Marks a table as a mapping, so that it is written as one even with the keys 1 to n.
-- @tparam[opt] table t default: a new one
-- @treturn table t
function yaml.mapping(t)
  return setmetatable(t or {}, types.mapping)
end

--- A mapping that keeps the order in which its keys are set, and is written in it.
-- @tparam[opt] {{key,value},...} entries its first keys and values
-- @treturn table
function yaml.ordered(entries)
  local map = types.ordered()
  for _, entry in ipairs(entries or {}) do map[entry[1]] = entry[2] end
  return map
end

--- Reads a text as exosite's lua-yaml does, for scripts written for that library.
--
-- yes, no, on, off, enabled, disabled are booleans; dates are the numbers that it gives; null is nil, so its keys are
-- absent; of two equal keys the last counts; of several documents the first. Unlike that library it reads all of
-- YAML 1.2, and folds lines as YAML does.
-- @tparam string text
-- @treturn any the value, nil for null
-- @raise what yaml.load says, where the text is wrong
function yaml.eval(text)
  local value, err = yaml.load(text, exosite)
  if value == nil then error(err, 0) end
  if value == types.null then return nil end
  return value
end

return yaml
