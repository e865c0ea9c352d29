--- dkjson's encoder.
--
-- @module dkjson.encoder

local fault = require "json.fault"
local null = require "json.null"
local quotestring = require "dkjson.quote"

local find, format, gsub, rep = string.find, string.format, string.gsub, string.rep
local floor, huge, math_type = math.floor, math.huge, math.type
local pairs, type, getmetatable, rawequal = pairs, type, getmetatable, rawequal

local encoder = {}

-- What every writer needs: the pieces, how many there are, the tables that are being written, and the state that the
-- caller knows. `job.n` is in `state.bufferlen` while a function of the caller's runs.

local function append(job, piece)
  local n = job.n + 1
  job.buffer[n], job.n = piece, n
end

local function newline(job, level)
  append(job, "\n")
  append(job, rep("  ", level))
end

-- Take over what a function of the caller's gave: a string to append, or true when it has appended by itself.
local function take(job, result)
  job.n = job.state.bufferlen
  if type(result) == "string" then append(job, result) end
end

-- What cannot be written is for the state's handler to say; without one it is an error.
local function refuse(job, reason, value, message)
  local state = job.state
  message = message or reason
  if not state.exception then fault.raise(0, message) end
  state.bufferlen = job.n
  local result, own = state.exception(reason, value, state, message)
  if not result then fault.raise(0, own or message) end
  take(job, result)
end

local write = {}

-- Write a value of any kind in a table of the level.
local function any(job, v, level)
  local writer = write[type(v)]
  if not writer then
    refuse(job, "unsupported type", v, ("type '%s' is not supported by JSON."):format(type(v)))
  else
    writer(job, v, level)
  end
end

write["nil"] = function(job) append(job, "null") end
write["boolean"] = function(job, v) append(job, v and "true" or "false") end
write["string"] = function(job, v) append(job, quotestring(v)) end

-- A float has a point or an exponent, so that it is read as one.
local function digits(v)
  if math_type(v) == "integer" then return format("%d", v) end
  local text = gsub(format("%.14g", v), ",", ".") -- a locale's decimal comma
  return find(text, "^-?%d+$") and text .. ".0" or text
end

write["number"] = function(job, v)
  append(job, v ~= v and "null" or (v == huge or v == -huge) and "null" or digits(v))
end

-- The number of elements of a table that is an array by its keys, else nil. A field n says how many there are; arrays
-- that are mostly holes are none.
local function length(t)
  local last, count, said = 0, 0, 0
  for k, v in pairs(t) do
    if k == "n" and type(v) == "number" then
      said = v
      if v > last then last = v end
    elseif type(k) ~= "number" or k < 1 or floor(k) ~= k then
      return nil
    else
      count = count + 1
      if k > last then last = k end
    end
  end
  if last > 10 and last > said and last > 2 * count then return nil end
  return last
end

local function array(job, t, count, level)
  append(job, "[")
  for i = 1, count do
    any(job, t[i], level)
    if i < count then append(job, ",") end
  end
  append(job, "]")
end

local function member(job, k, v, level, later)
  local of = type(k)
  if of == "number" then
    k = math_type(k) == "integer" and format("%d", k) or format("%.14g", k)
  elseif of ~= "string" then
    fault.raise(0, ("type '%s' is not supported as a key by JSON."):format(of))
  end
  if later then append(job, ",") end
  if job.state.indent then newline(job, level) end
  append(job, quotestring(k))
  append(job, ":")
  any(job, v, level)
end

local function object(job, t, order, level)
  append(job, "{")
  local later, done = false, {}
  for _, k in ipairs(order or {}) do
    local v = t[k]
    if v ~= nil then
      done[k] = true
      member(job, k, v, level, later)
      later = true
    end
  end
  for k, v in pairs(t) do
    if not done[k] then
      member(job, k, v, level, later)
      later = true
    end
  end
  if job.state.indent then newline(job, level - 1) end
  append(job, "}")
end

-- Write a table by its own function.
local function custom(job, t, to_json)
  local state = job.state
  state.bufferlen = job.n
  local result, message = to_json(t, state)
  if result then take(job, result) else refuse(job, "custom encoder failed", t, message) end
end

write["table"] = function(job, t, level)
  if rawequal(t, null) then return append(job, "null") end
  local tables = job.tables
  if tables[t] then return refuse(job, "reference cycle", t) end
  tables[t] = true
  local meta = getmetatable(t)
  if type(meta) ~= "table" then meta = {} end
  if meta.__tojson then
    custom(job, t, meta.__tojson)
  else
    local count = length(t)
    if count == 0 and meta.__jsontype == "object" then count = nil end
    if count then
      array(job, t, count, level + 1)
    else
      object(job, t, meta.__jsonorder or job.state.keyorder, level + 1)
    end
  end
  tables[t] = nil
end

--- Write a value as JSON text.
-- @param value
-- @tparam[opt] table state each field optional: `indent`, true for lines; `level`, where indenting begins (default 0);
--   `keyorder`, a list of keys in the order in which they are written before others; `buffer`, a list to append the
--   pieces of text to, and `bufferlen`, how many pieces it has (default 0); `tables`, a set of the tables that may not
--   occur; `exception`, a function (reason, value, state, message) that gives the text for what cannot be written, or
--   true when it has appended that to the buffer, or nil and a message
-- @return the text, or true when the state has a buffer
-- @raise at the caller's line: a reference cycle, an unsupported type, a failed custom encoder
function encoder.encode(value, state)
  state = state or {}
  local own = state.buffer == nil
  local buffer = state.buffer or {}
  state.buffer = buffer
  local job = { state = state, buffer = buffer, n = own and 0 or state.bufferlen or 0, tables = state.tables or {} }
  local fine, failed = fault.try(any, job, value, state.level or 0)
  if own then state.buffer = nil end
  if not fine then error(failed.what, 2) end
  if not own then
    state.bufferlen = job.n
    return true
  end
  state.bufferlen = nil
  return table.concat(buffer, "", 1, job.n)
end

--- Append a line break and the spaces of `state.level` to `state.buffer`, for functions `__tojson`; nothing without
-- `state.indent`.
-- @tparam table state
function encoder.addnewline(state)
  if not state.indent then return end
  local job = { buffer = state.buffer, n = state.bufferlen or #state.buffer }
  newline(job, state.level or 0)
  state.bufferlen = job.n
end

return encoder
