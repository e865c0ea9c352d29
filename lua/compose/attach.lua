--- `up` in the foreground: what containers print, until they end or somebody presses Ctrl-C, which stops them; a second
-- time kills them.
--
-- @module compose.attach

local apply = require "compose.apply"
local names = require "compose.names"
local plan_of = require "compose.plan"
local project_of = require "compose.project"
local session = require "compose.session"
local tree = require "compose.tree"

local attach = {}

-- Status of what Ctrl-C ended: 128 and SIGINT.
local CANCELLED = 130

local COLOURS = { 36, 33, 32, 35, 34, 96, 93, 92, 95, 94 }

-- The containers of services, with how their lines begin.
local function containers(project, options)
  local list, width = {}, 0
  for key, service in tree.each(options.services) do
    for number = 1, project_of.replicas(service) do
      local label = ("%s-%d"):format(key, number)
      width = math.max(width, #label)
      list[#list + 1] = {
        name = names.container(project, service, number), label = label, host = project.hosts[service.host or ""],
        service = key, shown = service.attach ~= false,
      }
    end
  end
  for i, one in ipairs(list) do
    one.prefix = ("%-" .. width .. "s | "):format(one.label)
    if options.colour then one.prefix = ("\27[%dm%s\27[0m"):format(COLOURS[(i - 1) % #COLOURS + 1], one.prefix) end
  end
  return list
end

local function interrupted(err) return type(err) == "string" and err:find("interrupted!", 1, true) ~= nil end

-- Follows containers until all have ended, or with `abort` one. Gives the one that ended first.
local function follow(runner, list, options)
  local open, first = 0, nil
  local waits = {}
  for _, one in ipairs(list) do
    if one.shown then
      local call = { "logs", "--follow", host = one.host, follows = true }
      call.lines = function(line)
        io.write(one.prefix, line, "\n")
        io.flush()
      end
      if one.old then
        call[#call + 1] = "--tail"
        call[#call + 1] = "0"
      end
      call[#call + 1] = one.name
      runner:spawn(call)
    end
    local wait = { "wait", one.name, host = one.host, follows = true, lines = function(line) one.code = tonumber(line) or one.code end }
    waits[runner:spawn(wait)] = one
    open = open + 1
  end
  while open > 0 do
    local number = runner:next()
    if not number then break end
    local one = waits[number]
    if one then
      open = open - 1
      first = first or one
      if one.code then io.stderr:write(("%s ended with status %d\n"):format(one.label, one.code)) end
      if options.abort then break end
    end
  end
  -- What containers printed last is still on its way.
  local drained = runner:sleep(0.2)
  while runner:next() ~= drained and runner.running > 0 do end
  return first
end

local function stop_call(list, words)
  local call = table.move(words, 1, #words, 1, { host = list[1] and list[1].host })
  for _, one in ipairs(list) do call[#call + 1] = one.name end
  return call
end

-- Stops all containers; pressed again, Ctrl-C kills them.
local function stop(cx, project, list, options)
  local runner = cx.runner()
  runner:at_death(stop_call(list, { "kill" }))
  local ok, err = pcall(function()
    local states = session.states(runner, project, { "pods", "containers" })
    session.apply(cx, plan_of.each(project, states, "stop", { timeout = options.timeout }))
  end)
  if not ok then
    if not interrupted(err) then error(err, 0) end
    io.stderr:write("killing\n")
    local states = session.states(runner, project, { "pods", "containers" })
    apply.run(runner, plan_of.each(project, states, "kill"))
  end
  runner:at_death(nil)
end

--- Does a plan, and shows what its containers print.
-- @tparam table cx what commands are given
-- @tparam table project
-- @tparam table plan of compose.plan
-- @tparam table options `services` by key, `timeout` (seconds to stop in), `colour`, `abort`: stop when one container ends,
--   `code_from`: the service whose status is given, `wait_timeout`
-- @treturn integer the exit status
function attach.run(cx, project, plan, options)
  local runner = cx.runner()
  if not runner.terminal then options.colour = false end
  local list = containers(project, options)
  local new = {}
  for _, operation in ipairs(plan.operations) do
    if operation.kind == "Container" and operation.action == "create" then new[operation.name] = true end
  end
  for _, one in ipairs(list) do one.old = not new[one.name] end
  local first
  local ok, err = pcall(function()
    if not session.apply(cx, plan, { wait_timeout = options.wait_timeout }) then return false end
    -- Where the engine dies of Ctrl-C, the shell stops the containers.
    runner:at_death(stop_call(list, { "stop" }))
    first = follow(runner, list, options)
    return true
  end)
  if not ok and not interrupted(err) then
    runner:at_death(nil)
    error(err, 0)
  elseif ok and not err then
    return 1
  end
  if not ok then io.stderr:write "\nstopping; Ctrl-C again kills\n" end
  if not ok or options.abort then stop(cx, project, list, options) end
  runner:at_death(nil)
  if not ok then return CANCELLED end
  if options.code_from then
    for _, one in ipairs(list) do
      if one.service == options.code_from then
        if not one.code then
          local result = runner:run { "inspect", "--format", "{{.State.ExitCode}}", one.name, host = one.host }
          one.code = tonumber(result.out)
        end
        return one.code or 1
      end
    end
  end
  return options.abort and first and first.code or 0
end

return attach
