--- A project: what all files, variables and options together say, ready to be planned.
--
-- A project is a table of
--
--     name         the project's name
--     folder       the folder that relative paths are from, absolute
--     files        the paths of the compose files, absolute
--     env_files    the paths of the .env files that were read
--     lookup       lookup(name): the value of a variable (shell, then .env), or nil
--     variables    the variables that the files use and those of .env files, with their values
--     profiles     the active profiles, a list
--     services     active services by name
--     disabled     services whose profiles are not active, by name
--     jobs         active jobs by name (podman has none: see compose.support)
--     pods         pods by name (x-pods), those that have active services
--     hosts        machines by name (x-hosts): connection or url, identity, address
--     networks, volumes, secrets, configs, models    by key; each has `name`, what podman calls it
--     extensions   x-... at the top, by name, as they are written
--     warnings     a list of lines
--     unsupported  what podman cannot do of it, a list of { level="error" or "warning", text=a line } (compose.support):
--                  `config` shows it, `up` refuses errors
--
-- A service has the attributes of the specification under their names, always in the long form (compose.schema):
--
--     text, boolean, integer, number    as such; absent where nothing is said
--     bytes                             integer (mem_limit, shm_size, tmpfs.size, ...)
--     durations                         seconds, integer or float (stop_grace_period, healthcheck.interval, ...)
--     modes                             integer: mode 0440 is 288
--     command, entrypoint               a list of words; an empty list clears the image's
--     healthcheck.test                  a list that begins with CMD, CMD-SHELL or NONE
--     environment                       text by name; null (json.null) where the variable has no value anywhere: unset
--                                       it. env_file is read into it
--     labels, annotations, sysctls, logging.options, driver_opts    text by name; label_file is read into labels
--     extra_hosts                       lists of addresses by name
--     ports                             a list of { target=, published=text or absent, host_ip=, protocol=, mode= }, one
--                                       for each port of a range; published may be a range "8000-8010"
--     volumes                           a list of { type=, source=, target=, read_only=, bind=, volume=, tmpfs=, image= };
--                                       source is absolute for bind, a key of `volumes` for volume, absent if anonymous
--     networks                          settings by the key of the network; compose.values.none (an empty table) for none
--     depends_on                        { condition=, required=, restart= } by service; links, volumes_from and
--                                       network_mode: service:x are in it, too
--     ulimits                           an integer, or { soft=, hard= }, by name
--     secrets, configs                  a list of { source=, target=, uid=, gid=, mode= }
--     devices                           a list of { source=, target=, permissions= }
--     build                             { context=absolute or URL, dockerfile=, args=, ... }
--
-- and besides
--
--     key          its name in the file
--     pod          the name of its pod, or nil; then ports, networks, hostname, extra_hosts, dns... are the pod's and
--                  absent here
--     host         the name of its machine, or nil for this one
--     scale        containers wanted, where scale or deploy.replicas says so (see project.replicas)
--
-- A pod has `key`, `services` (a list of names), `host`, `names` (what must resolve to it on its networks: its own name
-- and those of its services), and ports, networks, network_mode, hostname, extra_hosts, dns, dns_opt, dns_search,
-- mac_address, share (a list), userns_mode, shm_size, labels, infra { image=, command= }, in the same forms.
--
-- Secrets made of a variable have the variable's value in `value`; it is never written by `config`. Configs have it in
-- `content`.
--
-- @module compose.project

local consistency = require "compose.consistency"
local dotenv = require "compose.dotenv"
local faults = require "compose.faults"
local files = require "compose.files"
local hosts = require "compose.hosts"
local normalise = require "compose.normalise"
local pods = require "compose.pods"
local schema = require "compose.schema"
local support = require "compose.support"
local tree = require "compose.tree"
local values = require "compose.values"

local project = {}

-- A file of variables of one service: name=value as in .env, or as it stands ("raw").
local function read_variables(path, format, into, lookup, place, where)
  local text, err = files.read(path)
  if not text then faults.raise(place, where, "the file cannot be read: " .. err) end
  if format == "raw" then
    for line in text:gmatch "[^\r\n]+" do
      local name, value = line:match "^([^=]+)=(.*)$"
      if name and not name:find "^%s*#" then into[name] = value end
    end
    return
  end
  if format and format ~= "" then
    faults.raise(place, where, ('there is no format "%s" of files of variables; there is "raw"'):format(format))
  end
  local found, message, line = dotenv.parse(text, into, lookup)
  if not found then faults.raise({ file = { name = path }, line = line }, nil, message) end
end

