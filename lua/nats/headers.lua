--- Message headers: a table on our side, a block of lines on the wire (ADR-4).
--
-- A table holds one value a key, or an array of values for a key that repeats. Keys keep their case.
-- Decoded headers are found in any case: `msg.headers["nats-msg-id"]` finds `Nats-Msg-Id`.
--
-- @module nats.headers

local check = require "nats.check"

local headers = {}

local VERSION = "NATS/1.0"

--- Looks a key up without regard to its case.
-- @tparam table fields headers
-- @tparam string name
-- @return the value or array of values; nil where there is none
function headers.get(fields, name)
  local value = rawget(fields, name)
  if value ~= nil or type(name) ~= "string" then return value end
  local wanted, best = name:lower(), nil
  for key in next, fields do                        -- of two spellings the lesser: always the same one
    if type(key) == "string" and key:lower() == wanted and (best == nil or key < best) then best = key end
  end
  return best and rawget(fields, best)
end

local Decoded = { __name = "nats.headers", __index = headers.get }

local function refuse(level, ...)
  error(("header %s: "):format((...)) .. select(2, ...), level + 1)
end

local function line(key, value, level)
  if math.type(value) == "integer" then
    value = tostring(value)
  elseif type(value) ~= "string" then
    refuse(level + 1, check.quoted(key), "a value must be a string or an integer, not a " .. type(value))
  end
  if value:find("[\r\n%z]") then
    refuse(level + 1, check.quoted(key), "a value must not have a line break or a NUL")
  end
  local from = value:find("[^ \t]")
  return key .. ": " .. (from and value:match("^.*[^ \t]", from) or "") .. "\r\n"
end

--- Writes headers as the block that goes over the wire, keys in order so that equal tables give equal
-- blocks. Raises on a key that is not of the characters 33-126 without the colon, and on a value with
-- a line break or NUL (ADR-4). Blanks round a value are dropped, since readers drop them.
-- @tparam table fields key -> string, integer or array of these
-- @tparam[opt=1] integer level whose line an error names, as for `error`
-- @treturn string the block "NATS/1.0\r\n...\r\n\r\n"
function headers.encode(fields, level)
  level = level or 1
  if type(fields) ~= "table" then
    error("headers must be a table, not a " .. type(fields), level + 1)
  end
  local keys = {}
  for key in next, fields do
    if type(key) ~= "string" then
      refuse(level + 1, tostring(key), "a key must be a string, not a " .. type(key))
    elseif not key:find("^[!-9;-~]+$") then
      refuse(level + 1, check.quoted(key), "a key is made of the characters 33 to 126 without the colon")
    end
    keys[#keys + 1] = key
  end
  table.sort(keys)
  local out = { VERSION, "\r\n" }
  for _, key in ipairs(keys) do
    local value = fields[key]
    if type(value) == "table" then
      for _, one in ipairs(value) do out[#out + 1] = line(key, one, level + 1) end
    else
      out[#out + 1] = line(key, value, level + 1)
    end
  end
  out[#out + 1] = "\r\n"
  return table.concat(out)
end

--- Adds a value to headers.
local function take(fields, key, value)
  local old = rawget(fields, key)
  if old == nil then
    fields[key] = value
  elseif type(old) == "table" then
    old[#old + 1] = value
  else
    fields[key] = { old, value }
  end
end

--- Reads a block. What is not a header line is passed over: the block came from a peer, and its
-- message is still of use. Each pattern goes through its text once: a block may have a megabyte, and any
-- peer can write one.
-- @tparam string block
-- @treturn table headers, with a metatable that finds keys in any case
-- @treturn ?integer|string status the number after the version, as 503, where there is one
-- @treturn ?string description the words after the status
function headers.decode(block)
  local fields = setmetatable({}, Decoded)
  local first, position = block:match("^NATS/1%.0([^\r\n]*)\r?\n()")
  if not first then return fields end
  for text in block:sub(position):gmatch("[^\r\n]+") do
    local key, value = text:match("^([^:]+):[ \t]*(.*)$")
    if key then take(fields, key, value) end
  end
  local status, description = first:match("^%s*(%S+)%s*(.*)$")
  description = description and description:match("^.*%S") or ""
  if status and #status > 3 then                    -- "503No Responders" has been seen: three characters rule
    status, description = status:sub(1, 3), status:sub(4) .. (description ~= "" and " " .. description or "")
  end
  if status and status:find("^%d+$") then status = tonumber(status) end
  return fields, status, description ~= "" and description or nil
end

return headers
