--- What Lua's tables cannot tell by themselves: null, empty sequences, mappings with an order.
--
-- Marks are metatables with the field `__jsontype` ("array" or "object"), the convention of dkjson and of this
-- project's `json`, so that a value passes from one codec to the other unchanged.
--
-- @module yaml.types

local types = {}

-- One null for both codecs where `json` is installed; alone, `yaml` has its own.
local found, json_null = pcall(require, "json.null")

--- The value that stands for null: nil cannot be stored in a table.
types.null = found and json_null or setmetatable({}, {
  __name = "yaml.null",
  __tostring = function() return "null" end,
  __tojson = function() return "null" end,
  __newindex = function() error("yaml.null cannot be changed", 2) end,
})

--- The metatable of sequences.
types.sequence = { __name = "yaml.sequence", __jsontype = "array" }

--- The metatable of mappings that could be taken for sequences: empty ones, and those with integer keys.
types.mapping = { __name = "yaml.mapping", __jsontype = "object" }

local function next_in_order(state)
  local keys, map = state.keys, state.map
  while true do
    local i = state.at + 1
    state.at = i
    local key = keys[i]
    if key == nil then return nil end
    local value = rawget(map, key)
    if value ~= nil then return key, value end
  end
end

local function ordered_pairs(map)
  return next_in_order, { map = map, keys = getmetatable(map).keys, at = 0 }
end

-- Called for keys that the map does not have: a key once removed keeps its old place.
local function ordered_newindex(map, key, value)
  if value == nil then return end
  local meta = getmetatable(map)
  if not meta.places[key] then
    local n = #meta.keys + 1
    meta.keys[n], meta.places[key] = key, n
  end
  rawset(map, key, value)
end

--- An empty mapping that `pairs` walks in the order in which its keys were first set.
-- @treturn table
function types.ordered()
  return setmetatable({}, {
    __name = "yaml.ordered",
    __jsontype = "object",
    __pairs = ordered_pairs,
    __newindex = ordered_newindex,
    keys = {},
    places = {},
  })
end

--- The keys of an ordered mapping, in order, those too that were removed.
-- @tparam table map
-- @treturn ?{any,...} nil when it is no ordered mapping
function types.order(map)
  local meta = getmetatable(map)
  if type(meta) == "table" and rawget(meta, "__pairs") == ordered_pairs then return meta.keys end
  return nil
end

--- Gives an ordered mapping another order of keys.
-- @tparam table map
-- @tparam {any,...} keys all its keys
function types.reorder(map, keys)
  local places = {}
  for i = 1, #keys do places[keys[i]] = i end
  local meta = getmetatable(map)
  meta.keys, meta.places = keys, places
end

--- What a table is marked as, by this or by a JSON library.
-- @tparam table value
-- @treturn ?string "array", "object" or nil
function types.mark(value)
  local meta = getmetatable(value)
  return type(meta) == "table" and rawget(meta, "__jsontype") or nil
end

return types
