--- Lua values to JSON text with an indent, with sorted keys, or both.
--
-- @module json.layout

local kind = require "json.kind"
local encoder = require "json.encoder"
local null = require "json.null"

local next, rawget, rawequal, type = next, rawget, rawequal, type

local layout = {}

-- The keys of a table in the order wanted, or nil when one is no string.
local function keys_of(t, sort)
  local keys = {}
  for k in next, t do
    if type(k) ~= "string" then return nil end
    keys[#keys + 1] = k
  end
  if sort == true then
    table.sort(keys)
  elseif sort then
    table.sort(keys, sort)
  end
  return keys
end

-- The number of elements of a table that has keys 1..n and no other, else nil.
local function length(t)
  local n = 0
  for _ in next, t do
    n = n + 1
    if rawget(t, n) == nil then return nil end
  end
  return n
end

local value

-- Append a table of `count` items between `open` and `close`; item(i) gives what
-- stands before the i-th value, and the value.
local function items(out, count, open, close, item, depth, style, margin)
  if count == 0 then
    out[#out + 1] = open .. close
    return true
  end
  local inner = style.indent and margin .. style.indent
  local separator = inner and ",\n" .. inner or ","
  out[#out + 1] = inner and open .. "\n" .. inner or open
  for i = 1, count do
    local before, v = item(i)
    if not before then return nil end
    if i > 1 then out[#out + 1] = separator end
    out[#out + 1] = before
    if not value(out, v, depth, style, inner) then return nil end
  end
  out[#out + 1] = inner and "\n" .. margin .. close or close
  return true
end

function value(out, v, depth, style, margin)
  if type(v) ~= "table" or rawequal(v, null) then
    local text = encoder.scalar(v)
    out[#out + 1] = text
    return text
  end
  if depth == 0 then return nil end
  if kind.is_array(v) then
    local count = length(v)
    return count and items(out, count, "[", "]", function(i)
      return "", rawget(v, i)
    end, depth - 1, style, margin)
  end
  local keys = keys_of(v, style.sort)
  return keys and items(out, #keys, "{", "}", function(i)
    local key = encoder.scalar(keys[i])
    return key and key .. style.colon, rawget(v, keys[i])
  end, depth - 1, style, margin)
end

--- A value as JSON text.
-- @param v
-- @tparam integer depth levels of arrays and objects allowed
-- @tparam table style `indent`, the text of one level, or nil for one line;
--   `sort`, true for keys in the order of their bytes, or a comparison of two keys
-- @treturn ?string nil when JSON cannot say it
function layout.text(v, depth, style)
  local out = {}
  local laid = { indent = style.indent, sort = style.sort, colon = style.indent and ": " or ":" }
  return value(out, v, depth, laid, "") and table.concat(out) or nil
end

return layout
