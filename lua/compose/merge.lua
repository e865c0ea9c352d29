--- How a later file changes an earlier one, and how a service changes the one that it extends.
--
-- Maps are merged key by key, lists grow by what they do not have yet, null leaves what is there, anything else
-- replaces. The table at the end has what is done otherwise (Compose Specification, "Merge").
--
-- @module compose.merge

local faults = require "compose.faults"
local scalars = require "compose.scalars"
local tree = require "compose.tree"
local unique = require "compose.unique"

local merge = {}

local merge_value -- of two values below a node of the trie

local function merge_maps(base, over, node, path)
  for key, value in tree.each(over) do
    local place = tree.place(over, key)
    local old = base[key]
    if old == nil then
      tree.set(base, key, value, place)
    else
      local merged = merge_value(old, value, tree.below(node, key), tree.join(path, key), place)
      tree.set(base, key, merged, value == tree.null and merged == old and tree.place(base, key) or place)
    end
  end
  return base
end

local function append(base, over)
  for i = 1, #over do
    local known = false
    for j = 1, #base do
      if tree.equal(base[j], over[i]) then
        known = true
        break
      end
    end
    if not known then tree.append(base, over[i], tree.place(over, i)) end
  end
  return base
end

-- A list of what may be a map (key=value), a list, or a text.
local function to_list(value, place)
  if tree.is_list(value) then return value end
  local list = tree.list()
  if type(value) == "string" then
    tree.append(list, value, place)
  elseif tree.is_map(value) then
    for key, item in tree.each(value) do
      local at = tree.place(value, key)
      if item == tree.null then
        tree.append(list, key, at)
      elseif tree.is_list(item) then
        for i = 1, #item do tree.append(list, key .. "=" .. scalars.text(item[i]), tree.place(item, i)) end
      else
        tree.append(list, key .. "=" .. scalars.text(item), at)
      end
    end
  end
  return list
end

-- A map of what may be a list of keys.
local function to_map(value, default, path, place)
  if tree.is_map(value) then return value end
  local map = tree.map()
  if value == tree.null then return map end
  if type(value) == "string" then
    tree.set(map, value, default(), place)
    return map
  end
  if not tree.is_list(value) then faults.raise(place, path, "must be a mapping or a list") end
  for i = 1, #value do
    if type(value[i]) ~= "string" then faults.raise(tree.place(value, i), tree.join(path, i), "must be a string") end
    tree.set(map, value[i], default(), tree.place(value, i))
  end
  return map
end

local function no_settings() return tree.null end

local function started()
  local settings = tree.map()
  settings.condition, settings.required = "service_started", true
  return settings
end

local rules = {}

function rules.replace(_, over) return over end

function rules.list(base, over, _, _, place)
  return append(to_list(base, place), to_list(over, place))
end

function rules.by_key(base, over, _, path, place)
  local all = to_list(base, place)
  local more = to_list(over, place)
  for i = 1, #more do tree.append(all, more[i], tree.place(more, i)) end
  return unique.by(all, unique.key, path)
end

function rules.named(base, over, node, path, place)
  return merge_maps(to_map(base, no_settings, path, place), to_map(over, no_settings, path, place), node, path)
end

function rules.dependencies(base, over, node, path, place)
  return merge_maps(to_map(base, started, path, place), to_map(over, started, path, place), node, path)
end

function rules.build(base, over, node, path, place)
  local function long(value)
    if type(value) ~= "string" then return tree.is_map(value) and value or tree.map() end
    local map = tree.map()
    tree.set(map, "context", value, place)
    return map
  end
  return merge_maps(long(base), long(over), node, path)
end

-- Options belong to a driver: another driver takes none of them over.
function rules.logging(base, over, node, path)
  if over == tree.null then return base end
  if not tree.is_map(base) or not tree.is_map(over) then return over end
  if base.driver and over.driver and base.driver ~= over.driver then return over end
  return merge_maps(base, over, node, path)
end

function rules.limit(base, over, node, path)
  if tree.is_map(base) and tree.is_map(over) then return merge_maps(base, over, node, path) end
  return over
