--- compose.lua: a project as a Lua program that returns the table which a YAML file would be.
--
--     for i = 1, 3 do
--       service("web" .. i, { image = "nginx:" .. env("TAG", "1.27"), ports = { 8080 + i .. ":80" } })
--     end
--     pod("front", { services = { "web1", "web2" } })
--
-- A program may return the table, call the helpers, or both. It runs in a sandbox (compose.sandbox).
--
-- @module compose.script

local faults = require "compose.faults"
local sandbox = require "compose.sandbox"
local tree = require "compose.tree"

local script = {}

-- Tables in tables, and values in all: more than any project has.
local MAX_DEPTH, MAX_VALUES = 100, 500000

local SECTIONS = {
  service = "services", pod = "x-pods", network = "networks", volume = "volumes", secret = "secrets", config = "configs",
  host = "x-hosts",
}

-- Makes trees of a program's tables, whose metatables are not asked: they are the program's.
local function converter(null)
  local made = 0
  local function convert(value, place, path, open, depth)
    made = made + 1
    if made > MAX_VALUES then faults.raise(place, path, ("there are more than %d values"):format(MAX_VALUES)) end
    if rawequal(value, null) then return tree.null end
    local kind = type(value)
    if kind == "string" or kind == "boolean" or kind == "number" then
      if value ~= value or value == math.huge or value == -math.huge then faults.raise(place, path, "is no number that a file can have") end
      return value
    end
    if kind ~= "table" then faults.raise(place, path, ("is a %s; a project is made of tables, texts, numbers and booleans")
      :format(kind)) end
    if open[value] then faults.raise(place, path, "contains itself") end
    if depth > MAX_DEPTH then faults.raise(place, path, ("is nested deeper than %d tables"):format(MAX_DEPTH)) end
    open[value] = true
    local n = rawlen(value)
    local result
    if n > 0 then
      result = tree.list()
      for key in next, value do
        if math.type(key) ~= "integer" or key < 1 or key > n then
          faults.raise(place, path, ("is a list, but has another key, too: %s"):format(type(key) == "table" and "a table" or tostring(key)))
        end
      end
      for i = 1, n do tree.append(result, convert(rawget(value, i), place, tree.join(path, i), open, depth + 1), place) end
    else
      result = sandbox.is_list(value) and tree.list() or tree.map()
      getmetatable(result).either = true
      for key, item in next, value do
        if type(key) ~= "string" then
          faults.raise(place, path, ("has a key that is no text but a %s"):format(type(key)))
        end
        tree.set(result, key, convert(item, place, tree.join(path, key), open, depth + 1), place)
      end
    end
    open[value] = nil
    return result
  end
  return function(value, place, path) return convert(value, place, path, {}, 1) end
end

--- Runs a program.
-- @tparam string text
-- @tparam string name the file's name, for messages
-- @tparam function lookup gives the value of a variable of the project, or nil
-- @treturn {table,...} one document, as compose.source gives them
-- @raise a fault, with the line of the program where one is known
function script.read(text, name, lookup)
  local file = { name = name, text = text }
  local document = tree.map()
  local box = sandbox.new(name)
  local to_tree = converter(box.null)
  local given = box.environment

  function given.env(variable, default)
    if type(variable) ~= "string" then error("env: the name of a variable is missing", 2) end
    local value = lookup(variable)
    if value == nil then return default end
    return value
  end
  local env = given.env
  given.os = { getenv = function(variable) return env(variable) end }

  for helper, section in pairs(SECTIONS) do
    given[helper] = function(key, value)
      local place = { file = file, line = box.line() }
      if type(key) ~= "string" then error(("%s: the first argument is its name, a text"):format(helper), 2) end
      if value == nil then value = {} end
      if not document[section] then tree.set(document, section, tree.map(), place) end
      if document[section][key] ~= nil then error(("%s: there is one with the name %q already"):format(helper, key), 2) end
      tree.set(document[section], key, to_tree(value, place, section .. "." .. key), place)
      return value
    end
  end

  local result, failure = box.run(text)
  if failure then faults.raise({ file = file, line = failure.line }, nil, failure.message) end
  if result ~= nil then
    local place = { file = file }
    if type(result) ~= "table" then
      faults.raise(place, nil, ("the program returns a %s, and not the table of a project"):format(type(result)))
    end
    for key, value in tree.each(to_tree(result, place, "")) do
      if tree.is_map(document[key]) and tree.is_map(value) then
        for entry, item in tree.each(value) do
          if document[key][entry] ~= nil then
            faults.raise(tree.place(document[key], entry), tree.join(key, entry), "is made by a helper and returned, too")
          end
          tree.set(document[key], entry, item, place)
        end
      else
        tree.set(document, key, value, place)
      end
    end
  end
  return { { tree = document, resets = {}, place = { file = file } } }
end

return script
