--- `moonwire compose build`: builds the images of services.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "build images",
  usage = "[options] [SERVICE...]",
  options = {
    { "no-cache", help = "use no layer of an earlier build" },
    { "pull", help = "look for newer images that it builds upon" },
    { "build-arg", value = "NAME=VALUE", many = true, help = "an argument of the Dockerfile" },
    { "quiet", short = "q", help = "print no steps" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = cx.load {}
    session.check(project, rest)
    local services = {}
    for key, service in pairs(plan_of.select(project, rest, true)) do
      if service.build then services[key] = service end
    end
    local states = session.states(cx.runner(), project, { "images" })
    local plan = plan_of.images(project, states, {
      services = services, build = true,
      build_options = { no_cache = values["no-cache"], pull = values.pull, args = values["build-arg"], quiet = values.quiet },
    })
    if #plan.operations == 0 then cx.warn "no service has build:" end
    return session.apply(cx, plan) and 0 or 1
  end,
}
