--- The trees that a compose file is while it is loaded: maps, lists and scalars that know where they were written.
--
-- A map or a list is a Lua table with a metatable of its own: `__jsontype` tells which it is ("object" or "array", as
-- `json` and `yaml` understand it), `at` has the place of each entry. A place is a table of `file` (a source, with
-- `name` and `text`) and `at` (bytes into the text, from 1), or `line`. Null is `tree.null`.
--
-- @module compose.tree

local types = require "yaml.types"

local getmetatable, setmetatable, type = getmetatable, setmetatable, type

local tree = {}

--- Null, which nil cannot be: the null of `yaml` and `json`.
tree.null = types.null

--- A new map, empty.
-- @treturn table
function tree.map()
  return setmetatable({}, { __jsontype = "object", at = {} })
end

--- A new list.
-- @tparam[opt] {any,...} items default: none
-- @treturn table
function tree.list(items)
  return setmetatable(items or {}, { __jsontype = "array", at = {} })
end

local KINDS = { string = "string", boolean = "boolean" }

--- What a value is.
-- @param value
-- @treturn string "map", "list", "null", "string", "boolean", "integer" or "number"
function tree.kind(value)
  if type(value) == "table" then
    if value == types.null then return "null" end
    return types.mark(value) == "array" and "list" or "map"
  end
  return KINDS[type(value)] or math.type(value) == "integer" and "integer" or "number"
end

--- Whether a value is a map.
-- @param value
-- @treturn boolean
function tree.is_map(value)
  return type(value) == "table" and value ~= types.null and types.mark(value) ~= "array"
end

--- Whether a value is a list.
-- @param value
-- @treturn boolean
function tree.is_list(value)
  return type(value) == "table" and value ~= types.null and types.mark(value) == "array"
end

--- The place of an entry.
-- @tparam table holder a map or a list
-- @tparam string|integer key
-- @treturn ?table nil where it is not known
function tree.place(holder, key)
  local meta = getmetatable(holder)
  local at = meta and meta.at
  return at and at[key]
end

--- Sets an entry and its place.
-- @tparam table holder a map or a list
-- @tparam string|integer key
-- @param value nil removes it
-- @tparam[opt] table place
function tree.set(holder, key, value, place)
  holder[key] = value
  getmetatable(holder).at[key] = place
end

--- Sets what a map does not have yet.
-- @tparam table map
-- @tparam string key
-- @param value
-- @tparam[opt] table place
function tree.default(map, key, value, place)
  if map[key] == nil then tree.set(map, key, value, place) end
end

--- Adds an entry to a list.
-- @tparam table list
-- @param value
-- @tparam[opt] table place
function tree.append(list, value, place)
  tree.set(list, #list + 1, value, place)
end

--- The keys of a map, sorted, so that the same file gives the same errors.
-- @tparam table map
-- @treturn {string,...}
function tree.keys(map)
  local keys, n = {}, 0
  for key in pairs(map) do
    n = n + 1
    keys[n] = key
  end
  table.sort(keys)
  return keys
end

--- Walks a map by its keys, sorted. Entries may be changed meanwhile.
-- @tparam table map
-- @treturn function an iterator of key and value
function tree.each(map)
  local keys, i = tree.keys(map), 0
  return function()
    i = i + 1
    return keys[i], map[keys[i]]
  end
end

--- A copy of a tree with all places.
-- @param value
-- @return the copy
function tree.copy(value)
  if type(value) ~= "table" or value == types.null then return value end
  local meta = getmetatable(value)
  local at = {}
  for key, place in pairs(meta.at) do at[key] = place end
  local twin = setmetatable({}, { __jsontype = meta.__jsontype, at = at, either = meta.either })
  for key, item in pairs(value) do twin[key] = tree.copy(item) end
  return twin
end

--- Whether two trees say the same.
-- @param a
-- @param b
-- @treturn boolean
function tree.equal(a, b)
  if a == b then return math.type(a) == math.type(b) end
  if type(a) ~= "table" or type(b) ~= "table" then return false end
  if a == types.null or b == types.null or tree.is_list(a) ~= tree.is_list(b) then return false end
  for key, item in pairs(a) do
    if not tree.equal(item, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

--- Adds a key to a path, as messages show it: services.web.ports[0].
-- @tparam string path "" at the top
-- @tparam string|integer key an integer is the index in a list, from 1
-- @treturn string
function tree.join(path, key)
  if type(key) == "number" then return path .. "[" .. key - 1 .. "]" end
  if path == "" then return key end
  return path .. "." .. key
end

--- Makes a trie of patterns such as "services.*.ports", whose nodes are tables by key with the value in `value`.
-- @tparam {[string]=any,...} patterns values by pattern; "*" stands for any key or index
-- @treturn table the root
function tree.trie(patterns)
  local root = {}
  for pattern, value in pairs(patterns) do
    local node = root
    for part in pattern:gmatch "[^.]+" do
      node[part] = node[part] or {}
      node = node[part]
    end
    node.value = value
  end
  return root
end

--- The node of a trie below another one.
-- @tparam ?table node nil: none
-- @tparam string|integer key
-- @treturn ?table
function tree.below(node, key)
  if not node then return nil end
  if key == "value" then return node["*"] end -- the name of the field that holds a node's own value
  return node[key] or node["*"]
end

--- Walks a tree along a trie, calling what the trie has at the places that fit, innermost first.
-- @tparam table holder the map or list to walk
-- @tparam table node the trie
-- @tparam function visit visit(found, holder, key, path): found is the value in the trie
-- @tparam[opt] string path
function tree.walk(holder, node, visit, path)
  path = path or ""
  local function entry(key)
    local below = tree.below(node, key)
    local value = holder[key]
    if not below or value == nil then return end
    local here = tree.join(path, key)
    if type(value) == "table" and value ~= types.null then tree.walk(value, below, visit, here) end
    if below.value ~= nil then visit(below.value, holder, key, here) end
  end
  if tree.is_list(holder) then
    for i = 1, #holder do entry(i) end
  elseif node["*"] then
    for key in tree.each(holder) do entry(key) end
  else
    for _, key in ipairs(tree.keys(node)) do
      if key ~= "value" then entry(key) end
    end
  end
end

return tree
