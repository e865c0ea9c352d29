--- A project as Kubernetes YAML: a Pod for each pod and for each service that is in none, as `podman kube play` takes them.
--
-- A Pod says less than the Compose Specification. What has no place in it is told in a line each, never left out in
-- silence.
--
-- @module compose.kube

local digest = require "digest"
local files = require "compose.files"
local json = require "json"
local names = require "compose.names"
local project_of = require "compose.project"
local tree = require "compose.tree"

local kube = {}

--- A name as Kubernetes allows it: small letters, digits and "-", 63 at most (RFC 1123, labels).
-- @tparam string name
-- @treturn string
function kube.name(name)
  return (name:lower():gsub("[^a-z0-9-]", "-"):gsub("^%-+", ""):sub(1, 63):gsub("%-+$", ""))
end

local function list(items) return json.array(items or {}) end
local function map(fields) return json.object(fields or {}) end

-- What a claim asks for: it must ask for something, and the specification has no sizes of volumes.
local CLAIM = "1Gi"

-- Appends to a list of a table, which is made when there is something in it.
local function append(holder, key, item)
  holder[key] = holder[key] or list()
  table.insert(holder[key], item)
end

local function part(holder, key)
  holder[key] = holder[key] or map()
  return holder[key]
end

local function is_number(text) return tostring(text):find "^%d+$" ~= nil end

-- A label of Kubernetes has a value of 63 letters at most; others are annotations.
local function label(meta, name, value)
  local valid = #value <= 63 and (value == "" or value:find "^%w[%w._-]*$" and value:find "%w$")
    and name:find "^[%w./_-]+$" and #name:match "[^/]*$" <= 63
  part(meta, valid and "labels" or "annotations")[name] = value
end

-- ----------------------------------------------------------------------------------------------------------- ports

local function port(spec, item, number)
  local published = tostring(item.published or "")
  local first = published:match "^(%d+)"
  append(spec, "ports", map {
    containerPort = item.target, protocol = (item.protocol or "tcp"):upper(),
    hostPort = first and tonumber(first) > 0 and math.tointeger(tonumber(first)) + (published:find "-" and number - 1 or 0) or nil,
    hostIP = item.host_ip ~= "" and item.host_ip or nil,
  })
end

-- --------------------------------------------------------------------------------------------------------- volumes

-- Sources of mounts by type; each gives the source, and a name that is the same for the same source.
local sources = {}

function sources.volume(volume, cx)
  local own = cx.project.volumes[volume.source or ""]
  if not own then return { emptyDir = map() }, "empty" end
  if not own.external then cx.claims[volume.source] = own end
  return { persistentVolumeClaim = map { claimName = own.name } }, "volume-" .. volume.source
end

function sources.bind(volume)
  local kind = files.kind(volume.source)
  local create = not (volume.bind and volume.bind.create_host_path == false)
  local type = kind == "file" and "File" or kind and "Directory" or create and "DirectoryOrCreate" or nil
  return { hostPath = map { path = volume.source, type = type } }, "bind-" .. volume.source
end

function sources.tmpfs(volume)
  local size = volume.tmpfs and volume.tmpfs.size
  return { emptyDir = map { medium = "Memory", sizeLimit = size and ("%d"):format(size) or nil } }, "tmpfs"
end

-- Adds a volume to a pod, once for each source, and gives its name.
local function volume_of(cx, source, id, shared)
  local name = shared and cx.sources[id]
  if name then return name end
  -- podman 4.3 makes a volume of this name for an empty folder: pods must not share it.
  local base = kube.name(shared and id or cx.meta.name .. "-" .. id):sub(1, 50)
  name = base
  local n = 1
  while cx.taken[name] do
    n = n + 1
    name = base .. "-" .. n
  end
  cx.taken[name] = true
  cx.sources[id] = name
  source.name = name
  append(cx.spec, "volumes", map(source))
  return name
end

