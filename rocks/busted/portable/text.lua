--- Values as text for people: what a failed assertion shows, and error values that are no strings.
local getmetatable, ipairs, next, pcall, rawequal, rawget, setmetatable, tonumber, tostring, type =
  getmetatable, ipairs, next, pcall, rawequal, rawget, setmetatable, tonumber, tostring, type
local getinfo = debug.getinfo
local floor, huge, math_type = math.floor, math.huge, math.type
local find, format, rep = string.find, string.format, string.rep
local concat, sort = table.concat, table.sort

local text = {}

-- What `tostring` gives without asking a metatable, as far as the metatable lets itself be taken off.
local function identity(value)
  local meta = getmetatable(value)
  if meta == nil then return tostring(value) end
  if type(value) ~= "table" or type(meta) ~= "table" or not pcall(setmetatable, value, meta) then return type(value) end
  setmetatable(value, nil)
  local name = tostring(value)
  setmetatable(value, meta)
  return name
end

--- `tostring` that cannot fail.
-- @param value any value
-- @treturn string
function text.of(value)
  local ok, result = pcall(tostring, value)
  if ok and type(result) == "string" then return result end
  return identity(value)
end

--- True where `tostring` says more than a type and an address: strings, and what has a __tostring.
-- @param value any value
-- @treturn boolean
function text.has(value)
  if type(value) == "string" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and type(rawget(meta, "__tostring")) == "function"
end

--- A number so that it reads back as the same number.
-- @tparam number value
-- @treturn string
function text.number(value)
  if value ~= value then return "NaN" end
  if value == huge then return "Inf" end
  if value == -huge then return "-Inf" end
  if math_type(value) == "integer" then return format("%d", value) end
  local digits
  for precision = 14, 17 do
    digits = format("%." .. precision .. "g", value)
    if tonumber(digits) == value then break end
  end
  if not find(digits, "[%.eEnN]") then digits = digits .. ".0" end
  return digits
end

local RANK = { number = 1, boolean = 2, string = 3, table = 4, ["function"] = 5, userdata = 6, thread = 7 }

-- The keys in an order that does not change from run to run where the keys are plain values: the
-- array first, then by type and value; keys that are objects in the order in which `next` gives them.
local function sorted_keys(t)
  local keys, place, length = {}, {}, 0
  for key in next, t do
    keys[#keys + 1] = key
    place[key] = #keys
  end
  while rawget(t, length + 1) ~= nil do length = length + 1 end
  local function rank(key)
    if type(key) == "number" and key >= 1 and key <= length and floor(key) == key then return 0 end
    return RANK[type(key)] or 8
  end
  sort(keys, function(a, b)
    local rank_a, rank_b = rank(a), rank(b)
    if rank_a ~= rank_b then return rank_a < rank_b end
    local kind = type(a)
    if kind == "number" or kind == "string" then return a < b end
    if kind == "boolean" then return a and not b end
    return place[a] < place[b]
  end)
  return keys
end

local function plain(value)
  if type(value) == "number" then return text.number(value) end
  return text.of(value)
end

--- A table with its contents, a key a line.
-- @tparam table t
-- @tparam integer levels how deep to go; -1: without end
-- @tparam ?table path the keys, from the inside out, that lead to the place to be marked
-- @tparam ?string mark what stands before the keys on that path
-- @tparam ?integer width the columns that the mark takes on a screen
-- @treturn string
function text.table(t, levels, path, mark, width)
  local open = {}
  local depth = path and #path or 0
  local function write(inner, level, marked)
    if next(inner) == nil then return "{ }" end
    if open[inner] then return "{ ... recursive }" end
    if levels >= 0 and level > levels then return "{ ... more }" end
    open[inner] = true
    local lines = { "{" }
    local wanted = marked and path[depth - level + 1]
    for _, key in ipairs(sorted_keys(inner)) do
      local value = rawget(inner, key)
      local on_path = marked and level <= depth and rawequal(key, wanted)
      local shown
      if type(value) == "table" then shown = write(value, level + 1, on_path)
      elseif type(value) == "string" then shown = "'" .. value .. "'"
      else shown = plain(value) end
      local indent = rep(" ", level * 2 - (on_path and width or 0)) .. (on_path and mark or "")
      lines[#lines + 1] = indent .. "[" .. plain(key) .. "] = " .. shown
    end
    open[inner] = nil
    return concat(lines, "\n") .. " }"
  end
  return write(t, 1, depth > 0 and mark ~= nil)
end

--- The name of a place inside a table, such as `.servers[2].port`.
-- @tparam table path keys, from the inside out
-- @treturn string
function text.path(path)
  local parts = {}
  for i = #path, 1, -1 do
    local key = path[i]
    if type(key) == "string" and find(key, "^[%a_][%w_]*$") then parts[#parts + 1] = "." .. key
    elseif type(key) == "string" then parts[#parts + 1] = format("[%q]", key)
    else parts[#parts + 1] = "[" .. plain(key) .. "]" end
  end
  return concat(parts)
end

local SHOWN = {
  ["nil"] = function() return "(nil)" end,
  string = function(value) return "(string) '" .. value .. "'" end,
  number = function(value) return "(number) " .. text.number(value) end,
  boolean = function(value) return "(boolean) " .. tostring(value) end,
  userdata = function(value) return "(userdata) '" .. text.of(value) .. "'" end,
  thread = function(value) return "(thread) '" .. tostring(value) .. "'" end,
  ["function"] = function(value)
    local info = getinfo(value, "S")
    return tostring(value) .. " @ line " .. info.linedefined .. " in " .. info.source
  end,
}

--- A value that is no table, with its type.
-- @param value any value
-- @treturn ?string nil for a table
function text.shown(value)
  local show = SHOWN[type(value)]
  return show and show(value)
end

--- A table with its identity and its contents.
-- Parameters are those of `text.table`.
-- @treturn string
function text.shown_table(t, ...)
  return "(" .. identity(t) .. ") " .. text.table(t, ...)
end

--- An error value as a message.
-- @param value what was raised
-- @treturn string
function text.message(value)
  -- Lua 5.5 makes this string of `error(nil)`.
  if value == nil or value == "<no error object>" then return "Nil error" end
  if type(value) ~= "table" or text.has(value) then return text.of(value) end
  return text.table(value, 8)
end

return text
