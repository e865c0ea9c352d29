--- A project as units of Quadlet (podman-systemd.unit(5)), podman's generator of systemd services: .pod, .container,
-- .network and .volume, for podman 5.0 and later.
--
-- They are written from the arguments that podman would be given (compose.arguments): what Quadlet has a key for is
-- written with it, all else as PodmanArgs, so that nothing is lost.
--
-- @module compose.quadlet

local arguments = require "compose.arguments"
local names = require "compose.names"
local plan_of = require "compose.plan"
local podman = require "compose.podman"
local project_of = require "compose.project"
local systemd = require "compose.systemd"
local tree = require "compose.tree"

local quadlet = {}

--- The first version of podman whose Quadlet knows pods.
quadlet.SINCE = "5.0"

-- Keys for options, by the kind of the unit; their values are words of a command line.
local CONTAINER = {
  ["--name"] = "ContainerName", ["--env"] = "Environment", ["--label"] = "Label", ["--publish"] = "PublishPort",
  ["--network"] = "Network", ["--mount"] = "Mount", ["--tmpfs"] = "Tmpfs", ["--secret"] = "Secret", ["--hostname"] = "HostName",
  ["--workdir"] = "WorkingDir", ["--cap-add"] = "AddCapability", ["--cap-drop"] = "DropCapability", ["--pod"] = "Pod",
}
local POD = { ["--name"] = "PodName", ["--publish"] = "PublishPort", ["--network"] = "Network" }
local NETWORK = {
  ["--label"] = "Label", ["--driver"] = "Driver", ["--subnet"] = "Subnet", ["--gateway"] = "Gateway", ["--ip-range"] = "IPRange",
}
local VOLUME = {}

-- What systemd does in their place.
local DROPPED = { ["--restart"] = true, ["--pull"] = true }

-- Options whose value stands as a word of its own.
local APART = { ["--name"] = true, ["--pod"] = true, ["--infra-name"] = true }

-- Calls a function with the name and the value of each option.
local function each_option(list, from, call)
  local i = from
  while i <= #list do
    local name, value = list[i]:match "^(%-%-[^=]+)=(.*)$"
    if not name then
      name = list[i]
      if APART[name] then
        i = i + 1
        value = list[i]
      end
    end
    call(name, value)
    i = i + 1
  end
end

