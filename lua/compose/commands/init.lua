--- The commands of `moonwire compose`, in the order of the help.
--
-- The command NAME is the module compose.commands.NAME, a table of
--
--     summary    one line
--     usage      its arguments, such as "[options] [SERVICE...]"
--     options    as in compose.cli; --help is added
--     run        run(values, rest, cx) -> exit status; cx has `load(more)`, which gives the project or raises a fault,
--                `warn(text)`, `fail(text)`, which raises one, and `runner()`, which runs podman (compose.podman): one for
--                the command, closed after it, which runs nothing that changes something where --dry-run is given
--
-- @module compose.commands

local commands = {}

--- Names, in order.
commands.NAMES = {
  "up", "down", "plan", "ps", "ls", "logs", "exec", "run", "build", "pull", "push", "images", "create", "start", "stop",
  "restart", "kill", "rm", "pause", "unpause", "wait", "top", "stats", "port", "cp", "events", "config", "systemd", "quadlet",
  "kube", "version",
}

-- True where `require` would find the module, without loading it.
local function exists(name)
  if package.loaded[name] or package.preload[name] then return true end
  local searchers = package.searchers
  for i = 2, #searchers do
    if type((searchers[i](name))) == "function" then return true end
  end
  return false
end

--- A command.
-- @tparam string name
-- @treturn ?table nil where there is none
function commands.find(name)
  for _, known in ipairs(commands.NAMES) do
    if known == name then
      local module = "compose.commands." .. name
      return exists(module) and require(module) or nil
    end
  end
  return nil
end

--- The names of the commands that are there, in order.
-- @treturn {string,...}
function commands.names()
  local names = {}
  for _, name in ipairs(commands.NAMES) do
    if commands.find(name) then names[#names + 1] = name end
  end
  return names
end

return commands
