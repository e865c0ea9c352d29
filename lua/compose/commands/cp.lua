--- `moonwire compose cp`: files between containers and this machine.
local faults = require "compose.faults"
local session = require "compose.session"
local state = require "compose.state"
local targets = require "compose.targets"

-- A side of a copy: a service and a path, or a path alone. A path with a colon begins with ./ or /.
local function side(text)
  local service, path = text:match "^([%w._-]+):(.*)$"
  if service and not text:find "^%.%.?/" then return path, service end
  return text, nil
end

return {
  summary = "copy files or folders between a container and this machine",
  usage = "[options] SERVICE:PATH PATH|-, or PATH|- SERVICE:PATH",
  options = {
    { "archive", short = "a", help = "keep user and group of what is copied (with numbers, not names)" },
    { "index", value = "N", help = "the container with this number (default: the first; to all of them with --all)" },
    { "all", help = "to all containers of the service, those of `run` too" },
    session.DRY_RUN,
  },
  run = function(values, rest, cx)
    if #rest ~= 2 then faults.raise(nil, nil, "cp: name what is copied and where to; one of them as SERVICE:PATH") end
    local from, from_service = side(rest[1])
    local to, to_service = side(rest[2])
    if from_service and to_service then
      faults.raise(nil, nil, "cp: copying between services is not possible; copy to this machine first")
    end
    local service = from_service or to_service
    if not service then faults.raise(nil, nil, "cp: one of the two must be SERVICE:PATH; there is no service in them") end
    local project = session.project(cx)
    local index = targets.index("index", values.index)
    local list
    if values.all and to_service then
      list = targets.containers(cx, project, { service }, { oneoff = true, index = index })
    end
    if not list or #list == 0 then list = { targets.one(cx, project, service, { index = index, stopped = true }) } end
    local runner = cx.runner()
    for _, container in ipairs(list) do
      local call = { "cp", host = container.host, changes = true }
      -- podman keeps them unless it is told not to; docker compose the other way round.
      call[2] = "--archive=" .. tostring(values.archive or false)
      local inside = container.name .. ":" .. (to_service and to or from)
      call[3], call[4] = to_service and from or inside, to_service and inside or to
      if from == "-" or to == "-" then
        local status = runner:foreground(call)
        if status ~= 0 then return status end
      else
        local result = runner:run(call)
        if result.status ~= 0 then state.fail(result, container.host, "podman cp") end
      end
    end
    return 0
  end,
}
