--- `moonwire compose run`: a command in a container of its own, made as those of a service are.
local arguments = require "compose.arguments"
local files = require "compose.files"
local plan_of = require "compose.plan"
local session = require "compose.session"
local targets = require "compose.targets"
local tree = require "compose.tree"
local words = require "compose.words"

-- Twelve hexadecimal digits, so that no two containers have one name.
local function slug()
  local file = assert(io.open("/dev/urandom", "rb"))
  local bytes = file:read(6)
  file:close()
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local function merged(map, more)
  local copy = {}
  for name, value in pairs(map or {}) do copy[name] = value end
  for name, value in pairs(more) do copy[name] = value end
  return copy
end

local function joined(list, more)
  local copy = table.move(list or {}, 1, #(list or {}), 1, {})
  return table.move(more or {}, 1, #(more or {}), #copy + 1, copy)
end

-- The service with what the command line says.
local function changed(project, service, values, command, cx)
  local environment, own = {}, {}
  for _, text in ipairs(values.env or {}) do
    local name, value = (targets.variable(project, text) or ""):match "^([^=]+)=(.*)$"
    if name then environment[name] = value end
  end
  for _, text in ipairs(values.label or {}) do
    local name, value = text:match "^([^=]+)=?(.*)$"
    if name then own[name] = value end
  end
  local like = {
    key = service.key, tty = false, stdin_open = false, environment = merged(service.environment, environment),
    labels = merged(service.labels, own), cap_add = joined(service.cap_add, values["cap-add"]),
    cap_drop = joined(service.cap_drop, values["cap-drop"]), user = values.user or service.user,
    working_dir = values.workdir or service.working_dir,
  }
  if values.entrypoint then
    local list, err = words.split(values.entrypoint)
    if not list then cx.fail("--entrypoint: " .. err) end
    like.entrypoint, like.command = list, {}
  end
  if #command > 0 then like.command = command end
  return setmetatable(like, { __index = service })
end

-- A bind mount of the command line, from this folder.
local function volume(text)
  local source, rest = text:match "^(%.%.?/?[^:]*)(:.*)$"
  return source and files.join(files.current(), source) .. rest or text
end

-- The services that it depends on and that are active.
local function dependencies(project, service)
  local list = {}
  for key in tree.each(service.depends_on or {}) do
    if project.services[key] then list[#list + 1] = key end
  end
  return list
end

return {
  summary = "run a command in a new container of a service",
  usage = "[options] SERVICE [COMMAND [ARGUMENT...]]",
  stop = true,
  options = {
    { "rm", help = "remove the container when it has ended" },
    { "detach", short = "d", help = "do not wait for it, and print its name" },
    { "env", short = "e", value = "NAME=VALUE", many = true, help = "a variable; NAME alone has the value that it has here" },
    { "entrypoint", value = "COMMAND", help = "another entrypoint, without the service's command" },
    { "no-tty", short = "T", help = "no terminal (there is one where standard input and output are one)" },
    { "interactive", short = "i", help = "keep standard input open (it is, unless --interactive=false)" },
    { "name", value = "NAME", help = "the container's name (default: PROJECT-SERVICE-run- and twelve digits)" },
    { "no-deps", help = "do not start what the service depends on" },
    { "publish", short = "p", value = "PORT", many = true, help = "publish a port, such as 127.0.0.1:8080:80" },
    { "service-ports", short = "P", help = "publish the ports of the service" },
    { "use-aliases", help = "let the service's name lead to it, too" },
    { "user", short = "u", value = "USER", help = "as this user" },
    { "volume", short = "v", value = "SOURCE:TARGET", many = true, help = "mount a folder, a file or a volume" },
    { "workdir", short = "w", value = "DIR", help = "in this folder of the container" },
    { "label", short = "l", value = "NAME=VALUE", many = true, help = "a label" },
    { "cap-add", value = "CAPABILITY", many = true, help = "give a capability" },
    { "cap-drop", value = "CAPABILITY", many = true, help = "take a capability away" },
    { "build", help = "build the image before" },
    { "pull", value = "POLICY", one_of = { "always", "missing", "never" }, help = "always, missing (default) or never" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    if #rest == 0 then cx.fail "run: name a service" end
    local project = cx.load()
    local key = rest[1]
    -- A service that is named is active, whatever its profiles.
    if project.disabled[key] then
      local global = cx.global
      global.profile = joined(global.profile or project.profiles, project.disabled[key].profiles)
      project = cx.load()
    end
    session.check(project, { key })
    plan_of.refuse(project)
    local service, runner = project.services[key], cx.runner()
    if service.pod and values.publish then
      cx.fail(('run: "%s" is in the pod "%s", whose ports are published when it is made; write them in x-pods.%s.ports')
        :format(key, service.pod, service.pod))
    end
    local others = values["no-deps"] and {} or dependencies(project, service)
    local states = session.states(runner, project)
    local chosen = { [key] = service }
    if #others > 0 then
      for name, other in pairs((plan_of.select(project, others))) do chosen[name] = other end
    end
    if not session.images(cx, project, states, { services = chosen, pull = values.pull, build = values.build }) then return 1 end
    local plan = session.plan(cx, project, states, { services = others, prepare = key, recreate = "never" })
    if #plan.operations > 0 and not session.apply(cx, plan) then return 1 end

    local like = changed(project, service, values, table.move(rest, 2, #rest, 1, {}), cx)
    local number = slug()
    local name = values.name or ("%s-%s-run-%s"):format(project.name, key, number)
    local call = arguments.global(service)
    call.changes, call.host = true, service.host and project.hosts[service.host] or nil
    local function add(...)
      for _, word in ipairs { ... } do call[#call + 1] = word end
    end
    add "run"
    if values.rm then add "--rm" end
    if values.detach then
      add "--detach"
    else
      if values.interactive ~= false then add "--interactive" end
      if not values["no-tty"] and runner:is_terminal(0, 1) then add "--tty" end
    end
    for _, text in ipairs(values.publish or {}) do add("--publish=" .. text) end
    for _, text in ipairs(values.volume or {}) do add("--volume=" .. volume(text)) end
    local list = arguments.container({ project = project, secrets = plan_of.secrets(project, chosen) }, like, number, {
      name = name, oneoff = true, aliases = values["use-aliases"], no_ports = not values["service-ports"],
    })
    arguments.image(list, project, like)
    add(table.unpack(list))
    if not values.detach then return runner:foreground(call) end
    local result = runner:run(call)
    if result.status ~= 0 then
      io.stderr:write(result.err)
      return result.status
    end
    if not result.dry then io.write(name, "\n") end
    return 0
  end,
}
