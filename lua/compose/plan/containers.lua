--- Pods, and the containers of services. Adds methods to compose.plan.builder.
--
-- @module compose.plan.containers

local arguments = require "compose.arguments"
local builder = require "compose.plan.builder"
local faults = require "compose.faults"
local hash = require "compose.hash"
local labels = require "compose.labels"
local names = require "compose.names"
local parts = require "compose.parts"
local project_of = require "compose.project"
local tree = require "compose.tree"

local append = builder.append

local NAMESPACES = { "network_mode", "ipc", "pid", "uts", "cgroup" }

-- Services whose container this one's is tied to: it must be made anew with them.
local function tied_to(service)
  local found = {}
  for _, key in ipairs(NAMESPACES) do
    local other = type(service[key]) == "string" and service[key]:match "^service:(.*)$"
    if other then found[other] = key end
  end
  for _, from in ipairs(service.volumes_from or {}) do
    if not from:find "^container:" then found[from:match "^[^:]*"] = "volumes_from" end
  end
  return found
end

-- The container of a service's pod, or nothing where it has none.
function builder:pod(service)
  if not service.pod then return nil end
  local project, pod = self.project, self.project.pods[service.pod]
  local host, now = self:host(service.host), self:state(service.host)
  local name = names.pod(project, pod.key)
  return self:once("pod " .. name, function()
    local text = parts.text(parts.of_pod(project, pod))
    local there = now.pods[name]
    local needs, why = {}, {}
    if there then
      why = parts.changed(there.labels[labels.PARTS], text)
      if not there.infra then why = { "it is not whole" } end
      for key in tree.each(pod.networks or {}) do
        if self.changed[(service.host or "") .. " " .. key] then append(why, "networks." .. key) end
      end
      if #why == 0 or self.options.recreate == "never" then return nil end
      append(needs, self:remove_pod(there, service.host, why))
      self.new_pods[pod.key] = builder.pod_reason(there, why)
    end
    for key in tree.each(pod.networks or {}) do append(needs, self:network(key, service.host)) end
    return self:add {
      action = "create", kind = "Pod", name = name, host = host, needs = needs, why = why, infra = names.infra(project, pod.key),
      call = arguments.pod({ project = project }, pod, text),
    }
  end)
end

-- States of what was killed half-way.
local BROKEN = { removing = true, stopping = true, unknown = true }

-- Reasons to make a container anew; empty for none.
local function reasons(self, service, container, text)
  local mode = self.options.recreate
  if container.name ~= names.container(self.project, service, container.number) then return { "container_name" } end
  -- What was killed half-way cannot be used.
  if BROKEN[container.state] then return { "it is " .. container.state } end
  local why = {}
  if service.pod and self.new_pods[service.pod] then append(why, self.new_pods[service.pod]) end
  for other, key in tree.each(tied_to(service)) do
    if self.renewed[other] then append(why, ("%s: %s is new"):format(key, other)) end
  end
  if mode == "always" and (self.options.recreate_dependencies or not self.selected_dependency[service.key]) then
    append(why, "--force-recreate")
  elseif mode ~= "never" then
    append(why, table.unpack(parts.changed(container.labels[labels.PARTS], text)))
    local id = names.image_id(self:state(service.host).images, names.image(self.project, service))
    if id and id ~= container.image_id and not (why[1] and table.concat(why, " "):find "%f[%w]image%f[%W]") then append(why, "image") end
    if not service.pod then
      for key in tree.each(service.networks or {}) do
        if self.changed[(service.host or "") .. " " .. key] then append(why, "networks." .. key) end
      end
    end
  end
  return why
end

-- What a service's containers wait for before they start.
function builder:conditions(service)
  local needs = {}
  for other, settings in tree.each(service.depends_on or {}) do
    local target = self.chosen[other]
    if target and not self.options.no_conditions then
      local optional = settings.required == false
      for _, id in ipairs(self.starts[other] or {}) do append(needs, id) end
      if settings.condition == "service_healthy" then
        append(needs, table.unpack(self:waits(other, "healthy", optional)))
      elseif settings.condition == "service_completed_successfully" then
        append(needs, table.unpack(self:waits(other, "completed", optional)))
      end
    end
  end
  return needs
end

-- Operations that wait for the containers of a service.
function builder:waits(key, action, optional)
  local service, ids = self.project.services[key], {}
  for _, container in ipairs(self.containers[key] or {}) do
    append(ids, self:once(("wait %s %s %s"):format(action, container.name, tostring(optional)), function()
      local known = not container.begun and container.now
      if known and action == "healthy" and known.health == "healthy" and known.state == "running" then return nil end
      if known and action == "completed" and known.state == "exited" and known.exit_code == 0 then return nil end
      if known and action == "running" and known.state == "running" then return nil end
      return self:add {
        action = action, kind = "Container", name = container.name, service = key, host = self:host(service.host),
        needs = append({}, table.unpack(self.starts[key] or {})), check = service.healthcheck or {}, optional = optional,
      }
    end))
  end
  return ids
end

--- Whether another service waits for this one to end well: then it is done once it has.
-- @tparam table project
-- @tparam string key
-- @treturn boolean
function builder.is_waited_for(project, key)
  for _, service in pairs(project.services) do
    local settings = (service.depends_on or {})[key]
    if settings and settings.condition == "service_completed_successfully" then return true end
  end
  return false
end

