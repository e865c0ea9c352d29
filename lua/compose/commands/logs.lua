--- `moonwire compose logs`: what containers have written.
local faults = require "compose.faults"
local logs = require "compose.logs"
local session = require "compose.session"
local targets = require "compose.targets"

return {
  summary = "show what the containers have written",
  usage = "[options] [SERVICE...]",
  options = {
    { "follow", short = "f", help = "go on with what they write, until Ctrl-C" },
    { "tail", short = "n", value = "LINES", help = "only so many lines of each container's end (default: all)" },
    { "since", value = "TIME", help = "only what is later: 2026-01-02T13:23:37Z, or 42m for 42 minutes ago" },
    { "until", value = "TIME", help = "only what is earlier" },
    { "timestamps", short = "t", help = "show the time of each line" },
    { "no-color", help = "names without colours" },
    { "no-log-prefix", help = "no names" },
    { "index", value = "N", help = "only the container with this number" },
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local tail = values.tail
    if tail == "all" then tail = nil end
    if tail and not tail:find "^%d+$" then faults.raise(nil, nil, ("--tail must be a number or all, not %q"):format(tail)) end
    local list = {}
    for i, container in ipairs(targets.containers(cx, project, rest, { index = targets.index("index", values.index) })) do
      list[i] = { container = container, shown = targets.short_name(project, container) }
    end
    local runner = cx.runner()
    local options = {
      tail = tail, since = values.since, until_time = values["until"], timestamps = values.timestamps,
      plain = values["no-log-prefix"], colour = not values["no-color"] and not os.getenv "NO_COLOR" and runner:is_terminal(1),
    }
    if values.follow then return logs.follow(runner, list, options) end
    local failure = logs.print(runner, list, options, function(...) io.write(...) end)
    if failure then faults.raise(nil, nil, failure) end
    return 0
  end,
}
