--- What containers need before they are made: networks, volumes, secrets, folders. Adds methods to compose.plan.builder.
--
-- @module compose.plan.resources

local arguments = require "compose.arguments"
local builder = require "compose.plan.builder"
local faults = require "compose.faults"
local files = require "compose.files"
local labels = require "compose.labels"
local names = require "compose.names"
local parts = require "compose.parts"
local tree = require "compose.tree"

local append = builder.append

-- What podman takes as a secret (its documentation of `secret create`), in bytes.
local SECRET_LIMIT = 512000

local resources = {}

--- The secrets and configs that services use, with podman's names.
-- @tparam table project
-- @tparam table services by key
-- @treturn table by "secret KEY" and "config KEY": `name`, `content`, `file`, `environment`, `external`, or `bind`: a file
--   that is mounted as it is, since podman takes no empty secret and none over 512,000 bytes
-- @raise a fault where a file cannot be read or a variable is not set
function resources.secrets(project, services)
  local found = {}
  for key, service in tree.each(services) do
    for _, kind in ipairs { "secret", "config" } do
      for _, use in ipairs(service[kind .. "s"] or {}) do
        local resource = project[kind .. "s"][use.source]
        local id = kind .. " " .. use.source
        local path = ("%ss.%s"):format(kind, use.source)
        if not resource then
          faults.raise(nil, ("services.%s.%ss"):format(key, kind), ('there is no %s "%s"'):format(kind, use.source))
        elseif resource.external then
          found[id] = { name = resource.name, external = true }
        elseif not found[id] then
          local content = names.content(resource, path)
          local entry = {
            name = names.secret(project, resource, kind, content), key = use.source, kind = kind, content = content,
            file = resource.file ~= "" and resource.file or nil, environment = resource.environment,
          }
          if #content == 0 or #content > SECRET_LIMIT then
            if not entry.file then
              faults.raise(nil, path, ("podman takes 1 to %d bytes, not %d; write it as a file"):format(SECRET_LIMIT, #content))
            end
            entry.bind = entry.file
          elseif content:find("\0", 1, true) and not entry.file then
            faults.raise(nil, path, "has a NUL; write it as a file")
          end
          found[id] = entry
        end
      end
    end
  end
  return found
end

local function secret_call(project, entry)
  local call = { "secret", "create" }
  local own = labels.of_project(project)
  own[labels.SECRET] = entry.key
  for name, value in tree.each(own) do call[#call + 1] = "--label=" .. name .. "=" .. value end
  call[#call + 1] = entry.name
  if entry.file then
    call[#call + 1] = entry.file
  else
    call[#call + 1] = "-"
    call.input = entry.content
    call.input_shown = entry.environment and ('printf %%s "$%s"'):format(entry.environment) or nil
  end
  return call
end

local function network_text(network) return parts.text(parts.of_network(network)) end

--- Networks that are not what the project says any more: everything in them is made anew.
-- @tparam table services by key
-- @treturn table reasons by host and key
function builder:changed_networks(services)
  local changed = {}
  local function look(host_key, keys)
    for key in pairs(keys or {}) do
      local network = self.project.networks[key]
      local now = network and not network.external and self:state(host_key).networks[network.name]
      if now then
        local why = parts.changed(now.labels[labels.PARTS], network_text(network))
        if #why > 0 then changed[(host_key or "") .. " " .. key] = why end
      end
    end
  end
  for _, service in pairs(services) do
    local pod = service.pod and self.project.pods[service.pod]
    look(service.host, pod and pod.networks or service.networks)
  end
  return changed
end

function builder:network(key, host_key)
  local network, host, now = self.project.networks[key], self:host(host_key), self:state(host_key)
  if not network or network.external then return nil end
  return self:once("network " .. (host_key or "") .. " " .. key, function()
    local there = now.networks[network.name]
    local why = self.changed[(host_key or "") .. " " .. key]
    if there and not why then return nil end
    local needs = {}
    if there then
      local before = {}
      for _, container in ipairs(now.containers) do
        for _, name in ipairs(container.networks) do
          if name == network.name then append(before, self:remove_container(container, host_key, { "networks." .. key })) end
        end
      end
      for _, pod in tree.each(now.pods) do
        for _, name in ipairs(pod.networks or {}) do
          if name == network.name then append(before, self:remove_pod(pod, host_key, { "networks." .. key })) end
        end
      end
      needs = { self:add {
        action = "remove", kind = "Network", name = network.name, host = host, why = why, needs = before,
        call = { "network", "rm", network.name },
      } }
    end
    return self:add {
      action = "create", kind = "Network", name = network.name, host = host, needs = needs, why = why,
      call = arguments.network(self.project, network, network_text(network)),
    }
  end)
end

function builder:volume(key, host_key)
  local volume, host, now = self.project.volumes[key], self:host(host_key), self:state(host_key)
  if not volume or volume.external then return nil end
  return self:once("volume " .. (host_key or "") .. " " .. key, function()
    local text = parts.text(parts.of_volume(volume))
    local there = now.volumes[volume.name]
    if there then
      if there.labels[labels.PARTS] and there.labels[labels.PARTS] ~= text then
        self:warn("volumes.%s: what is written has changed, but %s keeps what it was made with (and its data); "
          .. "`down --volumes` removes it", key, volume.name)
      end
      return nil
    end
    return self:add {
      action = "create", kind = "Volume", name = volume.name, host = host, call = arguments.volume(self.project, volume, text),
    }
  end)
end

function builder:secret(id, host_key)
  local entry = self.secrets[id]
  if not entry or entry.external or entry.bind then return nil end
  return self:once(id .. " " .. (host_key or ""), function()
    if self:state(host_key).secrets[entry.name] then return nil end
    return self:add {
      action = "create", kind = "Secret", name = entry.name, host = self:host(host_key), call = secret_call(self.project, entry),
    }
  end)
end

-- Folders that are mounted and are not there: the specification has them made.
function builder:folder(volume, host_key)
  if volume.type ~= "bind" or host_key or (volume.bind or {}).create_host_path == false then return nil end
  return self:once("folder " .. volume.source, function()
    if files.kind(volume.source) then return nil end
    return self:add {
      action = "mkdir", kind = "Folder", name = volume.source, call = { program = "mkdir", "-p", "--", volume.source },
    }
  end)
end

-- What a container needs before it is made.
function builder:resources(service)
  local needs = {}
  if not service.pod then
    for key in tree.each(service.networks or {}) do append(needs, self:network(key, service.host)) end
  end
  for _, volume in ipairs(service.volumes or {}) do
    if volume.type == "volume" and volume.source then append(needs, self:volume(volume.source, service.host)) end
    append(needs, self:folder(volume, service.host))
  end
  for _, kind in ipairs { "secret", "config" } do
    for _, use in ipairs(service[kind .. "s"] or {}) do append(needs, self:secret(kind .. " " .. use.source, service.host)) end
  end
  return needs
end

return resources
