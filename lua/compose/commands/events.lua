--- `moonwire compose events`: what happens to the containers.
local json = require "json"
local labels = require "compose.labels"
local session = require "compose.session"
local tree = require "compose.tree"

-- Events for people, as docker compose writes them.
local function line_of(event)
  local attributes = { "image=" .. (event.Image or ""), "name=" .. (event.Name or "") }
  for name, value in tree.each(event.Attributes or {}) do
    if not name:find "^com%.docker%.compose%." then attributes[#attributes + 1] = name .. "=" .. tostring(value) end
  end
  table.sort(attributes)
  -- 2026-01-02T03:04:05.678901234Z
  local day, time, fraction = (event.Time or ""):match "^(%d+%-%d+%-%d+)T(%d+:%d+:%d+)%.?(%d*)"
  return ("%s %s.%-6s container %s %s (%s)"):format(day or "?", time or "?", ((fraction or "") .. "000000"):sub(1, 6), event.Status,
    event.ID, table.concat(attributes, ", "))
end

local function object_of(event, service)
  return json.encode(json.object {
    time = event.Time, type = "container", action = event.Status, id = event.ID, service = service,
    attributes = json.object { image = event.Image or "", name = event.Name or "", exitCode = event.ContainerExitCode },
  }, { sort = true })
end

return {
  summary = "show what happens to the containers, as it happens",
  usage = "[options] [SERVICE...]",
  options = {
    { "json", help = "an object a line" },
    { "since", value = "TIME", help = "also what has happened since: a time, or 42m for 42 minutes ago" },
    { "until", value = "TIME", help = "end at this time" },
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    if not project.everything then session.check(project, rest) end
    local wanted, calls = {}, {}
    for _, name in ipairs(rest) do wanted[name] = true end
    for i, host in ipairs(session.hosts(project)) do
      local call = { "events", "--format=json", "--filter=" .. labels.filter(project.name), host = host or nil }
      if values.since then call[#call + 1] = "--since=" .. values.since end
      if values["until"] then call[#call + 1] = "--until=" .. values["until"] end
      calls[i] = call
    end
    local whole = cx.runner():stream(calls, function(line)
      local event = json.decode(line)
      local own = event and event.Attributes or {}
      local service = own[labels.SERVICE]
      -- Of pods, networks and volumes docker compose tells nothing.
      if not event or event.Type ~= "container" or not service or #rest > 0 and not wanted[service] then return end
      io.write(values.json and object_of(event, service) or line_of(event), "\n")
      io.stdout:flush()
    end)
    return whole and 0 or 130
  end,
}
