--- JSON (RFC 8259) with one meaning in every engine.
--
--    local json = require "json"
--    local t, err = json.decode('{"rows":[1,2.5,null]}')
--    json.encode(t, { indent = 2, sort = true })
--
-- Integers stay integers (64 bits) and floats stay floats, null is `json.null`,
-- and arrays and objects survive a round trip, empty ones too.
--
-- Text that is no JSON is what the world does: `decode` returns nil and a message.
-- A value that JSON cannot say is the caller's mistake: `encode` raises.
--
-- @module json

local blame = require "json.blame"
local decoder = require "json.decoder"
local encoder = require "json.encoder"
local escapes = require "json.escapes"
local kind = require "json.kind"
local layout = require "json.layout"
local lines = require "json.lines"
local reader = require "json.reader"
local source = require "json.source"
local unicode = require "json.unicode"

local type, setmetatable, error = type, setmetatable, error

local json = {}

--- What null becomes, and what is written as null.
json.null = require "json.null"

-- Levels of arrays and objects when the caller sets no limit: more than any
-- document has, few enough that hostile text cannot exhaust anything.
local DEPTH = 1000

-- The highest limit a caller may set. A level takes about 30 slots of the Lua
-- stack, which holds a million.
local MAX_DEPTH = 10000

-- Bytes of a line when the caller sets no limit: what is no JSON lines at all should
-- not be gathered until memory ends.
local MAX_LINE = 64 * 1024 * 1024

-- Options ------------------------------------------------------------------

-- A check of an option's value: nil, or what is accepted.
local function one_of(a, b)
  return function(v)
    return v ~= a and v ~= b and ("%q or %q"):format(a, b) or nil
  end
end

local function levels(v)
  if math.type(v) == "integer" and v >= 1 and v <= MAX_DEPTH then return nil end
  return "an integer from 1 to " .. MAX_DEPTH
end

-- The options that more than one function has, with others.
local function options_of(...)
  local all = {}
  for _, options in ipairs { ... } do
    for name, wrong in pairs(options) do all[name] = wrong end
  end
  return all
end

local READ = {
  depth = levels,
  big = one_of("float", "string"),
  utf8 = one_of("reject", "pass"),
}

local DECODE = options_of(READ, {
  null = function() return nil end,
  duplicates = one_of("last", "error"),
})

local LINES = options_of(DECODE, {
  limit = function(v)
    return not (math.type(v) == "integer" and v >= 1) and "a number of bytes, an integer from 1" or nil
  end,
})

local EVENTS = options_of(READ, {
  many = function(v) return type(v) ~= "boolean" and "true or false" or nil end,
})

-- The names that the option escape holds, one or a list of them.
local function names_of(v) return type(v) == "table" and v or { v } end

local ENCODE = {
  depth = levels,
  indent = function(v)
    if math.type(v) == "integer" and v >= 0 then return nil end
    if type(v) == "string" and not v:find("[^ \t]") then return nil end
    return "a number of spaces, or a string of spaces and tabs"
  end,
  escape = function(v)
    for _, name in ipairs(names_of(v)) do
      if not escapes[name] then v = nil end
    end
    return v == nil and '"slash", "html", "lines", "delete", "ascii", or a list of these' or nil
  end,
  sort = function(v)
    return type(v) ~= "boolean" and type(v) ~= "function" and "true, or a function that compares two keys" or nil
  end,
}

-- Raise when an option is wrong, `level` callers above, where the public function is called.
local function check(where, options, accepted, level)
  level = level + 1
  if type(options) ~= "table" then
    error(("%s: options must be a table, got %s"):format(where, type(options)), level)
  end
  for name, v in pairs(options) do
    local wrong = accepted[name]
    if not wrong then error(("%s: unknown option %s"):format(where, tostring(name)), level) end
    local want = wrong(v)
    if want then error(("%s: option %s must be %s, got %s"):format(where, name, want, tostring(v)), level) end
  end
end

-- Decoding -----------------------------------------------------------------

local PLAIN = decoder.settings { depth = DEPTH }

-- The settings that options ask for, which `accepted` lists.
local function settings_of(where, options, accepted)
  if options == nil then return PLAIN end
  check(where, options, accepted, 3)
  return decoder.settings {
    null = options.null, depth = options.depth or DEPTH, big = options.big,
    utf8 = options.utf8, duplicates = options.duplicates,
  }
end

--- Read JSON text.
--
-- Arrays are marked as by `json.array`. When a key occurs twice, the last wins.
-- A byte order mark at the beginning is skipped.
--
-- @tparam string text one JSON value, with white space round it or without
-- @tparam[opt] table options
--   `null`: what null becomes (default `json.null`);
--   `depth`: levels of arrays and objects accepted, 1 to 10000 (default 1000);
--   `big`: "string" keeps a number that fits neither 64-bit integer nor double as its text
--   (default "float": the integer becomes a float, the number too large for a double is an error);
--   `utf8`: "pass" accepts invalid UTF-8 and lone surrogates (default "reject");
--   `duplicates`: "error" rejects an object that has a key twice (default "last").
-- @return the value, or nil and a message that ends in "at line L column C"
-- @raise at the caller's line when text is no string or an option is wrong
function json.decode(text, options)
  if type(text) ~= "string" then
    error("json.decode: text must be a string, got " .. type(text), 2)
  end
  local settings = PLAIN
  if options ~= nil then settings = settings_of("json.decode", options, DECODE) end
  local fine, value = decoder.document(text, settings)
  if fine then return value end
  return nil, ("%s at line %d column %d"):format(value.what, unicode.place(text, value.at))
