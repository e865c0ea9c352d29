--- Which part of podman does each attribute of the specification, and which attributes nothing does.
--
-- @module compose.support

local faults = require "compose.faults"
local tree = require "compose.tree"

local support = {}

--- What becomes of each attribute of a service: "flag" (an option of podman's, or an argument of one), "pod" (it
-- belongs to the pod of a service that has one; a flag otherwise), "tool" (moonwire does it), or "none" (see below).
support.service = {
  annotations = "flag", attach = "tool", blkio_config = "flag", build = "tool", cap_add = "flag", cap_drop = "flag",
  cgroup = "flag", cgroup_parent = "flag", command = "flag", configs = "tool", container_name = "flag", cpu_count = "none",
  cpu_percent = "none", cpu_period = "flag", cpu_quota = "flag", cpu_rt_period = "flag", cpu_rt_runtime = "flag",
  cpu_shares = "flag", cpus = "flag", cpuset = "flag", credential_spec = "none", depends_on = "tool", deploy = "tool",
  develop = "tool", device_cgroup_rules = "flag", devices = "flag", dns = "pod", dns_opt = "pod", dns_search = "pod",
  domainname = "none", entrypoint = "flag", env_file = "tool", environment = "flag", expose = "flag", extends = "tool",
  external_links = "none", extra_hosts = "pod", gpus = "none", group_add = "flag", healthcheck = "flag", hostname = "pod",
  image = "flag", init = "flag", ipc = "flag", isolation = "none", label_file = "tool", labels = "flag", links = "tool",
  logging = "flag", mac_address = "pod", mem_limit = "flag", mem_reservation = "flag", mem_swappiness = "flag",
  memswap_limit = "flag", models = "none", network_mode = "pod", networks = "pod", oom_kill_disable = "flag",
  oom_score_adj = "flag", pid = "flag", pids_limit = "flag", platform = "flag", ports = "pod", post_start = "tool",
  pre_start = "tool", pre_stop = "tool", privileged = "flag", profiles = "tool", provider = "none", pull_policy = "tool",
  pull_refresh_after = "tool", read_only = "flag", restart = "flag", runtime = "flag", scale = "tool", secrets = "flag",
  security_opt = "flag", shm_size = "pod", stdin_open = "flag", stop_grace_period = "flag", stop_signal = "flag",
  storage_opt = "none", sysctls = "flag", tmpfs = "flag", tty = "flag", ulimits = "flag", umask = "flag",
  use_api_socket = "tool", user = "flag", userns_mode = "pod", uts = "flag", volumes = "flag", volumes_from = "flag",
  working_dir = "flag", ["x-host"] = "tool", ["x-pod"] = "tool",
}

-- "error": up refuses it. "warning": it says nothing to podman, and up goes on.
local ERROR, WARNING = "error", "warning"
local SWARM = { WARNING, "is for Docker Swarm; podman has no cluster, so it says nothing" }
local BUILDKIT = { WARNING, "is for BuildKit; podman build does not have it, so it says nothing" }
local WINDOWS = { ERROR, "is for Windows containers, which podman does not run" }

local function missing(what, instead)
  return { ERROR, ("podman 4.3 has no %s%s"):format(what, instead and "; " .. instead or "") }
end

local MODELS = missing("models", "run a container that serves the model, and name its address in environment")

