--- What the specification says is there although nobody wrote it: the default network, names, implied dependencies.
--
-- @module compose.normalise

local files = require "compose.files"
local merge = require "compose.merge"
local scalars = require "compose.scalars"
local schema = require "compose.schema"
local tree = require "compose.tree"

local normalise = {}

local function default_networks(project)
  local used = false
  local function join(holder)
    if holder.provider or holder.network_mode then return end
    if holder.networks == nil or holder.networks == tree.null or next(holder.networks) == nil then
      local networks = tree.map()
      networks.default = tree.null
      tree.set(holder, "networks", networks)
    end
    if holder.networks.default ~= nil then used = true end
  end
  for _, section in ipairs { "services", "jobs" } do
    for _, service in tree.each(project[section] or {}) do
      if not service["x-pod"] then join(service) end
    end
  end
  for _, pod in tree.each(project["x-pods"] or {}) do join(pod) end
  if used and not (project.networks and project.networks.default ~= nil) then
    if project.networks == nil then tree.set(project, "networks", tree.map()) end
    project.networks.default = tree.null
  end
end

-- name or name=value entries without a value get the one of the project's variables.
local function fill(value, lookup, keep)
  if tree.is_list(value) then
    local list = tree.list()
    for i = 1, #value do
      local entry = value[i]
      if type(entry) == "string" and not entry:find("=", 1, true) then
        local found = lookup(entry)
        entry = found and entry .. "=" .. found or keep and entry or nil
      end
      if entry ~= nil then tree.append(list, entry, tree.place(value, i)) end
    end
    return list
  elseif tree.is_map(value) then
    for name, item in tree.each(value) do
      if item == tree.null then
        local found = lookup(name)
        if found or not keep then tree.set(value, name, found, tree.place(value, name)) end
      end
    end
  end
  return value
end

local NAMESPACES = { "network_mode", "ipc", "pid", "uts", "cgroup" }

local function depend(depends, name, restart)
  if depends[name] ~= nil then return end
  local settings = tree.map()
  settings.condition, settings.restart, settings.required = "service_started", restart, true
  depends[name] = settings
end

local function implied(service)
  local depends = service.depends_on or tree.map()
  for i = 1, #(service.links or {}) do
    local link = service.links[i]
    local target, alias = link:match "^([^:]*):([^:]*)$"
    depend(depends, alias and target or link, true)
  end
  for _, namespace in ipairs(NAMESPACES) do
    local name = type(service[namespace]) == "string" and service[namespace]:match "^service:(.*)$"
    if name then depend(depends, name, true) end
  end
  for i = 1, #(service.volumes_from or {}) do
    local from = service.volumes_from[i]
    if not from:find "^container:" then depend(depends, from:match "^[^:]*", false) end
  end
  if next(depends) ~= nil and not service.depends_on then tree.set(service, "depends_on", depends) end
end

-- A hook has all that its service has, but the volumes, and its own over it.
local function hooks(service)
  if not tree.is_list(service.pre_start) then return end
  local list = service.pre_start
  for i = 1, #list do
    local base = tree.map()
    for key, value in pairs(service) do
      if key ~= "volumes" and schema.container[key] then tree.set(base, key, tree.copy(value), tree.place(service, key)) end
    end
    tree.set(list, i, merge.entry(base, list[i], "services", "hook"), tree.place(list, i))
  end
end

local function names(project)
  for _, section in ipairs { "networks", "volumes", "configs", "secrets" } do
    for key, resource in tree.each(project[section] or {}) do
      if resource == tree.null then
        resource = tree.map()
        tree.set(project[section], key, resource, tree.place(project[section], key))
      end
      if resource.name == nil or resource.name == tree.null then
        resource.name = scalars.boolean(resource.external) and key or project.name .. "_" .. key
      end
    end
  end
end

--- Fills in what is implied in each service.
-- @tparam table project in canonical form; changed
-- @tparam function lookup gives the value of a variable, or nil
function normalise.services(project, lookup)
  for _, section in ipairs { "services", "jobs" } do
    for _, service in tree.each(project[section] or {}) do
      if service.pull_policy == "if_not_present" then service.pull_policy = "missing" end
      local build = service.build
      if tree.is_map(build) then
        tree.default(build, "context", ".")
        if build.dockerfile_inline == nil then tree.default(build, "dockerfile", "Dockerfile") end
        if build.args then tree.set(build, "args", fill(build.args, lookup, false), tree.place(build, "args")) end
      end
      if service.environment then
        tree.set(service, "environment", fill(service.environment, lookup, true), tree.place(service, "environment"))
      end
      implied(service)
      for i = 1, #(service.volumes or {}) do
        local volume = service.volumes[i]
        if type(volume.target) == "string" then volume.target = files.clean(volume.target) end
      end
    end
  end
end

--- Fills in what is implied in the project: the default network, what hooks take over, names of networks and volumes.
-- Members of pods (`x-pod`) have no networks of their own.
-- @tparam table project in canonical form, with `name`; changed
function normalise.project(project)
  default_networks(project)
  for _, service in tree.each(project.services or {}) do hooks(service) end
  names(project)
end

--- Gives names without a value in lists of variables the value of the project's variables, and secrets and configs
-- that are made of a variable their content. Done for each project that is included, with its own variables.
-- @tparam table project in canonical form; changed
-- @tparam function lookup
function normalise.variables(project, lookup)
  for _, section in ipairs { "services", "jobs" } do
    for _, service in tree.each(project[section] or {}) do
      if tree.is_map(service) and tree.is_list(service.environment) then
        tree.set(service, "environment", fill(service.environment, lookup, true), tree.place(service, "environment"))
      end
    end
  end
  for _, secret in tree.each(project.secrets or {}) do
    if tree.is_map(secret) and type(secret.environment) == "string" then secret["x-#value"] = lookup(secret.environment) end
  end
  for _, config in tree.each(project.configs or {}) do
    if tree.is_map(config) and type(config.environment) == "string" then config.content = lookup(config.environment) end
  end
end

return normalise
