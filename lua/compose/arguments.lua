--- The arguments of podman that make what a project describes. Data in, lists of words out; nothing is run.
--
-- @module compose.arguments

local faults = require "compose.faults"
local json = require "json"
local labels = require "compose.labels"
local names = require "compose.names"
local podman = require "compose.podman"
local tree = require "compose.tree"

local csv = podman.csv
local floor = math.floor

local arguments = {}

-- Appends an option and its value.
local function put(list, option, value)
  if value == nil then return end
  list[#list + 1] = option
  list[#list + 1] = tostring(value)
end

-- --option=value: for values that may be empty or begin with a dash.
local function join(list, option, value)
  if value ~= nil then list[#list + 1] = option .. "=" .. tostring(value) end
end

local function each(list, option, items, change)
  for _, item in ipairs(items or {}) do join(list, option, change and change(item) or item) end
end

local function each_pair(list, option, map, change)
  for name, value in tree.each(map or {}) do
    local text = name .. "=" .. (value == tree.null and "" or tostring(value))
    join(list, option, change and change(text) or text)
  end
end

-- Seconds as podman reads durations.
local function duration(seconds)
  return seconds and ("%.3fs"):format(seconds):gsub("%.?0+s$", "s") or nil
end

local function whole(number) return number and ("%d"):format(floor(number)) or nil end

local function bytes(number) return number and ("%db"):format(floor(number)) or nil end

-- ------------------------------------------------------------------------------------------------ ports and hosts

--- A port as podman publishes it.
-- @tparam table port
-- @tparam[opt=1] integer number of the container: the one of a range that it takes
-- @treturn string
function arguments.port(port, number)
  local ip = port.host_ip and port.host_ip ~= "" and port.host_ip or nil
  if ip and ip:find(":", 1, true) then ip = "[" .. ip .. "]" end
  local published = port.published ~= nil and port.published ~= "" and tostring(port.published) or nil
  local first, last = (published or ""):match "^(%d+)%-(%d+)$"
  if first then
    local mine = tonumber(first) + (number or 1) - 1
    if mine > tonumber(last) then
      faults.raise(nil, nil, ("port %s: container %d finds no port left in it"):format(published, number))
    end
    published = ("%d"):format(mine)
  end
  local text = ("%d/%s"):format(port.target, port.protocol or "tcp")
  if ip then return ("%s:%s:%s"):format(ip, published or "", text) end
  if published == "0" then published = nil end
  return published and published .. ":" .. text or text
end

local function ports(list, items, number)
  for _, port in ipairs(items or {}) do join(list, "--publish", csv(arguments.port(port, number))) end
end

local function extra_hosts(list, hosts, path)
  for name, addresses in tree.each(hosts or {}) do
    for _, address in ipairs(addresses) do
      if address == "host-gateway" then
        faults.raise(nil, path .. ".extra_hosts", ('podman 4.3 has no host-gateway; the host is host.containers.internal in '
          .. 'every container, so write that name, or an address for "%s"'):format(name))
      end
      join(list, "--add-host", csv(name .. ":" .. address))
    end
  end
end

-- ------------------------------------------------------------------------------------------------------- networks

-- Names by which other services link to one.
local function link_names(project, key)
  local found = {}
  for _, service in tree.each(project.services) do
    for _, link in ipairs(service.links or {}) do
      local target, alias = link:match "^([^:]*):([^:]*)$"
      if target == key then found[#found + 1] = alias end
    end
  end
  return found
end

-- --network for each network, with the names that must resolve there.
local function networks(list, project, holder, own_names, path)
  for key, settings in tree.each(holder.networks or {}) do
    local network = project.networks[key]
    if not network then faults.raise(nil, path .. ".networks", ('there is no network "%s"'):format(key)) end
    if type(settings) ~= "table" or settings == tree.null then settings = {} end
    local options, seen = {}, {}
    local function alias(name)
      if name:find "[,:=]" then
        faults.raise(nil, path .. ".networks." .. key, ('"%s" cannot be an alias: podman divides at , : and ='):format(name))
      end
      if not seen[name] then options[#options + 1] = "alias=" .. name end
      seen[name] = true
    end
    for _, name in ipairs(own_names) do alias(name) end
    for _, name in ipairs(settings.aliases or {}) do alias(name) end
    if settings.ipv4_address then options[#options + 1] = "ip=" .. settings.ipv4_address end
    if settings.ipv6_address then options[#options + 1] = "ip6=" .. settings.ipv6_address end
    local mac = settings.mac_address or holder.mac_address
    if mac then options[#options + 1] = "mac=" .. mac end
    if settings.interface_name then options[#options + 1] = "interface_name=" .. settings.interface_name end
    join(list, "--network", network.name .. ":" .. table.concat(options, ","))
  end
end

-- A name space of another service's first container.
local function namespace(cx, value)
  local other = type(value) == "string" and value:match "^service:(.*)$"
  if not other then return value end
  return "container:" .. names.container(cx.project, cx.project.services[other], 1)
end

local function network_mode(list, cx, holder)
  local mode = holder.network_mode
  if not mode then return false end
  join(list, "--network", mode == "bridge" and "podman" or namespace(cx, mode))
  return true
end

-- --------------------------------------------------------------------------------------------------------- mounts

local function mount(fields)
  for i, field in ipairs(fields) do fields[i] = csv(field) end
  return table.concat(fields, ",")
end

-- Mounts by type: functions that give a list of fields.
local mounts = {}

function mounts.bind(volume)
  local bind = volume.bind or {}
  local fields = { "type=bind", "source=" .. volume.source, "destination=" .. volume.target }
  if bind.propagation then fields[#fields + 1] = "bind-propagation=" .. bind.propagation end
  if bind.selinux then fields[#fields + 1] = "relabel=" .. (bind.selinux == "z" and "shared" or "private") end
  return fields
end

function mounts.volume(volume, cx)
  local fields = { "type=volume" }
  local own = volume.source and volume.source ~= "" and cx.project.volumes[volume.source]
  if own then fields[2] = "source=" .. own.name end
  fields[#fields + 1] = "destination=" .. volume.target
  return fields
end

function mounts.tmpfs(volume)
  local fields = { "type=tmpfs", "destination=" .. volume.target }
  local settings = volume.tmpfs or {}
  if settings.size then fields[#fields + 1] = "tmpfs-size=" .. whole(settings.size) end
  if settings.mode then fields[#fields + 1] = ("tmpfs-mode=%o"):format(settings.mode) end
  return fields
end

function mounts.image(volume)
  return { "type=image", "source=" .. volume.source, "destination=" .. volume.target }
end

local function volumes(list, cx, service, path)
  local kept = cx.anonymous or {}
  for i, volume in ipairs(service.volumes or {}) do
    local make = mounts[volume.type]
    if not make then
      faults.raise(nil, ("%s.volumes[%d]"):format(path, i - 1), ('podman has no volumes of type "%s"'):format(tostring(volume.type)))
    end
    local own = volume.type == "volume" and cx.project.volumes[volume.source or ""]
    if volume.type == "volume" and volume.volume and volume.volume.nocopy and own then
      local options = (volume.read_only and "ro," or "") .. "nocopy"
      if volume.target:find "[:,]" then
        faults.raise(nil, ("%s.volumes[%d]"):format(path, i - 1), "nocopy and a target with a colon do not go together with podman 4.3")
      end
      join(list, "--volume", ("%s:%s:%s"):format(own.name, volume.target, options))
    else
      local fields = make(volume, cx)
      -- What an anonymous volume of the container before this one holds, it holds on.
      if volume.type == "volume" and not own and kept[volume.target] then
        table.insert(fields, 2, "source=" .. kept[volume.target])
      end
      if volume.type == "image" then
        fields[#fields + 1] = "rw=" .. tostring(not volume.read_only)
      elseif volume.read_only then
        fields[#fields + 1] = "ro=true"
      end
      join(list, "--mount", mount(fields))
    end
  end
  local written = {}
  for _, volume in ipairs(service.volumes or {}) do written[volume.target] = true end
  for target, name in tree.each(kept) do
    if not written[target] then join(list, "--mount", mount { "type=volume", "source=" .. name, "destination=" .. target }) end
  end
  each(list, "--tmpfs", service.tmpfs)
  for _, from in ipairs(service.volumes_from or {}) do
    local container = from:match "^container:(.*)$"
    if not container then
      local name, rest = from:match "^([^:]*)(.*)$"
      container = names.container(cx.project, cx.project.services[name], 1) .. rest
    end
    join(list, "--volumes-from", container)
  end
  if service.use_api_socket then
    local socket = (cx.project.lookup "XDG_RUNTIME_DIR" or "/run") .. "/podman/podman.sock"
    join(list, "--mount", mount { "type=bind", "source=" .. socket, "destination=/var/run/docker.sock" })
  end
end

-- Where a secret stands that says nothing of it.
local DEFAULT_TARGET = { secret = "", config = "/" }

local function secrets(list, cx, service, path)
  local used = {}
  for _, kind in ipairs { "secret", "config" } do
    for i, use in ipairs(service[kind .. "s"] or {}) do
      local where = ("%s.%ss[%d]"):format(path, kind, i - 1)
      local resource = cx.secrets[kind .. " " .. use.source]
      if not resource then faults.raise(nil, where, ('there is no %s "%s"'):format(kind, use.source)) end
      if used[resource.name] then
        faults.raise(nil, where, ('podman mounts a %s once; "%s" is there twice'):format(kind, use.source))
      end
      used[resource.name] = true
      local target = use.target and use.target ~= "" and use.target or DEFAULT_TARGET[kind] .. use.source
      if resource.bind then
        join(list, "--mount", mount { "type=bind", "source=" .. resource.bind,
          "destination=" .. (target:sub(1, 1) == "/" and target or "/run/secrets/" .. target), "ro=true" })
      else
        local fields = { resource.name, "type=mount", "target=" .. target }
        if use.uid then fields[#fields + 1] = "uid=" .. use.uid end
        if use.gid then fields[#fields + 1] = "gid=" .. use.gid end
        fields[#fields + 1] = ("mode=%04o"):format(use.mode or 292) -- 0444
        join(list, "--secret", mount(fields))
      end
    end
  end
end

-- ---------------------------------------------------------------------------------------------------- health, limits

local function health(list, cx, service)
  local check = service.healthcheck
  if not check then return end
  local test = check.test or {}
  if check.disable or test[1] == "NONE" then
    list[#list + 1] = "--no-healthcheck"
    return
  end
  if test[1] == "CMD" and #test == 2 then
    -- An array of one word would be taken for a shell's command.
    join(list, "--health-cmd", "CMD " .. test[2])
  elseif test[1] == "CMD" then
    join(list, "--health-cmd", json.encode(json.array(table.move(test, 2, #test, 1, {}))))
  elseif test[1] then
    join(list, "--health-cmd", json.encode(json.array { "CMD-SHELL", test[2] }))
  end
  -- Without systemd nothing runs checks but the tool itself, and podman complains of a timer.
  join(list, "--health-interval", cx.systemd and duration(check.interval) or not cx.systemd and "disable" or nil)
  join(list, "--health-timeout", duration(check.timeout))
  join(list, "--health-retries", check.retries)
  join(list, "--health-start-period", duration(check.start_period))
end

local function blkio(list, config)
  if not config then return end
  join(list, "--blkio-weight", config.weight)
  for _, item in ipairs(config.weight_device or {}) do join(list, "--blkio-weight-device", item.path .. ":" .. item.weight) end
  for _, kind in ipairs { "read_bps", "write_bps", "read_iops", "write_iops" } do
    for _, item in ipairs(config["device_" .. kind] or {}) do
      join(list, "--device-" .. kind:gsub("_", "-"), csv(item.path .. ":" .. whole(item.rate)))
    end
  end
end

local function restart(service)
  local policy = service.deploy and service.deploy.restart_policy
  if service.restart then return service.restart end
  if not policy then return nil end
  if policy.condition == "none" then return "no" end
  if policy.condition == "on-failure" then
    return "on-failure" .. (policy.max_attempts and ":" .. policy.max_attempts or "")
  end
  return "always"
end

local function limits(list, service)
  local resources = service.deploy and service.deploy.resources or {}
  local most, least = resources.limits or {}, resources.reservations or {}
  local cpus = service.cpus or most.cpus
  join(list, "--cpus", cpus and ("%.3f"):format(cpus))
  join(list, "--memory", bytes(service.mem_limit or most.memory))
  join(list, "--memory-reservation", bytes(service.mem_reservation or least.memory))
  local swap = service.memswap_limit
  join(list, "--memory-swap", swap and (swap < 0 and "-1" or bytes(swap)))
  join(list, "--memory-swappiness", whole(service.mem_swappiness))
  join(list, "--pids-limit", whole(service.pids_limit or most.pids))
  join(list, "--cpu-period", whole(service.cpu_period))
  join(list, "--cpu-quota", whole(service.cpu_quota))
  join(list, "--cpu-rt-period", whole(service.cpu_rt_period))
  join(list, "--cpu-rt-runtime", whole(service.cpu_rt_runtime))
  join(list, "--cpu-shares", whole(service.cpu_shares))
  join(list, "--cpuset-cpus", service.cpuset)
  if service.oom_kill_disable then list[#list + 1] = "--oom-kill-disable" end
  join(list, "--oom-score-adj", service.oom_score_adj)
  for name, limit in tree.each(service.ulimits or {}) do
    local text = type(limit) == "table" and ("%s=%d:%d"):format(name, limit.soft, limit.hard) or ("%s=%d"):format(name, limit)
    join(list, "--ulimit", csv(text))
  end
  blkio(list, service.blkio_config)
end

local function device(item)
  local text = item.source
  if item.target and item.target ~= "" and item.target ~= item.source or item.permissions and item.permissions ~= "" then
    text = text .. ":" .. (item.target or item.source)
    if item.permissions and item.permissions ~= "" then text = text .. ":" .. item.permissions end
  end
  return csv(text)
end

-- ----------------------------------------------------------------------------------------------------- containers

--- The options of a container, from its environment to its limits, as `create` and `run` take them.
-- @tparam table cx `project`; `secrets`: by "secret KEY" and "config KEY", `name` of podman's secret, or `bind`, a file;
--   `systemd`: whether podman can have timers; `anonymous`: names of anonymous volumes to take over, by target
-- @tparam table service as compose.project describes it
-- @tparam integer|string number of the container
-- @tparam[opt] table more `oneoff`: made by `run`, without the service's names unless `aliases`; `no_ports`;
--   `name`; `parts`: text of the label; `hash`
-- @treturn {string,...} options, without the image and the command
function arguments.container(cx, service, number, more)
  more = more or {}
  local project, path = cx.project, "services." .. service.key
  local list = {}
  put(list, "--name", more.name or names.container(project, service, number))
  local own = labels.of_container(project, service, number, more.oneoff)
  for name, value in pairs(service.labels or {}) do
    if own[name] == nil then own[name] = value end
  end
  own[labels.PARTS], own[labels.CONFIG_HASH] = more.parts, more.hash
  each_pair(list, "--label", own)
  each_pair(list, "--annotation", service.annotations, csv)
  for name, value in tree.each(service.environment or {}) do
    if value == tree.null then
      join(list, "--unsetenv", name)
    else
      join(list, "--env", name .. "=" .. value)
    end
  end

  if service.pod then
    put(list, "--pod", names.pod(project, service.pod))
  else
    local shares_network = network_mode(list, cx, service)
    if not shares_network then
      local all = link_names(project, service.key)
      table.insert(all, 1, service.key)
      if more.oneoff and not more.aliases then all = {} end
      networks(list, project, service, all, path)
      if next(service.networks or {}) == nil then join(list, "--network", "none") end
    end
    if not more.no_ports then ports(list, service.ports, math.tointeger(number)) end
    each(list, "--expose", service.expose)
    join(list, "--hostname", service.hostname)
    extra_hosts(list, service.extra_hosts, path)
    each(list, "--dns", service.dns, csv)
    each(list, "--dns-option", service.dns_opt, csv)
    each(list, "--dns-search", service.dns_search, csv)
    if shares_network then join(list, "--mac-address", service.mac_address) end
    join(list, "--shm-size", bytes(service.shm_size))
    join(list, "--userns", service.userns_mode)
  end
  join(list, "--ipc", namespace(cx, service.ipc))
  join(list, "--pid", namespace(cx, service.pid))
  join(list, "--uts", namespace(cx, service.uts))
  join(list, "--cgroupns", namespace(cx, service.cgroup))
  join(list, "--cgroup-parent", service.cgroup_parent)

  volumes(list, cx, service, path)
  secrets(list, cx, service, path)
  for _, item in ipairs(service.devices or {}) do join(list, "--device", device(item)) end
  each(list, "--device-cgroup-rule", service.device_cgroup_rules)

  join(list, "--user", service.user)
  each(list, "--group-add", service.group_add, csv)
  join(list, "--workdir", service.working_dir)
  each(list, "--cap-add", service.cap_add, csv)
  each(list, "--cap-drop", service.cap_drop, csv)
  each(list, "--security-opt", service.security_opt)
  each_pair(list, "--sysctl", service.sysctls, csv)
  if service.privileged then list[#list + 1] = "--privileged" end
  if service.read_only then list[#list + 1] = "--read-only" end
  if service.init then list[#list + 1] = "--init" end
  if service.tty then list[#list + 1] = "--tty" end
  if service.stdin_open then list[#list + 1] = "--interactive" end
  join(list, "--umask", service.umask and ("%04o"):format(service.umask))
  join(list, "--platform", service.platform)
  join(list, "--stop-signal", service.stop_signal)
  join(list, "--stop-timeout", service.stop_grace_period and whole(math.ceil(service.stop_grace_period)))
  if not more.oneoff then join(list, "--restart", restart(service)) end
  if service.logging then
    join(list, "--log-driver", service.logging.driver)
    each_pair(list, "--log-opt", service.logging.options, csv)
  end
  limits(list, service)
  health(list, cx, service)
  return list
end

--- What stands behind the options of a container: its image, and its command.
-- @tparam {string,...} list of options; the rest is appended to it
-- @tparam table project
-- @tparam table service its `entrypoint` and `command`
-- @treturn {string,...} list
function arguments.image(list, project, service)
  local entrypoint = service.entrypoint
  if entrypoint then join(list, "--entrypoint", #entrypoint > 0 and json.encode(json.array(entrypoint)) or "") end
  list[#list + 1] = "--pull=never"
  list[#list + 1] = "--"
  list[#list + 1] = names.image(project, service)
  return table.move(service.command or {}, 1, #(service.command or {}), #list + 1, list)
end

--- podman's words before `create` or `run`, for what is an option of podman itself.
-- @tparam table service
-- @treturn {string,...}
function arguments.global(service)
  return service.runtime and service.runtime ~= "" and { "--runtime", service.runtime } or {}
end

-- ------------------------------------------------------------------------------- pods, networks, volumes, secrets

--- `podman pod create`.
-- @tparam table cx
-- @tparam table pod
-- @tparam string parts text of the label
-- @treturn {string,...}
function arguments.pod(cx, pod, parts)
  local project, path = cx.project, "x-pods." .. pod.key
  local list = { "pod", "create", "--name", names.pod(project, pod.key), "--infra-name", names.infra(project, pod.key) }
  local own = labels.of_project(project)
  for name, value in pairs(pod.labels or {}) do
    if own[name] == nil then own[name] = value end
  end
  own[labels.POD], own[labels.PARTS] = pod.key, parts
  each_pair(list, "--label", own)
  local all = {}
  for _, name in ipairs(pod.names) do
    all[#all + 1] = name
    for _, alias in ipairs(link_names(project, name)) do all[#all + 1] = alias end
  end
  local mode = network_mode(list, cx, pod)
  if not mode then
    networks(list, project, pod, all, path)
    if next(pod.networks or {}) == nil then join(list, "--network", "none") end
  end
  if pod.network_mode ~= "host" then ports(list, pod.ports) end
  local written = pod.extra_hosts or {}
  for _, name in ipairs(all) do
    if not written[name] then join(list, "--add-host", csv(name .. ":127.0.0.1")) end
  end
  extra_hosts(list, written, path)
  join(list, "--hostname", pod.hostname)
  each(list, "--dns", pod.dns, csv)
  each(list, "--dns-option", pod.dns_opt, csv)
  each(list, "--dns-search", pod.dns_search, csv)
  if mode then join(list, "--mac-address", pod.mac_address) end
  if pod.share then join(list, "--share", #pod.share > 0 and table.concat(pod.share, ",") or "none") end
  join(list, "--userns", pod.userns_mode)
  join(list, "--shm-size", bytes(pod.shm_size))
  local infra = pod.infra or {}
  join(list, "--infra-image", infra.image)
  if infra.command and #infra.command > 0 then
    if #infra.command > 1 then
      faults.raise(nil, path .. ".infra.command", "podman takes one program without arguments here")
    end
    join(list, "--infra-command", infra.command[1])
  end
  return list
end

--- `podman network create`.
-- @tparam table project
-- @tparam table network
-- @tparam string parts text of the label
-- @treturn {string,...}
function arguments.network(project, network, parts)
  local list = { "network", "create" }
  local own = labels.of_project(project)
  for name, value in pairs(network.labels or {}) do
    if own[name] == nil then own[name] = value end
  end
  own[labels.NETWORK], own[labels.PARTS] = network.key, parts
  each_pair(list, "--label", own)
  join(list, "--driver", network.driver ~= "" and network.driver ~= "default" and network.driver or nil)
  if network.internal then list[#list + 1] = "--internal" end
  if network.enable_ipv6 then list[#list + 1] = "--ipv6" end
  each_pair(list, "--opt", network.driver_opts)
  local ipam = network.ipam or {}
  join(list, "--ipam-driver", ipam.driver ~= "" and ipam.driver ~= "default" and ipam.driver or nil)
  for _, config in ipairs(ipam.config or {}) do
    join(list, "--subnet", config.subnet)
    join(list, "--gateway", config.gateway)
    join(list, "--ip-range", config.ip_range)
  end
  list[#list + 1] = network.name
  return list
end

--- `podman volume create`.
-- @tparam table project
-- @tparam table volume
-- @tparam string parts text of the label
-- @treturn {string,...}
function arguments.volume(project, volume, parts)
  local list = { "volume", "create" }
  local own = labels.of_project(project)
  for name, value in pairs(volume.labels or {}) do
    if own[name] == nil then own[name] = value end
  end
  own[labels.VOLUME], own[labels.PARTS] = volume.key, parts
  each_pair(list, "--label", own, csv)
  join(list, "--driver", volume.driver ~= "" and volume.driver or nil)
  each_pair(list, "--opt", volume.driver_opts)
  list[#list + 1] = volume.name
  return list
end

--- `podman build`.
-- @tparam table cx
-- @tparam table service
-- @tparam[opt] table more `no_cache`, `pull`, `args` (NAME=VALUE words), `quiet`
-- @treturn table a call: `input` has the Dockerfile where it stands in the project
function arguments.build(cx, service, more)
  more = more or {}
  local build, project = service.build, cx.project
  local list = { "build", "--tag", names.image(project, service) }
  each(list, "--tag", build.tags)
  each_pair(list, "--label", build.labels)
  each_pair(list, "--label", labels.of_project(project))
  each_pair(list, "--build-arg", build.args)
  each(list, "--build-arg", more.args)
  each_pair(list, "--build-context", build.additional_contexts)
  each(list, "--cache-from", build.cache_from)
  each(list, "--cache-to", build.cache_to)
  for name, value in tree.each(build.ssh or {}) do
    join(list, "--ssh", value ~= tree.null and value ~= "" and name .. "=" .. value or name)
  end
  if build.no_cache or more.no_cache then list[#list + 1] = "--no-cache" end
  if build.pull or more.pull then list[#list + 1] = "--pull=always" end
  if more.quiet then list[#list + 1] = "--quiet" end
  join(list, "--network", build.network)
  join(list, "--target", build.target)
  join(list, "--shm-size", bytes(build.shm_size))
  extra_hosts(list, build.extra_hosts, "services." .. service.key .. ".build")
  for name, limit in tree.each(build.ulimits or {}) do
    local text = type(limit) == "table" and ("%s=%d:%d"):format(name, limit.soft, limit.hard) or ("%s=%d"):format(name, limit)
    join(list, "--ulimit", csv(text))
  end
  for _, use in ipairs(build.secrets or {}) do
    local secret = project.secrets[use.source] or {}
    local id = use.target and use.target ~= "" and use.target or use.source
    if secret.environment then
      join(list, "--secret", mount { "id=" .. id, "env=" .. secret.environment })
      list.env = list.env or {}
      list.env[secret.environment] = secret.value
    else
      join(list, "--secret", mount { "id=" .. id, "src=" .. (secret.file or "") })
    end
  end
  if #(build.platforms or {}) == 1 then join(list, "--platform", build.platforms[1]) end
  if #(build.platforms or {}) == 0 then join(list, "--platform", service.platform) end
  if build.isolation then join(list, "--isolation", build.isolation) end
  if build.dockerfile_inline then
    list[#list + 1] = "--file=-"
    list.input = build.dockerfile_inline
  elseif build.dockerfile and build.dockerfile ~= "" then
    local context, file = build.context, build.dockerfile
    -- A file beside a local folder is named from there.
    if file:sub(1, 1) ~= "/" and context:sub(1, 1) == "/" then file = context .. "/" .. file end
    join(list, "--file", file)
  end
  list[#list + 1] = "--"
  list[#list + 1] = build.context
  return list
end

return arguments