-- Reads env_file and label_file of a service, or of a hook, into its variables and labels.
local function resolve_files(spec, lookup, written, where)
  local place = tree.place(written, "env_file")
  local environment = spec.environment or {}
  for name, value in pairs(environment) do
    if value == tree.null then environment[name] = lookup(name) or tree.null end
  end
  if #(spec.env_file or {}) > 0 then
    local found = {}
    for name, value in pairs(environment) do
      if value ~= tree.null then found[name] = value end
    end
    local own = {}
    for name, value in pairs(found) do own[name] = value end
    for _, file in ipairs(spec.env_file) do
      if files.kind(file.path) then
        read_variables(file.path, file.format, found, function(name)
          local value = lookup(name)
          if value == nil then value = own[name] end
          return value
        end, place, where .. ".env_file")
      elseif file.required then
        faults.raise(place, where .. ".env_file", ("there is no file %s; create it, or write required: false")
          :format(file.path))
      end
    end
    for name, value in pairs(found) do
      if environment[name] == nil then environment[name] = value end
    end
    spec.environment = environment
  end
  if #(spec.label_file or {}) > 0 then
    local found = {}
    place = tree.place(written, "label_file")
    for _, path in ipairs(spec.label_file) do
      if not files.kind(path) then faults.raise(place, where .. ".label_file", ("there is no file %s"):format(path)) end
      read_variables(path, nil, found, function() end, place, where .. ".label_file")
    end
    for name, value in pairs(spec.labels or {}) do found[name] = value end
    spec.labels = found
  end
end

local function is_active(service, profiles)
  if #(service.profiles or {}) == 0 then return true end
  for _, active in ipairs(profiles) do
    if active == "*" then return true end
    for _, own in ipairs(service.profiles) do
      if own == active then return true end
    end
  end
  return false
end

local SECTIONS = { "services", "jobs", "networks", "volumes", "secrets", "configs", "models" }

--- Makes a project of a loaded tree.
-- @tparam table written as compose.load gives it; changed
-- @tparam table settings `name`, `folder`, `files`, `env_files`, `lookup`, `profiles`, `warnings`; `warn(place, path,
--   message)`; `raw`: whether variables stand as they are written; `only`: names of services, of which
--   and of whose dependencies alone files of variables are read
-- @treturn table as described above
-- @raise a fault where its parts do not fit together
function project.new(written, settings)
  tree.set(written, "name", settings.name)
  normalise.services(written, settings.lookup)
  pods.lift(written)
  hosts.assign(written)
  normalise.project(written)

  local cx = { warn = settings.warn, raw = settings.raw }
  local found = {
    name = settings.name, folder = settings.folder, files = settings.files, env_files = settings.env_files,
    lookup = settings.lookup, profiles = settings.profiles, warnings = settings.warnings,
    disabled = {}, extensions = {}, pods = {}, hosts = {},
  }
  local form = schema.project.fields
  for _, section in ipairs(SECTIONS) do
    found[section] = written[section] and values.read(form[section], written[section], cx, nil, section) or {}
  end
  if written["x-pods"] then found.pods = values.read(form["x-pods"], written["x-pods"], cx, nil, "x-pods") end
  if written["x-hosts"] then found.hosts = values.read(form["x-hosts"], written["x-hosts"], cx, nil, "x-hosts") end
  for key in tree.each(written) do
    if key:sub(1, 2) == "x-" and not form[key] then
      found.extensions[key] = values.read({ fields = {}, is = "object" }, written, cx, nil, "")[key]
    end
  end
  for key, secret in pairs(found.secrets) do
    secret.value, secret["x-#value"] = secret["x-#value"], nil
    secret.key = key
  end
  for _, section in ipairs { "networks", "volumes", "configs" } do
    for key, resource in pairs(found[section]) do resource.key = key end
  end
  for key, service in tree.each(found.services) do
    service.key, service.pod, service.host = key, service["x-pod"], service["x-host"]
    if not is_active(service, settings.profiles) then
      found.services[key], found.disabled[key] = nil, service
    end
  end
  for key, host in pairs(found.hosts) do host.key = key end
  for key, job in tree.each(found.jobs) do
    job.key = key
    if not is_active(job, settings.profiles) then found.jobs[key] = nil end
  end
  for key, pod in tree.each(found.pods) do
    pod.key, pod.names = key, { key }
    local active = {}
    for _, name in ipairs(pod.services) do
      if name ~= key then pod.names[#pod.names + 1] = name end
      if found.services[name] then active[#active + 1] = name end
    end
    pod.services = active
    if #active == 0 then found.pods[key] = nil end
  end
  if not settings.raw then consistency.project(found, written) end
  found.unsupported = support.unsupported(written, found.services)
  local reads = settings.only and project.select(found, settings.only)
  for key, service in tree.each(settings.raw and {} or found.services) do
    if not reads or reads[key] then
      local own = written.services[key]
      resolve_files(service, settings.lookup, own, "services." .. key)
      for i, hook in ipairs(service.pre_start or {}) do
        resolve_files(hook, settings.lookup, own.pre_start[i], tree.join("services." .. key .. ".pre_start", i))
      end
    end
  end
  return found
end

--- The services that are named, and all that they depend on.
-- @tparam table self a project
-- @tparam {string,...} names
-- @treturn table true by name
-- @raise a fault where there is no such service
function project.select(self, names)
  local chosen = {}
  local function take(name)
    if chosen[name] then return end
    chosen[name] = true
    for other in tree.each(self.services[name].depends_on or {}) do
      if self.services[other] then take(other) end
    end
  end
  for _, name in ipairs(names) do
    if not self.services[name] then
      faults.raise(nil, nil, ('there is no service "%s"%s'):format(name, faults.did_you_mean(name, self.services)))
    end
    take(name)
  end
  return chosen
end

--- How many containers a service is to have.
-- @tparam table service
-- @treturn integer
function project.replicas(service)
  return service.scale or service.deploy and service.deploy.replicas or 1
end

return project
