--- The encoder of lunajson's interface.
--
-- @module lunajson.encoder

local fault = require "json.fault"
local quote = require "json.quote"

local find, format, gsub = string.find, string.format, string.gsub
local pairs, type, error, concat = pairs, type, error, table.concat
local math_type = math.type

local ESCAPE = quote.escapes("\\u%04X")

-- Each of these appends the pieces of a value to the list `b` of `n` pieces and returns the new n. `above` holds
-- the tables that the value is in.
local write = {}

-- A value of any type, null for nullv and for nil.
local function any(b, n, v, nullv, preproc, above)
  if preproc then v = preproc(v) end
  if v == nil or v == nullv then
    b[n + 1] = "null"
    return n + 1
  end
  local writer = write[type(v)]
  if not writer then fault.raise(0, "invalid type value") end
  return writer(b, n, v, nullv, preproc, above)
end

write["string"] = function(b, n, v)
  if find(v, '[\0-\31"\\]') then v = gsub(v, '[\0-\31"\\]', ESCAPE) end
  b[n + 1], b[n + 2], b[n + 3] = '"', v, '"'
  return n + 3
end

write["number"] = function(b, n, v)
  n = n + 1
  if math_type(v) == "integer" then
    b[n] = v
    return n
  end
  if v - v ~= 0 then fault.raise(0, "invalid number") end
  b[n] = gsub(format("%.17g", v), ",", ".") -- a locale's decimal comma
  return n
end

write["boolean"] = function(b, n, v)
  b[n + 1] = v and "true" or "false"
  return n + 1
end

local function array(b, n, t, count, nullv, preproc, above)
  b[n + 1] = "["
  n = n + 1
  for i = 1, count do
    if i > 1 then
      n = n + 1
      b[n] = ","
    end
    n = any(b, n, t[i], nullv, preproc, above)
  end
  b[n + 1] = "]"
  return n + 1
end

local function object(b, n, t, nullv, preproc, above)
  local separator = "{"
  for k, v in pairs(t) do
    if type(k) ~= "string" then fault.raise(0, "non-string key") end
    n = n + 1
    b[n] = separator
    n = write["string"](b, n, k) + 1
    b[n] = ":"
    n = any(b, n, v, nullv, preproc, above)
    separator = ","
  end
  b[n + 1] = separator == "{" and "{}" or "}"
  return n + 1
end

-- The number of elements of an array: what it says at 0, else those before the first nil; nil for an object.
local function length(t)
  local count = t[0]
  if type(count) == "number" then return count end
  if t[1] == nil then return nil end
  count = 1
  while t[count + 1] ~= nil do count = count + 1 end
  return count
end

write["table"] = function(b, n, t, nullv, preproc, above)
  if above[t] then fault.raise(0, "loop detected") end
  above[t] = true
  local count = length(t)
  if count then
    n = array(b, n, t, count, nullv, preproc, above)
  else
    n = object(b, n, t, nullv, preproc, above)
  end
  above[t] = nil
  return n
end

local function text_of(value, nullv, preproc)
  local b = {}
  return concat(b, "", 1, any(b, 0, value, nullv, preproc, {}))
end

--- An encoder.
-- @treturn function encode
return function()
  --- Write a value as JSON text.
  --
  -- A table is an array when it has a number at 0, the count of its elements, of which some may be nil (null); or
  -- when it has a first element, and then up to the first nil. Any other is an object.
  --
  -- @param value
  -- @param[opt] nullv the value that is written as null, as nil is
  -- @tparam[opt] function preproc called with each value before it is written; gives what to write in its place (no
  --   lunajson that was published has this)
  -- @treturn string
  -- @raise "invalid type value", "invalid number", "non-string key" or "loop detected" at the caller's line
  return function(value, nullv, preproc)
    local fine, result = fault.try(text_of, value, nullv, preproc)
    if not fine then error(result.what, 2) end
    return result
  end
end
