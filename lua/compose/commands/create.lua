--- `moonwire compose create`: makes what the files describe, and does not start it.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "make containers without starting them",
  usage = "[options] [SERVICE...]",
  options = {
    { "build", help = "build images before" },
    { "no-build", help = "build no image, even when it is missing" },
    { "pull", value = "POLICY", one_of = { "always", "missing", "never" }, help = "always, missing (default) or never" },
    { "force-recreate", help = "make containers anew though nothing has changed" },
    { "no-recreate", help = "leave containers that are there as they are" },
    { "remove-orphans", help = "remove containers of services that are not in the files" },
    { "scale", value = "SERVICE=NUMBER", many = true, help = "how many containers a service has" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = cx.load {}
    session.check(project, rest)
    plan_of.refuse(project)
    local states = session.states(cx.runner(), project)
    local chosen = plan_of.select(project, rest)
    if not session.images(cx, project, states, {
      services = chosen, pull = values.pull, build = values.build, no_build = values["no-build"],
    }) then return 1 end
    local plan = session.plan(cx, project, states, {
      services = rest, scale = session.scale(values.scale, project), start = false,
      recreate = values["force-recreate"] and "always" or values["no-recreate"] and "never" or "changed",
      remove_orphans = values["remove-orphans"],
    })
    return session.apply(cx, plan) and 0 or 1
  end,
}
