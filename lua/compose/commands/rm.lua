--- `moonwire compose rm`: removes containers that do not run.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "remove containers that do not run",
  usage = "[options] [SERVICE...]",
  options = {
    { "force", short = "f", help = "do not ask (this tool never does)" },
    { "stop", short = "s", help = "stop those that run, and remove them, too" },
    { "volumes", short = "v", help = "remove their anonymous volumes" },
    { "timeout", short = "t", value = "SECONDS", help = "how long a container may take to stop" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local states = session.states(cx.runner(), project, { "pods", "containers" })
    session.check(project, rest, states)
    local plan = plan_of.each(project, states, "remove", {
      services = rest, stopped = not values.stop, volumes = values.volumes, timeout = session.seconds(values, "timeout"),
    })
    return session.apply(cx, plan) and 0 or 1
  end,
}