end

-- Streams ------------------------------------------------------------------

-- The function that gives the chunks of a source, or an error at the caller's line.
local function chunks_of(where, from)
  local chunks = source.chunks(from)
  if chunks then return chunks end
  error(("%s: the source must be a file, a function or a string, got %s"):format(where, type(from)), 3)
end

--- Read JSON lines, a value on each line, without holding more than one.
--
--    for line, value, err in json.lines(io.open("log.jsonl", "rb")) do
--      if err then print(err) else print(line, value.time) end
--    end
--
-- A line that is no JSON does not end the loop: its value is nil, and `err` says why. Blank lines are skipped.
--
-- @param from a file; or a function that gives the next chunk of text each time, in any pieces, and nil at
--   the end (nil and a message where it fails); or the text itself
-- @tparam[opt] table options those of `json.decode`, and `limit`: bytes that a line may have (default 64 MiB)
-- @treturn function an iterator over the number of a line, its value, and a message that ends in
--   "at line L column C" where it has none
-- @raise at the caller's line when from is none of these or an option is wrong
function json.lines(from, options)
  local chunks = chunks_of("json.lines", from)
  local settings = settings_of("json.lines", options, LINES)
  return lines(chunks, settings, options and options.limit or MAX_LINE)
end

--- Read JSON that comes in chunks, and call a function for each piece of it: for texts that are larger than memory.
--
-- Handlers, each optional: `startobject()`, `key(string)`, `endobject()`, `startarray()`, `endarray()`,
-- `string(string)`, `number(number)`, `boolean(boolean)`, `null()`. What a handler raises is raised to the caller.
--
-- @param from as in `json.lines`
-- @tparam table handlers functions by these names
-- @tparam[opt] table options `depth`, `big` and `utf8` as in `json.decode` (a number that is kept as text goes to the
--   handler `number`); `many`: true accepts any number of values, one after the other
-- @treturn ?boolean true, or nil and a message that ends in "at line L column C"; what came before has been told by then
-- @raise at the caller's line when an argument is wrong
function json.read(from, handlers, options)
  local chunks = chunks_of("json.read", from)
  if type(handlers) ~= "table" then
    error("json.read: handlers must be a table, got " .. type(handlers), 2)
  end
  local r = reader.new(chunks, handlers, settings_of("json.read", options, EVENTS))
  local many = options and options.many
  local fine, fault = reader.document(r, many)
  if fine then return true end
  return nil, ("%s at line %d column %d"):format(fault.what, reader.place(r, fault.at))
end

-- Encoding -----------------------------------------------------------------

--- Write a value as JSON text.
--
-- A table with a first element is an array, any other an object, an empty one
-- too, unless it is marked by `json.array` or `json.object` (or by a metatable
-- with dkjson's `__jsontype`). Keys and elements are read raw.
--
-- @param value what to write
-- @tparam[opt] table options
--   `indent`: spaces for each level, or the string to use (default 0: all on one line);
--   `sort`: true for keys in the order of their bytes, or a function(a, b) that says whether
--   the key a comes before b (default: any order);
--   `escape`: characters to escape although JSON does not ask for it, one name or a list: "slash" (`/` as `\/`),
--   "html" (`<`, `>`, `&`), "lines" (U+2028, U+2029), "delete" (U+007F), "ascii" (all beyond ASCII);
--   `depth`: levels of arrays and objects allowed, 1 to 10000 (default 1000).
-- @treturn string
-- @raise at the caller's line, naming the path of the value that cannot be written: a function,
--   a userdata, a thread, nil, NaN or an infinity, invalid UTF-8, a key that is no string,
--   an array with a hole or with other keys, a table that contains itself, too many levels
function json.encode(value, options)
  local depth, style = DEPTH, nil
  if options ~= nil then
    check("json.encode", options, ENCODE, 2)
    depth = options.depth or DEPTH
    local indent = options.indent
    if type(indent) == "number" then indent = (" "):rep(indent) end
    if indent == "" then indent = nil end
    if indent or options.sort then style = { indent = indent, sort = options.sort } end
  end
  local text
  if style then text = layout.text(value, depth, style) else text = encoder.compact(value, depth) end
  if not text then error("json.encode: " .. blame(value, depth), 2) end
  if options and options.escape then
    for _, name in ipairs(names_of(options.escape)) do text = escapes[name](text) end
  end
  return text
end

-- Marks --------------------------------------------------------------------

local function marker(name, meta)
  return function(t)
    if t == nil then t = {} end
    if type(t) ~= "table" then
      error(("json.%s: a table expected, got %s"):format(name, type(t)), 2)
    end
    return setmetatable(t, meta)
  end
end

--- Mark a table as an array, so that it is written as one even when it is empty.
-- Its metatable is replaced.
-- @function json.array
-- @tparam[opt={}] table t
-- @treturn table t
json.array = marker("array", kind.array)

--- Mark a table as an object.
-- Its metatable is replaced.
-- @function json.object
-- @tparam[opt={}] table t
-- @treturn table t
json.object = marker("object", kind.object)

--- What a table is marked as.
-- @function json.kind
-- @tparam table t
-- @treturn ?string "array", "object", or nil when it has no mark
json.kind = kind.of

return json
