--- `moonwire compose start`: starts containers that are there.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "start containers that are there",
  usage = "[options] [SERVICE...]",
  options = {
    { "wait-timeout", value = "SECONDS", help = "how long to wait for what others depend on" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = cx.load {}
    session.check(project, rest)
    local states = session.states(cx.runner(), project, { "pods", "containers" })
    local plan = plan_of.start(project, states, { services = rest })
    return session.apply(cx, plan, { wait_timeout = session.seconds(values, "wait-timeout") }) and 0 or 1
  end,
}
