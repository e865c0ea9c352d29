--- Lua values to JSON text (RFC 8259).
--
-- Pieces of text are collected in a list and joined, now and then and at the end.
-- The hot path looks at each value once and remembers no path: it returns nil at
-- the first value that JSON cannot say, and `json.blame` then walks the value
-- again to say which.
--
-- @module json.encoder

local kind = require "json.kind"
local null = require "json.null"
local number = require "json.number"
local quote = require "json.quote"

local find, next, type, getmetatable, rawget, rawequal = string.find, next, type, getmetatable, rawget, rawequal
local math_type, concat = math.type, table.concat
local append_integer, append_float, ALONE, COMMA = number.append_integer, number.append_float, number.ALONE, number.COMMA
local quoted, PLAIN = quote.string, quote.PLAIN
local is_array = kind.is_array

local encoder = {}

-- How many pieces are joined at once: so few that they are still in the processor's
-- cache, so many that joining them is worth a call.
local ENOUGH = 2000

-- Each of these appends the pieces of a value to the list `b` of `n` pieces, and
-- returns the new n, or nil when JSON cannot say the value. `depth` is the levels
-- still allowed, `job` what else there is to know (see `encoder.compact`).
local write = {}

-- Joins the pieces.
local function join(b, n, job)
  local texts = job.texts
  texts[#texts + 1] = concat(b, "", 1, n)
  return 0
end

write["string"] = function(b, n, v)
  n = n + 1
  local _, last = find(v, PLAIN)
  if last == #v then
    b[n] = '"' .. v .. '"'
    return n
  end
  local text = quoted(v)
  b[n] = text
  return text and n
end

local function write_number(b, n, v)
  if math_type(v) == "integer" then return append_integer(b, n, v, ALONE) end
  return append_float(b, n, v, ALONE)
end
write["number"] = write_number

write["boolean"] = function(b, n, v)
  n = n + 1
  b[n] = v and "true" or "false"
  return n
end

local function array(b, n, t, depth, job)
  local i, numbers = 0, false
  for k, v in next, t do
    i = i + 1
    -- After as many rounds as there are keys, each of 1..i was there: then
    -- there is no other key.
    if k ~= i then
      v = rawget(t, i)
      if v == nil then return nil end
    end
    if n > ENOUGH then n = join(b, n, job) end
    -- Behind a number there mostly is another.
    local kind_of = numbers and math_type(v)
    if kind_of == "integer" then
      n = append_integer(b, n, v, COMMA)
    elseif kind_of then
      n = append_float(b, n, v, COMMA)
    else
      n = n + 1
      b[n] = i == 1 and "[" or ","
      local writer = write[type(v)]
      if not writer then return nil end
      n = writer(b, n, v, depth, job)
      numbers = writer == write_number
    end
    if not n then return nil end
  end
  n = n + 1
  b[n] = i == 0 and "[]" or "]"
  return n
end

local function object(b, n, t, depth, job)
  local pieces = job.first
  for k, v in next, t do
    if n > ENOUGH then n = join(b, n, job) end
    local piece = pieces[k]
    if not piece then
      local text = type(k) == "string" and quoted(k)
      if not text then return nil end
      job.first[k], job.other[k] = "{" .. text .. ":", "," .. text .. ":"
      piece = pieces[k]
    end
    pieces = job.other
    n = n + 1
    b[n] = piece
    local writer = write[type(v)]
    if not writer then return nil end
    n = writer(b, n, v, depth, job)
    if not n then return nil end
  end
  n = n + 1
  b[n] = pieces == job.first and "{}" or "}"
  return n
end

-- The writers of tables with the usual marks: to look a metatable up compares it as
-- rawequal does, and is no call.
local MARKED = { [kind.array] = array, [kind.object] = object }

write["table"] = function(b, n, t, depth, job)
  local meta = getmetatable(t)
  local writer
  if meta == nil then
    writer = t[1] == nil and object or array
  else
    writer = MARKED[meta]
    if not writer then
      if rawequal(t, null) then
        b[n + 1] = "null"
        return n + 1
      end
      writer = is_array(t) and array or object
    end
  end
  if depth == 0 then return nil end
  return writer(b, n, t, depth - 1, job)
end

--- A value as compact JSON text, members in no certain order.
-- @param v
-- @tparam integer depth levels of arrays and objects allowed
-- @treturn ?string nil when JSON cannot say it
function encoder.compact(v, depth)
  local b = {}
  local job = {
    -- What has been joined.
    texts = {},
    -- The pieces that keys have become so far: of an object's first member, and of the others.
    first = {},
    other = {},
  }
  local writer = write[type(v)]
  local n = writer and writer(b, 0, v, depth, job)
  if not n then return nil end
  if job.texts[1] == nil then return concat(b, "", 1, n) end
  join(b, n, job)
  return concat(job.texts)
end

--- The text of a value that is no array or object.
-- @param v
-- @treturn ?string nil when JSON cannot say it
function encoder.scalar(v)
  if type(v) == "table" and not rawequal(v, null) then return nil end
  local b = {}
  local writer = write[type(v)]
  local n = writer and writer(b, 0, v, 0)
  return n and concat(b, "", 1, n)
end

return encoder
