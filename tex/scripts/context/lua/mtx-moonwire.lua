--- `mtxrun --script moonwire SCRIPT.lua args` and `mtxrun --script moonwire COMMAND args`: the same as
-- `moonwire` with these arguments, under LuaTeX or LuaMetaTeX.

-- What follows the name of this script on the command line. mtxrun's own table of arguments sorts
-- options from names, and so loses the order; `arg` has everything as it was written.
local function own_arguments()
  local from
  for i, word in ipairs(arg) do
    if word == "--script" then from = i + 2 elseif word:find("^%-%-script=") then from = i + 1 end
    if from then break end
  end
  return table.move(arg, from or 1, #arg, 1, {})
end

-- This file is ROOT/tex/scripts/context/lua/mtx-moonwire.lua, and ROOT has lua/ in it.
local function root()
  local folder = file.collapsepath(file.pathpart(debug.getinfo(1, "S").source:sub(2)), true)
  return os.getenv("MOONWIRE_HOME") or folder:match("^(.*)/tex/scripts/context/lua$") or folder .. "/../../../.."
end

local path = root() .. "/lua/moonwire/loader.lua"
local chunk, err = loadfile(path)
if not chunk then
  io.stderr:write("moonwire: the Lua modules are not there: ", err,
    "; set MOONWIRE_HOME to the folder that has lua/moonwire in it\n")
  os.exit(1)
end
local loader = chunk("moonwire.loader", path)
loader.install(root())
package.loaded["moonwire.loader"] = loader

os.exit(require("moonwire.main")(own_arguments()), true)