local function mount(cx, container, volume, path)
  local make = sources[volume.type]
  if not make then return cx.warn(path, ('a pod has no volumes of type "%s"'):format(volume.type)) end
  local source, id = make(volume, cx)
  append(container, "volumeMounts", map {
    name = volume_of(cx, source, id, not source.emptyDir), mountPath = volume.target, readOnly = volume.read_only or nil,
  })
end

-- Where a secret or config stands that says nothing of it.
local FOLDERS = { secret = "/run/secrets/", config = "/" }

-- A secret or a config: the file that it is made of, or a document with its content and a mount of the one file in it.
local function content(cx, container, kind, use, path)
  local resource = cx.project[kind .. "s"][use.source]
  local target = use.target and use.target ~= "" and use.target or use.source
  if target:sub(1, 1) ~= "/" then target = FOLDERS[kind] .. target end
  if use.uid or use.gid then cx.warn(path, "a pod gives secrets and configs no user and no group") end
  if resource.file and resource.file ~= "" and not cx.contents_wanted then
    if use.mode then cx.warn(path .. ".mode", "the file has the mode that it has here") end
    return mount(cx, container, { type = "bind", source = resource.file, target = target, read_only = true }, path)
  end
  local name = kube.name(cx.project.name .. "-" .. use.source)
  local items = list { map { key = use.source, path = files.base(target), mode = use.mode } }
  local source
  if kind == "config" then
    source = { configMap = map { name = name, items = items } }
  else
    -- podman 4.3 needs to be told that it is not optional.
    source = { secret = map { secretName = name, items = items, optional = false } }
  end
  if resource.external then
    cx.warn(path, ("it is external: make it as the %s %s before"):format(kind == "config" and "ConfigMap" or "Secret", name))
  else
    cx.contents[kind .. " " .. use.source] = { kind = kind, key = use.source, name = name, resource = resource }
  end
  cx.warn(path, ("podman 4.3 does not know subPath: the file is in a folder there, %s/%s"):format(target, files.base(target)))
  append(container, "volumeMounts", map {
    name = volume_of(cx, source, kind .. "-" .. use.source, false), mountPath = target, subPath = files.base(target), readOnly = true,
  })
end

-- ---------------------------------------------------------------------------------------- attributes of a service

-- By attribute: function(value, container, cx, path). What is not here is told; false is left out rightly.
local rules = {
  -- The tool's own work, or read already.
  build = false, profiles = false, scale = false, expose = false, attach = false, develop = false, extends = false, env_file = false,
  label_file = false, key = false, pod = false, host = false, ["x-pod"] = false, ["x-host"] = false, image = false,
  container_name = false, pull_refresh_after = false, deploy = false, restart = false,
}

function rules.command(value, container) if #value > 0 then container.args = list(value) end end
function rules.entrypoint(value, container) if #value > 0 then container.command = list(value) end end
function rules.working_dir(value, container) container.workingDir = value end
function rules.tty(value, container) container.tty = value or nil end
function rules.stdin_open(value, container) container.stdin = value or nil end

function rules.environment(value, container)
  for name, text in tree.each(value) do
    if text ~= tree.null then append(container, "env", map { name = name, value = text }) end
  end
end

function rules.labels(value, _, cx)
  for name, text in tree.each(value) do label(cx.meta, name, text) end
end

function rules.annotations(value, _, cx)
  for name, text in tree.each(value) do part(cx.meta, "annotations")[name] = text end
end

function rules.ports(value, container, cx)
  for _, item in ipairs(value) do port(container, item, cx.number) end
end

function rules.volumes(value, container, cx, path)
  for i, volume in ipairs(value) do mount(cx, container, volume, tree.join(path, i)) end
end

function rules.tmpfs(value, container, cx, path)
  for i, text in ipairs(value) do
    mount(cx, container, { type = "tmpfs", target = text:match "^[^:]*" }, tree.join(path, i))
  end
end

function rules.secrets(value, container, cx, path)
  for i, use in ipairs(value) do content(cx, container, "secret", use, tree.join(path, i)) end
end

function rules.configs(value, container, cx, path)
  for i, use in ipairs(value) do content(cx, container, "config", use, tree.join(path, i)) end
end

