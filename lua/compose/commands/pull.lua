--- `moonwire compose pull`: fetches the images of services.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "fetch images",
  usage = "[options] [SERVICE...]",
  options = {
    { "policy", value = "POLICY", one_of = { "always", "missing" }, help = "always (default), or only what is missing" },
    { "include-deps", help = "also those of services that the named ones depend on" },
    { "ignore-pull-failures", help = "go on, with status 0, where one cannot be fetched" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = cx.load {}
    session.check(project, rest)
    local services = {}
    for key, service in pairs(plan_of.select(project, rest, not values["include-deps"])) do
      -- What is built here is in no registry.
      if not service.build then services[key] = service end
    end
    local states = session.states(cx.runner(), project, { "images" })
    local plan = plan_of.images(project, states, { services = services, pull = values.policy or "always" })
    local ok = session.apply(cx, plan)
    return (ok or values["ignore-pull-failures"]) and 0 or 1
  end,
}
