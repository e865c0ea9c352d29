--- `moonwire compose ls`: the projects that there are.
local columns = require "compose.columns"
local json = require "json"
local labels = require "compose.labels"
local state = require "compose.state"
local tree = require "compose.tree"

return {
  summary = "list projects",
  usage = "[options]",
  options = {
    { "all", short = "a", help = "also those of which nothing runs" },
    { "format", value = "FORMAT", one_of = { "table", "json" }, help = "table (default) or json" },
    { "quiet", short = "q", help = "only names" },
  },
  run = function(values, _, cx)
    local now = state.read(cx.runner(), { parts = { containers = true } })
    local projects = {}
    for _, container in ipairs(now.containers) do
      local name = container.labels[labels.PROJECT]
      if name and not container.oneoff then
        local project = projects[name] or { states = {}, files = "" }
        projects[name] = project
        project.states[container.state] = (project.states[container.state] or 0) + 1
        project.files = container.labels[labels.CONFIG_FILES] or project.files
      end
    end
    local rows, list = { { "NAME", "STATUS", "CONFIG FILES" } }, json.array {}
    for name, project in tree.each(projects) do
      if values.all or project.states.running then
        local words = {}
        for word, count in tree.each(project.states) do words[#words + 1] = ("%s(%d)"):format(word, count) end
        local status = table.concat(words, ", ")
        rows[#rows + 1] = { name, status, project.files }
        list[#list + 1] = { Name = name, Status = status, ConfigFiles = project.files }
      end
    end
    if values.quiet then
      for _, item in ipairs(list) do io.write(item.Name, "\n") end
    elseif values.format == "json" then
      io.write(json.encode(list, { sort = true }), "\n")
    else
      io.write(table.concat(columns.lines(rows), "\n"), "\n")
    end
    return 0
  end,
}
