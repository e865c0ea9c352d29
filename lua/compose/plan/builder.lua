--- The list of a plan while it is made, and what removes containers and pods from podman.
--
-- @module compose.plan.builder

local faults = require "compose.faults"
local labels = require "compose.labels"
local tree = require "compose.tree"

-- Seconds that a container has to stop in where nobody says so.
local GRACE = 10

local builder = {}
builder.__index = builder

--- A list that is empty.
-- @tparam table project
-- @tparam table states by key of the host
-- @tparam table options
-- @treturn table
function builder.new(project, states, options)
  return setmetatable({
    project = project, states = states, options = options,
    operations = {}, warnings = {}, recreated = {},
    made = {}, -- ids of operations by what they are for
  }, builder)
end

--- Adds an operation.
-- @tparam table operation
-- @treturn integer its id
function builder:add(operation)
  local id = #self.operations + 1
  operation.id, operation.needs, operation.why = id, operation.needs or {}, operation.why or {}
  self.operations[id] = operation
  if operation.call then
    for _, word in ipairs(operation.call) do
      if word:find("\0", 1, true) then
        faults.raise(nil, operation.service and "services." .. operation.service or operation.name,
          ("a value has a NUL, which no argument can have: %s"):format(word:match "^[^%z]*"))
      end
    end
    operation.call.host = operation.host
    operation.call.changes = true
  end
  return id
end

--- The id of an operation that is there once.
-- @tparam string key what it is for
-- @tparam function make adds it when it is first asked for; may give nil: there is none
-- @treturn ?integer
function builder:once(key, make)
  if self.made[key] == nil then self.made[key] = make() or false end
  return self.made[key] or nil
end

function builder:warn(text, ...) self.warnings[#self.warnings + 1] = text:format(...) end

function builder:host(key) return key and self.project.hosts[key] or nil end

function builder:state(key) return self.states[key or ""] end

function builder:result()
  return { operations = self.operations, warnings = self.warnings, recreated = self.recreated }
end

--- Appends to a list what is not nil.
-- @tparam table list
-- @param ... items
-- @treturn table list
function builder.append(list, ...)
  for i = 1, select("#", ...) do list[#list + 1] = (select(i, ...)) end
  return list
end

--- Services so that each comes after those that it depends on.
-- @tparam table services by key
-- @treturn {string,...} keys
function builder.in_order(services)
  local list, seen = {}, {}
  local function visit(key)
    if seen[key] then return end
    seen[key] = true
    for other in tree.each(services[key].depends_on or {}) do
      if services[other] then visit(other) end
    end
    list[#list + 1] = key
  end
  for key in tree.each(services) do visit(key) end
  return list
end

local append = builder.append

--- Seconds that a container has to stop in.
-- @tparam table container of compose.state
-- @treturn string
function builder:grace(container)
  local seconds = self.options.timeout or tonumber(container.labels[labels.GRACE])
  return ("%d"):format(math.ceil(seconds or GRACE))
end

-- Commands that run in a container, before it stops or after it has started.
function builder:hooks(list, service, container, host, needs)
  for _, hook in ipairs(list or {}) do
    local call = { "exec" }
    if hook.user and hook.user ~= "" then call[#call + 1] = "--user=" .. hook.user end
    if hook.working_dir and hook.working_dir ~= "" then call[#call + 1] = "--workdir=" .. hook.working_dir end
    if hook.privileged then call[#call + 1] = "--privileged" end
    for name, value in tree.each(hook.environment or {}) do
      if value ~= tree.null then call[#call + 1] = "--env=" .. name .. "=" .. value end
    end
    call[#call + 1] = container
    table.move(hook.command or {}, 1, #(hook.command or {}), #call + 1, call)
    needs = { self:add {
      action = "exec", kind = "Container", name = container, service = service, host = host, needs = needs, call = call,
    } }
  end
  return needs
end

-- Removes a container, once.
function builder:remove_container(container, host_key, why, needs, volumes)
  local host = self:host(host_key)
  return self:once("remove " .. (host_key or "") .. " " .. container.name, function()
    local service = self.project.services[container.service or ""]
    needs = append({}, table.unpack(needs or {}))
    if service and service.pre_stop and container.state == "running" then
      needs = self:hooks(service.pre_stop, service.key, container.name, host, needs)
    end
    local grace = self:grace(container)
    local call = { "rm", "--force", "--time", grace }
    -- `rm --force` stops one container after another, `stop` all at the same time.
    local stop = container.state == "running" and { "stop", "--time", grace, container.name, host = host, changes = true } or nil
    if volumes then call[#call + 1] = "--volumes" end
    call[#call + 1] = container.name
    return self:add {
      action = "remove", kind = "Container", name = container.name, service = container.service, host = host, why = why,
      needs = needs, call = call, batch = true, before = stop,
    }
  end)
end

--- Why members of a pod are made anew.
-- @tparam table pod of compose.state
-- @tparam {string,...} why reasons for the pod
-- @treturn string
function builder.pod_reason(pod, why)
  return ("pod %s: %s"):format(pod.key or pod.name, table.concat(why, ", "))
end

-- Removes a pod and the containers of this project in it.
function builder:remove_pod(pod, host_key, why, needs)
  local host, now = self:host(host_key), self:state(host_key)
  return self:once("remove pod " .. (host_key or "") .. " " .. pod.name, function()
    needs = append({}, table.unpack(needs or {}))
    for _, name in ipairs(pod.members) do
      local member = now.by_name[name]
      if not member then
        faults.raise(nil, nil, ('the pod %s holds the container %s, which is not of this project: remove that first')
          :format(pod.name, name))
      end
      append(needs, self:remove_container(member, host_key, { builder.pod_reason(pod, why) }))
    end
    return self:add {
      action = "remove", kind = "Pod", name = pod.name, host = host, why = why, needs = needs,
      call = { "pod", "rm", "--force", "--time", "0", pod.name },
    }
  end)
end

return builder
