--- `moonwire compose ps`: the containers of the project.
local columns = require "compose.columns"
local json = require "json"
local session = require "compose.session"
local tree = require "compose.tree"

-- Ports as docker writes them, a range as one.
local function ports_of(container)
  local texts = {}
  for _, port in ipairs(container.ports) do
    local range = port.range and port.range > 1 and "-%d" or ""
    local outer, inner = ("%d"):format(port.host_port), ("%d"):format(port.container_port)
    if range ~= "" then
      outer = outer .. range:format(port.host_port + port.range - 1)
      inner = inner .. range:format(port.container_port + port.range - 1)
    end
    local ip = port.host_ip ~= "" and port.host_ip or "0.0.0.0"
    texts[#texts + 1] = ("%s:%s->%s/%s"):format(ip, outer, inner, port.protocol)
  end
  return table.concat(texts, ", ")
end

local function publishers(container)
  local list = json.array {}
  for _, port in ipairs(container.ports) do
    for i = 0, (port.range or 1) - 1 do
      list[#list + 1] = {
        URL = port.host_ip ~= "" and port.host_ip or "0.0.0.0", TargetPort = port.container_port + i, PublishedPort = port.host_port + i,
        Protocol = port.protocol,
      }
    end
  end
  return list
end

local function wanted(container, values, chosen)
  if chosen and not chosen[container.service] then return false end
  if values.status then
    local found = false
    for _, status in ipairs(values.status) do found = found or status == container.state end
    return found
  end
  return values.all or container.state ~= "exited" and container.state ~= "created" and container.state ~= "configured"
end

return {
  summary = "list containers",
  usage = "[options] [SERVICE...]",
  options = {
    { "all", short = "a", help = "also those that do not run, and those that `run` made" },
    { "format", value = "FORMAT", one_of = { "table", "json" }, help = "table (default), or json: an object in each line" },
    { "quiet", short = "q", help = "only IDs" },
    { "services", help = "only the names of services" },
    { "status", value = "STATUS", many = true, help = "only those in this state: created, running, paused, exited, ..." },
    { "no-trunc", help = "cut nothing off" },
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local states = session.states(cx.runner(), project, { "pods", "containers" })
    session.check(project, rest, states)
    local chosen = #rest > 0 and {} or nil
    for _, key in ipairs(rest) do chosen[key] = true end
    local several = next(project.hosts) ~= nil
    local rows = { { "NAME", "IMAGE", "COMMAND", "SERVICE", "POD", "STATUS", "PORTS" } }
    if several then table.insert(rows[1], 1, "HOST") end
    local names, seen = {}, {}
    for host_key, now in tree.each(states) do
      for _, container in ipairs(now.containers) do
        if wanted(container, values, chosen) and (values.all or not container.oneoff or container.state == "running") then
          local command = table.concat(container.command, " ")
          local service = container.service or ""
          if not seen[service] then
            seen[service] = true
            names[#names + 1] = service
          end
          if values.quiet then
            io.write(container.id, "\n")
          elseif values.format == "json" and not values.services then
            io.write(json.encode({
              ID = container.id, Name = container.name, Names = container.name, Image = container.image, Command = command,
              Project = project.name, Service = service, State = container.state, Status = container.status,
              Health = container.health or "", ExitCode = container.exit_code, Publishers = publishers(container),
              Ports = ports_of(container), Pod = container.pod or "", Host = host_key ~= "" and host_key or nil,
              CreatedAt = container.created, Labels = container.labels,
            }, { sort = true }), "\n")
          else
            command = command:gsub("%c", " ")
            if not values["no-trunc"] and #command > 24 then command = command:sub(1, 23):gsub("[\x80-\xff]+$", "") .. "\u{2026}" end
            local row = {
              container.name, container.image, ('"%s"'):format(command), service, container.pod or "", container.status,
              ports_of(container),
            }
            if several then table.insert(row, 1, host_key) end
            rows[#rows + 1] = row
          end
        end
      end
    end
    if values.services then
      for _, name in ipairs(names) do io.write(name, "\n") end
    elseif not values.quiet and values.format ~= "json" then
      io.write(table.concat(columns.lines(rows), "\n"), "\n")
    end
    return 0
  end,
}
