--- Tables of named arguments: every key known, every value of its type.
--
-- @module nats.check

local check = {}

--- How many letters one has to change, add or drop to make b of a.
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local corner = row[0]
    row[0] = i
    for j = 1, #b do
      local above = row[j]
      local changed = corner + (a:byte(i) == b:byte(j) and 0 or 1)
      row[j] = math.min(above + 1, row[j - 1] + 1, changed)
      corner = above
    end
  end
  return row[#b]
end

--- The known name that is most like one that is not known.
-- @tparam string name
-- @tparam table known its keys are the names
-- @treturn ?string nil when none is near
function check.nearest(name, known)
  local best, least = nil, math.max(2, #name // 3) + 1
  for candidate in pairs(known) do
    local d = distance(name, candidate)
    if d < least or d == least and best and candidate < best then best, least = candidate, d end
  end
  return best
end

local KINDS = {                          -- kind -> what is accepted, and its test
  string = { "a string", function(v) return type(v) == "string" end },
  boolean = { "true or false", function(v) return type(v) == "boolean" end },
  ["function"] = { "a function", function(v)
    local meta = getmetatable(v)
    return type(v) == "function" or type(meta) == "table" and meta.__call ~= nil
  end },
  table = { "a table", function(v) return type(v) == "table" end },
  queue = { "a string, or false for none", function(v) return v == false or type(v) == "string" end },
  sentinel = { "true or a function", function(v) return v == true or type(v) == "function" end },
  seconds = { "a number of seconds, 0 or more", function(v) return type(v) == "number" and v >= 0 end },
  interval = { "a number of seconds, more than 0", function(v) return type(v) == "number" and v > 0 and v < math.huge end },
  count = { "an integer, 0 or more", function(v) return math.type(v) == "integer" and v >= 0 end },
  positive = { "an integer, 1 or more", function(v) return math.type(v) == "integer" and v >= 1 end },
  limit = { "an integer, or -1 for no limit", function(v) return math.type(v) == "integer" and v >= -1 end },
  ttl = { 'a number of seconds, 1 or more, or "never"', function(v)
    return v == "never" or type(v) == "number" and v >= 1 and v < math.huge
  end },
  increment = { 'an integer, or one as a string such as "+5"', function(v)
    return math.type(v) == "integer" or type(v) == "string" and v:find "^[+-]%d+$" ~= nil
  end },
  port = { "an integer from 1 to 65535", function(v) return math.type(v) == "integer" and v >= 1 and v <= 65535 end },
  urls = { "a URL or an array of URLs", function(v) return type(v) == "string" or type(v) == "table" end },
  transport = { '"native", "socket" or an object with open()', function(v)
    return v == "native" or v == "socket" or type(v) == "table" and type(v.open) == "function"
  end },
}

--- A string as a message shows it: in quotes, on one line, cut when it is long.
-- @tparam string text
-- @treturn string
function check.quoted(text)
  if #text > 60 then text = text:sub(1, 60) .. "..." end
  return '"' .. text:gsub('[%c"\\]', function(c) return ("\\%d"):format(c:byte()) end) .. '"'
end

--- How a message shows a value: its type and, when it is short and no secret, the value itself.
local function shown(value, secret)
  local kind = type(value)
  if kind == "string" then return secret and "a string" or check.quoted(value) end
  if kind == "number" then return "the number " .. tostring(value) end
  return kind == "nil" and "nil" or "a " .. kind
end

--- Raises unless a value is of its kind.
-- @param value anything
-- @tparam string kind a key of KINDS
-- @tparam string what the argument's name, for the message
-- @tparam integer level whose line the error names, as for `error`
-- @tparam[opt] boolean secret the value must not be shown
function check.value(value, kind, what, level, secret)
  local entry = KINDS[kind]
  if not entry[2](value) then
    error(("%s must be %s, not %s"):format(what, entry[1], shown(value, secret)), level + 1)
  end
end

--- Raises unless every key of a table is known and its value of the kind that belongs to it.
-- @tparam table fields
-- @tparam {[string]=string} known key -> kind
-- @tparam string what the table's name, for the message
-- @tparam integer level whose line the error names, as for `error`
-- @tparam[opt] {[string]=boolean} secrets keys whose values must not be shown
function check.fields(fields, known, what, level, secrets)
  for key, value in pairs(fields) do
    local kind = known[key]
    if not kind then
      local near = type(key) == "string" and check.nearest(key, known)
      error(("%s: unknown key %s%s"):format(what, type(key) == "string" and check.quoted(key) or tostring(key),
        near and (", did you mean %q?"):format(near) or ""), level + 1)
    end
    check.value(value, kind, what .. ": " .. key, level + 1, secrets and secrets[key])
  end
end

return check
