--- x-hosts: the machines that a project runs on, and what cannot be divided between machines.
--
-- A machine is a connection of podman (`podman system connection`) or a URL. Names, networks, volumes and secrets are
-- per machine: there is no network over several machines, so what would need one is refused.
--
-- @module compose.hosts

local faults = require "compose.faults"
local interpolate = require "compose.interpolate"
local scalars = require "compose.scalars"
local tree = require "compose.tree"

local hosts = {}

local function fail(holder, key, path, message)
  faults.raise(tree.place(holder, key), tree.join(path, key), message)
end

--- The variable that holds the address of a host: MOONWIRE_HOST_ and its name, in capitals.
-- @tparam string name
-- @treturn string
function hosts.variable(name)
  return "MOONWIRE_HOST_" .. name:upper():gsub("[^%w]", "_")
end

local function address(settings)
  if type(settings) == "string" then
    settings = { url = settings:find("://", 1, true) and settings or nil }
  end
  if type(settings) ~= "table" or settings == tree.null then return nil end
  if type(settings.address) == "string" then return settings.address end
  if type(settings.url) == "string" then
    local authority = settings.url:match "^%w+://([^/]*)"
    authority = authority and authority:gsub("^.*@", "")
    return authority and (authority:match "^%[(.*)%]" or authority:match "^([^:]+)") or nil
  end
end

--- The variables with the addresses of the hosts, from the files as they are written.
-- @tparam {table,...} trees
-- @tparam table variables as for compose.interpolate, for variables in addresses
-- @treturn table addresses by the name of the variable
function hosts.variables(trees, variables)
  local found = {}
  for _, project in ipairs(trees) do
    local section = tree.is_map(project) and (project["x-hosts"] or project.hosts)
    if tree.is_map(section) then
      for name, settings in tree.each(section) do
        local text = address(settings)
        if text then found[hosts.variable(name)] = interpolate.text(text, variables) or text end
      end
    end
  end
  return found
end

-- Two services on two machines share something that is on one.
local REFUSED = "is on one machine only; put both on one host, or reach the other one by a published port and its address (${%s})"

--- Gives each service and pod its host, and refuses what two machines cannot share.
-- @tparam table project a tree in canonical form, with the members of pods known; changed: members have their pod's
--   `x-host`
-- @raise a fault, with the two services and the reason
function hosts.assign(project)
  local all = project["x-hosts"] or tree.map()
  local services, pods = project.services or tree.map(), project["x-pods"] or tree.map()
  for name, host in tree.each(all) do
    local path = "x-hosts." .. name
    if host.connection and host.url then fail(host, "url", path, "excludes connection; write one of them") end
    if not host.connection and not host.url then
      faults.raise(tree.place(all, name), path, "a machine needs connection (see podman system connection) or url")
    end
  end
  local function known(holder, key, path)
    local name = holder[key]
    if name and not all[name] then
      fail(holder, key, path, ('there is no host "%s"; name it in x-hosts%s'):format(name, faults.did_you_mean(name, all)))
    end
  end
  for name, pod in tree.each(pods) do
    known(pod, "host", "x-pods." .. name)
    for i = 1, #(pod.services or {}) do
      local service = services[pod.services[i]]
      if service["x-host"] and service["x-host"] ~= pod.host then
        fail(service, "x-host", "services." .. pod.services[i], ('the pod "%s" is on %s; a pod is on one machine: write x-pods.%s.host')
          :format(name, pod.host and '"' .. pod.host .. '"' or "this machine", name))
      end
      tree.set(service, "x-host", pod.host, tree.place(pod, "host"))
    end
  end
  for name, service in tree.each(services) do known(service, "x-host", "services." .. name) end

  local function where(host) return host and '"' .. host .. '"' or "this machine" end
  -- What one service needs of another one's container.
  for name, service in tree.each(services) do
    local path = "services." .. name
    local function near(key, other)
      local target = services[other]
      if target and target["x-host"] ~= service["x-host"] then
        fail(service, key, path, ('"%s" is on %s, this service on %s: it ' .. REFUSED)
          :format(other, where(target["x-host"]), where(service["x-host"]), hosts.variable(target["x-host"] or "name")))
      end
    end
    for _, key in ipairs { "network_mode", "ipc", "pid", "uts", "cgroup" } do
      local other = type(service[key]) == "string" and service[key]:match "^service:(.*)$"
      if other then near(key, other) end
    end
    for _, key in ipairs { "volumes_from", "links" } do
      for i = 1, #(service[key] or {}) do near(key, service[key][i]:match "^[^:]*") end
    end
  end
  -- What two of them share.
  local users = {}
  local function share(kind, key, host, holder, holder_key, path)
    local resource = (project[kind .. "s"] or {})[key]
    if tree.is_map(resource) and scalars.boolean(resource.external or false) then return end -- each machine has one already
    local id = kind .. " " .. key
    local first = users[id]
    if not first then
      users[id] = { host = host, path = path }
    elseif first.host ~= host then
      fail(holder, holder_key, path, ('the %s "%s" is used on %s by %s and on %s here: each machine would have its own; give them two %ss')
        :format(kind, key, where(first.host), first.path, where(host), kind))
    end
  end
  local function networks(holder, host, path)
    for key in tree.each(tree.is_map(holder.networks) and holder.networks or {}) do
      if key ~= "default" then share("network", key, host, holder, "networks", path) end
    end
  end
  for name, service in tree.each(services) do
    local path = "services." .. name
    for i = 1, #(service.volumes or {}) do
      local volume = service.volumes[i]
      if volume.type == "volume" and volume.source then share("volume", volume.source, service["x-host"], service, "volumes", path) end
    end
    networks(service, service["x-host"], path)
  end
  for name, pod in tree.each(pods) do networks(pod, pod.host, "x-pods." .. name) end
end

return hosts
