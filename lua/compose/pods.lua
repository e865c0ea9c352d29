--- x-pods: which services share a pod, and what of theirs the pod then has.
--
-- The containers of a pod share its network, so what belongs to that is the pod's: ports, networks, names of hosts,
-- DNS. Where a member has it, it is lifted to the pod as long as only one thing can be meant.
--
-- @module compose.pods

local faults = require "compose.faults"
local scalars = require "compose.scalars"
local tree = require "compose.tree"
local unique = require "compose.unique"

local pods = {}

local function fail(holder, key, path, message)
  faults.raise(tree.place(holder, key), tree.join(path, key), message)
end

-- Each service's pod: named by the pod, or by the service (x-pod).
local function assign(project)
  local services, all = project.services or tree.map(), project["x-pods"]
  for pod_name, pod in tree.each(all) do
    local list = pod.services or tree.list()
    for i = 1, #list do
      local name, place, path = list[i], tree.place(list, i), ("x-pods.%s.services"):format(pod_name)
      local service = services[name]
      if not service then
        faults.raise(place, path, ('there is no service "%s"%s'):format(name, faults.did_you_mean(name, services)))
      end
      local other = service["x-pod"]
      if other and other ~= pod_name then
        faults.raise(place, path, ('the service "%s" is in the pod "%s" already; a service has one pod'):format(name, other))
      end
      tree.set(service, "x-pod", pod_name, place)
    end
  end
  for name, service in tree.each(services) do
    local pod_name = service["x-pod"]
    if pod_name then
      if not all[pod_name] then
        fail(service, "x-pod", "services." .. name, ('there is no pod "%s"%s')
          :format(pod_name, faults.did_you_mean(pod_name, all)))
      end
      local pod = all[pod_name]
      if not pod.services then tree.set(pod, "services", tree.list()) end
      local known = false
      for i = 1, #pod.services do known = known or pod.services[i] == name end
      if not known then tree.append(pod.services, name, tree.place(service, "x-pod")) end
    end
  end
end

local SAME = "the containers of a pod share it"

-- Rules by attribute: (pod, service, key, cx) takes the service's value into the pod.
local lift = {}

-- One value: the pod's own, or the only one that members have.
local function one(pod, service, key, cx)
  local value = service[key]
  if pod[key] == nil then
    tree.set(pod, key, value, tree.place(service, key))
  elseif not tree.equal(pod[key], value) then
    fail(service, key, cx.path, ('the pod "%s" has another %s; %s: write it once, as x-pods.%s.%s')
      :format(cx.pod, key, SAME, cx.pod, key))
  end
end

lift.hostname, lift.mac_address, lift.shm_size, lift.userns_mode = one, one, one, one
lift.dns, lift.dns_opt, lift.dns_search = one, one, one

function lift.network_mode(pod, service, key, cx)
  local mode = service.network_mode
  local other = mode:match "^service:(.*)$"
  if other then
    local target = cx.services[other]
    if target and target["x-pod"] == cx.pod then return end -- the network is shared anyway
    fail(service, key, cx.path, ('"%s" is not in the pod "%s"; put both services in one pod, or this one in none')
      :format(other, cx.pod))
  end
  one(pod, service, key, cx)
end

function lift.ports(pod, service, _, cx)
  if not pod.ports then tree.set(pod, "ports", tree.list()) end
  for i = 1, #service.ports do
    local port, place = service.ports[i], tree.place(service.ports, i)
    for j = 1, #pod.ports do
      local other = pod.ports[j]
      if other.published ~= nil and scalars.text(other.published) == scalars.text(port.published)
        and (other.protocol or "tcp") == (port.protocol or "tcp") and (other.host_ip or "") == (port.host_ip or "")
        and scalars.text(other.target) ~= scalars.text(port.target) then
        faults.raise(place, ("%s.ports")
          :format(cx.path), ('the pod "%s" publishes port %s already, for port %s of its containers')
          :format(cx.pod, scalars.text(port.published), scalars.text(other.target)))
      end
    end
    tree.append(pod.ports, port, place)
  end
  tree.set(pod, "ports", unique.by(pod.ports, unique.port, ""), tree.place(pod, "ports"))
end

function lift.extra_hosts(pod, service, key, cx)
  local function list_of(value)
    local list = tree.list()
    if tree.is_list(value) then
      for i = 1, #value do tree.append(list, (value[i]:gsub("^([^:=]*):", "%1=")), tree.place(value, i)) end
    else
      for name, item in tree.each(value) do
        for _, address in ipairs(tree.is_list(item) and item or { item }) do
          tree.append(list, name .. "=" .. scalars.text(address), tree.place(value, name))
        end
      end
    end
    return list
  end
  local own = pod.extra_hosts and list_of(pod.extra_hosts) or tree.list()
  local more = list_of(service.extra_hosts)
  for i = 1, #more do
    local name = more[i]:match "^[^=]*"
    local same, other = false, nil
    for j = 1, #own do
      if own[j] == more[i] then same = true end
      if own[j]:match "^[^=]*" == name and cx.origin[own[j]] ~= cx.path then other = own[j] end
    end
    if other and not same then
      fail(service, key, cx.path, ('the pod "%s" has %s; %s: write the host once, in x-pods.%s.extra_hosts')
        :format(cx.pod, other, SAME, cx.pod))
    end
    if not same then
      tree.append(own, more[i], tree.place(more, i))
      cx.origin[more[i]] = cx.path
    end
  end
  tree.set(pod, "extra_hosts", own, tree.place(pod, "extra_hosts") or tree.place(service, key))
