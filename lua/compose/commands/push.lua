--- `moonwire compose push`: sends the images that services build to their registries.
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "send images that are built to their registries",
  usage = "[options] [SERVICE...]",
  options = {
    { "include-deps", help = "also those of services that the named ones depend on" },
    { "ignore-push-failures", help = "go on, with status 0, where one cannot be sent" },
    { "tls-verify", value = "BOOLEAN", one_of = { "true", "false" }, help = "whether to verify its certificate (default: true)" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = cx.load {}
    session.check(project, rest)
    local plan = plan_of.push(project, plan_of.select(project, rest, not values["include-deps"]), values["tls-verify"])
    if #plan.operations == 0 then cx.warn "no service has both build: and image:" end
    local ok = session.apply(cx, plan)
    return (ok or values["ignore-push-failures"]) and 0 or 1
  end,
}
