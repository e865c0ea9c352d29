--- What containers, pods, networks and volumes are made of, part by part, so that it can be told what has changed.
--
-- Parts are kept in a label: NAME=HASH words. A hash is of 64 bits and only compares: it need not resist anybody.
--
-- @module compose.parts

local json = require "json"
local schema = require "compose.schema"
local tree = require "compose.tree"
local values = require "compose.values"

local parts = {}

-- Parts of a service that may change without a new container.
local WITHOUT = {
  build = true, pull_policy = true, pull_refresh_after = true, scale = true, depends_on = true, profiles = true,
  deploy = true, develop = true, attach = true, env_file = true, label_file = true, pre_start = true, post_start = true,
  pre_stop = true, environment = true, labels = true, extends = true,
}

local STYLE = { complete = false, extensions = true, models = true }

-- FNV-1a, 64 bits.
local function hash(text)
  local h = -3750763034362895579
  for i = 1, #text do h = (h ~ text:byte(i)) * 1099511628211 end
  return ("%016x"):format(h)
end

local function encode(value)
  if type(value) == "string" then return value end
  if value == tree.null then return "\0" end
  return json.encode(value, { sort = true })
end

local function escape(name)
  return (name:gsub("[^%w._-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

--- Parts as the text of a label.
-- @tparam table found values by name
-- @treturn string
function parts.text(found)
  local words = {}
  for name, value in tree.each(found) do words[#words + 1] = escape(name) .. "=" .. hash(encode(value)) end
  return table.concat(words, " ")
end

--- The names of the parts that two texts do not have in common.
-- @tparam ?string old nil for something that was not made by this tool
-- @tparam string new
-- @treturn {string,...} in order; empty where nothing has changed
function parts.changed(old, new)
  if old == new then return {} end
  if not old then return { "was not made by moonwire compose" } end
  local before, after, names = {}, {}, {}
  for name, value in old:gmatch "(%S+)=(%x+)" do before[name] = value end
  for name, value in new:gmatch "(%S+)=(%x+)" do after[name] = value end
  for name, value in pairs(after) do
    if before[name] ~= value then names[#names + 1] = name end
  end
  for name in pairs(before) do
    if not after[name] then names[#names + 1] = name end
  end
  table.sort(names)
  for i, name in ipairs(names) do
    names[i] = name:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end)
  end
  return names
end

local function each_of(found, prefix, map)
  for name, value in pairs(map or {}) do found[prefix .. name] = value end
end

--- The parts of a service's container.
-- @tparam table project
-- @tparam table service
-- @tparam {[string]=string,...} secrets names of podman's secrets by "secret KEY" and "config KEY"
-- @treturn table values by name
function parts.of_service(project, service, secrets)
  local found = {}
  for key, value in pairs(values.write(schema.service, service, STYLE)) do
    if not WITHOUT[key] then found[key] = value end
  end
  each_of(found, "environment.", service.environment)
  each_of(found, "labels.", service.labels)
  if service.deploy then
    local deploy = values.write(schema.service.fields.deploy, service.deploy, STYLE)
    found["deploy.resources"] = deploy and deploy.resources
    found["deploy.restart_policy"] = deploy and deploy.restart_policy
  end
  -- What the names in it stand for.
  for key in pairs(service.networks or {}) do
    if project.networks[key] then found["networks." .. key] = project.networks[key].name end
  end
  for _, volume in ipairs(service.volumes or {}) do
    local named = volume.type == "volume" and volume.source and project.volumes[volume.source]
    if named then found["volumes." .. volume.source] = named.name end
  end
  for _, kind in ipairs { "secret", "config" } do
    for _, use in ipairs(service[kind .. "s"] or {}) do
      found[kind .. "s." .. use.source] = secrets[kind .. " " .. use.source]
    end
  end
  return found
end

local function of_form(form, thing, without)
  local found = {}
  for key, value in pairs(values.write(form, thing, STYLE) or {}) do
    if not without[key] then found[key] = value end
  end
  return found
end

--- The parts of a pod.
-- @tparam table project
-- @tparam table pod
-- @treturn table values by name
function parts.of_pod(project, pod)
  local found = of_form(schema.project.fields["x-pods"].each, pod, { services = true, host = true })
  for key in pairs(pod.networks or {}) do
    if project.networks[key] then found["networks." .. key] = project.networks[key].name end
  end
  local names = table.move(pod.names, 1, #pod.names, 1, {})
  table.sort(names)
  found.services = table.concat(names, " ")
  return found
end

--- The parts of a network.
-- @tparam table network
-- @treturn table values by name
function parts.of_network(network)
  return of_form(schema.project.fields.networks.each, network, { labels = true, name = true })
end

--- The parts of a volume.
-- @tparam table volume
-- @treturn table values by name
function parts.of_volume(volume)
  return of_form(schema.project.fields.volumes.each, volume, { labels = true, name = true })
end

return parts
