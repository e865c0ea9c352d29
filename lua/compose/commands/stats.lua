--- `moonwire compose stats`: what the containers use.
local columns = require "compose.columns"
local json = require "json"
local session = require "compose.session"
local state = require "compose.state"
local targets = require "compose.targets"

-- Names of docker for what podman has, in the order of the table.
local FIELDS = {
  { "Container", "id", "CONTAINER ID" }, { "Name", "name", "NAME" }, { "CPUPerc", "cpu_percent", "CPU %" },
  { "MemUsage", "mem_usage", "MEM USAGE / LIMIT" }, { "MemPerc", "mem_percent", "MEM %" }, { "NetIO", "net_io", "NET I/O" },
  { "BlockIO", "block_io", "BLOCK I/O" }, { "PIDs", "pids", "PIDS" },
}

local function read(cx, list)
  local by_host, hosts = {}, {}
  for _, container in ipairs(list) do
    local key = container.host or ""
    if not by_host[key] then
      by_host[key] = { "stats", "--no-stream", "--format=json", host = container.host }
      hosts[#hosts + 1] = by_host[key]
    end
    table.insert(by_host[key], container.name)
  end
  local found = {}
  for i, result in ipairs(cx.runner():all(hosts)) do
    if result.status ~= 0 then state.fail(result, hosts[i].host, "podman stats") end
    for _, item in ipairs(json.decode(result.out) or {}) do found[#found + 1] = item end
  end
  table.sort(found, function(a, b) return a.name < b.name end)
  return found
end

local function show(items, format)
  if format == "json" then
    for _, item in ipairs(items) do
      local object = json.object {}
      for _, field in ipairs(FIELDS) do object[field[1]] = item[field[2]] end
      io.write(json.encode(object, { sort = true }), "\n")
    end
    return
  end
  local rows = { {} }
  for i, field in ipairs(FIELDS) do rows[1][i] = field[3] end
  for n, item in ipairs(items) do
    rows[n + 1] = {}
    for i, field in ipairs(FIELDS) do rows[n + 1][i] = tostring(item[field[2]]) end
  end
  io.write(table.concat(columns.lines(rows), "\n"), "\n")
end

-- Seconds between two tables.
local INTERVAL = 2

return {
  summary = "show what the containers use of processor, memory, network and disks",
  usage = "[options] [SERVICE...]",
  options = {
    { "format", value = "FORMAT", one_of = { "table", "json" }, help = "table (default), or json: an object a line" },
    { "no-stream", help = "once; otherwise every two seconds on a terminal, until Ctrl-C" },
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local runner = cx.runner()
    local stream = not values["no-stream"] and runner:is_terminal(1)
    repeat
      local list = targets.containers(cx, project, rest, { running = true })
      if stream and values.format ~= "json" then io.write "\27[H\27[2J" end
      show(#list > 0 and read(cx, list) or {}, values.format)
      if not stream then return 0 end
      -- In the foreground, where Ctrl-C ends it in every engine.
      local status = runner:shell("sleep " .. INTERVAL)
    until status ~= 0
    return 130
  end,
}
