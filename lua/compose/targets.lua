--- The containers that a command means, on all machines of a project.
--
-- @module compose.targets

local faults = require "compose.faults"
local session = require "compose.session"
local tree = require "compose.tree"

local targets = {}

--- Containers, in the order of their services and numbers.
-- @tparam table cx as commands get it
-- @tparam table project
-- @tparam {string,...} names of services; none for all
-- @tparam[opt] table options `running`: only those that run; `oneoff`: those of `run`, too; `index`: only this number
-- @treturn {table,...} as compose.state has them, each with `host`
-- @raise a fault where there is no such service, or a machine cannot be asked
function targets.containers(cx, project, names, options)
  options = options or {}
  local states = session.states(cx.runner(), project, { "pods", "containers" })
  session.check(project, names, states)
  local wanted, list = {}, {}
  for _, name in ipairs(names) do wanted[name] = true end
  for key, now in tree.each(states) do
    for _, container in ipairs(now.containers) do
      if container.service and (#names == 0 or wanted[container.service]) and (options.oneoff or not container.oneoff)
        and (not options.running or container.state == "running")
        and (not options.index or container.number == options.index) then
        container.host = project.hosts[key]
        list[#list + 1] = container
      end
    end
  end
  table.sort(list, function(a, b)
    if a.service ~= b.service then return a.service < b.service end
    if a.number ~= b.number then return (a.number or math.huge) < (b.number or math.huge) end
    return a.name < b.name
  end)
  return list
end

--- One container of a service: the first that runs, or the one with a number.
-- @tparam table cx
-- @tparam table project
-- @tparam string service
-- @tparam[opt] table options `index`: its number; `stopped`: whether it may be one that does not run
-- @treturn table
-- @raise a fault where there is none
function targets.one(cx, project, service, options)
  options = options or {}
  local list = targets.containers(cx, project, { service }, { running = not options.stopped, index = options.index })
  if #list == 0 then
    faults.raise(nil, nil, ('no container %sof the service "%s" is %s; start it with: moonwire compose up -d %s')
      :format(options.index and options.index .. " " or "", service, options.stopped and "there" or "running", service))
  end
  return list[1]
end

--- Reads a number of an option.
-- @tparam string option its name
-- @tparam ?string text
-- @treturn ?integer nil where it is not given
function targets.index(option, text)
  if text == nil then return nil end
  local number = math.tointeger(tonumber(text))
  if not number or number < 1 then faults.raise(nil, nil, ("--%s must be 1 or more, not %q"):format(option, text)) end
  return number
end

--- A variable for podman: NAME alone has the value that it has here, as docker compose has it (podman would take a
-- wildcard for one).
-- @tparam table project
-- @tparam string text NAME=VALUE or NAME
-- @treturn ?string NAME=VALUE; nil where NAME alone has no value
function targets.variable(project, text)
  if text:find("=", 1, true) then return text end
  local value = project.lookup(text)
  return value and text .. "=" .. value
end

--- How people call a container: without the name of the project.
-- @tparam table project
-- @tparam table container
-- @treturn string
function targets.short_name(project, container)
  local prefix = project.name .. "-"
  return container.name:sub(1, #prefix) == prefix and container.name:sub(#prefix + 1) or container.name
end

return targets