-- What is said of attributes that podman does not have, by pattern.
local limits = {
  ["services.*.cpu_count"] = { ERROR, "is for Windows containers; write cpus" },
  ["services.*.cpu_percent"] = { ERROR, "is for Windows containers; write cpus" },
  ["services.*.credential_spec"] = WINDOWS,
  ["services.*.isolation"] = WINDOWS,
  ["services.*.domainname"] = missing("--domainname", "write the whole name as hostname"),
  ["services.*.gpus"] = missing("--gpus that does anything", "write devices: [nvidia.com/gpu=all], with the CDI of the driver installed"),
  ["services.*.models"] = MODELS,
  ["services.*.external_links"] = missing("links to containers of others", "join their network: networks, with external: true"),
  ["services.*.storage_opt"] = missing("storage options for one container"),
  ["services.*.pull_refresh_after"] = { WARNING, "podman does not know when an image was fetched; use pull_policy: always" },
  ["models"] = MODELS,
  ["jobs"] = missing("jobs", "write a service and start it with `compose run`, from cron or a systemd timer"),
  ["services.*.provider"] = { ERROR, "providers are programs for docker compose; moonwire does not start them" },
  ["services.*.healthcheck.start_interval"] = missing("start_interval", "leave it out: checks begin with interval"),
  ["services.*.volumes.*.volume.subpath"] = missing("subpath for volumes", "mount the whole volume"),
  ["services.*.volumes.*.image.subpath"] = missing("subpath for images", "mount the whole image"),
  ["services.*.volumes.*.volume.labels"] = missing("labels for anonymous volumes", "name the volume in volumes, with labels"),
  ["services.*.volumes.*.bind.recursive"] = missing("recursive for bind mounts"),
  ["services.*.volumes.*.consistency"] = { WARNING, "is for Docker Desktop; it says nothing here" },
  ["services.*.networks.*.link_local_ips"] = missing("link-local addresses"),
  ["services.*.networks.*.driver_opts"] = missing("options for one container in a network"),
  ["services.*.networks.*.gw_priority"] = missing("priority of gateways"),
  ["services.*.networks.*.priority"] = { WARNING, "says nothing to podman: networks are connected in the order of their names" },
  ["services.*.deploy.mode"] = SWARM,
  ["services.*.deploy.endpoint_mode"] = SWARM,
  ["services.*.deploy.placement.constraints"] = SWARM,
  ["services.*.deploy.placement.preferences"] = SWARM,
  ["services.*.deploy.placement.max_replicas_per_node"] = SWARM,
  ["services.*.deploy.update_config"] = SWARM,
  ["services.*.deploy.rollback_config"] = SWARM,
  ["services.*.deploy.labels"] = SWARM,
  ["services.*.deploy.resources.reservations.cpus"] = { WARNING, "podman reserves no processors; it says nothing" },
  ["services.*.deploy.resources.reservations.generic_resources"] = SWARM,
  ["services.*.deploy.resources.reservations.devices"] = missing("--gpus that does anything", "write devices: [nvidia.com/gpu=all]"),
  ["services.*.deploy.restart_policy.delay"] = { WARNING, "podman restarts at once; it says nothing" },
  ["services.*.deploy.restart_policy.window"] = { WARNING, "podman has no window; it says nothing" },
  ["services.*.build.entitlements"] = BUILDKIT,
  ["services.*.build.no_cache_filter"] = BUILDKIT,
  ["services.*.build.provenance"] = BUILDKIT,
  ["services.*.build.sbom"] = BUILDKIT,
  ["services.*.build.privileged"] = missing("privileged builds"),
  ["networks.*.attachable"] = { WARNING, "every network of podman is" },
  ["networks.*.ipam.options"] = missing("options for addresses"),
  ["networks.*.ipam.config.*.aux_addresses"] = missing("reserved addresses in a network"),
  ["secrets.*.driver"] = missing("drivers of secrets that a file names", "write file or environment, or external: true"),
  ["secrets.*.template_driver"] = SWARM,
  ["configs.*.template_driver"] = SWARM,
}

-- Attributes of which some values only are understood: functions that give a rule, or nil.
local LOG_DRIVERS = { ["k8s-file"] = true, journald = true, none = true, passthrough = true, ["json-file"] = true }

local checked = {
  ["services.*.logging.driver"] = function(driver)
    if LOG_DRIVERS[driver] then return nil end
    return { ERROR, ('podman has no log driver "%s"; there are k8s-file, json-file, journald, none and passthrough'):format(driver) }
  end,
  ["services.*.volumes.*.type"] = function(kind)
    if kind == "npipe" then return WINDOWS end
    if kind == "cluster" then return SWARM end
  end,
  ["networks.*.enable_ipv4"] = function(value)
    if value == false or value == "false" then return missing("networks without IPv4") end
  end,
}

local patterns = {}
for pattern, rule in pairs(limits) do patterns[pattern] = rule end
for pattern, rule in pairs(checked) do patterns[pattern] = rule end
local TRIE = tree.trie(patterns)

local function says_something(value)
  if value == tree.null or value == false or value == "" or value == 0 then return false end
  return type(value) ~= "table" or next(value) ~= nil
end

--- What podman cannot do of a project.
-- @tparam table written the tree that the project was read from
-- @tparam table services active services, as keys
-- @treturn {table,...} `level` ("error" or "warning") and `text`, a line with the place
function support.unsupported(written, services)
  local found = {}
  tree.walk(written, TRIE, function(rule, holder, key, path)
    local service = path:match "^services%.([^.%[]+)"
    if service and not services[service] then return end
    if type(rule) == "function" then rule = rule(holder[key]) elseif not says_something(holder[key]) then rule = nil end
    if not rule then return end
    found[#found + 1] = { level = rule[1], text = faults.render(faults.new(tree.place(holder, key), path, rule[2])) }
  end)
  return found
end

return support
