--- `moonwire compose up`: makes what the files describe, and starts it.
local attach = require "compose.attach"
local plan_of = require "compose.plan"
local session = require "compose.session"

return {
  summary = "make containers and start them",
  usage = "[options] [SERVICE...]",
  options = {
    { "detach", short = "d", help = "leave them running, and do not show what they print" },
    { "wait", help = "wait until services are running or healthy; implies --detach" },
    { "wait-timeout", value = "SECONDS", help = "how long to wait for what others depend on, and with --wait" },
    { "build", help = "build images before" },
    { "no-build", help = "build no image, even when it is missing" },
    { "pull", value = "POLICY", one_of = { "always", "missing", "never" }, help = "always, missing (default) or never" },
    { "force-recreate", help = "make containers anew though nothing has changed" },
    { "always-recreate-deps", help = "those of services that others depend on, too" },
    { "no-recreate", help = "leave containers that are there as they are" },
    { "renew-anon-volumes", short = "V", help = "make anonymous volumes anew, too, without what they hold" },
    { "no-deps", help = "without the services that the named ones depend on" },
    { "no-start", help = "make containers, but do not start them" },
    { "remove-orphans", help = "remove containers of services that are not in the files" },
    { "scale", value = "SERVICE=NUMBER", many = true, help = "how many containers a service has" },
    { "abort-on-container-exit", help = "stop all containers when one ends" },
    { "exit-code-from", value = "SERVICE", help = "give the status of this service's container; implies --abort-on-container-exit" },
    { "timeout", short = "t", value = "SECONDS", help = "how long containers may take to stop" },
    { "no-color", help = "do not colour names" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    local project = cx.load {}
    session.check(project, rest)
    if values["exit-code-from"] then session.check(project, { values["exit-code-from"] }) end
    if values.detach and (values["abort-on-container-exit"] or values["exit-code-from"]) then
      cx.fail "--detach excludes --abort-on-container-exit and --exit-code-from"
    end
    local runner = cx.runner()
    local timeout = session.seconds(values, "timeout")
    local wait_timeout = session.seconds(values, "wait-timeout")
    local options = {
      services = rest, no_deps = values["no-deps"], scale = session.scale(values.scale, project),
      recreate = values["force-recreate"] and "always" or values["no-recreate"] and "never" or "changed",
      recreate_dependencies = values["always-recreate-deps"],
      remove_orphans = values["remove-orphans"], start = not values["no-start"], timeout = timeout,
      wait = values.wait, renew = values["renew-anon-volumes"],
    }
    local states = session.states(runner, project)
    -- What cannot be done is said before images are fetched.
    plan_of.refuse(project)
    local chosen = plan_of.select(project, rest, values["no-deps"])
    local ready = session.images(cx, project, states, {
      services = chosen, pull = values.pull, build = values.build, no_build = values["no-build"],
    })
    if not ready then return 1 end
    local plan = session.plan(cx, project, states, options)
    if #plan.operations == 0 then io.stderr:write(("%s: nothing to do\n"):format(project.name)) end
    local stays = values.detach or values.wait or values["no-start"] or runner.dry
    if stays then return session.apply(cx, plan, { wait_timeout = wait_timeout }) and 0 or 1 end
    return attach.run(cx, project, plan, {
      services = chosen, timeout = timeout, colour = not values["no-color"], wait_timeout = wait_timeout,
      abort = values["abort-on-container-exit"] or values["exit-code-from"] ~= nil, code_from = values["exit-code-from"],
    })
  end,
}
