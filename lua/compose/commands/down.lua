--- `moonwire compose down`: stops and removes what `up` made.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "stop and remove containers, pods, networks and secrets",
  usage = "[options] [SERVICE...]",
  options = {
    { "volumes", short = "v", help = "remove the volumes of the files, with all that they hold" },
    { "rmi", value = "WHICH", one_of = { "all", "local" }, help = "remove images: all, or local: those without a name of their own" },
    { "remove-orphans", help = "remove containers of services that are not in the files, too" },
    { "timeout", short = "t", value = "SECONDS", help = "how long containers may take to stop" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local parts = { "pods", "containers", "networks", "secrets" }
    if values.volumes then parts[#parts + 1] = "volumes" end
    if values.rmi then parts[#parts + 1] = "images" end
    local states = session.states(cx.runner(), project, parts)
    session.check(project, rest, states)
    local plan = plan_of.down(project, states, {
      services = rest, volumes = values.volumes, images = values.rmi, remove_orphans = values["remove-orphans"],
      timeout = session.seconds(values, "timeout"), everything = project.everything,
    })
    if #plan.operations == 0 then io.stderr:write(("%s: nothing to remove\n"):format(project.name)) end
    return session.apply(cx, plan) and 0 or 1
  end,
}
