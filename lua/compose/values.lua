--- From a tree in canonical form to the values of a project, and from these to what `config` prints.
--
-- compose.project says what a project looks like. Each form of compose.schema names, in `is`, the reader and the
-- writer that it has here. A writer gives nil for what is not written, because it says nothing.
--
-- @module compose.values

local faults = require "compose.faults"
local scalars = require "compose.scalars"
local tree = require "compose.tree"
local words = require "compose.words"

local values = {}

--- A map without settings where the file has null, as in `networks: { front: }`. It is one table and must not be changed.
values.none = setmetatable({}, {
  __name = "compose.none", __jsontype = "object",
  __newindex = function() error("compose.values.none cannot be changed", 2) end,
})

local read, write -- of a value by its form

local function wrong(cx, place, path, message)
  faults.raise(place or cx.place, path, message)
end

-- A Lua value of a tree that no form describes: what stands behind x-.
local function plain(value)
  if type(value) ~= "table" or value == tree.null then return value end
  local copy = setmetatable({}, { __jsontype = tree.is_list(value) and "array" or "object" })
  for key, item in pairs(value) do copy[key] = plain(item) end
  return copy
end

local readers, writers = {}, {}

-- A reader by a function of compose.scalars.
local function scalar(parse)
  return function(_, value, cx, place, path)
    local result, message = parse(value)
    if result == nil then wrong(cx, place, path, message) end
    return result
  end
end

-- ------------------------------------------------------------------------------------------------------ scalars

function readers.text(_, value) return scalars.text(value) end

readers.boolean = function(_, value, cx, place, path)
  local result, message = scalars.boolean(value)
  if result == nil then wrong(cx, place, path, message) end
  if scalars.is_old_boolean(value) then cx.warn(place, path, ('"%s" is no boolean of YAML 1.2; write %s')
    :format(value, result)) end
  return result
end
readers.opt_out = readers.boolean
readers.integer, readers.number = scalar(scalars.integer), scalar(scalars.number)
readers.bytes, readers.duration = scalar(scalars.bytes), scalar(scalars.duration)
readers.octal, readers.mode = scalar(scalars.octal), scalar(scalars.octal)

-- An umask that is a text is read as a number in YAML is: 077 is octal, 77 is not.
readers.umask = scalar(function(value)
  if type(value) == "string" and value:find "^0" then return scalars.octal(value) end
  return scalars.integer(value)
end)

readers.device_count = scalar(function(value)
  if value == "all" then return -1 end
  return scalars.integer(value)
end)

local function unless(zero)
  return function(form, value)
    if value == zero and not form.keep then return nil end
    return value
  end
end

writers.text, writers.boolean, writers.number = unless "", unless(false), unless(0)
writers.integer, writers.octal, writers.device_count, writers.umask = unless(0), unless(0), unless(0), unless(0)

function writers.opt_out(_, value)
  if value then return nil end
  return value
end

function writers.bytes(form, value)
  if value == 0 and not form.keep then return nil end
  return ("%d"):format(value)
end

function writers.duration(form, value)
  if value == 0 and not form.keep then return nil end
  return scalars.duration_text(value)
end

function writers.mode(_, value) return ("0%o"):format(value) end

-- --------------------------------------------------------------------------------------------------------- lists

function readers.list(form, value, cx, place, path)
  if type(value) == "string" then return readers.texts(form, value) end
  local list = {}
  for i = 1, #value do
    list[i] = read(form.list, value[i], cx, tree.place(value, i) or place, tree.join(path, i))
  end
  return list
end

function readers.texts(_, value)
  if type(value) == "string" then return { value } end
  local list = {}
  for i = 1, #value do list[i] = scalars.text(value[i]) end
  return list
end

function readers.command(_, value, cx, place, path)
  if type(value) ~= "string" then return readers.texts(nil, value) end
  local list, message = words.split(value)
  if not list then wrong(cx, place, path, message) end
  if message then cx.warn(place, path, message) end
  return list
end

function readers.test(_, value)
  if type(value) == "string" then return { "CMD-SHELL", value } end
  return readers.texts(nil, value)
end

local function array(list) return setmetatable(list, { __jsontype = "array" }) end

function writers.list(form, value, style)
  if #value == 0 then return nil end
  local list = array {}
  for i = 1, #value do list[i] = write(form.list, value[i], style) end
  return list
end

