--- What `start`, `stop` and the other commands do with containers that are there.
--
-- @module compose.plan.each

local builder = require "compose.plan.builder"
local faults = require "compose.faults"
local names = require "compose.names"
local project_of = require "compose.project"
local tree = require "compose.tree"
local up = require "compose.plan.up"

require "compose.plan.down"

local append = builder.append

local each = {}

-- One command of podman's for each container: which states it is for, whether in the order of dependencies, and what
-- its call is.
local ACTIONS = {
  stop = { order = "backwards", states = { running = true, paused = true, created = false }, grace = true },
  restart = { grace = true },
  kill = { states = { running = true, paused = true } },
  pause = { states = { running = true } },
  unpause = { states = { paused = true } },
  remove = { order = "backwards", grace = true },
}

--- What `stop`, `restart`, `kill`, `pause`, `unpause` and `rm` do with containers that are there.
-- @tparam table project
-- @tparam table states by key of the host
-- @tparam string action a key of the list above
-- @tparam[opt] table options `services` (keys; default all), `timeout` (seconds), `signal`, `volumes`, `stopped`: only
--   containers that do not run
-- @treturn table a plan
function each.plan(project, states, action, options)
  options = options or {}
  local self = builder.new(project, states, options)
  local rule = ACTIONS[action]
  local chosen = options.services and #options.services > 0 and {} or nil
  for _, key in ipairs(options.services or {}) do chosen[key] = true end
  local function wanted(container)
    if chosen and not chosen[container.service] then return false end
    if options.stopped and (container.state == "running" or container.state == "paused") then return false end
    return not container.oneoff and (not rule.states or rule.states[container.state])
  end
  for host_name, now in tree.each(states) do
    local host_key = host_name ~= "" and host_name or nil
    local function make(container, needs)
      if action == "remove" then return self:remove_container(container, host_key, nil, needs, options.volumes) end
      local service = project.services[container.service or ""]
      if action == "stop" and service and service.pre_stop and container.state == "running" then
        needs = self:hooks(service.pre_stop, service.key, container.name, self:host(host_key), needs)
      end
      local call = { action }
      if rule.grace then
        call[2], call[3] = "--time", self:grace(container)
      end
      if options.signal then
        call[2], call[3] = "--signal", options.signal
      end
      call[#call + 1] = container.name
      return self:add {
        action = action, kind = "Container", name = container.name, service = container.service, host = self:host(host_key),
        needs = append({}, table.unpack(needs or {})), call = call, batch = true,
      }
    end
    if rule.order == "backwards" then
      self:backwards(host_key, wanted, make)
    else
      for _, container in ipairs(now.containers) do
        if wanted(container) then make(container) end
      end
    end
  end
  return self:result()
end

--- What `start` does: containers that are there and do not run, in the order of their dependencies.
-- @tparam table project
-- @tparam table states by key of the host
-- @tparam[opt] table options `services` (keys; default all)
-- @treturn table a plan
-- @raise a fault where a service has no container
function each.start(project, states, options)
  options = options or {}
  local self = builder.new(project, states, options)
  self.chosen = up.select(project, options.services, false)
  self.starts, self.containers = {}, {}
  for _, key in ipairs(builder.in_order(self.chosen)) do
    local service = project.services[key]
    local now, found = self:state(service.host), {}
    for _, container in ipairs(now.containers) do
      if container.service == key and not container.oneoff then
        found[#found + 1] = { name = container.name, now = container, begun = container.state ~= "running" }
      end
    end
    if #found == 0 and project_of.replicas(service) > 0 then
      faults.raise(nil, nil, ('the service "%s" has no container to start; `up` makes one'):format(key))
    end
    self.containers[key] = found
    local conditions
    local starts = {}
    for _, entry in ipairs(found) do
      local done = entry.now.state == "exited" and entry.now.exit_code == 0 and builder.is_waited_for(project, key)
      if entry.begun and not done then
        conditions = conditions or self:conditions(service)
        local id = self:add {
          action = "start", kind = "Container", name = entry.name, service = key, host = self:host(service.host),
          needs = append({}, table.unpack(conditions)), call = { "start", entry.name }, batch = true,
          infra = service.pod and names.infra(project, service.pod),
        }
        starts[#starts + 1] = self:hooks(service.post_start, key, entry.name, self:host(service.host), { id })[1]
      end
    end
    self.starts[key] = starts
  end
  return self:result()
end

return each