-- What the arguments of a service's containers are made with.
function builder:context(container)
  local kept = container and self.options.anonymous and self.options.anonymous[container.name]
  return { project = self.project, secrets = self.secrets, systemd = self.options.systemd, anonymous = kept }
end

-- The call that makes a container.
function builder:create_call(service, number, text, container)
  local call = arguments.global(service)
  call.host, call.changes = self:host(service.host), true
  call[#call + 1] = "create"
  local list = arguments.container(self:context(container), service, number, { parts = text, hash = hash.service(service) })
  arguments.image(list, self.project, service)
  return table.move(list, 1, #list, #call + 1, call)
end

function builder:service(key)
  local project, service = self.project, self.project.services[key]
  local host, now = self:host(service.host), self:state(service.host)
  local wanted = self.options.scale and self.options.scale[key] or project_of.replicas(service)
  if wanted > 1 and service.container_name then
    faults.raise(nil, "services." .. key .. ".container_name", ("%d containers cannot have one name"):format(wanted))
  end
  local pod_id = wanted > 0 and self:pod(service) or nil
  local text = self:parts_text(service)
  local existing = {}
  for _, container in ipairs(now.containers) do
    if container.service == key and not container.oneoff then
      local n = container.number
      if n and n >= 1 and n <= wanted and not existing[n] then
        existing[n] = container
      else
        self:remove_container(container, service.host, { ("scale: %d"):format(wanted) })
      end
    end
  end
  local starts, all, to_start = {}, {}, {}
  local resources = wanted > 0 and self:resources(service) or {}
  for number = 1, wanted do
    local container = existing[number]
    local why = container and reasons(self, service, container, text) or {}
    local name = names.container(project, service, number)
    local entry = { name = name, now = container, number = number }
    all[#all + 1] = entry
    if not container or #why > 0 then
      local needs = append({}, table.unpack(resources))
      append(needs, pod_id)
      if container then
        append(needs, self:remove_container(container, service.host, why))
        self.recreated[#self.recreated + 1] = container.name
        self.renewed[key] = true
      end
      for other in tree.each(tied_to(service)) do append(needs, table.unpack(self.creates[other] or {})) end
      entry.create = self:add {
        action = "create", kind = "Container", name = name, service = key, host = host, needs = needs, why = why,
        call = self:create_call(service, number, text, container),
      }
      self.creates[key] = append(self.creates[key] or {}, entry.create)
      to_start[#to_start + 1] = entry
    elseif container.state == "paused" then
      entry.begun = true
      starts[#starts + 1] = self:add {
        action = "unpause", kind = "Container", name = name, service = key, host = host, call = { "unpause", name },
      }
    elseif container.state ~= "running" then
      local done = container.state == "exited" and container.exit_code == 0 and builder.is_waited_for(project, key)
      if not done then to_start[#to_start + 1] = entry end
    elseif self:restarts(service) then
      entry.restart = true
      to_start[#to_start + 1] = entry
    end
  end
  self.containers[key] = all
  if #to_start > 0 and self.options.start ~= false then
    local conditions = self:conditions(service)
    for i, entry in ipairs(to_start) do
      local needs = append({}, table.unpack(conditions))
      append(needs, entry.create)
      for other in tree.each(tied_to(service)) do append(needs, table.unpack(self.starts[other] or {})) end
      if not entry.create then append(needs, pod_id) end
      needs = self:before_start(service, entry.number, i == 1, needs)
      entry.begun = true
      local action = entry.restart and "restart" or "start"
      local call = { action }
      if entry.restart then
        call[2], call[3] = "--time", self:grace(entry.now)
      end
      call[#call + 1] = entry.name
      local id = self:add {
        action = action, kind = "Container", name = entry.name, service = key, host = host, needs = needs, call = call,
        batch = action == "start", remake = not entry.restart and self:create_call(service, entry.number, text, entry.now) or nil,
        unused = entry.now and entry.now.state ~= "exited" and not entry.create,
        why = entry.restart and { "what it depends on is new" } or nil, infra = service.pod and names.infra(project, service.pod),
      }
      starts[#starts + 1] = self:hooks(service.post_start, key, entry.name, host, { id })[1]
    end
  end
  self.starts[key] = starts
end

-- Containers that run to their end before a container of the service starts (pre_start).
function builder:before_start(service, number, first, needs)
  for i, hook in ipairs(service.pre_start or {}) do
    if first or hook.per_replica then
      local like = setmetatable({ key = service.key, pod = service.pod, image = hook.image or service.image }, { __index = hook })
      local name = ("%s-%s-pre-%d-%d"):format(self.project.name, service.key, number, i)
      local call = arguments.global(like)
      append(call, "run", "--rm", "--replace")
      local list = arguments.container(self:context(), like, number, { name = name, oneoff = true, no_ports = true })
      arguments.image(list, self.project, like)
      table.move(list, 1, #list, #call + 1, call)
      needs = { self:add {
        action = "run", kind = "Container", name = name, service = service.key, host = self:host(service.host), needs = needs, call = call,
      } }
    end
  end
  return needs
end

-- Whether a running container is to be restarted because one that it depends on is new.
function builder:restarts(service)
  for other, settings in pairs(service.depends_on or {}) do
    if settings.restart and self.renewed[other] then return true end
  end
  return false
end

function builder:parts_text(service)
  local secrets = {}
  for id, entry in pairs(self.secrets) do secrets[id] = entry.name end
  return parts.text(parts.of_service(self.project, service, secrets))
end

return builder
