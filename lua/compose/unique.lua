--- Lists in which an entry replaces an earlier one with the same key: the last value, at the place of the first one.
--
-- (Compose Specification, "Merge", "Unique resources".)
--
-- @module compose.unique

local faults = require "compose.faults"
local scalars = require "compose.scalars"
local tree = require "compose.tree"
local volumes = require "compose.volumes"

local unique = {}

-- Functions that give an entry's key; nil where it has none, then it stays.
local keys = {}

function keys.key(value)
  return type(value) == "string" and value:match "^([^=]*)" or nil
end

function keys.volume(value, place, path)
  if tree.is_map(value) then return value.target end
  if type(value) ~= "string" then return nil end
  if value:find("${", 1, true) then return value end -- not interpolated
  local volume, err = volumes.parse(value)
  if not volume then faults.raise(place, path, err) end
  return volume.target
end

function keys.device(value)
  if tree.is_map(value) then return value.target end
  if type(value) ~= "string" then return nil end
  local source, target = value:match "^([^:]*):?([^:]*)"
  return target ~= "" and target or source
end

function keys.port(value)
  if type(value) ~= "table" then return scalars.text(value) end
  if not tree.is_map(value) then return nil end
  return ("%s:%s:%s/%s"):format(value.host_ip or "0.0.0.0", scalars.text(value.published), scalars.text(value.target),
    value.protocol or "tcp")
end

function keys.expose(value)
  return type(value) ~= "table" and scalars.text(value) or nil
end

function keys.file(value)
  if tree.is_map(value) then return value.path end
  return type(value) == "string" and value or nil
end

local function mount(folder)
  return function(value)
    if type(value) == "string" then return folder .. "/" .. value end
    if not tree.is_map(value) then return nil end
    return value.target or folder .. "/" .. scalars.text(value.source)
  end
end

keys.secret, keys.config = mount "/run/secrets", mount ""

--- The key of an entry NAME=VALUE.
-- @function unique.key
unique.key = keys.key

--- The key of a port in long form.
-- @function unique.port
unique.port = keys.port

--- Makes the entries of a list unique.
-- @tparam table list
-- @tparam function key_of key_of(value, place, path) gives a key or nil
-- @tparam string path
-- @treturn table a new list
function unique.by(list, key_of, path)
  local out, index = tree.list(), {}
  for i = 1, #list do
    local place = tree.place(list, i)
    local key = key_of(list[i], place, tree.join(path, i))
    local at = key ~= nil and index[key] or #out + 1
    if key ~= nil then index[key] = at end
    tree.set(out, at, list[i], place)
  end
  return out
end

local SERVICE = {
  annotations = "key", ["build.args"] = "key", ["build.additional_contexts"] = "key", ["build.tags"] = "key",
  ["build.labels"] = "key", cap_add = "key", cap_drop = "key", configs = "config", ["deploy.labels"] = "key",
  devices = "device", dns = "key", dns_opt = "key", dns_search = "key", environment = "key", env_file = "file",
  expose = "expose", labels = "key", links = "key", ["networks.*.aliases"] = "key", ["networks.*.link_local_ips"] = "key",
  ports = "port", profiles = "key", secrets = "secret", sysctls = "key", tmpfs = "key", volumes = "volume",
}

local patterns = {
  ["networks.*.labels"] = keys.key, ["x-pods.*.ports"] = keys.port, ["x-pods.*.networks.*.aliases"] = keys.key,
  ["x-pods.*.labels"] = keys.key, ["x-pods.*.services"] = keys.key,
}
for attribute, key in pairs(SERVICE) do patterns["services.*." .. attribute] = keys[key] end
local TRIE = tree.trie(patterns)

--- Makes all lists of a project unique that the specification says must be.
-- @tparam table project
function unique.all(project)
  tree.walk(project, TRIE, function(key_of, holder, key, path)
    if tree.is_list(holder[key]) then
      tree.set(holder, key, unique.by(holder[key], key_of, path), tree.place(holder, key))
    end
  end)
end

return unique
