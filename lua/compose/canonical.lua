--- Long forms for short ones, so that everything after knows one form of each attribute.
--
-- @module compose.canonical

local faults = require "compose.faults"
local ports = require "compose.ports"
local scalars = require "compose.scalars"
local tree = require "compose.tree"
local volumes = require "compose.volumes"

local canonical = {}

-- Functions (value, place, path, raw) that give the long form.
local forms = {}

function forms.texts(value, place)
  if type(value) ~= "string" then return value end
  local list = tree.list()
  tree.append(list, value, place)
  return list
end

-- An empty text is no server.
function forms.dns(value, place)
  local list, some = forms.texts(value, place), tree.list()
  for i = 1, #list do
    if list[i] ~= "" then tree.append(some, list[i], tree.place(list, i)) end
  end
  return some
end

-- { [name] = null } of a list of names.
function forms.named(value)
  if not tree.is_list(value) then return value end
  local map = tree.map()
  for i = 1, #value do tree.set(map, value[i], tree.null, tree.place(value, i)) end
  return map
end

-- A function that makes a map with one attribute of a text.
local function attribute(name)
  return function(value, place)
    if type(value) ~= "string" then return value end
    local map = tree.map()
    tree.set(map, name, value, place)
    return map
  end
end

forms.source, forms.context, forms.service = attribute "source", attribute "context", attribute "service"
forms.cron, forms.path = attribute "cron", attribute "path"

function forms.env_file(value, place)
  local list = forms.texts(value, place)
  for i = 1, #list do
    local entry = forms.path(list[i], tree.place(list, i))
    tree.default(entry, "required", true)
    tree.set(list, i, entry, tree.place(list, i))
  end
  return list
end

function forms.gpus(value, place)
  if type(value) ~= "string" then return value end
  local list, request = tree.list(), tree.map()
  request.count = "all"
  tree.append(list, request, place)
  return list
end

function forms.volume(value, place, path)
  if type(value) ~= "string" then return value end
  local map, err = volumes.parse(value)
  if not map then faults.raise(place, path, err) end
  for key in pairs(map) do tree.set(map, key, map[key], place) end
  return map
end

function forms.device(value, place, path)
  if type(value) ~= "string" then return value end
  local source, target, permissions, more = value:match "^([^:]*):?([^:]*):?([^:]*)(.*)$"
  if more ~= "" then faults.raise(place, path, ('"%s" has too many colons; write source, target and permissions')
    :format(value)) end
  local map = tree.map()
  map.source, map.target = source, target ~= "" and target or source
  map.permissions = permissions ~= "" and permissions or "rwm"
  return map
end

function forms.ports(list, _, path, raw)
  local all = tree.list()
  for i = 1, #list do
    local value, place = list[i], tree.place(list, i)
    if type(value) == "table" or raw and scalars.text(value):find("$", 1, true) then
      tree.append(all, value, place)
    else
      local found, err = ports.parse(scalars.text(value))
      if not found then faults.raise(place, tree.join(path, i), err) end
      for _, port in ipairs(found) do tree.append(all, port, place) end
    end
  end
  return all
end

function forms.dependencies(value)
  local map = forms.named(value)
  for key, settings in tree.each(map) do
    if settings == tree.null then
      settings = tree.map()
      tree.set(map, key, settings, tree.place(map, key))
    end
    tree.default(settings, "condition", "service_started")
    tree.default(settings, "required", true)
  end
  return map
end

-- { [name] = value } of a list of name=value.
function forms.pairs(value, place, path)
  if not tree.is_list(value) then return value end
  local map = tree.map()
  for i = 1, #value do
    local name, rest = value[i]:match "^([^=]*)=(.*)$"
    if not name then faults.raise(tree.place(value, i) or place, tree.join(path, i), ('"%s" must be name=value')
      :format(value[i])) end
    tree.set(map, name, rest, tree.place(value, i))
  end
  return map
end

function forms.ssh(value, place, path)
  if not tree.is_list(value) then return value end
  local map = tree.map()
  for i = 1, #value do
    local id, key = value[i]:match "^([^=]*)=?(.*)$"
    if not value[i]:find("=", 1, true) and id ~= "default" then
      faults.raise(tree.place(value, i) or place, tree.join(path, i), ('"%s" must be "default" or id=path'):format(value[i]))
    end
    tree.set(map, id, value[i]:find("=", 1, true) and key or tree.null, tree.place(value, i))
  end
  return map
