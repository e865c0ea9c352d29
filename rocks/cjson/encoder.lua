--- cjson's encoder.
--
-- @module cjson.encoder

local kind = require "json.kind"
local marks = require "cjson.marks"
local quote = require "json.quote"

local find, format, gsub = string.find, string.format, string.gsub
local next, type, error, rawequal, getmetatable = next, type, error, rawequal, getmetatable
local math_type, concat = math.type, table.concat
local null, empty_array, empty_array_mt = marks.null, marks.empty_array, marks.empty_array_mt

local ESCAPE = quote.escapes()
ESCAPE["/"], ESCAPE["\127"] = "\\/", "\\u007f"

-- No larger index makes an array.
local LAST_INDEX = 2147483647

-- Raised without a position: the caller's line is for `cjson.codec` to say.
local function refuse(what, reason)
  error(("Cannot serialise %s: %s"):format(what, reason), 0)
end

-- Each of these appends the pieces of a value to the list `b` of `n` pieces and returns the new n; `depth` is the
-- level of the table that the value is in.
local write = {}

local function any(b, n, v, settings, depth)
  local writer = write[type(v)]
  if not writer then refuse(type(v), "type not supported") end
  return writer(b, n, v, settings, depth)
end

local function quoted(s, settings)
  local special = settings.escape_slash and '[%c"\\/]' or '[%c"\\]'
  if find(s, special) then s = gsub(s, special, ESCAPE) end
  return '"' .. s .. '"'
end

write["nil"] = function(b, n)
  b[n + 1] = "null"
  return n + 1
end

write["string"] = function(b, n, v, settings)
  b[n + 1] = quoted(v, settings)
  return n + 1
end

write["boolean"] = function(b, n, v)
  b[n + 1] = v and "true" or "false"
  return n + 1
end

-- The text of a number, also as a key.
local function digits(v, settings)
  if math_type(v) == "integer" then return format("%d", v) end
  return (gsub(format(settings.format, v), ",", ".")) -- a locale's decimal comma
end

write["number"] = function(b, n, v, settings)
  n = n + 1
  if math_type(v) == "float" and v - v ~= 0 then
    if settings.encode_invalid == "null" then
      b[n] = "null"
    elseif settings.encode_invalid then
      b[n] = v ~= v and "nan" or v > 0 and "inf" or "-inf"
    else
      refuse("number", "must not be NaN or Inf")
    end
    return n
  end
  b[n] = digits(v, settings)
  return n
end

-- The number of elements of a table that is an array by its keys, 0 for one that is none.
local function length(t, settings)
  local items, last = 0, 0
  for k in next, t do
    local index = type(k) == "number" and k >= 1 and math.tointeger(k)
    if not index or index > LAST_INDEX then return 0 end
    items = items + 1
    if index > last then last = index end
  end
  local ratio = settings.sparse_ratio
  if ratio > 0 and last > settings.sparse_safe and last > items * ratio then
    if settings.sparse_convert then return 0 end
    refuse("table", "excessively sparse array")
  end
  return last
end

local function array(b, n, t, count, settings, depth)
  b[n + 1] = "["
  n = n + 1
  for i = 1, count do
    if i > 1 then
      n = n + 1
      b[n] = ","
    end
    n = any(b, n, t[i], settings, depth)
  end
  b[n + 1] = "]"
  return n + 1
end

local function object(b, n, t, settings, depth)
  local separator = "{"
  for k, v in next, t do
    local of, key = type(k), nil
    if of == "number" then
      key = '"' .. digits(k, settings) .. '"'
    elseif of == "string" then
      key = quoted(k, settings)
    else
      refuse(of, "table key must be a number or string")
    end
    b[n + 1], b[n + 2], b[n + 3] = separator, key, ":"
    n = any(b, n + 3, v, settings, depth)
    separator = ","
  end
  b[n + 1] = separator == "{" and "{}" or "}"
  return n + 1
end

write["table"] = function(b, n, t, settings, depth)
  if rawequal(t, null) then
    b[n + 1] = "null"
    return n + 1
  elseif rawequal(t, empty_array) then
    b[n + 1] = "[]"
    return n + 1
  end
  depth = depth + 1
  if depth > settings.encode_max_depth then
    error(("Cannot serialise, excessive nesting (%d)"):format(depth), 0)
  end
  local meta = getmetatable(t)
  if meta ~= nil and rawequal(meta, kind.array) then return array(b, n, t, #t, settings, depth) end
  local count = length(t, settings)
  if count > 0 then return array(b, n, t, count, settings, depth) end
  if next(t) == nil and (not settings.empty_object or meta ~= nil and rawequal(meta, empty_array_mt)) then
    b[n + 1] = "[]"
    return n + 1
  end
  return object(b, n, t, settings, depth)
end

--- Write a value as JSON text.
-- @param value
-- @tparam table settings
-- @treturn string
-- @raise a message without a position
return function(value, settings)
  settings.format = "%." .. settings.precision .. "g"
  local b = {}
  return concat(b, "", 1, any(b, 0, value, settings, 0))
end
