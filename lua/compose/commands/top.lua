--- `moonwire compose top`: the processes in the containers.
local columns = require "compose.columns"
local session = require "compose.session"
local state = require "compose.state"
local targets = require "compose.targets"

-- What podman separates columns with: two spaces or more, or a tab.
local function cells(line, count)
  local list = {}
  for cell in (line:gsub("%s%s+", "\t") .. "\t"):gmatch "([^\t]*)\t" do
    if count and #list == count then list[count] = list[count] .. " " .. cell else list[#list + 1] = cell end
  end
  if list[#list] == "" then list[#list] = nil end
  return list
end

return {
  summary = "show the processes in the containers",
  usage = "[SERVICE...]",
  options = {},
  run = function(_, rest, cx)
    local list = targets.containers(cx, session.project(cx), rest, { running = true })
    local calls = {}
    for i, container in ipairs(list) do
      calls[i] = { "top", container.name, "user", "pid", "ppid", "etime", "time", "args", host = container.host }
    end
    for i, result in ipairs(cx.runner():all(calls)) do
      if result.status ~= 0 then state.fail(result, list[i].host, list[i].name) end
      local rows = {}
      for line in result.out:gmatch "[^\n]+" do rows[#rows + 1] = cells(line, rows[1] and #rows[1]) end
      io.write(i > 1 and "\n" or "", list[i].name, "\n", table.concat(columns.lines(rows), "\n"), "\n")
    end
    return 0
  end,
}