-- A unit, to be filled: sections by name, in order, each a list of lines.
local function new_unit(name, section, description)
  local unit = { name = name, sections = { { "Unit" }, { section }, { "Service" }, { "Install" } } }
  function unit.add(which, key, value)
    for _, lines in ipairs(unit.sections) do
      if lines[1] == which then lines[#lines + 1] = key .. "=" .. value end
    end
  end
  unit.section = section
  unit.add("Unit", "Description", systemd.value(description))
  return unit
end

local function text_of(unit)
  local parts = { "# Written by moonwire compose quadlet.\n" }
  for _, lines in ipairs(unit.sections) do
    if #lines > 1 then
      parts[#parts + 1] = ("[%s]\n%s\n\n"):format(lines[1], table.concat(lines, "\n", 2))
    end
  end
  return (table.concat(parts):gsub("\n\n$", "\n"))
end

-- Writes options into a unit; `change(name, value)` gives another value.
local function options(unit, list, from, keys, change)
  each_option(list, from, function(name, value)
    if DROPPED[name] then return end
    if value and change then value = change(name, value) or value end
    local key = value and keys[name]
    if key then
      unit.add(unit.section, key, systemd.word(value))
    else
      unit.add(unit.section, "PodmanArgs", systemd.word(value and name .. "=" .. value or name))
    end
  end)
end

local function base(project, key) return project.name .. "-" .. key end

-- The name of a service of systemd that Quadlet makes of a unit.
local function service_name(project, kind, key)
  return kind == "container" and base(project, key) .. ".service" or ("%s-%s.service"):format(base(project, key), kind)
end

-- The units of the containers of a service, by number.
local function container_names(project, service)
  local list = {}
  local count = project_of.replicas(service)
  for number = 1, count do list[number] = count > 1 and service.key .. "-" .. number or service.key end
  return list
end

-- `--network NAME:...` names the unit of a network of the project, so that Quadlet makes it first.
local function network_of(project)
  local keys = {}
  for key, network in pairs(project.networks) do
    if not network.external then keys[network.name] = key end
  end
  return function(name, value)
    if name ~= "--network" then return nil end
    local network, rest = value:match "^([^:]*)(.*)$"
    if rest == ":" then rest = "" end
    return keys[network] and base(project, keys[network]) .. ".network" .. rest
  end
end

local RESTARTS = { always = "always", ["unless-stopped"] = "always", ["on-failure"] = "on-failure", no = "no" }
local CONDITIONS = { none = "no", ["on-failure"] = "on-failure", any = "always" }

local function restart(service)
  local policy = service.deploy and service.deploy.restart_policy
  local text = service.restart or policy and CONDITIONS[policy.condition or "any"] or "no"
  return RESTARTS[text:match "^[^:]*"]
end

-- What others wait for: healthy, completed.
local function waited_for(project)
  local found = {}
  for _, service in pairs(project.services) do
    for other, settings in pairs(service.depends_on or {}) do
      found[other] = found[other] or {}
      found[other][settings.condition] = true
    end
  end
  return found
end

-- A secret is made before the container is, each time: its content is no part of the unit.
local function secrets(unit, service, all, warn)
  for _, kind in ipairs { "secret", "config" } do
    for _, use in ipairs(service[kind .. "s"] or {}) do
      local entry = all[kind .. " " .. use.source]
      if entry.file and not entry.bind then
        unit.add("Service", "ExecStartPre", ("podman secret create --replace %s %s"):format(systemd.word(entry.name),
          systemd.word(entry.file)))
      elseif not entry.external and not entry.bind then
        warn(("%ss.%s: it is no file: make it before, with: %s"):format(kind, use.source,
          (entry.environment and 'printf %s "$' .. entry.environment .. '" | ' or "") .. "podman secret create "
            .. podman.quote(entry.name) .. " -"))
      end
    end
  end
end

--- The units of a project.
-- @tparam table project as compose.project describes it
-- @treturn {{name=string,text=string},...} files
-- @treturn {string,...} what is to be known of them, a line each
-- @raise a fault where podman cannot do the project
function quadlet.units(project)
  plan_of.refuse(project)
  local units, lines, seen = {}, {}, {}
  local function warn(line)
    if not seen[line] then lines[#lines + 1] = line end
    seen[line] = true
  end
  local all = plan_of.secrets(project, project.services)
  local cx = { project = project, secrets = all, systemd = true }
  local change, waits = network_of(project), waited_for(project)
  local function finish(unit, starts)
    if starts then unit.add("Install", "WantedBy", "multi-user.target default.target") end
    units[#units + 1] = { name = unit.name, text = text_of(unit) }
  end

  local used_networks, used_volumes = {}, {}
  local function use(map, into)
    for key in pairs(map or {}) do into[key] = true end
  end
  for key, pod in tree.each(project.pods) do
    if pod.host then
      warn(("x-pods.%s: it is on %s; run this there, without host"):format(key, pod.host))
    else
      use(pod.networks, used_networks)
      local unit = new_unit(base(project, key) .. ".pod", "Pod", ("The pod %s of %s"):format(key, project.name))
      options(unit, arguments.pod(cx, pod, nil), 3, POD, change)
      finish(unit, true)
    end
  end
  for key, service in tree.each(project.services) do
    if service.host then
      warn(("services.%s: it is on %s; run this there, without x-host"):format(key, service.host))
    else
      use(not service.pod and service.networks, used_networks)
      if service.build then warn(("services.%s.build: build it before: moonwire compose build %s"):format(key, key)) end
      for _, hook in ipairs { "pre_start", "post_start", "pre_stop" } do
        if #(service[hook] or {}) > 0 then
          warn(("services.%s.%s: is left out; write it as ExecStartPre, ExecStartPost or ExecStop"):format(key, hook))
        end
      end
      local own = waits[key] or {}
      for number, name in ipairs(container_names(project, service)) do
        local unit = new_unit(base(project, name) .. ".container", "Container", ("%s of %s"):format(name, project.name))
        for other, settings in tree.each(service.depends_on or {}) do
          local target = project.services[other]
          for _, container in ipairs(target and not target.host and container_names(project, target) or {}) do
            local wanted = service_name(project, "container", container)
            unit.add("Unit", settings.required == false and "Wants" or "Requires", wanted)
            unit.add("Unit", "After", wanted)
          end
        end
        for _, volume in ipairs(service.volumes or {}) do
          local named = volume.type == "volume" and volume.source and project.volumes[volume.source]
          if named and not named.external then
            used_volumes[volume.source] = true
            local wanted = service_name(project, "volume", volume.source)
            unit.add("Unit", "Requires", wanted)
            unit.add("Unit", "After", wanted)
          end
        end
        unit.add("Container", "Image", systemd.word(names.image(project, service)))
        options(unit, arguments.container(cx, service, number), 1, CONTAINER, function(option, value)
          if option == "--pod" then return base(project, service.pod) .. ".pod" end
          return change(option, value)
        end)
        if service.entrypoint then
          local list = arguments.image({}, project, { key = key, image = service.image, entrypoint = service.entrypoint })
          unit.add("Container", "PodmanArgs", systemd.word(list[1]))
        end
        if #(service.command or {}) > 0 then
          local quoted = {}
          for i, word in ipairs(service.command) do quoted[i] = systemd.word(word) end
          unit.add("Container", "Exec", table.concat(quoted, " "))
        end
        if own.service_healthy then unit.add("Container", "Notify", "healthy") end
        secrets(unit, service, all, warn)
        if own.service_completed_successfully then
          unit.add("Service", "Type", "oneshot")
          unit.add("Service", "RemainAfterExit", "yes")
        elseif restart(service) ~= "no" then
          unit.add("Service", "Restart", restart(service))
        end
        finish(unit, not service.pod)
      end
    end
  end
  for key in tree.each(used_networks) do
    local network = project.networks[key]
    if not network.external then
      local unit = new_unit(base(project, key) .. ".network", "Network", ("The network %s of %s"):format(key, project.name))
      unit.add("Network", "NetworkName", systemd.word(network.name))
      local list = arguments.network(project, network, nil)
      list[#list] = nil -- its name
      options(unit, list, 3, NETWORK)
      finish(unit)
    end
  end
  for key in tree.each(used_volumes) do
    local volume = project.volumes[key]
    local unit = new_unit(base(project, key) .. ".volume", "Volume", ("The volume %s of %s"):format(key, project.name))
    unit.add("Volume", "VolumeName", systemd.word(volume.name))
    local list = arguments.volume(project, volume, nil)
    list[#list] = nil
    options(unit, list, 3, VOLUME)
    finish(unit)
  end
  table.sort(units, function(a, b) return a.name < b.name end)
  return units, lines
end

return quadlet
