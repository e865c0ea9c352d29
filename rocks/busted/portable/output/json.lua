--- All results as one JSON object, at the end of each run of the suite.
local ipairs, next, tostring, type = ipairs, next, tostring, type
local byte, format, gsub = string.byte, string.format, string.gsub
local utf8 = utf8
local concat, sort = table.concat, table.sort
local math_type = math.type
local text = require "busted.portable.text"

local json = {}

local NAMED = { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["\\"] = "\\\\" }

-- Messages may hold any bytes; those that are no UTF-8 are shown as what they are in Latin-1, so that
-- the output is always JSON.
local function quote(value)
  if not utf8.len(value) then
    value = gsub(value, "[\128-\255]", function(c) return utf8.char(byte(c)) end)
  end
  return '"' .. gsub(value, '[%c"\\\127]', function(c) return NAMED[c] or format("\\u%04x", byte(c)) end) .. '"'
end

local function encode(value, open)
  local kind = type(value)
  if kind == "string" then return quote(value) end
  if kind == "boolean" then return tostring(value) end
  if kind == "number" then
    if value ~= value or value - value ~= 0 then return "null" end
    return math_type(value) == "integer" and format("%d", value) or text.number(value)
  end
  if kind ~= "table" then return quote(text.of(value)) end
  if open[value] then return '"(recursive)"' end
  open[value] = true
  local parts, result = {}, "[%s]"
  if #value > 0 then
    for i = 1, #value do parts[i] = encode(value[i], open) end
  else
    result = "{%s}"
    for key, inner in next, value do
      if type(inner) ~= "function" then parts[#parts + 1] = quote(text.of(key)) .. ":" .. encode(inner, open) end
    end
    sort(parts)
  end
  open[value] = nil
  return format(result, concat(parts, ","))
end

local function list(entries)
  local parts = {}
  for i, entry in ipairs(entries) do parts[i] = encode(entry, {}) end
  return "[" .. concat(parts, ",") .. "]"
end

--- Writes when a runner has run. Parameters as `terminal.attach` has them.
function json.attach(runner, results, options)
  runner.subscribe({ "suite", "end" }, function()
    local parts = {}
    for _, kind in ipairs { "successes", "pendings", "failures", "errors" } do
      parts[#parts + 1] = quote(kind) .. ":" .. list(results[kind])
    end
    parts[#parts + 1] = '"duration":' .. encode(results.getDuration(), {})
    options.write("{" .. concat(parts, ",") .. "}\n")
    return nil, true
  end)
end

return json
