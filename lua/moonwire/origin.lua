--- Which file `require` takes a module from, without loading it.
--
-- @module moonwire.origin

local loader = require "moonwire.loader"

-- What stands in package.preload by itself, and not because loader.install answers for lua/.
local function preloaded(name) return rawget(package.preload, name) ~= nil end

-- The file of a module of lua/, which loader.install answers for.
local function ours(name)
  local meta = getmetatable(package.preload)
  for root in pairs(meta and meta.moonwire_roots or {}) do
    local path = loader.find(root .. "/lua", name)
    if path then return path end
  end
  return nil
end

--- Where `require` would take a module from.
-- @tparam string name
-- @treturn ?string the path of a file; "built in" for what the engine has without one; nil when there is none
return function(name)
  if preloaded(name) then return "built in" end
  local own = ours(name)
  if own then return own end
  for i = 2, #package.searchers do
    local load, path = package.searchers[i](name)
    if type(load) == "function" then
      -- Some searchers do not say which file.
      return type(path) == "string" and path ~= ":preload:" and path
        or package.searchpath(name, package.path) or package.searchpath(name, package.cpath) or "built in"
    end
  end
  return package.loaded[name] ~= nil and "built in" or nil
end
