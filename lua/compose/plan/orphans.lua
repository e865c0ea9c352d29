--- What of a project is there and should not be. Adds methods to compose.plan.builder.
--
-- @module compose.plan.orphans

local builder = require "compose.plan.builder"
local names = require "compose.names"
local tree = require "compose.tree"

local append = builder.append

--- Containers of this project that the files do not have.
-- @tparam ?string host_key
-- @treturn {table,...} those of services that are not there
-- @treturn {table,...} those of services that are on another machine
function builder:orphans(host_key)
  local project, now = self.project, self:state(host_key)
  local strangers, moved = {}, {}
  for _, container in ipairs(now.containers) do
    local service = project.services[container.service or ""] or project.disabled[container.service or ""]
    if not service then
      if not container.oneoff or container.state == "exited" then strangers[#strangers + 1] = container end
    elseif service.host ~= host_key and not container.oneoff then
      moved[#moved + 1] = container
    end
  end
  return strangers, moved
end

function builder:clean(host_key)
  local now = self:state(host_key)
  local strangers, moved = self:orphans(host_key)
  for _, container in ipairs(moved) do
    if self.chosen[container.service] then self:remove_container(container, host_key, { "host" }) end
  end
  if self.options.remove_orphans then
    for _, container in ipairs(strangers) do self:remove_container(container, host_key, { "orphan" }) end
  elseif #strangers > 0 then
    local list = {}
    for i, container in ipairs(strangers) do list[i] = container.name end
    self:warn("the project has containers of services that are not in its files: %s; --remove-orphans removes them",
      table.concat(list, ", "))
  end
  -- Pods that nothing is left in.
  for name, pod in tree.each(now.pods) do
    local model = pod.key and self.project.pods[pod.key]
    if not (model and model.host == host_key) then
      local needs, empty = {}, true
      for _, member in ipairs(pod.members) do
        local id = self.made["remove " .. (host_key or "") .. " " .. member]
        if id then append(needs, id) else empty = false end
      end
      if empty then
        self:once("remove pod " .. (host_key or "") .. " " .. name, function()
          return self:add {
            action = "remove", kind = "Pod", name = name, host = self:host(host_key), needs = needs, why = { "no service is in it" },
            call = { "pod", "rm", "--force", "--time", "0", name },
          }
        end)
      end
    end
  end
  -- Secrets whose content has changed.
  local current = {}
  for _, entry in pairs(self.secrets) do current[entry.name] = entry end
  for name in tree.each(now.secrets) do
    if names.is_secret_of(name, self.project.name) and not current[name] then
      local kind, key = name:match "^[^.]+%.(%l+)%.(.+)%.%x+$"
      local entry = self.secrets[kind .. " " .. key]
      if entry and not entry.external then
        local needs = {}
        for id = 1, #self.operations do needs[id] = id end
        self:add {
          action = "remove", kind = "Secret", name = name, host = self:host(host_key), needs = needs, why = { "another content" },
          call = { "secret", "rm", name },
        }
      end
    end
  end
end

return builder
