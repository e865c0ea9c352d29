--- Plans for specs: a project from a text, and a podman that did what plans say, as data.
local composed = require "spec.support.composed"
local plan = require "compose.plan"

local planned = {}

local function empty()
  return {
    containers = {}, by_name = {}, pods = {}, networks = {}, volumes = {}, secrets = {}, images = {}, image_list = {},
  }
end

--- A podman that has nothing but images.
-- @tparam[opt] {[string]=string,...} images IDs by reference (default: localhost/i:latest is "I1")
-- @treturn table states
function planned.nothing(images)
  local now = empty()
  now.images = images or { ["localhost/i:latest"] = "I1" }
  return { [""] = now }
end

local function labels_of(call)
  local found = {}
  for _, word in ipairs(call) do
    local name, value = word:match "^%-%-label=([^=]+)=(.*)$"
    if name then found[name] = value end
  end
  return found
end

local function option(call, name)
  for i, word in ipairs(call) do
    if word == name then return call[i + 1] end
    local value = word:match("^" .. name:gsub("%-", "%%-") .. "=(.*)$")
    if value then return value end
  end
end

-- What each operation does to podman, as compose.state would read it.
local effects = {}

function effects.create(now, operation)
  local labels = labels_of(operation.call)
  if operation.kind == "Network" then
    now.networks[operation.name] = { name = operation.name, labels = labels, key = labels["com.docker.compose.network"] }
  elseif operation.kind == "Volume" then
    now.volumes[operation.name] = { name = operation.name, labels = labels }
  elseif operation.kind == "Secret" then
    now.secrets[operation.name] = { name = operation.name }
  elseif operation.kind == "Pod" then
    local networks = {}
    for _, word in ipairs(operation.call) do networks[#networks + 1] = word:match "^%-%-network=([^:]+)" end
    now.pods[operation.name] = {
      name = operation.name, labels = labels, key = labels["moonwire.compose.pod"], members = {}, infra = operation.name .. "_infra",
      running = true, status = "Running", networks = networks,
    }
  else
    local networks = {}
    for _, word in ipairs(operation.call) do networks[#networks + 1] = word:match "^%-%-network=([^:]+)" end
    local pod = option(operation.call, "--pod")
    local container = {
      id = "id-" .. operation.name .. "-" .. operation.id, name = operation.name, service = labels["com.docker.compose.service"],
      number = math.tointeger(tonumber(labels["com.docker.compose.container-number"])), oneoff = false, state = "created",
      exit_code = 0, image = "localhost/i:latest", image_id = now.images["localhost/i:latest"], pod = pod, labels = labels,
      networks = networks, ports = {}, command = {}, status = "Created",
    }
    now.by_name[container.name] = container
    now.containers[#now.containers + 1] = container
    if pod then table.insert(now.pods[pod].members, container.name) end
  end
end

function effects.remove(now, operation)
  if operation.kind == "Container" then
    local gone = now.by_name[operation.name]
    now.by_name[operation.name] = nil
    for i, container in ipairs(now.containers) do
      if container == gone then table.remove(now.containers, i) break end
    end
    for _, pod in pairs(now.pods) do
      for i, name in ipairs(pod.members) do
        if name == operation.name then table.remove(pod.members, i) break end
      end
    end
  else
    now[operation.kind:lower() .. "s"][operation.name] = nil
  end
end

function effects.start(now, operation) now.by_name[operation.name].state = "running" end

function effects.stop(now, operation) now.by_name[operation.name].state = "exited" end

function effects.pause(now, operation) now.by_name[operation.name].state = "paused" end

effects.unpause = effects.start
effects.restart = effects.start

--- Does a plan, in an order that its needs allow.
-- @tparam table states changed
-- @tparam table made of compose.plan
-- @tparam[opt] integer limit stop after so many operations, as if killed
function planned.apply(states, made, limit)
  local done = {}
  for i, operation in ipairs(made.operations) do
    if limit and i > limit then return end
    for _, id in ipairs(operation.needs) do assert(done[id], operation.name .. " came before what it needs") end
    local effect = effects[operation.action]
    if effect then effect(states[operation.host and operation.host.key or ""], operation) end
    done[operation.id] = true
  end
end

--- Loads a project.
-- @tparam string|table text
-- @tparam[opt] table more options of compose.load
-- @treturn table
function planned.project(text, more)
  local project, err = composed.load(text, more)
  if not project then error(err, 2) end
  return project
end

--- A plan in lines: "action kind name (reasons)".
-- @tparam table made of compose.plan
-- @treturn {string,...}
function planned.lines(made)
  local lines = {}
  for i, operation in ipairs(made.operations) do
    lines[i] = ("%s %s %s%s"):format(operation.action, operation.kind:lower(), operation.name,
      #operation.why > 0 and " (" .. table.concat(operation.why, ", ") .. ")" or "")
  end
  return lines
end

--- Podman as it is after `up` of a text.
-- @tparam string|table text
-- @tparam[opt] table options of plan.up
-- @treturn table states
-- @treturn table the project
function planned.up(text, options)
  local project, states = planned.project(text), planned.nothing()
  planned.apply(states, plan.up(project, states, options))
  return states, project
end

--- The lines of the next `up`.
-- @tparam table states
-- @tparam string|table text
-- @tparam[opt] table options of plan.up
-- @treturn {string,...}
-- @treturn table the plan
function planned.again(states, text, options)
  local made = plan.up(planned.project(text), states, options)
  return planned.lines(made), made
end

return planned
