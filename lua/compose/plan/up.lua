--- What `up` and `create` do.
--
-- @module compose.plan.up

local builder = require "compose.plan.builder"
local faults = require "compose.faults"
local project_of = require "compose.project"
local resources = require "compose.plan.resources"
local tree = require "compose.tree"

require "compose.plan.containers"
require "compose.plan.orphans"

local up = {}

--- The services that a command means.
-- @tparam table project
-- @tparam[opt] {string,...} keys nil or empty for all
-- @tparam[opt] boolean alone whether without what they depend on
-- @treturn table services by key
-- @treturn table true by key, for services that are there only because others depend on them
-- @raise a fault where there is no such service
function up.select(project, keys, alone)
  if not keys or #keys == 0 then return project.services, {} end
  local wanted = project_of.select(project, keys)
  local named, chosen, dependencies = {}, {}, {}
  for _, key in ipairs(keys) do named[key] = true end
  for key in pairs(wanted) do
    if named[key] or not alone then chosen[key] = project.services[key] end
    if not named[key] then dependencies[key] = true end
  end
  return chosen, dependencies
end

--- Refuses a project that podman cannot do.
-- @tparam table project
-- @raise faults, a line for each attribute
function up.refuse(project)
  local wrong = {}
  for _, line in ipairs(project.unsupported) do
    if line.level == "error" then wrong[#wrong + 1] = faults.new(nil, nil, line.text) end
  end
  faults.raise_all(wrong)
end

--- What `up` and `create` do.
-- @tparam table project
-- @tparam table states by key of the host ("" for this one), as compose.state reads them
-- @tparam[opt] table options
--   `services`: keys (default all); `no_deps`; `recreate`: "changed" (default), "always", "never"; with "always"
--   `recreate_dependencies`: also of services that only others need; `scale`: numbers by
--   service; `remove_orphans`; `start`: false for `create`; `wait`: whether to wait for health; `timeout`: seconds to stop
--   in; `prepare`: key of a service whose container somebody else makes: what it needs is made, and it is waited for what it
--   depends on; with it, no keys in `services` mean none; `systemd`; `anonymous`: for containers that are made anew, their
--   anonymous volumes by target
-- @treturn table a plan
-- @raise a fault where the project cannot be done with podman
function up.plan(project, states, options)
  options = options or {}
  up.refuse(project)
  local self = builder.new(project, states, options)
  if options.prepare and #options.services == 0 then
    self.chosen, self.selected_dependency = {}, {}
  else
    self.chosen, self.selected_dependency = up.select(project, options.services, options.no_deps)
  end
  -- A pod that is made anew takes all its members with it.
  self.secrets = resources.secrets(project, project.services)
  self.changed = options.recreate ~= "never" and self:changed_networks(self.chosen) or {}
  self.starts, self.creates, self.containers, self.renewed, self.new_pods = {}, {}, {}, {}, {}
  local chosen = {}
  for key, service in pairs(self.chosen) do chosen[key] = service end
  for key, service in tree.each(self.chosen) do
    if service.pod and (options.scale and options.scale[key] or project_of.replicas(service)) > 0 then
      self:pod(service)
      if self.new_pods[service.pod] then
        for _, member in ipairs(project.pods[service.pod].services) do chosen[member] = project.services[member] end
      end
    end
  end
  self.chosen = chosen
  for _, key in ipairs(builder.in_order(chosen)) do self:service(key) end
  if options.prepare then
    local service = project.services[options.prepare]
    self:pod(service)
    self:resources(service)
    self:conditions(service)
  end
  if options.wait then
    for key, service in tree.each(self.chosen) do
      local check = service.healthcheck
      self:waits(key, check and check.test and not check.disable and check.test[1] ~= "NONE" and "healthy" or "running")
    end
  end
  for host_key in tree.each(states) do self:clean(host_key ~= "" and host_key or nil) end
  return self:result()
end

return up
