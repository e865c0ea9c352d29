--- The command `moonwire` as this engine has it, for specs of commands.
local engine = require "moonwire.engine"
local shell = require "spec.support.shell"

local moonwire = {}

local MAIN = " lua/moonwire/main.lua"

local function luametatex()
  for _, folder in ipairs { os.getenv("MOONWIRE_LMTX") or "", ".cache/lmtx/bin" } do
    local path = folder ~= "" and shell.which(folder .. "/luametatex")
    if path then return path end
  end
  return shell.which("luametatex")
end

local COMMANDS = {
  host = function() return os.getenv("MOONWIRE_BIN") or "bin/moonwire" end,
  lua54 = function() return "lua5.4" .. MAIN end,
  texlua = function() return "texlua" .. MAIN end,
  luametatex = function() return luametatex() .. " --luaonly" .. MAIN end,
}

--- A shell command, or nil inside a document.
moonwire.command = COMMANDS[engine] and COMMANDS[engine]()

--- Why specs of commands are pending inside documents.
moonwire.reason = "a document has no command line"

--- The command, to be called from other folders.
-- @treturn string
function moonwire.absolute()
  local here = shell.read("pwd") .. "/"
  return (moonwire.command:gsub("%f[%S]lua/moonwire/", function(path) return here .. path end)
    :gsub("^%.cache", here .. ".cache"):gsub("^bin/", here .. "bin/"))
end

--- Runs a command.
-- @tparam string arguments as the shell takes them
-- @treturn string what it prints, errors too
-- @treturn integer its status
function moonwire.run(arguments)
  return shell.read("{ " .. moonwire.command .. " " .. arguments .. "; } 2>&1 < /dev/null")
end

return moonwire
