--- `moonwire compose wait`: waits until containers have ended.
local plan_of = require "compose.plan"
local session = require "compose.session"
local tree = require "compose.tree"

return {
  summary = "wait until the containers of services have ended; the status is that of the first",
  usage = "[options] SERVICE...",
  options = {
    { "down-project", help = "bring the project down when the first has ended" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    if #rest == 0 then cx.fail "wait: name a service" end
    local project = session.project(cx)
    local runner = cx.runner()
    local states = session.states(runner, project)
    session.check(project, rest, states)
    local chosen = {}
    for _, key in ipairs(rest) do chosen[key] = true end
    local waiting, count = {}, 0
    for host_key, now in tree.each(states) do
      for _, container in ipairs(now.containers) do
        if chosen[container.service] and not container.oneoff then
          local one = { name = container.name }
          waiting[runner:spawn {
            "wait", container.name, host = project.hosts[host_key], follows = true,
            lines = function(line) one.code = tonumber(line) or one.code end,
          }] = one
          count = count + 1
        end
      end
    end
    if count == 0 then cx.fail "wait: none of these services has a container" end
    local status
    while count > 0 do
      local one = waiting[(runner:next())]
      count = count - 1
      if one.code then io.write(("%s: status %d\n"):format(one.name, one.code)) end
      status = status or one.code or 1
      if values["down-project"] then break end
    end
    if values["down-project"] then
      local plan = plan_of.down(project, states, { everything = project.everything })
      if not session.apply(cx, plan) then return 1 end
    end
    return status
  end,
}
