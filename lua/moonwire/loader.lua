--- Where `require` finds the modules of this project, in engines that read files.
--
-- Names in lua/ (nats, json, yaml, ...) are ours before anything that the engine would find; names in
-- rocks/ (cjson, dkjson, busted, ...) are ours only where the engine finds nothing, so that a genuine
-- rock wins. `require` is not replaced: it is told through `package` in ways that all engines keep to.
-- (The `moonwire` binary has these files inside it and keeps the same order by itself.)
local loader = {}

local searchers = package.searchers

local function readable(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

--- Finds the file of a module.
-- @tparam string folder a folder of modules, such as ROOT/lua
-- @tparam string name a module's name, as `require` takes it
-- @treturn ?string the path of FOLDER/NAME.lua or FOLDER/NAME/init.lua
-- @treturn ?string where there is none: the places looked at, as `require` lists them
function loader.find(folder, name)
  local base = folder .. "/" .. name:gsub("%.", "/")
  local file, init = base .. ".lua", base .. "/init.lua"
  if readable(file) then return file end
  if readable(init) then return init end
  return nil, "\n\tno file '" .. file .. "'\n\tno file '" .. init .. "'"
end

local function load_from(folder, name)
  local path, tried = loader.find(folder, name)
  if not path then return nil, tried end
  local chunk, err = loadfile(path)
  if not chunk then
    error("error loading module '" .. name .. "' from file '" .. path .. "':\n\t" .. err, 0)
  end
  return function(module_name) return chunk(module_name, path) end, path
end

-- Before everything else stands package.preload: every engine asks it first, ConTeXt's own `require`
-- too (which then looks beside the document, by base name, before any path). A metatable answers for
-- a module when it is asked for, so no list of modules has to be made and kept.
local function install_first(folder)
  local meta = getmetatable(package.preload) or {}
  local before = meta.__index
  function meta.__index(preload, name)
    local found
    if type(before) == "function" then found = before(preload, name)
    elseif before then found = before[name] end
    if found == nil and type(name) == "string" then found = load_from(folder, name) end
    return found
  end
  setmetatable(package.preload, meta)
end

-- A C module that the engine finds and cannot load (it is for another Lua) is as good as none, if there is ours.
local function forgive(folder, searcher)
  return function(name)
    local fine, found, data = pcall(searcher, name)
    if fine then return found, data end
    if type(name) == "string" and loader.find(folder, name) then return "\n\t" .. tostring(found) end
    error(found, 0)
  end
end

local function install_last(folder)
  for i = 3, #searchers do searchers[i] = forgive(folder, searchers[i]) end
  searchers[#searchers + 1] = function(name)
    local found, path_or_tried = load_from(folder, name)
    if found then return found, path_or_tried end
    return path_or_tried
  end
end

--- Makes `require` find the modules of a root folder. Doing it again for the same root does nothing.
-- @tparam string root the folder that has lua/ and rocks/ in it, without a slash at its end
function loader.install(root)
  local meta = getmetatable(package.preload) or {}
  meta.moonwire_roots = meta.moonwire_roots or {}
  setmetatable(package.preload, meta)
  if meta.moonwire_roots[root] then return end
  meta.moonwire_roots[root] = true
  install_first(root .. "/lua")
  install_last(root .. "/rocks")
end

--- The root folder, told from the path of a file ROOT/lua/moonwire/NAME.lua.
-- @tparam string path the path, or the chunk name of the file ("@" and a path)
-- @treturn string ROOT, without a slash at its end
function loader.root_of(path)
  local folder = path:gsub("^@", ""):gsub("\\", "/"):match("^(.*)/[^/]*$") or "."
  local root = folder:match("^(.*)/lua/moonwire$")
  if root == "" then return "" end
  if root then return root end
  if folder == "lua/moonwire" then return "." end
  return folder .. "/../.."
end

return loader
