--- What podman has of a project now, read in a constant number of calls that run at the same time.
--
--     local now = state.read(runner, { project = "shop", host = nil })
--
-- A state is a table of
--
--     host         the machine that it was read of, or nil for this one
--     containers   a list, those with names first in order; infra containers of pods are not in it
--     by_name      containers by podman's name
--     pods         by podman's name: id, name, key, status ("Running", "Degraded", "Exited", "Created", ...), infra (name of
--                  its infra container), running (whether that runs), labels, networks (names), members (names of
--                  containers, also those of others)
--     networks     by podman's name: name, key, driver, labels
--     volumes      by podman's name: name, key, labels
--     secrets      by podman's name: name, key (of secrets and configs)
--     images       by reference, as podman writes it ("localhost/a:latest", "docker.io/library/nginx:1.27"): the ID
--     image_list   a list of id, names, digests, size (bytes), created (seconds since 1970)
--
-- A container is a table of
--
--     id, name           podman's
--     service, number    of labels; number is an integer, or nil for a one-off container
--     oneoff             whether `run` made it
--     state              "created", "running", "paused", "exited", "stopping", "configured", ...
--     health             "healthy", "unhealthy", "starting", or nil where there is no check
--     status             a line for people: "Up 5 minutes (healthy)"
--     exit_code          integer
--     image, image_id    the image's name, and its ID
--     pod                podman's name of its pod, or nil
--     created, started, exited    seconds since 1970
--     command            a list of words
--     ports              a list of { host_ip=, host_port=, container_port=, range=, protocol= }
--     networks           names
--     labels             by name
--
-- @module compose.state

local faults = require "compose.faults"
local json = require "json"
local labels = require "compose.labels"

local state = {}

--- Raises a fault with what podman says.
-- @tparam table result
-- @tparam ?table host
-- @tparam string what was being done
function state.fail(result, host, what)
  local said = result.err:match "^%s*(.-)%s*$"
  if said == "" then said = result.out:match "^%s*(.-)%s*$" end
  if result.status == 127 and said:find "not found" then
    said = "podman is not installed, or not on PATH"
  elseif result.status == 124 then
    said = "no answer in time"
  end
  said = said:match "Error: (.*)$" or said
  faults.raise(nil, nil, ("%s%s: %s"):format(host and host.key and host.key .. ": " or "", what, said))
end

local function decode(result, host, what)
  if result.status ~= 0 then state.fail(result, host, what) end
  if not result.out:find "%S" then return {} end
  local value = json.decode(result.out)
  return value ~= json.null and value or {}
end

local function filled(value)
  return value ~= json.null and value or nil
end

-- What podman calls a container that has ended and that it has not cleaned up after yet.
local STATES = { stopped = "exited" }

local function container(item, pods)
  local own = filled(item.Labels) or {}
  local service = own[labels.SERVICE]
  local status = item.Status or ""
  return {
    id = item.Id, name = filled(item.Names) and item.Names[1] or item.Id, service = service,
    number = math.tointeger(tonumber(own[labels.NUMBER])), oneoff = own[labels.ONEOFF] == "True",
    state = STATES[item.State] or item.State, health = status:match "%((%l+)%)$", status = status, exit_code = item.ExitCode,
    image = item.Image, image_id = item.ImageID, pod = pods[item.Pod], created = item.Created, started = item.StartedAt,
    exited = item.ExitedAt, command = filled(item.Command) or {}, ports = filled(item.Ports) or {},
    networks = filled(item.Networks) or {}, labels = own,
  }
end

-- Calls that give a part of a state, and what is made of each.
local parts = {}

