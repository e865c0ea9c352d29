--- Lua values to JSON text (RFC 8259).
--
-- Pieces of text are collected in a list and joined once. The hot path looks at
-- each value once and remembers no path: it returns nil at the first value that
-- JSON cannot say, and `json.blame` then walks the value again to say which.
--
-- @module json.encoder

local kind = require "json.kind"
local null = require "json.null"
local number = require "json.number"
local quote = require "json.quote"

local find, next, type, rawget, rawequal = string.find, next, type, rawget, rawequal
local math_type, concat = math.type, table.concat
local float, quoted, PLAIN = number.float, quote.string, quote.PLAIN
local is_array = kind.is_array

local encoder = {}

-- Each of these appends the pieces of a value to the list `b` of `n` pieces, and
-- returns the new n, or nil when JSON cannot say the value. `depth` is the levels
-- still allowed, `keys` the pieces that keys have become so far.
local write = {}

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

write["number"] = function(b, n, v)
  n = n + 1
  if math_type(v) == "integer" then
    b[n] = v -- table.concat writes integers as JSON does
    return n
  end
  local text = float(v)
  b[n] = text
  return text and n
end

write["boolean"] = function(b, n, v)
  n = n + 1
  b[n] = v and "true" or "false"
  return n
end

local function array(b, n, t, depth, keys)
  local start, i = n + 1, 0
  for k, v in next, t do
    i = i + 1
    -- After as many rounds as there are keys, each of 1..i was there: then
    -- there is no other key.
    if k ~= i then
      v = rawget(t, i)
      if v == nil then return nil end
    end
    n = n + 1
    b[n] = ","
    local writer = write[type(v)]
    if not writer then return nil end
    n = writer(b, n, v, depth, keys)
    if not n then return nil end
  end
  b[start] = "["
  if i == 0 then n = start end
  n = n + 1
  b[n] = "]"
  return n
end

local function object(b, n, t, depth, keys)
  local start = n + 1
  for k, v in next, t do
    n = n + 1
    local piece = keys[k]
    if not piece then
      local text = type(k) == "string" and quoted(k)
      if not text then return nil end
      piece = "," .. text .. ":"
      keys[k] = piece
      keys[piece] = "{" .. text .. ":"
    end
    b[n] = piece
    local writer = write[type(v)]
    if not writer then return nil end
    n = writer(b, n, v, depth, keys)
    if not n then return nil end
  end
  if n < start then
    b[start] = "{}"
    return start
  end
  b[start] = keys[b[start]]
  n = n + 1
  b[n] = "}"
  return n
end

write["table"] = function(b, n, t, depth, keys)
  if rawequal(t, null) then
    b[n + 1] = "null"
    return n + 1
  end
  if depth == 0 then return nil end
  return (is_array(t) and array or object)(b, n, t, depth - 1, keys)
end

--- A value as compact JSON text, members in no certain order.
-- @param v
-- @tparam integer depth levels of arrays and objects allowed
-- @treturn ?string nil when JSON cannot say it
function encoder.compact(v, depth)
  local b = {}
  local writer = write[type(v)]
  local n = writer and writer(b, 0, v, depth, {})
  return n and concat(b, "", 1, n)
end

--- The text of a value that is no array or object.
-- @param v
-- @treturn ?string nil when JSON cannot say it
function encoder.scalar(v)
  if type(v) == "table" and not rawequal(v, null) then return nil end
  return encoder.compact(v, 0)
end

return encoder
