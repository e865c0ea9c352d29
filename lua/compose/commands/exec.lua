--- `moonwire compose exec`: a command in a container that runs.
local faults = require "compose.faults"
local session = require "compose.session"
local targets = require "compose.targets"

return {
  summary = "run a command in a container that runs",
  usage = "[options] SERVICE COMMAND [ARGUMENT...]",
  stop = true,
  options = {
    { "detach", short = "d", help = "do not wait for the command" },
    { "env", short = "e", value = "NAME=VALUE", many = true, help = "a variable; NAME alone has the value that it has here" },
    { "index", value = "N", help = "the container with this number (default: the first that runs)" },
    { "interactive", short = "i", help = "keep standard input open (it is, unless --interactive=false)" },
    { "no-tty", short = "T", help = "no terminal (there is one where standard input and output are one)" },
    { "privileged", help = "with all rights" },
    { "user", short = "u", value = "USER", help = "as this user" },
    { "workdir", short = "w", value = "DIR", help = "in this folder of the container" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    if #rest < 2 then faults.raise(nil, nil, "exec: name a service and a command") end
    local project = session.project(cx)
    local container = targets.one(cx, project, rest[1], { index = targets.index("index", values.index) })
    local runner = cx.runner()
    local call = { "exec", host = container.host, changes = true }
    local function add(...)
      for _, word in ipairs { ... } do call[#call + 1] = word end
    end
    if values.detach then
      add "--detach"
    else
      if values.interactive ~= false then add "--interactive" end
      if not values["no-tty"] and runner:is_terminal(0, 1) then add "--tty" end
    end
    for _, text in ipairs(values.env or {}) do
      local variable = targets.variable(project, text)
      if variable then add("--env=" .. variable) end
    end
    if values.privileged then add "--privileged" end
    if values.user then add("--user=" .. values.user) end
    if values.workdir then add("--workdir=" .. values.workdir) end
    -- podman takes what follows the container as the command, options too.
    add(container.name, table.unpack(rest, 2))
    return runner:foreground(call)
  end,
}
