--- The commands of `moonwire` that are Lua.
--
-- @module moonwire.commands

local commands = {}

-- Name and purpose, in the order in which --help lists them. Those that are not installed are left out.
local ALL = {
  { "spec", "run specs written for busted, in one engine or in all" },
  { "compose", "start and stop what a compose file describes, with podman" },
  { "press", "typeset one large document in parts" },
  { "topology", "configure NATS servers that stand together, from one table" },
  { "yaml", "read, check and convert YAML" },
  { "json", "read, check and convert JSON" },
  { "rocks", "show which file each rock comes from" },
  { "completion", "write completion of command lines for a shell" },
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

--- Whether a word is a command.
-- @tparam string name
-- @treturn boolean
function commands.has(name)
  for _, command in ipairs(ALL) do
    if command[1] == name then return exists("moonwire." .. name) end
  end
  return false
end

--- The commands that are installed.
-- @treturn {{string,string},...} name and purpose
function commands.list()
  local list = {}
  for _, command in ipairs(ALL) do
    if commands.has(command[1]) then list[#list + 1] = command end
  end
  return list
end

return commands