function writers.texts(form, value)
  if #value == 0 and not form.keep then return nil end
  return array(table.move(value, 1, #value, 1, {}))
end
writers.command, writers.test = writers.texts, writers.texts

-- ---------------------------------------------------------------------------------------------------------- maps

-- Names and values of a map, or of a list of name=value; a value is nil where there is none.
local function entries(value)
  local list = {}
  if tree.is_list(value) then
    for i = 1, #value do
      local text = scalars.text(value[i])
      local name, rest = text:match "^([^=]*)=(.*)$"
      list[i] = { name or text, rest, tree.place(value, i) }
    end
  else
    for name, item in tree.each(value) do
      list[#list + 1] = { name, item ~= tree.null and scalars.text(item) or nil, tree.place(value, name) }
    end
  end
  return list
end

function readers.environment(_, value, cx, place, path)
  local map = {}
  for _, entry in ipairs(entries(value)) do
    if entry[1]:find "%s$" then
      wrong(cx, entry[3] or place, path, ('the name "%s" ends in a space'):format(entry[1]))
    end
    map[entry[1]] = entry[2] or tree.null
  end
  return map
end

function readers.labels(_, value)
  local map = {}
  for _, entry in ipairs(entries(value)) do map[entry[1]] = entry[2] or "" end
  return map
end

function readers.ssh(_, value)
  local map = {}
  for _, entry in ipairs(entries(value)) do map[entry[1]] = entry[2] or tree.null end
  return map
end

function readers.multiple(_, value)
  local map = {}
  for name, item in tree.each(value) do
    map[name] = tree.is_list(item) and readers.texts(nil, item) or { scalars.text(item) }
  end
  return map
end

function readers.hosts(_, value, cx, place, path)
  local map = {}
  local function add(name, addresses, at, where)
    if name == "" or name:find "[:=]" then wrong(cx, at or place, where, ('"%s" is no name of a host'):format(name)) end
    local list = map[name] or {}
    map[name] = list
    for _, address in ipairs(addresses) do list[#list + 1] = address:match "^%[(.+)%]$" or address end
  end
  if tree.is_list(value) then
    for i = 1, #value do
      local name, rest = value[i]:match "^([^=]*)=(.*)$"
      if not name then name, rest = value[i]:match "^([^:]*):(.*)$" end
      local at, where = tree.place(value, i), tree.join(path, i)
      if not name then wrong(cx, at or place, where, ('"%s" has no address; write name=address'):format(value[i])) end
      local addresses = {}
      for address in (rest .. ","):gmatch "([^,]*)," do addresses[#addresses + 1] = address end
      add(name, addresses, at, where)
    end
  else
    for name, item in tree.each(value) do
      add(name, tree.is_list(item) and readers.texts(nil, item) or { item }, tree.place(value, name), tree.join(path, name))
    end
  end
  return map
end

function readers.limit(form, value, cx, place, path)
  if tree.is_map(value) then return readers.object(form, value, cx, place, path) end
  return readers.integer(form, value, cx, place, path)
end

function readers.map(form, value, cx, place, path)
  local map = {}
  for name, item in tree.each(value) do
    if item == tree.null then
      map[name] = values.none
    else
      map[name] = read(form.each, item, cx, tree.place(value, name) or place, tree.join(path, name))
    end
  end
  return map
end

function readers.object(form, value, cx, place, path)
  local map = {}
  for name, item in tree.each(value) do
    local field = form.fields[name]
    if field then
      map[name] = read(field, item, cx, tree.place(value, name) or place, tree.join(path, name))
    else
      map[name] = plain(item)
    end
  end
  return map
end

local function object(map) return setmetatable(map, { __jsontype = "object" }) end

local function copy_map(form, value)
  if next(value) == nil and not form.keep then return nil end
  local map = object {}
  for name, item in pairs(value) do map[name] = item end
  return map
end
writers.environment, writers.labels, writers.multiple = copy_map, copy_map, copy_map

function writers.ssh(_, value)
  local list = array {}
  for name, path in tree.each(value) do list[#list + 1] = path == tree.null and name or name .. "=" .. path end
  return #list > 0 and list or nil
end

function writers.hosts(_, value)
  local list = array {}
  for name, addresses in pairs(value) do
    for _, address in ipairs(addresses) do list[#list + 1] = name .. "=" .. address end
  end
  table.sort(list)
  return #list > 0 and list or nil
end

function writers.limit(form, value, style)
  if type(value) == "table" then return writers.object(form, value, style) end
  return value
end

function writers.map(form, value, style)
  if next(value) == nil and not form.keep then return nil end
  local map = object {}
  for name, item in pairs(value) do
    local written = write(form.each, item, style)
    map[name] = written == nil and tree.null or written
  end
  return map
end

function writers.object(form, value, style)
  if value == values.none then return tree.null end
  local map = object {}
  for name, item in pairs(value) do
    local field = form.fields[name]
    if field then
      map[name] = write(field, item, style)
    elseif name:sub(1, 2) == "x-" and style.extensions and name ~= "x-#value" then
      map[name] = item
    end
  end
  if style.complete then
    for name, field in pairs(form.fields) do
      if field.always and map[name] == nil then map[name] = writers.object(field, {}, style) end
      if field.is == "command" and map[name] == nil then map[name] = tree.null end
    end
  elseif next(map) == nil and form.always then
    return nil
  end
  return map
end

function read(form, value, cx, place, path)
  if value == tree.null then return nil end
  if cx.raw and type(value) == "string" and value:find("$", 1, true) then return value end
  return readers[form.is](form, value, cx, place, path)
end

function write(form, value, style)
  -- Only a text that is not interpolated yet is a string where something else is wanted.
  if type(value) == "string" and form.is ~= "text" then return value end
  return writers[form.is](form, value, style)
end

--- Reads a value.
-- @tparam table form see compose.schema
-- @param value a tree in canonical form
-- @tparam table cx `warn(place, path, message)`; `raw`: whether texts with variables stay as they are
-- @tparam ?table place
-- @tparam string path
-- @return the value
-- @raise a fault where it cannot be read
function values.read(form, value, cx, place, path)
  return read(form, value, cx, place, path)
end

--- Writes a value.
-- @tparam table form see compose.schema
-- @param value as `read` gave it
-- @tparam table style `complete`: whether what the reference loader always writes in JSON is written;
--   `extensions`: whether x-... inside of other parts is written
-- @return a tree of tables marked for `json` and `yaml`; nil where there is nothing to write
function values.write(form, value, style)
  return write(form, value, style)
end

return values