parts.pods = {
  call = { "pod", "ps", "--format", "json" }, what = "podman pod ps",
  read = function(list, into)
    for _, item in ipairs(list) do
      local own = filled(item.Labels) or {}
      local pod = {
        id = item.Id, name = item.Name, key = own[labels.POD], status = item.Status, labels = own, members = {}, running = false,
        networks = filled(item.Networks) or {},
      }
      for _, member in ipairs(filled(item.Containers) or {}) do
        if member.Id == item.InfraId then
          pod.infra, pod.running = member.Names, member.Status == "running"
        else
          pod.members[#pod.members + 1] = member.Names
        end
      end
      into.pods[pod.name] = pod
    end
  end,
}

parts.containers = {
  call = { "ps", "--all", "--format", "json" }, what = "podman ps",
  read = function(list, into)
    local pods = {}
    for name, pod in pairs(into.pods) do pods[pod.id] = name end
    for _, item in ipairs(list) do
      if not item.IsInfra then
        local found = container(item, pods)
        into.by_name[found.name] = found
        into.containers[#into.containers + 1] = found
      end
    end
    table.sort(into.containers, function(a, b)
      if a.service ~= b.service then return (a.service or "") < (b.service or "") end
      if a.number ~= b.number then return (a.number or math.huge) < (b.number or math.huge) end
      return a.name < b.name
    end)
  end,
}

parts.networks = {
  call = { "network", "ls", "--format", "json" }, what = "podman network ls",
  read = function(list, into)
    for _, item in ipairs(list) do
      local own = filled(item.labels) or {}
      into.networks[item.name] = { name = item.name, key = own[labels.NETWORK], driver = item.driver, labels = own }
    end
  end,
}

parts.volumes = {
  call = { "volume", "ls", "--format", "json" }, what = "podman volume ls",
  read = function(list, into)
    for _, item in ipairs(list) do
      local own = filled(item.Labels) or {}
      into.volumes[item.Name] = { name = item.Name, key = own[labels.VOLUME], labels = own }
    end
  end,
}

-- `secret ls --format json` is broken in podman 4.3 and its --filter knows no labels: the name says whose it is
-- (compose.names).
parts.secrets = {
  call = { "secret", "ls", "--format", "{{.Name}}" }, what = "podman secret ls", plain = true,
  read = function(text, into)
    for name in text:gmatch "[^\n]+" do into.secrets[name] = { name = name } end
  end,
}

parts.images = {
  call = { "images", "--format", "json" }, what = "podman images", all = true,
  read = function(list, into)
    for _, item in ipairs(list) do
      local names = filled(item.Names) or {}
      into.image_list[#into.image_list + 1] = {
        id = item.Id, names = names, digests = filled(item.RepoDigests) or {}, size = item.Size, created = item.Created,
      }
      for _, name in ipairs(names) do into.images[name] = item.Id end
    end
  end,
}

-- Containers are read with the names of pods, so pods come first.
local ORDER = { "pods", "containers", "networks", "volumes", "secrets", "images" }

-- How many calls at once where other machines are asked: each is a connection of SSH, and sshd refuses some of more than
-- ten that are not yet through (sshd_config, MaxStartups).
local CONNECTIONS = 6

--- Reads the states of several machines at the same time.
-- @tparam table runner of compose.podman
-- @tparam {table,...} hosts false for this machine, or entries of project.hosts
-- @tparam table options `project`: the name of a project (default: everything of every project); `parts`: which parts to
--   read, as keys (default: all), a call for each
-- @treturn {table,...} a state for each
-- @raise a fault where podman cannot be asked
function state.all(runner, hosts, options)
  local states, jobs, calls, limit = {}, {}, {}, nil
  for i, host in ipairs(hosts) do
    states[i] = {
      host = host or nil, containers = {}, by_name = {}, pods = {}, networks = {}, volumes = {}, secrets = {}, images = {},
      image_list = {},
    }
    if host then limit = CONNECTIONS end
    for _, name in ipairs(ORDER) do
      local part = parts[name]
      if not options.parts or options.parts[name] then
        local call = table.move(part.call, 1, #part.call, 1, { host = host or nil })
        if not part.all and not part.plain then
          call[#call + 1] = "--filter"
          call[#call + 1] = options.project and labels.filter(options.project) or "label=" .. labels.PROJECT
        end
        calls[#calls + 1] = call
        jobs[#calls] = { part = part, into = states[i] }
      end
    end
  end
  for i, result in ipairs(runner:all(calls, limit)) do
    local part, into = jobs[i].part, jobs[i].into
    if part.plain then
      if result.status ~= 0 then state.fail(result, into.host, part.what) end
      part.read(result.out, into)
    else
      part.read(decode(result, into.host, part.what), into)
    end
  end
  return states
end

--- Reads the state of one machine.
-- @tparam table runner of compose.podman
-- @tparam table options those of `all`, and `host`: a machine
-- @treturn table
-- @raise a fault where podman cannot be asked
function state.read(runner, options)
  return state.all(runner, { options.host or false }, options)[1]
end

return state
