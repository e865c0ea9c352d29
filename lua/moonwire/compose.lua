--- `moonwire compose`: what a compose file describes, with podman.

local cli = require "compose.cli"
local commands = require "compose.commands"
local compose = require "compose"
local faults = require "compose.faults"
local OPTIONS = require "compose.options"
local podman = require "compose.podman"

local function usage()
  local lines = { "usage: moonwire compose [options] COMMAND [arguments]\n\n", cli.help(OPTIONS), "\ncommands:\n" }
  for _, name in ipairs(commands.names()) do
    lines[#lines + 1] = ("  %-10s %s\n"):format(name, commands.find(name).summary)
  end
  lines[#lines + 1] = "\nmoonwire compose COMMAND --help says more of each.\n"
  return table.concat(lines)
end

local function command_help(name, command, options)
  local summary = command.summary:gsub("^%l", string.upper)
  return ("usage: moonwire compose %s %s\n%s.\n\n%s"):format(name, command.usage, summary, cli.help(options))
end

local function complain(text)
  io.stderr:write("moonwire compose: ", text, "\n")
  return 1
end

-- What commands are given to load projects and to run podman with.
local function context(global, values)
  local function warn(text) io.stderr:write("warning: ", text, "\n") end
  local runner
  return {
    warn = warn,
    fail = function(text) error(faults.new(nil, nil, text), 0) end,
    global = global,
    runner = function()
      if not runner then runner = podman.open { dry = global["dry-run"] or values["dry-run"] } end
      return runner
    end,
    close = function()
      if runner then runner:close() end
    end,
    load = function(more)
      local options = {
        files = global.file, name = global["project-name"], folder = global["project-directory"],
        profiles = global.profile, env_files = global["env-file"],
      }
      for key, value in pairs(more or {}) do options[key] = value end
      local project, err, warnings = compose.load(options)
      for _, line in ipairs(project and project.warnings or warnings or {}) do warn(line) end
      if not project then error(faults.new(nil, nil, err), 0) end
      return project
    end,
  }
end

--- Runs the command.
-- @tparam {string,...} args its arguments
-- @treturn integer the exit status: 0, 1 where something is wrong
return function(args)
  local global, rest = cli.parse(args, OPTIONS, true)
  if not global then return complain(rest .. " (--help lists the options)") end
  local name = rest[1]
  if global.help or name == "help" or not name then
    local out = name == nil and not global.help and io.stderr or io.stdout
    out:write(usage())
    return out == io.stderr and 1 or 0
  end
  local command = commands.find(name)
  if not command then
    local known = {}
    for _, other in ipairs(commands.names()) do known[other] = true end
    return complain(("there is no command %q%s (--help lists them)"):format(name, faults.did_you_mean(name, known)))
  end
  local options = table.move(command.options, 1, #command.options, 1, {})
  options[#options + 1] = { "help", short = "h", help = "this text" }
  local values, arguments = cli.parse(table.move(rest, 2, #rest, 1, {}), options, command.stop)
  if not values then return complain(("%s: %s (--help lists the options)"):format(name, arguments)) end
  if values.help then
    io.write(command_help(name, command, options))
    return 0
  end
  local cx = context(global, values)
  local ok, status = pcall(command.run, values, arguments, cx)
  cx.close()
  if ok then return status end
  -- Ctrl-C in an engine that tells the script.
  if type(status) == "string" and status:find("interrupted!", 1, true) then return 130 end
  if not faults.is_fault(status) then error(status, 0) end
  io.stderr:write(tostring(status.message and not status.place and not status.path and status.message or status), "\n")
  return 1
end
