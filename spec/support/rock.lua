--- The modules of rocks/, and the genuine rocks that bear their names.
local rock = {}

--- Our module, whatever `require` would give.
-- @tparam string name
-- @treturn table
function rock.ours(name)
  return assert(loadfile("rocks/" .. name:gsub("%.", "/") .. ".lua"))(name)
end

--- Where the engine's own paths have a module.
-- @tparam string name
-- @treturn ?string
-- @treturn ?boolean whether it is a C module
function rock.path(name)
  for template in (package.path .. ";"):gmatch("([^;]*);") do
    local path = template ~= "" and not template:find("rocks/", 1, true) and package.searchpath(name, template)
    if path then return path, false end
  end
  local path = package.searchpath(name, package.cpath)
  return path, path and true
end

--- The genuine module.
-- @tparam string name
-- @treturn ?table nil where the engine has none
function rock.genuine(name)
  local path, in_c = rock.path(name)
  if not path then return nil end
  if in_c then return assert(package.loadlib(path, "luaopen_" .. name:gsub("%.", "_")))(name) end
  return assert(loadfile(path))(name)
end

return rock
