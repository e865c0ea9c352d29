--- Other compose files that a file takes in as they are: include.
--
-- An included file is a project of its own, with its own folder and variables, whose parts are added to this one. What
-- the including file says about a part goes over it (Compose Specification, "Include").
--
-- @module compose.include

local environment = require "compose.environment"
local faults = require "compose.faults"
local files = require "compose.files"
local merge = require "compose.merge"
local tree = require "compose.tree"

local include = {}

--- Whether a path is an address of git or of a registry, which nothing here fetches.
-- @tparam string path
-- @treturn boolean
function include.is_remote(path)
  return path:find "^%w+://" ~= nil or path:find "^git@" ~= nil or path:find "^github%.com/" ~= nil
end

local SECTIONS = { "services", "jobs", "volumes", "networks", "secrets", "configs", "models", "x-pods", "x-hosts" }

local function texts(value, place, path)
  if value == nil then return {} end
  if type(value) == "string" then return { value } end
  if not tree.is_list(value) then faults.raise(place, path, "must be a string or a list of strings") end
  for i = 1, #value do
    if type(value[i]) ~= "string" then faults.raise(tree.place(value, i), tree.join(path, i), "must be a string") end
  end
  return value
end

local KEYS = { path = true, env_file = true, project_directory = true }

local function take(from, into, resets)
  for _, section in ipairs(SECTIONS) do
    local entries = from[section]
    if tree.is_map(entries) then
      if into[section] == nil then tree.set(into, section, tree.map(), tree.place(from, section)) end
      for name, value in tree.each(entries) do
        local own = into[section][name]
        if own == nil then
          tree.set(into[section], name, value, tree.place(entries, name))
        elseif not tree.equal(own, value) then
          local wrapped = tree.map()
          wrapped[section] = tree.map()
          wrapped[section][name] = value
          merge.reset(wrapped, resets)
          local under = wrapped[section][name]
          if under ~= nil then own = merge.entry(under, own, section, name) end
          tree.set(into[section], name, own, tree.place(into[section], name))
        end
      end
    end
  end
end

--- Adds what a file includes.
-- @tparam table project the tree of the file; changed
-- @tparam table cx `folder`, `environment`, `resets`; `trail`: the paths of the files on the way here;
--   `load(paths, folder, environment, trail)`: loads files as one project
-- @raise a fault where a file is missing, or includes itself
function include.project(project, cx)
  local list, at = project.include, tree.place(project, "include")
  if list == nil or list == tree.null then return end
  if not tree.is_list(list) then faults.raise(at, "include", "must be a list") end
  for i = 1, #list do
    local entry, place, path = list[i], tree.place(list, i), tree.join("include", i)
    if type(entry) ~= "string" and not tree.is_map(entry) then
      faults.raise(place, path, "must be a path or a mapping with path, project_directory and env_file")
    end
    local settings = type(entry) == "string" and { path = entry } or entry
    for key in pairs(settings) do
      if not KEYS[key] then
        faults.raise(tree.place(settings, key), tree.join(path, key), "unknown attribute" .. faults.did_you_mean(key, KEYS))
      end
    end
    local full = {}
    for j, name in ipairs(texts(settings.path, place, path .. ".path")) do
      full[j] = files.join(cx.folder, name)
      if include.is_remote(name) then
        faults.raise(place, path, ('"%s" is no file of this machine; compose files from git or a registry are not fetched: clone it')
          :format(name))
      end
      if files.kind(full[j]) ~= "file" then faults.raise(place, path, ("there is no file %s"):format(name)) end
    end
    if #full == 0 then faults.raise(place, path, "the path of a file is missing") end
    for j, other in ipairs(cx.trail) do
      if other == full[1] then
        local circle = table.move(cx.trail, j, #cx.trail, 1, {})
        circle[#circle + 1] = full[1]
        faults.raise(place, path, "files include each other in a circle: " .. table.concat(circle, " -> "))
      end
    end
    local folder = files.folder(full[1])
    if settings.project_directory ~= nil then folder = files.join(cx.folder, settings.project_directory) end
    local env_files = {}
    for _, name in ipairs(texts(settings.env_file, place, path .. ".env_file")) do
      if name ~= "/dev/null" then
        local env_path = files.join(cx.folder, name)
        if files.kind(env_path) ~= "file" then faults.raise(place, path .. ".env_file", ("there is no file %s")
          :format(name)) end
        env_files[#env_files + 1] = env_path
      end
    end
    if settings.env_file == nil and files.kind(folder .. "/.env") == "file" then env_files[1] = folder .. "/.env" end
    local own = environment.extend(cx.environment, environment.read(cx.environment, env_files))
    take(cx.load(full, folder, own, cx.trail), project, cx.resets)
  end
  tree.set(project, "include", nil)
end

return include
