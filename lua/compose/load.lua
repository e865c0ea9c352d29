--- From files to one tree: each file interpolated, its includes added, its extends resolved, merged into those before.
--
-- The order of the steps is that of the reference loader, since it can be seen: an included file may have what a
-- service extends, !reset takes away what earlier files said, merging happens between long forms.
--
-- @module compose.load

local canonical = require "compose.canonical"
local check = require "compose.check"
local consistency = require "compose.consistency"
local extends = require "compose.extends"
local faults = require "compose.faults"
local files = require "compose.files"
local include = require "compose.include"
local interpolate = require "compose.interpolate"
local merge = require "compose.merge"
local normalise = require "compose.normalise"
local paths = require "compose.paths"
local scalars = require "compose.scalars"
local schema = require "compose.schema"
local script = require "compose.script"
local source = require "compose.source"
local tree = require "compose.tree"
local unique = require "compose.unique"
local volumes = require "compose.volumes"

local load = {}

--- Reads the documents of a file, YAML or Lua.
-- @tparam string path "-" is standard input
-- @tparam table cx `shown(path)`: its name in messages; `environment`
-- @treturn {table,...} as compose.source gives them
-- @raise a fault where it cannot be read
function load.documents(path, cx)
  local text, err
  if path == "-" then text = io.read "a" else text, err = files.read(path) end
  if not text then faults.raise(nil, nil, "the compose file cannot be read: " .. err) end
  local name = path == "-" and "stdin" or cx.shown(path)
  if path:find "%.lua$" then return script.read(text, name, cx.environment.lookup) end
  return source.read(text, name)
end

-- Other names of attributes become the ones that everything else knows; what has the proper name goes over them.
local function rename(map, names)
  for other, name in pairs(names) do
    if map[other] ~= nil then
      local place, value = tree.place(map, other), map[other]
      tree.set(map, other, nil)
      if map[name] == nil or map[name] == tree.null then
        tree.set(map, name, value, place)
      elseif tree.is_map(value) and tree.is_map(map[name]) then
        tree.set(map, name, merge.files(value, map[name]), place)
      end
    end
  end
end

local function synonyms(project)
  rename(project, schema.synonyms.project)
  for _, service in tree.each(tree.is_map(project.services) and project.services or {}) do
    if tree.is_map(service) then
      rename(service, schema.synonyms.service)
      local watch = tree.is_map(service.develop) and service.develop.watch
      for i = 1, tree.is_list(watch) and #watch or 0 do
        if tree.is_map(watch[i]) then rename(watch[i], schema.synonyms.watch) end
      end
    end
  end
end

-- Numbers that are another text than the one that is written, where a text is wanted.
local TEXTS = {}
for _, path in ipairs {
  "environment", "labels", "annotations", "sysctls", "build.args", "build.labels", "logging.options", "deploy.labels",
} do
  TEXTS["services.*." .. path] = true
end
local TEXT_TRIE = tree.trie(TEXTS)

local function warn_of_numbers(project, cx)
  tree.walk(project, TEXT_TRIE, function(_, holder, key, path)
    local map = holder[key]
    if not tree.is_map(map) then return end
    for name, value in tree.each(map) do
      local place = tree.place(map, name)
      if type(value) == "number" and place and place.text then
        cx.warn(place, tree.join(path, name), ('the number %s is the text "%s"; write "%s" in quotes if that is meant')
          :format(place.text, scalars.text(value), place.text))
      end
    end
  end)
end

-- Options of volumes in the short form that nobody knows are left out, as everywhere, but not in silence.
local VOLUMES = tree.trie { ["services.*.volumes.*"] = true }

local function warn_of_options(project, cx)
  tree.walk(project, VOLUMES, function(_, holder, key, path)
    if type(holder[key]) ~= "string" then return end
    for _, option in ipairs(volumes.unknown_options(holder[key])) do
      cx.warn(tree.place(holder, key), path, ('"%s" is no option of a volume; it says nothing'):format(option))
    end
  end)
end

local function variables(cx)
  if cx.no_interpolation then return nil end
  return {
    lookup = cx.environment.lookup,
    unset = function(name) cx.warn(nil, nil, ('the variable "%s" is not set; it stands for an empty text'):format(name)) end,
  }
end

-- One document as a tree: interpolated and named as the specification has it.
local function prepare(document, cx)
  if not tree.is_map(document.tree) then
    faults.raise(document.place, nil, document.tree == tree.null and "the compose file is empty" or "a compose file must be a mapping")
  end
  local project = interpolate.tree(document.tree, variables(cx))
  synonyms(project)
  warn_of_numbers(project, cx)
  warn_of_options(project, cx)
  return project
end

-- A file that a service extends, with the paths that it has in its own folder.
local function load_base(path, place, where, cx)
  if files.kind(path) ~= "file" then faults.raise(place, where, ("there is no file %s"):format(cx.shown(path))) end
  local all, resets = tree.map(), {}
  for _, document in ipairs(cx.cached(path, cx)) do
    local project = prepare(document, cx)
    merge.reset(all, document.resets)
    resets = document.resets
    all = merge.files(all, project)
    unique.all(all)
    local found = {}
    for name, service in tree.each(tree.is_map(all.services) and all.services or {}) do
      if service ~= tree.null then -- a service may be empty as long as it is only extended
        check.form(schema.service, service, tree.place(all.services, name), "services." .. name, found, cx.no_interpolation)
      end
    end
    faults.raise_all(found)
    canonical.project(all, cx.no_interpolation)
  end
  paths.resolve(all, files.folder(path), cx.environment.lookup)
  return all, resets
end

--- Loads files as one project.
-- @tparam {string,...} list paths
-- @tparam table cx `folder`: the project's, absolute; `environment`; `trail`: files that lead here; `warn(place, path,
--   message)`; `shown(path)`; `cached(path, cx)`: the documents of a file; `no_interpolation`
-- @treturn table a tree in canonical form, with absolute paths
-- @raise a fault
function load.files(list, cx)
  local all = tree.map()
  local bases = {}
  for _, path in ipairs(list) do
    for _, document in ipairs(cx.cached(path, cx)) do
      local project = prepare(document, cx)
      local trail = table.move(cx.trail, 1, #cx.trail, 1, {})
      trail[#trail + 1] = path
      include.project(project, {
        folder = cx.folder, environment = cx.environment, resets = document.resets, trail = trail,
        load = function(included, folder, environment, way)
          local own = setmetatable({ folder = folder, environment = environment, trail = way }, { __index = cx })
          return load.files(included, own)
        end,
      })
      merge.reset(all, document.resets)
      extends.project(project, {
        file = path, folder = cx.folder, resets = document.resets,
        load = function(base, place, where)
          if not bases[base] then bases[base] = { load_base(base, place, where, cx) } end
          return tree.copy(bases[base][1]), bases[base][2]
        end,
      })
      all = merge.files(all, project)
      unique.all(all)
      check.project(all, cx.no_interpolation)
      if all.version then
        cx.warn(tree.place(all, "version"), nil, "the attribute version is obsolete and says nothing; leave it out")
        tree.set(all, "version", nil)
      end
      canonical.project(all, cx.no_interpolation)
      unique.all(all)
    end
  end
  canonical.defaults(all)
  if not cx.no_interpolation then consistency.parts(all) end
  paths.resolve(all, cx.folder, cx.environment.lookup)
  normalise.variables(all, cx.environment.lookup)
  return all
end

return load
