--- Every attribute of the Compose Specification as data: which forms it may have, and what its value is.
--
-- A form is a table of
--
--     kinds     scalars that it may be, as words: string integer number boolean null
--     list      the form of the entries, where it may be a list; `unique`: no two may be equal
--     fields    the forms of the attributes by name, where it may be a map; attributes x-... are allowed too,
--               unless it is `plain`; `required`: names that must be there
--     each      the form of the values, where it may be a map of names that the author chooses; `names`: a pattern
--               (Lua's) for these names
--     one_of    the words that it may be; `least`, `most`: the limits of a number; `check`: a check in compose.check
--     is        how it is read and written: a name in compose.values
--     keep      written by `config` even when it is zero, false or empty
--     always    written as {} by `config --format json` even when it is absent, as the reference loader does
--
-- Taken from the schema of the specification as of compose-go 2.16. x-pods, x-hosts, x-pod and x-host are this
-- project's.
--
-- @module compose.schema

local schema = {}

-- A form like another one, with differences.
local function with(form, more)
  local new = {}
  for key, value in pairs(form) do new[key] = value end
  for key, value in pairs(more) do new[key] = value end
  return new
end

local function list(of, more) return with({ list = of, is = "list" }, more or {}) end
local function object(fields, more) return with({ fields = fields, is = "object" }, more or {}) end
local function names(of, more) return with({ each = of, names = "^[%w._-]+$", is = "map" }, more or {}) end

local KEEP = { keep = true }

-- ------------------------------------------------------------------------------------------------------ scalars

local text = { kinds = "string", is = "text" }
local text_or_null = { kinds = "string null", is = "text" }
local text_or_number = { kinds = "string number", is = "text" }
local text_or_integer = { kinds = "string integer", is = "text" }
local text_or_boolean = { kinds = "string boolean", is = "text" }
local flag = { kinds = "boolean string", is = "boolean" }
local plain_flag = { kinds = "boolean", is = "boolean" }
local switch = with(flag, KEEP) -- a flag whose false is not the same as its absence
local integer = { kinds = "integer string", is = "integer" }
local count = with(integer, KEEP)
local whole_number = { kinds = "number string", is = "integer" }
local number = { kinds = "number string", is = "number" }
local size = { kinds = "number string", is = "bytes" }
local whole_size = { kinds = "integer string", is = "bytes" }
local text_size = { kinds = "string", is = "bytes" }
local duration = { kinds = "string", is = "duration" }
local given_duration = with(duration, KEEP)

-- ---------------------------------------------------------------------------------------------- lists and maps

local texts = list(text)
local different_texts = list(text, { unique = true })
local text_or_texts = { kinds = "string", list = text, unique = true, is = "texts" }
local command = { kinds = "null string", list = text, is = "command", keep = true }

-- NAME: value, or NAME=value in a list.
local VALUE = { kinds = "string number boolean null" }
local environment = { each = VALUE, list = text, unique = true, is = "environment" }
local labels = with(environment, { is = "labels" })
local options = names({ kinds = "string number" }, { names = ".", is = "labels" })

local extra_hosts = {
  each = { kinds = "string", list = text }, list = text, unique = true, is = "hosts",
}
local ulimits = names({
  kinds = "integer string", is = "limit",
  fields = { soft = integer, hard = integer }, required = { "soft", "hard" },
}, { names = "." })
local file_mount = list {
  kinds = "string", is = "object",
  fields = {
    source = text, target = text, uid = text, gid = text, mode = { kinds = "number string", is = "mode", keep = true },
  },
}
local device_requests = list(object({
  capabilities = different_texts, count = { kinds = "string integer", is = "device_count" }, device_ids = different_texts,
  driver = text, options = labels,
}))
local env_file = {
  kinds = "string", is = "list",
  list = {
    kinds = "string", is = "object", plain = true, required = { "path" },
    fields = { path = text, format = text, required = with(flag, { is = "opt_out" }) },
  },
}
local hook = object({
  command = command, user = text, privileged = flag, working_dir = text, environment = environment,
}, { required = { "command" } })
local external = { kinds = "boolean string", fields = { name = text }, is = "boolean" }

-- Settings of a service, or a pod, in a network.
local network_settings = object({
  aliases = different_texts, interface_name = text, ipv4_address = text, ipv6_address = text,
  link_local_ips = different_texts, mac_address = text, driver_opts = options, priority = whole_number,
  gw_priority = whole_number, use_service_name_alias = switch,
}, { kinds = "null" })
local networks = names(network_settings, { list = text, unique = true })

local ports = list({
  kinds = "number string", is = "object",
  fields = {
    name = text, mode = text, host_ip = text, target = integer, published = text_or_integer, protocol = text,
    app_protocol = text,
  },
}, { unique = true })

local rates = list(object({ path = text, rate = whole_size }, { plain = true }))

-- ------------------------------------------------------------------------------------- what runs in a container

local container = {
  annotations = labels,
  blkio_config = object({
    device_read_bps = rates, device_read_iops = rates, device_write_bps = rates, device_write_iops = rates,
    weight = integer, weight_device = list(object({ path = text, weight = integer }, { plain = true })),
  }, { plain = true }),
  cap_add = different_texts,
  cap_drop = different_texts,
  cgroup = { kinds = "string", one_of = { "host", "private" }, is = "text" },
  cgroup_parent = text,
  command = command,
  configs = file_mount,
  cpu_count = { kinds = "integer string", least = 0, is = "integer" },
  cpu_percent = { kinds = "integer string", least = 0, most = 100, is = "number" },
  cpu_period = whole_number,
  cpu_quota = whole_number,
  cpu_rt_period = whole_number,
  cpu_rt_runtime = whole_number,
  cpu_shares = whole_number,
  cpus = number,
  cpuset = text,
  credential_spec = object { config = text, file = text, registry = text },
  device_cgroup_rules = different_texts,
  devices = list {
    kinds = "string", fields = { source = text, target = text, permissions = text }, required = { "source" }, is = "object",
  },
  dns = text_or_texts,
  dns_opt = different_texts,
  dns_search = text_or_texts,
  domainname = text,
  entrypoint = command,
  env_file = env_file,
  environment = environment,
  extra_hosts = extra_hosts,
  gpus = with(device_requests, { kinds = "string", one_of = { "all" } }),
  group_add = list(text_or_number, { unique = true }),
  hostname = text,
  image = text,
  init = switch,
  ipc = text,
  isolation = text,
  label_file = { kinds = "string", list = text, is = "texts" },
  labels = labels,
  logging = object { driver = text, options = names({ kinds = "string number null" }, { names = ".", is = "labels" }) },
  mac_address = text,
  mem_limit = size,
  mem_reservation = whole_size,
  mem_swappiness = whole_size,
  memswap_limit = size,
  models = names(object({ endpoint_var = text, model_var = text }, { kinds = "null" }), { list = text, unique = true }),
  network_mode = text,
  networks = networks,
  oom_kill_disable = flag,
  oom_score_adj = { kinds = "integer string", least = -1000, most = 1000, is = "integer" },
  pid = text_or_null,
  pids_limit = whole_number,
  platform = text,
  privileged = flag,
  pull_policy = { kinds = "string", check = "pull_policy", is = "text" },
  pull_refresh_after = text,
  read_only = flag,
  runtime = text,
  secrets = file_mount,
  security_opt = different_texts,
  shm_size = size,
  stop_grace_period = given_duration,
  stop_signal = text,
  storage_opt = names({ kinds = "string number boolean null" }, { names = ".", is = "labels" }),
  sysctls = labels,
  tmpfs = text_or_texts,
  ulimits = ulimits,
  umask = { kinds = "integer string null", least = 0, most = 4294967295, is = "umask", keep = true },
  use_api_socket = plain_flag,
  user = text,
  userns_mode = text,
  uts = text,
  volumes = list({
    kinds = "string", is = "object", required = { "type" },
    fields = {
      type = { kinds = "string", one_of = { "bind", "volume", "tmpfs", "cluster", "npipe", "image" }, is = "text" },
      source = text,
      target = text,
      read_only = flag,
      consistency = text,
      bind = object {
        propagation = text, create_host_path = with(flag, { is = "opt_out" }),
        recursive = { kinds = "string", one_of = { "enabled", "disabled", "writable", "readonly" }, is = "text" },
        selinux = { kinds = "string", one_of = { "z", "Z" }, is = "text" },
      },
      volume = object { labels = labels, nocopy = flag, subpath = text },
      tmpfs = object {
        size = { kinds = "integer string", least = 0, is = "bytes" }, mode = { kinds = "number string", is = "octal" },
      },
      image = object { subpath = text },
    },
  }, { unique = true }),
  volumes_from = different_texts,
  working_dir = text,
}

-- ------------------------------------------------------------------------------- what services and jobs have more

local build = {
  kinds = "string", is = "object",
  fields = {
    context = text, dockerfile = text, dockerfile_inline = text, entitlements = texts, args = environment,
    ssh = with(environment, { is = "ssh" }), labels = labels, cache_from = texts, cache_to = texts, no_cache = flag,
    no_cache_filter = text_or_texts, additional_contexts = labels, network = text, provenance = text_or_boolean,
    sbom = text_or_boolean, pull = flag, target = text, shm_size = whole_size, extra_hosts = extra_hosts,
    isolation = text, privileged = flag, secrets = file_mount, tags = texts, ulimits = ulimits, platforms = texts,
  },
}

local workload = {
  build = build,
  depends_on = names(object({
    restart = flag, required = { kinds = "boolean string", check = "boolean", is = "boolean", keep = true },
    condition = {
      kinds = "string", one_of = { "service_started", "service_healthy", "service_completed_successfully" }, is = "text",
    },
  }, { required = { "condition" } }), { list = text, unique = true }),
  expose = list(text_or_number, { unique = true }),
  healthcheck = object {
    disable = flag, interval = given_duration, retries = { kinds = "number string", is = "integer", keep = true },
    test = { kinds = "string", list = text, is = "test" }, timeout = given_duration, start_period = given_duration,
    start_interval = given_duration,
  },
  ports = ports,
  stdin_open = flag,
  tty = flag,
}

local update = object {
  parallelism = count, delay = duration, failure_action = text, monitor = duration, max_failure_ratio = number,
  order = { kinds = "string", one_of = { "start-first", "stop-first" }, is = "text" },
}
local deploy = object({
  mode = text,
  endpoint_mode = text,
  replicas = count,
  labels = labels,
  rollback_config = update,
  update_config = update,
  resources = object({
    limits = object { cpus = number, memory = text_size, pids = integer },
    reservations = object {
      cpus = number, memory = text_size, devices = list(with(device_requests.list, { required = { "capabilities" } })),
      generic_resources = list(object {
        discrete_resource_spec = object { kind = with(text, KEEP), value = { kinds = "number string", is = "integer", keep = true } },
      }),
    },
  }, { always = true }),
  restart_policy = object {
    condition = text, delay = given_duration, max_attempts = count, window = given_duration,
  },
  placement = object({
    constraints = texts, preferences = list(object { spread = text }), max_replicas_per_node = integer,
  }, { always = true }),
}, { kinds = "null" })

local develop = object({
  watch = list(object({
    ignore = text_or_texts, include = text_or_texts, path = text, target = text, initial_sync = plain_flag,
    action = { kinds = "string", one_of = { "rebuild", "sync", "restart", "sync+restart", "sync+exec" }, is = "text" },
    exec = with(hook, { always = true }),
  }, { required = { "path", "action" } })),
}, { kinds = "null" })

local function join(...)
  local all = {}
  for _, fields in ipairs { ... } do
    for name, form in pairs(fields) do all[name] = form end
  end
  return all
end

local provider_value = { kinds = "string number boolean" }

--- The form of a service.
schema.service = object(join(container, workload, {
  attach = switch,
  container_name = { kinds = "string", check = "container_name", is = "text" },
  deploy = deploy,
  develop = develop,
  extends = {
    kinds = "string", plain = true, fields = { service = text, file = text }, required = { "service" }, is = "object",
  },
  external_links = different_texts,
  links = different_texts,
  post_start = list(hook),
  pre_start = list(object(join(container, { per_replica = flag }))),
  pre_stop = list(hook),
  profiles = different_texts,
  provider = object({
    type = text, options = names({ kinds = "string number boolean", list = provider_value }, { names = ".", is = "multiple" }),
  }, { required = { "type" } }),
  restart = text,
  scale = count,
  ["x-pod"] = text,
  ["x-host"] = text,
}))

--- The form of a job.
schema.job = object(join(container, workload, {
  profiles = different_texts,
  triggers = object {
    manual = switch,
    schedule = list {
      kinds = "string", is = "object", required = { "cron" },
      fields = {
        cron = text, timezone = text,
        concurrency = { kinds = "string", one_of = { "forbid", "queue" }, is = "text" },
        missed_fires = { kinds = "string", one_of = { "one", "skip" }, is = "text" },
      },
    },
  },
}), { required = { "triggers" } })

--- The form of a pod (x-pods, this project's).
schema.pod = object {
  services = different_texts,
  ports = ports,
  networks = networks,
  network_mode = text,
  hostname = text,
  extra_hosts = extra_hosts,
  dns = text_or_texts,
  dns_opt = different_texts,
  dns_search = text_or_texts,
  mac_address = text,
  share = text_or_texts,
  userns_mode = text,
  userns = text,
  shm_size = size,
  labels = labels,
  infra = object { image = text, command = command },
  host = text,
}

--- The form of a machine (x-hosts, this project's).
schema.host = {
  kinds = "string", is = "object", fields = { connection = text, url = text, identity = text, address = text },
}

local resource_labels = { name = text, external = external, labels = labels }

--- The form of a whole project.
schema.project = object({
  version = text,
  name = text,
  include = list {
    kinds = "string", plain = true, is = "object",
    fields = { path = text_or_texts, env_file = text_or_texts, project_directory = text },
  },
  services = names(schema.service),
  jobs = names(schema.job),
  models = names(object({
    name = text, model = text, context_size = { kinds = "integer", is = "integer" }, runtime_flags = texts,
  }, { required = { "model" } })),
  networks = names(object(join(resource_labels, {
    driver = text,
    driver_opts = options,
    ipam = object({
      driver = text,
      config = list(object {
        subnet = text, ip_range = text, gateway = text, aux_addresses = with(options, { each = { kinds = "string" } }),
      }),
      options = with(options, { each = { kinds = "string" } }),
    }, { plain = true, always = true }),
    internal = flag,
    enable_ipv4 = switch,
    enable_ipv6 = switch,
    attachable = flag,
  }), { kinds = "null" })),
  volumes = names(object(join(resource_labels, { driver = text, driver_opts = options }), { kinds = "null" })),
  secrets = names(object(join(resource_labels, {
    environment = text, file = text, driver = text, driver_opts = options, template_driver = text,
  }))),
  configs = names(object(join(resource_labels, { content = text, environment = text, file = text, template_driver = text }))),
  ["x-pods"] = names(schema.pod),
  ["x-hosts"] = names(schema.host),
})

--- Other names that a file may use: at the top, on a service, and in develop.watch, where two were once extensions.
schema.synonyms = {
  project = { pods = "x-pods", hosts = "x-hosts" },
  service = { pod = "x-pod", host = "x-host", ["x-develop"] = "develop" },
  watch = { ["x-initialSync"] = "initial_sync" },
}

--- The attributes of a container, which the hooks in pre_start take over from their service.
schema.container = container

return schema
