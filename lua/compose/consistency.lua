--- Whether the parts of a project fit together: what is referred to is there, and nothing is said twice and differently.
--
-- @module compose.consistency

local faults = require "compose.faults"
local ports = require "compose.ports"
local scalars = require "compose.scalars"
local tree = require "compose.tree"

local consistency = {}

-- ------------------------------------------------------------------------------------- rules on the written tree

local function quoted_list(names) return '"' .. table.concat(names, '", "') .. '"' end

-- A resource with exactly one of some sources.
local function one_source(...)
  local names = { ... }
  return function(resource, place, path)
    if not tree.is_map(resource) then faults.raise(place, path, "must be a mapping") end
    local given = {}
    for _, name in ipairs(names) do
      if resource[name] ~= nil then given[#given + 1] = name end
    end
    if #given > 1 then faults.raise(place, path, ("has %s; only one of them can be"):format(quoted_list(given))) end
    if #given == 0 and resource.driver == nil and resource.external == nil then
      faults.raise(place, path, ("needs one of %s, or external: true"):format(quoted_list(names)))
    end
  end
end

local function external(volume, place, path)
  if not tree.is_map(volume) or not scalars.boolean(volume.external or false) then return end
  for key in tree.each(volume) do
    if key ~= "name" and key ~= "external" and key:sub(1, 2) ~= "x-" then
      faults.raise(tree.place(volume, key) or place, tree.join(path, key),
        "says nothing for an external volume, which exists already; leave it out")
    end
  end
end

local function address(port, place, path)
  local ip = tree.is_map(port) and port.host_ip
  if ip and not ports.is_address(ip) then
    faults.raise(tree.place(port, "host_ip") or place, tree.join(path, "host_ip"), ('"%s" is no IP address'):format(ip))
  end
end

local function request(settings, place, path)
  if tree.is_map(settings) and settings.count ~= nil and settings.device_ids ~= nil then
    faults.raise(place, path, 'has "count" and "device_ids"; only one of them can be')
  end
end

local function watched(path_text, place, path)
  if path_text == "" then faults.raise(place, path, "must not be empty") end
end

local TRIE = tree.trie {
  ["volumes.*"] = external, ["configs.*"] = one_source("file", "environment", "content"),
  ["secrets.*"] = one_source("file", "environment"), ["services.*.ports.*"] = address, ["x-pods.*.ports.*"] = address,
  ["services.*.develop.watch.*.path"] = watched,
  ["services.*.deploy.resources.reservations.devices.*"] = request, ["services.*.gpus.*"] = request,
}

--- Checks what each part says for itself.
-- @tparam table project a tree in canonical form
-- @raise a fault
function consistency.parts(project)
  tree.walk(project, TRIE, function(rule, holder, key, path) rule(holder[key], tree.place(holder, key), path) end)
end

-- ------------------------------------------------------------------------------------------ rules on the project

-- The place of what keys lead to in the tree, or of the nearest part around it.
local function place_of(written, ...)
  local place
  local holder = written
  for _, key in ipairs { ... } do
    if type(holder) ~= "table" or holder == tree.null then break end
    place = tree.place(holder, key) or place
    holder = holder[key]
  end
  return place
end

-- Each rule gets fail(message, key...), the service, its name and the project.
local rules = {}

function rules.image(fail, service)
  if not service.build and (service.image or "") == "" and not service.provider then
    fail "has neither image nor build"
  end
end

function rules.build(fail, service, _, project)
  local build = service.build
  if not build then return end
  if (build.dockerfile_inline or "") ~= "" and (build.dockerfile or "") ~= "" then
    fail("has dockerfile and dockerfile_inline; only one of them can be", "build")
  end
  for name, context in pairs(build.additional_contexts or {}) do
    local target = context:match "^service:(.*)$"
    if target then
      local other = project.services[target] or project.disabled[target]
      if not other then fail(('there is no service "%s"'):format(target), "build", "additional_contexts", name) end
      if not other.build then fail(('the service "%s" is not built')
        :format(target), "build", "additional_contexts", name) end
    end
  end
  local found = not service.platform or service.platform == "" or #(build.platforms or {}) == 0
  for _, platform in ipairs(build.platforms or {}) do found = found or platform == service.platform end
  if not found then fail(('must have the platform of the service, "%s"'):format(service.platform), "build", "platforms") end
end

local function refer(fail, section, what, name, known, ...)
  if not known[name] then
    fail(('there is no %s "%s" in %s%s'):format(what, name, section, faults.did_you_mean(name, known)), ...)
  end
end

function rules.references(fail, service, _, project)
  if (service.network_mode or "") ~= "" and next(service.networks or {}) then
    fail("excludes networks; write one of them", "network_mode")
  end
  for name in tree.each(service.networks or {}) do refer(fail, "networks", "network", name, project.networks, "networks", name) end
  for i, volume in ipairs(service.volumes or {}) do
    if volume.type == "volume" and (volume.source or "") ~= "" then
      refer(fail, "volumes", "volume", volume.source, project.volumes, "volumes", i)
    end
  end
  for _, section in ipairs { "secrets", "configs" } do
    local what = section:sub(1, -2)
    for i, mount in ipairs(service[section] or {}) do refer(fail, section, what, mount.source or "", project[section], section, i) end
  end
  for i, mount in ipairs(service.build and service.build.secrets or {}) do
    refer(fail, "secrets", "secret", mount.source or "", project.secrets, "build", "secrets", i)
  end
  for name in tree.each(service.models or {}) do refer(fail, "models", "model", name, project.models, "models", name) end
end

local TESTS = { CMD = true, ["CMD-SHELL"] = true, NONE = true }

function rules.healthcheck(fail, service)
  local test = service.healthcheck and service.healthcheck.test
  if test and #test > 0 and not TESTS[test[1]] then
    fail(('must begin with "CMD", "CMD-SHELL" or "NONE", not "%s"'):format(test[1]), "healthcheck", "test")
  end
end

function rules.dependencies(fail, service, name, project)
  for other, settings in tree.each(service.depends_on or {}) do
    if not project.services[other] and not (project.disabled[other] and not settings.required) then
      if project.disabled[other] then
        fail(('the service "%s" is not active: none of its profiles (%s) is; activate one with --profile, or write required: false')
          :format(other, table.concat(project.disabled[other].profiles or {}, ", ")), "depends_on", other)
      elseif project.jobs[other] then
        fail(('"%s" is a job; a service depends on services only'):format(other), "depends_on", other)
      end
      fail(('there is no service "%s"%s'):format(other, faults.did_you_mean(other, project.services)), "depends_on", other)
    end
    if other == name then fail("a service cannot depend on itself", "depends_on", other) end
  end
  local shared = (service.network_mode or ""):match "^service:(.*)$"
  if shared and not project.services[shared] then fail(('there is no service "%s"'):format(shared), "network_mode") end
end

-- Pairs of attributes that say the same: { name, value, name of the other, value of the other }.
local function twins(service)
  local deploy = service.deploy or {}
  local limits = deploy.resources and deploy.resources.limits
  local reservations = deploy.resources and deploy.resources.reservations
  local list = {}
  local function add(key, other, holder, field)
    if (service[key] or 0) ~= 0 and holder then list[#list + 1] = { key, service[key], other, holder[field] or 0 } end
  end
  add("cpus", "deploy.resources.limits.cpus", limits, "cpus")
  add("mem_limit", "deploy.resources.limits.memory", limits, "memory")
  add("pids_limit", "deploy.resources.limits.pids", limits, "pids")
  add("mem_reservation", "deploy.resources.reservations.memory", reservations, "memory")
  if service.scale and deploy.replicas then list[#list + 1] = { "scale", service.scale, "deploy.replicas", deploy.replicas } end
  return list
end

function rules.limits(fail, service)
  for _, twin in ipairs(twins(service)) do
    if twin[2] ~= twin[4] then
      fail(("is %s, but %s is %s; they mean the same: write one of them")
        :format(scalars.text(twin[2]), twin[3], scalars.text(twin[4])), twin[1])
    end
  end
  local replicas = service.scale or service.deploy and service.deploy.replicas or 1
  local key = service.scale and "scale" or "deploy"
  if replicas < 0 then fail("must be 0 or more", key) end
  if replicas > 1 and (service.container_name or "") ~= "" then
    fail(("several containers (%d) cannot have one name; leave container_name out"):format(replicas), "container_name")
  end
end

function rules.watch(fail, service)
  for i, trigger in ipairs(service.develop and service.develop.watch or {}) do
    if (trigger.target or "") == "" and trigger.action ~= "rebuild" and trigger.action ~= "restart" then
      fail(('the action "%s" needs a target'):format(trigger.action), "develop", "watch", i)
    end
  end
end

function rules.mounts(fail, service)
  local seen = {}
  local function mount(target, ...)
    if not target then return end
    if seen[target] then fail(("something is mounted at %s already: %s"):format(target, seen[target]), ...) end
    seen[target] = tree.join((...), select(2, ...))
  end
  for i, text in ipairs(service.tmpfs or {}) do mount(text:match "^[^:]*", "tmpfs", i) end
  for i, volume in ipairs(service.volumes or {}) do mount(volume.target, "volumes", i) end
end

-- In the order in which they are told.
local ORDER = {
  "image", "build", "references", "healthcheck", "dependencies", "limits", "watch", "mounts",
}

-- Services that depend on each other in a circle, as a list that ends with its first name; nil where there is none.
local function circle(services)
  local state, way = {}, {}
  local found
  local function visit(name)
    if state[name] == "done" or found then return end
    way[#way + 1] = name
    if state[name] == "open" then
      for i, other in ipairs(way) do
        if other == name then
          found = table.move(way, i, #way, 1, {})
          return
        end
      end
    end
    state[name] = "open"
    for other in tree.each(services[name].depends_on or {}) do
      if services[other] then visit(other) end
      if found then return end
    end
    state[name] = "done"
    way[#way] = nil
  end
  for name in tree.each(services) do visit(name) end
  return found
end

--- Checks that the parts of a project fit together.
-- @tparam table project as compose.project describes it
-- @tparam table written the tree that it was read from, for places
-- @raise a fault
function consistency.project(project, written)
  for name, service in tree.each(project.services) do
    local function fail(message, ...)
      local path = tree.join("services", name)
      for _, key in ipairs { ... } do path = tree.join(path, key) end
      faults.raise(place_of(written, "services", name, ...), path, message)
    end
    for _, rule in ipairs(ORDER) do rules[rule](fail, service, name, project) end
  end
  for name, pod in tree.each(project.pods) do
    for network in tree.each(pod.networks or {}) do
      if not project.networks[network] then
        faults.raise(place_of(written, "x-pods", name, "networks", network), ("x-pods.%s.networks"):format(name),
          ('there is no network "%s" in networks%s'):format(network, faults.did_you_mean(network, project.networks)))
      end
    end
  end
  for name, secret in tree.each(project.secrets) do
    if not secret.external and (secret.file or "") == "" and (secret.environment or "") == "" then
      faults.raise(place_of(written, "secrets", name), "secrets." .. name, 'needs one of "file", "environment", or external: true')
    end
  end
  for name in tree.each(project.jobs) do
    if project.services[name] or project.disabled[name] then
      faults.raise(place_of(written, "jobs", name), "jobs." .. name, "a service has this name, too")
    end
  end
  local found = circle(project.services)
  if found then
    faults.raise(place_of(written, "services", found[1], "depends_on", found[2]), "services." .. found[1] .. ".depends_on",
      "services depend on each other in a circle: " .. table.concat(found, " -> "))
  end
end

return consistency
