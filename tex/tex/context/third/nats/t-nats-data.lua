--- Replies as data: decoded once, reached by references and paths.
--
-- A reference is text that means one value of one reply: "@KEY" or "@KEY/part/part", parts escaped. It
-- means the same in every pass, so it may stand in a table of contents.
-- A path is what an author writes from there: "country.name", "languages.1"; "" is the value itself.

local part = ...

local replies = part "replies"

local data = {}

local requests = {}       -- by name: what \definenatsdata said
local reasons = {}        -- by reference: why nothing can be made of a reply
local decoded = {}        -- by key of the reply: { value = ... } or { failure = text }

local function json() return require "json" end

-- Where an integer key is meant, a path says it in digits.
local function member(value, step)
  if type(value) ~= "table" or value == json().null then return nil end
  local found = rawget(value, step)
  if found == nil then
    local index = math.tointeger(tonumber(step))
    if index then found = rawget(value, index) end
  end
  return found
end

-- Escaped so that the text of a reference is harmless wherever TeX reads or writes it.
local function escape(step)
  return (tostring(step):gsub("[^%w_-]", function(c) return ("=%02X"):format(c:byte()) end))
end

local function unescape(step)
  return (step:gsub("=(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

--- Names a request, which is made when its data is first needed.
-- @tparam string name
-- @tparam table request as `replies.get` takes it
function data.define(name, request)
  requests[name] = request
end

--- The request that a name stands for.
-- @tparam string name
-- @treturn ?table nil: the name was not defined
function data.request(name)
  return requests[name]
end

--- The reference of a request's whole reply; the request is made if it has not been.
-- @tparam table request
-- @treturn string
function data.reference(request)
  local _, key = replies.get(request)
  return "@" .. key
end

-- A reference, from a reference or from the name of data; a name that was not defined is a subject.
local function referenced(name)
  if name:sub(1, 1) == "@" then return name end
  return data.reference(requests[name] or { subject = name, payload = "" })
end

-- The reply of a key, decoded.
local function root(key)
  local known = decoded[key]
  if known then return known end
  local outcome = replies.known(key)
  if not outcome then
    return { failure = "this reply is not known yet" }    -- a later pass will have it
  elseif outcome.reply then
    local ok, value, err = pcall(json().decode, outcome.reply)
    if not ok then
      known = { failure = "the reply is not JSON: " .. tostring(value) }
    elseif err ~= nil then
      known = { failure = "the reply is not JSON: " .. tostring(err) }
    else
      known = { value = value }
    end
  else
    known = { failure = outcome.failure }
  end
  decoded[key] = known
  return known
end

--- The value at a path from a reference.
-- @tparam string name a reference, or the name of data
-- @tparam string path
-- @treturn ?any nil: nothing is there
-- @treturn ?string why the reply itself cannot be had
-- @treturn ?string the reference of the value
-- @treturn ?any the last value that was found on the way
function data.value(name, path)
  local reference = referenced(name)
  local key, inside = reference:match("^@(%w+)(.*)$")
  if not key then return nil, "'" .. name .. "' is no reference" end
  local found = root(key)
  if found.failure then return nil, found.failure, reference end
  local value = found.value
  for step in inside:gmatch("[^/]+") do
    value = member(value, unescape(step))
  end
  if path == "" or path == "." then return value, nil, reference end
  local last = value
  local rest = path
  while rest do
    local step, behind = rest, nil
    if member(value, rest) == nil then      -- else this is a name, even with dots in it
      step, behind = rest:match("^([^.]*)%.(.*)$")
      step = step or rest
    end
    value, rest = member(value, step), behind
    if value == nil then break end
    reference, last = reference .. "/" .. escape(step), value
  end
  return value, nil, reference, last
end

--- Tells an array from an object.
-- @tparam any value
-- @treturn ?string "array", "object", or nil for what is neither
function data.kind(value)
  if type(value) ~= "table" or value == json().null then return nil end
  return json().kind(value) or "object"    -- the decoder marks arrays
end

--- The references of the elements of an array, or of the members of an object in order of their names.
-- @tparam any value
-- @tparam string reference the value's own
-- @treturn ?{string,...} nil: the value is neither
function data.elements(value, reference)
  local kind, list = data.kind(value), {}
  if kind == "array" then
    for i = 1, #value do list[i] = reference .. "/" .. i end
  elseif kind == "object" then
    for name in table.sortedhash(value) do list[#list + 1] = reference .. "/" .. escape(name) end
  else
    return nil
  end
  return list
end

--- The name of the last step of a reference: an element's number, or a member's name.
-- @tparam string reference
-- @treturn string
function data.step(reference)
  return unescape(reference:match("/([^/]*)$") or "")
end

--- The reference of what a value is in.
-- @tparam string reference
-- @treturn string
function data.parent(reference)
  return (reference:gsub("/[^/]*$", ""))
end

--- Remembers why nothing can be made of a reply, for the mark that stands in its place.
-- @tparam string reference
-- @tparam string reason
function data.fail(reference, reason)
  reasons[reference] = reason
end

--- The subject of the request behind a reference.
-- @tparam string name a reference, or the name of data
-- @treturn string
function data.subject(name)
  local outcome = replies.known(referenced(name):match("^@(%w+)") or "")
  return outcome and outcome.subject or "?"
end

--- Why nothing can be made of a reply.
-- @tparam string name a reference, or the name of data
-- @treturn string
function data.reason(name)
  local reference = referenced(name)
  return reasons[reference] or root(reference:match("^@(%w+)") or "").failure or "?"
end

--- A value as text. Arrays of plain values are joined; an object has no text.
-- @tparam any value
-- @tparam string separator between the elements of an array
-- @treturn ?string nil: it has none
function data.text(value, separator)
  if value == nil or value == json().null then return "" end
  if type(value) == "string" then return value end
  if type(value) ~= "table" then return (json().encode(value)) end
  if data.kind(value) ~= "array" then return nil end
  local parts = {}
  for i = 1, #value do
    parts[i] = data.text(value[i], separator)
    if not parts[i] then return nil end
  end
  return table.concat(parts, separator)
end

return data
