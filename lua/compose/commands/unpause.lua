--- `moonwire compose unpause`: let paused containers go on.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "let paused containers go on",
  usage = "[options] [SERVICE...]",
  options = {
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local states = session.states(cx.runner(), project, { "pods", "containers" })
    session.check(project, rest, states)
    local plan = plan_of.each(project, states, "unpause", { services = rest })
    return session.apply(cx, plan) and 0 or 1
  end,
}