end

-- Address pools are told apart by their subnets.
function rules.pools(base, over, _, path, place)
  if over == tree.null then return base end
  if not tree.is_list(base) or not tree.is_list(over) then faults.raise(place, path, "must be a list") end
  local pools = tree.list()
  local function find(subnet)
    for i = 1, #pools do
      if pools[i].subnet == subnet then return i end
    end
  end
  for i = 1, #base do
    for j = 1, #over do
      local one, other = base[i], over[j]
      if tree.is_map(one) and tree.is_map(other) then
        if one.subnet ~= other.subnet and not find(other.subnet) then
          tree.append(pools, other, tree.place(over, j))
        else
          local merged = merge_maps(tree.copy(one), other, nil, path)
          tree.set(pools, find(merged.subnet) or #pools + 1, merged, tree.place(over, j))
        end
      end
    end
  end
  return pools
end

local SERVICE = {
  annotations = "by_key", build = "build", ["build.args"] = "by_key", ["build.additional_contexts"] = "by_key",
  ["build.extra_hosts"] = "list", ["build.labels"] = "by_key", command = "replace", depends_on = "dependencies",
  dns = "list", dns_opt = "list", dns_search = "list", entrypoint = "replace", env_file = "list", label_file = "list",
  environment = "by_key", extra_hosts = "list", ["healthcheck.test"] = "replace", labels = "by_key",
  ["volumes.*.volume.labels"] = "by_key", logging = "logging", models = "named", networks = "named",
  sysctls = "by_key", tmpfs = "list", ["ulimits.*"] = "limit",
}

local patterns = {
  ["networks.*.ipam.config"] = "pools", ["services.*.deploy.labels"] = "by_key",
  ["x-pods.*.networks"] = "named", ["x-pods.*.labels"] = "by_key", ["x-pods.*.extra_hosts"] = "list",
  ["x-pods.*.dns"] = "list", ["x-pods.*.dns_search"] = "list", ["x-pods.*.dns_opt"] = "list",
}
for _, section in ipairs { "networks", "volumes", "secrets", "configs" } do patterns[section .. ".*.labels"] = "by_key" end
for _, section in ipairs { "services", "jobs" } do
  for attribute, rule in pairs(SERVICE) do patterns[section .. ".*." .. attribute] = rule end
end
local TRIE = tree.trie(patterns)

function merge_value(base, over, node, path, place)
  local rule = node and node.value
  if rule then return rules[rule](base, over, node, path, place) end
  if over == tree.null then return base end
  if tree.is_map(base) then
    if not tree.is_map(over) then faults.raise(place, path, "a mapping cannot be overridden by something else") end
    return merge_maps(base, over, node, path)
  end
  if tree.is_list(base) then
    if not tree.is_list(over) then faults.raise(place, path, "a list cannot be overridden by something else") end
    return append(base, over)
  end
  return over
end

--- Merges a later tree into an earlier one, which is changed.
-- @tparam table base
-- @tparam table over its parts become parts of the result
-- @treturn table base
function merge.files(base, over)
  return merge_maps(base, over, TRIE, "")
end

--- Merges one entry of a section, such as a service, into what it extends, which is changed.
-- @tparam table base
-- @tparam table over
-- @tparam string section "services", "networks", ...
-- @tparam string name for messages
-- @return the merged value
function merge.entry(base, over, section, name)
  return merge_value(base, over, tree.below(TRIE[section], name), section .. "." .. name)
end

-- Takes out of a map what a path leads to; "*" is no pattern here.
local function remove(holder, path, from)
  for i = from, #path - 1 do
    holder = holder[path[i]]
    if not tree.is_map(holder) then return end
  end
  local key = path[#path]
  if type(key) == "string" and holder[key] ~= nil then tree.set(holder, key, nil) end
end

--- Takes away what a later file marks with !reset or !override.
-- @tparam table base the tree of the earlier files
-- @tparam {{string|integer,...},...} resets as compose.source gives them
function merge.reset(base, resets)
  for _, path in ipairs(resets) do remove(base, path, 1) end
end

return merge