function rules.healthcheck(value, container)
  local test = value.test or {}
  if value.disable or test[1] == "NONE" or not test[1] then return end
  local command = test[1] == "CMD-SHELL" and { "sh", "-c", test[2] } or table.move(test, 2, #test, 1, {})
  container.livenessProbe = map {
    exec = map { command = list(command) }, periodSeconds = value.interval and math.ceil(value.interval) or nil,
    timeoutSeconds = value.timeout and math.ceil(value.timeout) or nil, failureThreshold = value.retries,
    initialDelaySeconds = value.start_period and math.ceil(value.start_period) or nil,
  }
end

function rules.privileged(value, container) if value then part(container, "securityContext").privileged = true end end
function rules.read_only(value, container) if value then part(container, "securityContext").readOnlyRootFilesystem = true end end
function rules.cap_add(value, container) part(part(container, "securityContext"), "capabilities").add = list(value) end
function rules.cap_drop(value, container) part(part(container, "securityContext"), "capabilities").drop = list(value) end

function rules.user(value, container, cx, path)
  local user, group = value:match "^([^:]*):?(.*)$"
  if not is_number(user) or group ~= "" and not is_number(group) then
    return cx.warn(path, "a pod names users and groups by number; write the numbers")
  end
  local security = part(container, "securityContext")
  security.runAsUser = math.tointeger(tonumber(user))
  security.runAsGroup = math.tointeger(tonumber(group))
end

function rules.group_add(value, _, cx, path)
  for _, group in ipairs(value) do
    if is_number(group) then
      append(part(cx.spec, "securityContext"), "supplementalGroups", math.tointeger(tonumber(group)))
    else
      cx.warn(path, "a pod names groups by number; write the number of " .. group)
    end
  end
end

function rules.security_opt(value, container, cx, path)
  for i, option in ipairs(value) do
    if option == "no-new-privileges" or option:find "^no%-new%-privileges[:=]true$" then
      part(container, "securityContext").allowPrivilegeEscalation = false
    else
      cx.warn(tree.join(path, i), "a pod has no option " .. option)
    end
  end
end

function rules.sysctls(value, _, cx)
  for name, text in tree.each(value) do append(part(cx.spec, "securityContext"), "sysctls", map { name = name, value = text }) end
end

local function limit(container, kind, name, value)
  part(part(container, "resources"), kind)[name] = value
end

function rules.cpus(value, container) limit(container, "limits", "cpu", ("%g"):format(value)) end
function rules.mem_limit(value, container) limit(container, "limits", "memory", ("%d"):format(value)) end
function rules.mem_reservation(value, container) limit(container, "requests", "memory", ("%d"):format(value)) end

function rules.pid(value, _, cx, path)
  if value == "host" then cx.spec.hostPID = true else cx.warn(path, ('a pod has no "%s"'):format(value)) end
end

function rules.ipc(value, _, cx, path)
  if value == "host" then cx.spec.hostIPC = true else cx.warn(path, ('a pod has no "%s"'):format(value)) end
end

function rules.stop_grace_period(value, _, cx)
  cx.spec.terminationGracePeriodSeconds = math.max(cx.spec.terminationGracePeriodSeconds or 0, math.ceil(value))
end

local POLICIES = { always = "Always", never = "Never", missing = "IfNotPresent", build = "Never", daily = "Always", weekly = "Always" }

function rules.pull_policy(value, container) container.imagePullPolicy = POLICIES[value] end

function rules.depends_on(value, _, cx, path)
  for name in tree.each(value) do
    cx.warn(tree.join(path, name), "a pod waits for no other: what is in it must try again until the other one is there")
  end
end

-- ------------------------------------------------------------------------- what a pod has, or a service without one

local pod_rules = {}

function pod_rules.hostname(value, cx) cx.spec.hostname = value end

function pod_rules.extra_hosts(value, cx)
  for name, addresses in tree.each(value) do
    for _, address in ipairs(addresses) do append(cx.spec, "hostAliases", map { ip = address, hostnames = list { name } }) end
  end
end

function pod_rules.dns(value, cx)
  cx.spec.dnsPolicy = "None"
  part(cx.spec, "dnsConfig").nameservers = list(value)
end

function pod_rules.dns_search(value, cx) part(cx.spec, "dnsConfig").searches = list(value) end

function pod_rules.dns_opt(value, cx)
  for _, option in ipairs(value) do
    local name, text = option:match "^([^:]*):?(.*)$"
    append(part(cx.spec, "dnsConfig"), "options", map { name = name, value = text ~= "" and text or nil })
  end
end

function pod_rules.network_mode(value, cx, path)
  if value == "host" then
    cx.spec.hostNetwork = true
  elseif value ~= "bridge" then
    cx.warn(path, ('a pod has no network mode "%s"; give it to podman: kube play --network %s'):format(value, value))
  end
end

function pod_rules.networks(value, cx, path)
  for key, settings in tree.each(value) do
    if key ~= "default" then
      local network = cx.project.networks[key]
      cx.warn(tree.join(path, key), "a pod names no networks; give it to podman: kube play --network " .. (network and network.name or key))
    elseif next(settings) and #(settings.aliases or {}) > 0 then
      cx.warn(tree.join(path, key), "a pod has no aliases; other pods know it as " .. cx.meta.name)
    end
  end
end

function pod_rules.share(value, cx, path)
  for _, kind in ipairs(value) do
    if kind == "pid" then
      cx.spec.shareProcessNamespace = true
    elseif kind ~= "net" and kind ~= "ipc" and kind ~= "uts" then
      cx.warn(path, ('a pod does not share "%s"'):format(kind))
    end
  end
end

pod_rules.services, pod_rules.key, pod_rules.names, pod_rules.host = false, false, false, false
pod_rules.ports, pod_rules.labels = false, false

-- ----------------------------------------------------------------------------------------------------- restarting

local RESTARTS = { always = "Always", ["unless-stopped"] = "Always", no = "Never", ["on-failure"] = "OnFailure" }
local STRENGTH = { Never = 1, OnFailure = 2, Always = 3 }
local CONDITIONS = { none = "no", ["on-failure"] = "on-failure", any = "always" }

local function restart(service, cx, path)
  local policy = service.deploy and service.deploy.restart_policy
  local text = service.restart or policy and CONDITIONS[policy.condition or "any"] or "no"
  local own = RESTARTS[text:match "^[^:]*"]
  local known = cx.spec.restartPolicy
  if known and known ~= own then
    cx.warn(tree.join(path, "restart"), ("a pod restarts all of its containers or none: %s and %s become %s")
      :format(known, own, STRENGTH[known] > STRENGTH[own] and known or own))
  end
  if not known or STRENGTH[own] > STRENGTH[known] then cx.spec.restartPolicy = own end
end

local function resources(service, container)
  local all = service.deploy and service.deploy.resources or {}
  local most, least = all.limits or {}, all.reservations or {}
  if most.cpus then rules.cpus(most.cpus, container) end
  if most.memory then rules.mem_limit(most.memory, container) end
  if least.memory then rules.mem_reservation(least.memory, container) end
  if least.cpus then limit(container, "requests", "cpu", ("%g"):format(least.cpus)) end
end

-- Values that say nothing.
local function is_empty(value)
  return value == nil or value == false or value == tree.null or value == "" or type(value) == "table" and next(value) == nil
end

local function apply(cx, holder, path, container)
  for key, value in tree.each(holder) do
    local rule, own = container and rules[key], pod_rules[key]
    local where = tree.join(path, key)
    if rule then
      rule(value, container, cx, where)
    elseif rule == nil and own then
      own(value, cx, where)
    elseif rule == nil and own == nil and not is_empty(value) and key:sub(1, 2) ~= "x-" then
      cx.warn(where, "a pod has nothing that says this")
    end
  end
end

local function container_of(cx, service, name)
  local path = "services." .. service.key
  local container = map { name = kube.name(name), image = names.image(cx.project, service) }
  apply(cx, service, path, container)
  restart(service, cx, path)
  resources(service, container)
  append(cx.spec, "containers", container)
  return container
end

-- A Pod, to be filled.
local function new_pod(shared, name, number)
  local cx = setmetatable({
    number = number, sources = {}, taken = {}, spec = map(), meta = map { name = kube.name(name) },
  }, { __index = shared })
  label(cx.meta, "app.kubernetes.io/part-of", shared.project.name)
  cx.document = map { apiVersion = "v1", kind = "Pod", metadata = cx.meta, spec = cx.spec }
  return cx
end

local function numbered(name, number, count) return count > 1 and name .. "-" .. number or name end

local function documents_of_contents(shared, secrets)
  local documents = {}
  for _, one in tree.each(shared.contents) do
    local path = one.kind .. "s." .. one.key
    if one.kind == "config" then
      documents[#documents + 1] = map {
        apiVersion = "v1", kind = "ConfigMap", metadata = map { name = one.name },
        data = map { [one.key] = names.content(one.resource, path) },
      }
    elseif secrets then
      documents[#documents + 1] = map {
        apiVersion = "v1", kind = "Secret", metadata = map { name = one.name }, type = "Opaque",
        data = map { [one.key] = digest.base64.encode(names.content(one.resource, path)) },
      }
    else
      shared.warn(path, "what it holds is not written without --secrets; make it before, as the Secret " .. one.name)
    end
  end
  return documents
end

--- The documents of a project.
-- @tparam table project as compose.project describes it
-- @tparam[opt] table options `secrets`: whether what secrets hold is written, too; `claims`: whether claims are
-- @treturn {table,...} claims of volumes, ConfigMaps and Secrets, then Pods, as trees for `yaml`
-- @treturn {string,...} what has no place in them, a line each
-- @raise a fault where a file of a secret or config cannot be read
function kube.documents(project, options)
  options = options or {}
  local lines, seen = {}, {}
  local shared = { project = project, claims = {}, contents = {}, contents_wanted = options.secrets }
  function shared.warn(path, text)
    local line = path .. ": " .. text
    if not seen[line] then lines[#lines + 1] = line end
    seen[line] = true
  end

  local pods = {}
  for key, pod in tree.each(project.pods) do
    local cx = new_pod(shared, key, 1)
    for name, text in tree.each(pod.labels or {}) do label(cx.meta, name, text) end
    apply(cx, pod, "x-pods." .. key)
    local first
    for _, name in ipairs(pod.services) do
      local service = project.services[name]
      local count = project_of.replicas(service)
      for number = 1, count do
        local container = container_of(cx, service, numbered(name, number, count))
        first = first or container
      end
      append(cx.spec, "hostAliases", map { ip = "127.0.0.1", hostnames = list { name } })
    end
    for _, item in ipairs(pod.ports or {}) do port(first or map(), item, 1) end
    pods[#pods + 1] = cx.document
  end
  for key, service in tree.each(project.services) do
    if not service.pod then
      local count = project_of.replicas(service)
      for number = 1, count do
        local cx = new_pod(shared, numbered(key, number, count), number)
        container_of(cx, service, key)
        pods[#pods + 1] = cx.document
      end
    end
  end

  local documents = {}
  for _, volume in tree.each(shared.claims) do
    -- podman makes a volume for a claim that it is not told of, and fails where it is told of one that is there.
    if options.claims then
      documents[#documents + 1] = map {
        apiVersion = "v1", kind = "PersistentVolumeClaim", metadata = map { name = volume.name },
        spec = map { accessModes = list { "ReadWriteOnce" }, resources = map { requests = map { storage = CLAIM } } },
      }
    end
    if not is_empty(volume.driver_opts) or not is_empty(volume.driver) and volume.driver ~= "local" then
      shared.warn("volumes." .. volume.key, "a claim has no driver and no options of one")
    end
  end
  for _, document in ipairs(documents_of_contents(shared, options.secrets)) do documents[#documents + 1] = document end
  for _, document in ipairs(pods) do documents[#documents + 1] = document end
  return documents, lines
end

return kube