end

local function name_list(map)
  local list = tree.keys(map)
  return #list == 0 and "none" or table.concat(list, ", ")
end

function lift.networks(pod, service, key, cx)
  local networks = service.networks
  if not pod.networks then
    if cx.lifted.networks then
      fail(service, key, cx.path, ('other services of the pod "%s" are in no network of their own; %s: write x-pods.%s.networks')
        :format(cx.pod, SAME, cx.pod))
    end
    tree.set(pod, "networks", tree.copy(networks), tree.place(service, key))
    cx.lifted.networks = true
    return
  end
  for name, settings in tree.each(networks) do
    local own = pod.networks[name]
    if own == nil or cx.lifted.networks and name_list(pod.networks) ~= name_list(networks) then
      fail(service, key, cx.path, ('the pod "%s" is in the networks %s, this service in %s; %s: write x-pods.%s.networks')
        :format(cx.pod, name_list(pod.networks), name_list(networks), SAME, cx.pod))
    end
    if settings ~= tree.null then
      if own == tree.null then
        own = tree.map()
        tree.set(pod.networks, name, own, tree.place(pod.networks, name))
      end
      for attribute, value in tree.each(settings) do
        if attribute == "aliases" then
          local all = own.aliases or tree.list()
          for i = 1, #value do tree.append(all, value[i], tree.place(value, i)) end
          tree.set(own, "aliases", unique.by(all, unique.key, ""), tree.place(settings, "aliases"))
        elseif own[attribute] == nil then
          tree.set(own, attribute, value, tree.place(settings, attribute))
        elseif not tree.equal(own[attribute], value) then
          fail(settings, attribute, ("%s.networks.%s"):format(cx.path, name),
            ('the pod "%s" has another one; %s: write it once, in x-pods.%s.networks.%s'):format(cx.pod, SAME, cx.pod, name))
        end
      end
    end
  end
end

local ORDER = {
  "ports", "networks", "network_mode", "hostname", "extra_hosts", "dns", "dns_opt", "dns_search", "mac_address", "shm_size",
  "userns_mode",
}

local SHARES = { net = true, ipc = true, uts = true, pid = true, cgroup = true, none = true }

local function shares(pod, pod_name)
  local value = pod.share
  if value == nil then return end
  local list = tree.list()
  for _, text in ipairs(type(value) == "string" and { value } or value) do
    for word in text:gmatch "[^,%s]+" do
      if not SHARES[word] then
        fail(pod, "share", "x-pods." .. pod_name, ('"%s" cannot be shared; there are net, ipc, uts, pid and cgroup%s')
          :format(word, faults.did_you_mean(word, SHARES)))
      end
      tree.append(list, word, tree.place(pod, "share"))
    end
  end
  tree.set(pod, "share", list, tree.place(pod, "share"))
end

--- Puts services into their pods, and lifts to a pod what belongs to it.
-- @tparam table project a tree in canonical form; changed
-- @raise a fault where members of a pod want different things, with the pod and what to write
function pods.lift(project)
  if project["x-pods"] == nil then
    for name, service in tree.each(project.services or {}) do
      local pod = service["x-pod"]
      if pod then fail(service, "x-pod", "services." .. name, ("there are no pods; write x-pods: { %s: {} }"):format(pod)) end
    end
    return
  end
  assign(project)
  for pod_name, pod in tree.each(project["x-pods"]) do
    if pod.userns ~= nil then
      if pod.userns_mode ~= nil then fail(pod, "userns", "x-pods." .. pod_name, "is the same as userns_mode; write one of them") end
      tree.set(pod, "userns_mode", pod.userns, tree.place(pod, "userns"))
      tree.set(pod, "userns", nil)
    end
    shares(pod, pod_name)
    local members = pod.services or tree.list()
    if #members == 0 then faults.raise(tree.place(project["x-pods"], pod_name), "x-pods." .. pod_name, "has no services") end
    local lifted, origin = {}, {}
    for i = 1, #members do
      local service = project.services[members[i]]
      local cx = { pod = pod_name, path = "services." .. members[i], services = project.services, lifted = lifted, origin = origin }
      for _, key in ipairs(ORDER) do
        if service[key] ~= nil and service[key] ~= tree.null then
          lift[key](pod, service, key, cx)
          tree.set(service, key, nil)
        end
      end
    end
    if pod.network_mode and pod.networks then
      fail(pod, "network_mode", "x-pods." .. pod_name, "excludes networks; write one of them")
    end
  end
end

return pods
