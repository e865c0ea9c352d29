--- Services that begin as another one: extends.
--
-- @module compose.extends

local faults = require "compose.faults"
local files = require "compose.files"
local include = require "compose.include"
local merge = require "compose.merge"
local tree = require "compose.tree"

local extends = {}

-- The service that a service extends, merged under it; `seen` has the services on the way here.
local function resolve(section, name, entries, cx, seen)
  local service = entries[name]
  if service == tree.null then return nil end
  if not tree.is_map(service) then
    faults.raise(tree.place(entries, name), section .. "." .. name, "must be a mapping")
  end
  local settings = service.extends
  if settings == nil or settings == tree.null then return service end
  local place, path = tree.place(service, "extends"), ("%s.%s.extends"):format(section, name)
  local base_name, file = settings, nil
  if tree.is_map(settings) then base_name, file = settings.service, settings.file end
  if type(base_name) ~= "string" then faults.raise(place, path, "the name of a service is missing: extends: { service: ... }") end
  if file ~= nil and type(file) ~= "string" then faults.raise(place, path, "file must be a string") end

  local here = (cx.file or "") .. ":" .. name
  for i, other in ipairs(seen) do
    if other.key == here then
      local circle = {}
      for j = i, #seen do circle[#circle + 1] = seen[j].name end
      circle[#circle + 1] = name
      faults.raise(place, path, "services extend each other in a circle: " .. table.concat(circle, " -> "))
    end
  end
  local way = table.move(seen, 1, #seen, 1, {})
  way[#way + 1] = { key = here, name = name }

  local base_entries, base_cx = entries, cx
  if file then
    if include.is_remote(file) then
      faults.raise(place, path, ('"%s" is no file of this machine; compose files from git or a registry are not fetched: clone it')
        :format(file))
    end
    local full = files.join(cx.folder, file)
    base_cx = { file = full, folder = cx.folder, load = cx.load, resets = {} }
    local base_project
    base_project, base_cx.resets = cx.load(full, place, path)
    base_entries = base_project[section]
    if not tree.is_map(base_entries) then faults.raise(place, path, ("%s has no %s"):format(file, section)) end
  end
  if base_entries[base_name] == nil then
    faults.raise(place, path, ('there is no service "%s" in %s%s'):format(base_name, file or "this file",
      faults.did_you_mean(base_name, base_entries)))
  end
  local base = resolve(section, base_name, base_entries, base_cx, way)
  if not base then return service end
  local holder = { [section] = tree.map() }
  holder[section][name] = tree.copy(base)
  local wrapped = setmetatable(holder, { __jsontype = "object", at = {} })
  merge.reset(wrapped, cx.resets)
  local under = wrapped[section][name]
  if under == nil then under = tree.map() end
  local merged = merge.entry(under, service, section, name)
  tree.set(merged, "extends", nil)
  tree.set(entries, name, merged, tree.place(entries, name))
  return merged
end

--- Resolves the extends of all services and jobs of a file.
-- @tparam table project the tree of the file; changed
-- @tparam table cx `file`: its path; `folder`: what paths are relative to; `resets`: its !reset and !override marks;
--   `load(path, place, where)`: gives the tree of another file, canonical, with absolute paths, and its marks
-- @raise a fault where a service is missing, or extends itself
function extends.project(project, cx)
  for _, section in ipairs { "services", "jobs" } do
    local entries = project[section]
    if tree.is_map(entries) then
      for name in tree.each(entries) do resolve(section, name, entries, cx, {}) end
    end
  end
end

return extends