end

function forms.text(value)
  return type(value) == "boolean" and tostring(value) or value
end

-- external: { name: x } is an old form of name: x, external: true.
function forms.resource(map, _, path)
  if not tree.is_map(map) or not tree.is_map(map.external) then return map end
  local place, name = tree.place(map, "external"), map.external.name
  if name ~= nil then
    if map.name ~= nil and map.name ~= name then
      faults.raise(place, tree.join(path, "external"), "name and external.name differ; write name only")
    end
    tree.default(map, "name", name, place)
  end
  tree.set(map, "external", true, place)
  return map
end

-- A machine: the text is the name of a connection, or a URL.
function forms.host(value, place)
  if type(value) ~= "string" then return value end
  return attribute(value:find("://", 1, true) and "url" or "connection")(value, place)
end

local CONTAINER = {
  env_file = "env_file", label_file = "texts", gpus = "gpus", networks = "named", models = "named",
  ["volumes.*"] = "volume", dns = "dns", ["devices.*"] = "device", ["secrets.*"] = "source", ["configs.*"] = "source",
}
local WORKLOAD = {
  ["build.secrets.*"] = "source", ["build.provenance"] = "text", ["build.sbom"] = "text",
  ["build.additional_contexts"] = "pairs", depends_on = "dependencies", extends = "service", ports = "ports",
  build = "context", ["build.ssh"] = "ssh",
}

local patterns = {
  ["jobs.*.triggers.schedule.*"] = "cron", ["services.*.develop.watch.*.ignore"] = "texts",
  ["services.*.develop.watch.*.include"] = "texts",
  ["x-pods.*.ports"] = "ports", ["x-pods.*.networks"] = "named", ["x-pods.*.dns"] = "texts",
  ["x-hosts.*"] = "host",
}
for _, section in ipairs { "networks", "volumes", "secrets", "configs" } do patterns[section .. ".*"] = "resource" end
for _, prefix in ipairs { "services.*.", "jobs.*.", "services.*.pre_start.*." } do
  for name, form in pairs(CONTAINER) do patterns[prefix .. name] = form end
end
for _, prefix in ipairs { "services.*.", "jobs.*." } do
  for name, form in pairs(WORKLOAD) do patterns[prefix .. name] = form end
end
local TRIE = tree.trie(patterns)

--- Gives every attribute its long form.
-- @tparam table project changed
-- @tparam[opt] boolean raw whether variables stand as they are written: what has one stays as it is
-- @raise a fault where a short form is wrong
function canonical.project(project, raw)
  tree.walk(project, TRIE, function(form, holder, key, path)
    if holder[key] == tree.null then return end
    if raw and type(holder[key]) == "string" and holder[key]:find("$", 1, true) then return end
    local place = tree.place(holder, key)
    tree.set(holder, key, forms[form](holder[key], place, path, raw), place)
  end)
end

-- Defaults, which come after all files are merged.
local defaults = {}

function defaults.build(build)
  tree.default(build, "context", ".")
end

function defaults.secret(secret)
  tree.default(secret, "target", "/run/secrets/" .. scalars.text(secret.source))
end

function defaults.port(port)
  tree.default(port, "protocol", "tcp")
  tree.default(port, "mode", "ingress")
end

function defaults.request(request)
  if request.device_ids == nil then tree.default(request, "count", "all") end
end

function defaults.bind(bind)
  tree.default(bind, "create_host_path", true)
end

local default_patterns = {
  ["services.*.deploy.resources.reservations.devices.*"] = "request", ["x-pods.*.ports.*"] = "port",
}
for _, prefix in ipairs { "services.*.", "jobs.*." } do
  for name, form in pairs {
    build = "build", ["secrets.*"] = "secret", ["ports.*"] = "port", ["gpus.*"] = "request", ["volumes.*.bind"] = "bind",
  } do
    default_patterns[prefix .. name] = form
  end
end
local DEFAULTS = tree.trie(default_patterns)

--- Fills in what the specification says holds where nothing is written.
-- @tparam table project changed
function canonical.defaults(project)
  tree.walk(project, DEFAULTS, function(form, holder, key)
    if tree.is_map(holder[key]) then defaults[form](holder[key]) end
  end)
end

return canonical
