--- What `down` does.
--
-- @module compose.plan.down

local builder = require "compose.plan.builder"
local labels = require "compose.labels"
local names = require "compose.names"
local tree = require "compose.tree"

require "compose.plan.orphans"

local append = builder.append

local down = {}

-- For each service, those that depend on it: from the labels of containers, so that no file is needed.
local function dependents(now)
  local found = {}
  for _, container in ipairs(now.containers) do
    for name in (container.labels[labels.DEPENDS] or ""):gmatch "([^,:]+):[^,]*" do
      found[name] = found[name] or {}
      found[name][container.service or ""] = true
    end
  end
  return found
end

--- Adds operations for containers, for those that others depend on after the others.
-- @tparam ?string host_key
-- @tparam function wanted wanted(container) -> boolean
-- @tparam function make make(container, needs) -> id
-- @treturn {integer,...} ids
function builder:backwards(host_key, wanted, make)
  local now = self:state(host_key)
  local before, ids, open = dependents(now), {}, {}
  local by_service = {}
  for _, container in ipairs(now.containers) do
    if wanted(container) then
      local key = container.service or ""
      by_service[key] = append(by_service[key] or {}, container)
    end
  end
  local function visit(key)
    if ids[key] or open[key] then return ids[key] or {} end
    open[key] = true
    local needs = {}
    for other in tree.each(before[key] or {}) do
      if by_service[other] and other ~= key then append(needs, table.unpack(visit(other))) end
    end
    ids[key] = {}
    for _, container in ipairs(by_service[key]) do append(ids[key], make(container, needs)) end
    return ids[key]
  end
  local all = {}
  for key in tree.each(by_service) do append(all, table.unpack(visit(key))) end
  return all
end

--- What `down` does.
-- @tparam table project `name`; and, where there are files, all of a project, else empty services
-- @tparam table states by key of the host
-- @tparam[opt] table options `services` (keys; default all, with networks and pods), `volumes`, `images` ("all" or
--   "local"), `remove_orphans`, `timeout` (seconds), `everything`: whatever has the project's label, since there are no
--   files
-- @treturn table a plan
function down.plan(project, states, options)
  options = options or {}
  local self = builder.new(project, states, options)
  local chosen = options.services and #options.services > 0 and {} or nil
  for _, key in ipairs(options.services or {}) do chosen[key] = true end
  for host_name, now in tree.each(states) do
    local host_key = host_name ~= "" and host_name or nil
    local host = self:host(host_key)
    local skipped, kept = {}, 0
    if not options.everything and not options.remove_orphans then
      for _, container in ipairs((self:orphans(host_key))) do skipped[container.name] = true end
    end
    local removals = self:backwards(host_key, function(container)
      if skipped[container.name] then kept = kept + 1 end
      return not skipped[container.name] and (not chosen or chosen[container.service])
    end, function(container, needs)
      return self:remove_container(container, host_key, nil, needs, true)
    end)
    local after = append({}, table.unpack(removals))
    for name, pod in tree.each(now.pods) do
      local needs, others = append({}, table.unpack(removals)), nil
      for _, member in ipairs(pod.members) do
        if not self.made["remove " .. (host_key or "") .. " " .. member] then others = member end
      end
      if not others then
        append(after, self:add {
          action = "remove", kind = "Pod", name = name, host = host, needs = needs, call = { "pod", "rm", "--force", "--time", "0", name },
        })
      elseif not chosen and not skipped[others] then
        self:warn("the pod %s stays: it holds the container %s, which is not of this project", name, others)
      end
    end
    if not chosen then
      for name in tree.each(now.networks) do
        if kept == 0 then
          self:add { action = "remove", kind = "Network", name = name, host = host, needs = after, call = { "network", "rm", name } }
        end
      end
      if kept > 0 then
        self:warn("%d containers of services that are not in the files stay, and the networks with them; "
          .. "--remove-orphans removes them", kept)
      end
      for name in tree.each(now.secrets) do
        if names.is_secret_of(name, project.name) then
          self:add { action = "remove", kind = "Secret", name = name, host = host, needs = after, call = { "secret", "rm", name } }
        end
      end
      if options.volumes then
        for name in tree.each(now.volumes) do
          self:add { action = "remove", kind = "Volume", name = name, host = host, needs = after, call = { "volume", "rm", name } }
        end
      end
      if options.images then
        for _, service in tree.each(project.services) do
          local image = names.image(project, service)
          local own = not service.image or service.image == ""
          if service.host == host_key and (options.images == "all" or own) and names.image_id(now.images, image) then
            self:once("rmi " .. host_name .. " " .. image, function()
              return self:add {
                action = "remove", kind = "Image", name = image, host = host, needs = after, call = { "rmi", "--", image },
              }
            end)
          end
        end
      end
    end
  end
  return self:result()
end

return down
