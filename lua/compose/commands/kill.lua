--- `moonwire compose kill`: send containers a signal.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "send containers a signal",
  usage = "[options] [SERVICE...]",
  options = {
    { "signal", short = "s", value = "SIGNAL", help = "which one (default: KILL)" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local states = session.states(cx.runner(), project, { "pods", "containers" })
    session.check(project, rest, states)
    local plan = plan_of.each(project, states, "kill", { services = rest, signal = values.signal })
    return session.apply(cx, plan) and 0 or 1
  end,
}
