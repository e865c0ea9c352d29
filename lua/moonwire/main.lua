--- The entry for every engine that reads files: `lua5.4 lua/moonwire/main.lua COMMAND args`, and the
-- same from texlua, `luametatex --luaonly` and `mtxrun --script moonwire`.
--
-- A command NAME is the module moonwire.NAME, which returns function(args) -> exit status. What is no
-- command is a script, run as `lua` runs one.

-- Loaded late: where this file is run, `require` finds it only after loader.install.
local function commands() return require "moonwire.commands" end

local function usage()
  local lines = {
    "usage: moonwire COMMAND [options]     a command, or its help with --help",
    "       moonwire SCRIPT.lua [args]     a script",
    "",
    "commands:",
  }
  for _, command in ipairs(commands().list()) do lines[#lines + 1] = ("  %-10s %s"):format(command[1], command[2]) end
  return table.concat(lines, "\n") .. "\n"
end

local function run_script(args)
  local chunk, err = loadfile(args[1])
  if not chunk then
    io.stderr:write("moonwire: ", err, "\n")
    return 1
  end
  -- A script sees the global `arg` as under `lua`: its own name at 0, its arguments from 1.
  local given = {}
  for i = 1, #args do given[i - 1] = args[i] end
  _G.arg = given
  local ok, trace = xpcall(chunk, function(message)
    if type(message) == "string" then return debug.traceback(message, 2) end
    return message
  end, table.unpack(args, 2))
  if ok then return 0 end
  io.stderr:write("moonwire: ", tostring(trace), "\n")
  return 1
end

--- Runs a command or a script.
-- @tparam {string,...} args the arguments, the command or the script's name first
-- @treturn integer the exit status
local function main(args)
  local first = args[1]
  if first == nil or first == "--help" or first == "-h" or first == "help" then
    local out = first and io.stdout or io.stderr
    out:write(usage())
    return first and 0 or 2
  end
  if commands().has(first) then
    return require("moonwire." .. first)(table.move(args, 2, #args, 1, {}))
  end
  if first:sub(1, 1) == "-" then
    io.stderr:write("moonwire: unknown option ", first, " (--help lists the commands)\n")
    return 2
  end
  return run_script(args)
end

-- `require` hands over the module's name; an engine that runs this file hands over arguments or nothing.
if ... == "moonwire.main" then return main end

local source = debug.getinfo(1, "S").source
local folder = source:sub(2):match("^(.*[/\\])") or "./"
local loader = dofile(folder .. "loader.lua")
loader.install(loader.root_of(source))
package.loaded["moonwire.loader"] = loader
os.exit(main(table.move(arg, 1, #arg, 1, {})), true)
