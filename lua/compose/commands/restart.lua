--- `moonwire compose restart`: restart containers.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "restart containers",
  usage = "[options] [SERVICE...]",
  options = {
    { "timeout", short = "t", value = "SECONDS", help = "how long a container may take to stop" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local states = session.states(cx.runner(), project, { "pods", "containers" })
    session.check(project, rest, states)
    local plan = plan_of.each(project, states, "restart", { services = rest, timeout = session.seconds(values, "timeout") })
    return session.apply(cx, plan) and 0 or 1
  end,
}
