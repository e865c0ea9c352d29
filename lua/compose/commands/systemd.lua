--- `moonwire compose systemd`: a unit that starts the project at boot.
local faults = require "compose.faults"
local files = require "compose.files"
local program = require "compose.program"
local systemd = require "compose.systemd"
local tree = require "compose.tree"

-- Variables that the shell has now and a unit will not have.
local function of_the_shell(project)
  local names = {}
  for name, value in tree.each(project.variables) do
    if os.getenv(name) == value and not name:find "^COMPOSE_" then names[#names + 1] = name end
  end
  return names
end

return {
  summary = "write a unit of systemd that starts the project at boot",
  usage = "[options]",
  options = {
    { "user", help = "for the user's own systemd (systemctl --user), with rootless podman" },
    { "output", short = "o", value = "DIR", help = "write the unit into a folder (default: print it)" },
    { "program", value = "PATH", help = "the command moonwire (default: the one that runs)" },
    { "timeout", value = "SECONDS", help = "how long starting may take (default: no limit)" },
  },
  run = function(values, _, cx)
    local timeout = values.timeout and tonumber(values.timeout)
    if values.timeout and not timeout then
      faults.raise(nil, nil, ("--timeout must be a number of seconds, not %q"):format(values.timeout))
    end
    local project = cx.load()
    for _, path in ipairs(project.files) do
      if path == "-" then faults.raise(nil, nil, "a unit needs files; this project comes from standard input") end
    end
    local names = of_the_shell(project)
    if #names > 0 then
      cx.warn(("the files use variables of your shell, which the unit will not have: %s; write them into %s")
        :format(table.concat(names, ", "), files.join(project.folder, ".env")))
    end
    local unit = systemd.unit(project, {
      program = values.program and { values.program } or program.command(), user = values.user, timeout = timeout,
    })
    if not values.output then
      io.write(unit)
      return 0
    end
    local path = values.output .. "/" .. systemd.name(project)
    files.write(path, unit)
    local systemctl = values.user and "systemctl --user" or "systemctl"
    io.write(("%s\nNow: %s daemon-reload && %s enable --now %s\n"):format(path, systemctl, systemctl, systemd.name(project)))
    if values.user then io.write("And once, so that it starts without a login: loginctl enable-linger\n") end
    return 0
  end,
}
