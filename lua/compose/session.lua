--- What the commands that use podman have in common: the project, the machines that it is on, and a plan done there.
--
-- @module compose.session

local apply = require "compose.apply"
local faults = require "compose.faults"
local json = require "json"
local plan_of = require "compose.plan"
local progress = require "compose.progress"
local state = require "compose.state"
local tree = require "compose.tree"

local session = {}

--- The option that every command has that changes something.
session.DRY_RUN = { "dry-run", help = "print the podman commands that would change something, and run none of them" }

--- The machines that a project is on.
-- @tparam table project
-- @treturn {table,...} entries of project.hosts; false is this machine
function session.hosts(project)
  local list, seen = {}, {}
  for _, services in ipairs { project.services, project.disabled } do
    for _, service in pairs(services) do seen[service.host or ""] = true end
  end
  if seen[""] or next(project.hosts) == nil then list[1] = false end
  for key in tree.each(project.hosts) do list[#list + 1] = project.hosts[key] end
  return list
end

--- What podman has of a project on each machine.
-- @tparam table runner
-- @tparam table project
-- @tparam[opt] {string,...} parts which parts of a state (default: all)
-- @treturn table states by key of the host, "" for this machine
function session.states(runner, project, parts)
  local wanted = parts and {} or nil
  for _, name in ipairs(parts or {}) do wanted[name] = true end
  local hosts, states = session.hosts(project), {}
  for i, found in ipairs(state.all(runner, hosts, { project = project.name, parts = wanted })) do
    states[hosts[i] and hosts[i].key or ""] = found
  end
  return states
end

--- The project of a command that can do without files: with only a name, podman's labels say what there is.
-- @tparam table cx what commands are given
-- @treturn table a project; `nameless` files: `everything` is true and it has no services where there are no files
function session.project(cx)
  local ok, found = pcall(cx.load, {})
  if ok then return found end
  local name = cx.global["project-name"] or os.getenv "COMPOSE_PROJECT_NAME"
  if not faults.is_fault(found) or not name or name == "" or not found.message:find("there is no compose file", 1, true) then
    error(found, 0)
  end
  return {
    name = name, services = {}, disabled = {}, pods = {}, hosts = {}, networks = {}, volumes = {}, secrets = {}, configs = {},
    unsupported = {}, files = {}, env_files = {}, everything = true, lookup = os.getenv,
  }
end

--- Refuses names that are no services.
-- @tparam table project
-- @tparam {string,...} names
-- @tparam[opt] table states where the project has no files: those that have containers are services
function session.check(project, names, states)
  local known = {}
  for key in pairs(project.services) do known[key] = true end
  for key in pairs(project.disabled) do known[key] = true end
  for _, now in pairs(states or {}) do
    for _, container in ipairs(now.containers) do
      if container.service then known[container.service] = true end
    end
  end
  for _, name in ipairs(names) do
    if not known[name] then
      faults.raise(nil, nil, ('there is no service "%s"%s'):format(name, faults.did_you_mean(name, known)))
    end
  end
end

--- A number of seconds from the command line.
-- @tparam table values
-- @tparam string option its name
-- @treturn ?number
function session.seconds(values, option)
  local text = values[option]
  if text == nil then return nil end
  local number = tonumber(text)
  if not number or number < 0 or number ~= number or number == math.huge then
    faults.raise(nil, nil, ("--%s must be a number of seconds, not %q"):format(option, text))
  end
  return number
end

--- Numbers by service, from --scale SERVICE=NUMBER.
-- @tparam ?{string,...} list
-- @tparam table project
-- @treturn table
function session.scale(list, project)
  local found = {}
  for _, text in ipairs(list or {}) do
    local name, number = text:match "^([^=]+)=(%d+)$"
    if not name then faults.raise(nil, nil, ("--scale must be SERVICE=NUMBER, not %q"):format(text)) end
    session.check(project, { name })
    found[name] = math.tointeger(tonumber(number))
  end
  return found
end

--- A command that does one thing to each container of the services named, or of all.
-- @tparam table command `action`: as in a plan; `summary`; `option`: its own option, nil: none; `given`: function(values) ->
--   fields for the plan from it
-- @treturn table the command
function session.each(command)
  return {
    summary = command.summary,
    usage = "[options] [SERVICE...]",
    options = { command.option or session.DRY_RUN, command.option and session.DRY_RUN },
    run = function(values, rest, cx)
      local project = session.project(cx)
      local states = session.states(cx.runner(), project, { "pods", "containers" })
      session.check(project, rest, states)
      local choice = command.given and command.given(values) or {}
      choice.services = rest
      return session.apply(cx, plan_of.each(project, states, command.action, choice)) and 0 or 1
    end,
  }
end

--- The option of commands that stop containers, and what a plan takes of it.
session.TIMEOUT = { "timeout", short = "t", value = "SECONDS", help = "how long a container may take to stop" }

--- What a plan takes of that option.
-- @tparam table values of the command line
-- @treturn table `timeout`: seconds, or nil
function session.timeout(values) return { timeout = session.seconds(values, "timeout") } end

--- Tells failures, a paragraph each.
-- @tparam {table,...} failures of compose.apply
function session.complain(failures)
  for _, failure in ipairs(failures) do
    local operation = failure.operation
    local lines = {}
    for line in (failure.message .. "\n"):gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
    io.stderr:write(("moonwire compose: %s%s %s: %s\n"):format(operation.host and operation.host.key .. ": " or "",
      operation.kind:lower(), operation.name, table.concat(lines, "\n  ")))
  end
end

--- Does a plan, and tells how it goes and what is wrong.
-- @tparam table cx what commands are given
-- @tparam table plan of compose.plan
-- @tparam[opt] table options of compose.apply
-- @treturn boolean whether all of it was done
function session.apply(cx, plan, options)
  local runner = cx.runner()
  for _, line in ipairs(plan.warnings) do cx.warn(line) end
  options = options or {}
  options.progress = progress.new(runner)
  local failures = apply.run(runner, plan, options)
  session.complain(failures)
  return #failures == 0
end

--- Gets the images that services need, and notes their IDs in the states.
-- @tparam table cx
-- @tparam table project
-- @tparam table states changed
-- @tparam table options of plan.images
-- @treturn boolean whether all are there
function session.images(cx, project, states, options)
  local plan = plan_of.images(project, states, options)
  if #plan.operations == 0 then return true end
  if not session.apply(cx, plan) then return false end
  if not cx.runner().dry then
    for key, fresh in pairs(session.states(cx.runner(), project, { "images" })) do
      states[key].images, states[key].image_list = fresh.images, fresh.image_list
    end
  end
  return true
end

-- Names of the anonymous volumes of containers, by target, which those that follow them take over.
local function anonymous_volumes(runner, project, states, recreated)
  local calls, found = {}, {}
  for host_key, now in tree.each(states) do
    local call = { "inspect", "--type", "container", host = project.hosts[host_key] }
    for _, name in ipairs(recreated) do
      if now.by_name[name] then call[#call + 1] = name end
    end
    if #call > 3 then calls[#calls + 1] = call end
  end
  for _, result in ipairs(runner:all(calls)) do
    local ok, list = pcall(json.decode, result.out)
    for _, item in ipairs(ok and type(list) == "table" and list or {}) do
      for _, mount in ipairs(item.Mounts ~= json.null and item.Mounts or {}) do
        if mount.Type == "volume" and mount.Name:find("^%x+$") and #mount.Name == 64 then
          found[item.Name] = found[item.Name] or {}
          found[item.Name][mount.Destination] = mount.Name
        end
      end
    end
  end
  return found
end

-- Where systemd runs podman can have timers for health checks.
local function has_systemd()
  local file = io.open("/run/systemd/system/", "rb")
  if file then file:close() end
  return file ~= nil
end

--- The plan of `up`, `create` and `plan`, when images are there.
-- @tparam table cx
-- @tparam table project
-- @tparam table states
-- @tparam table options of plan.up, and `renew`: whether anonymous volumes are made anew, too
-- @treturn table a plan
function session.plan(cx, project, states, options)
  options.systemd = has_systemd()
  local plan = plan_of.up(project, states, options)
  if #plan.recreated > 0 and not options.renew then
    options.anonymous = anonymous_volumes(cx.runner(), project, states, plan.recreated)
    if next(options.anonymous) then plan = plan_of.up(project, states, options) end
  end
  return plan
end

return session
