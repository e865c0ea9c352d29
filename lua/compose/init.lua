--- moonwire compose: projects of the Compose Specification, and of pods, for podman.
--
--     local compose = require "compose"
--     local project, err = compose.load { files = { "compose.yaml" } }
--     if not project then error(err) end
--     for name, service in pairs(project.services) do print(name, service.image) end
--
-- compose.project describes what a project is.
--
-- @module compose

local environment = require "compose.environment"
local faults = require "compose.faults"
local files = require "compose.files"
local hosts = require "compose.hosts"
local interpolate = require "compose.interpolate"
local load = require "compose.load"
local project = require "compose.project"
local scalars = require "compose.scalars"
local tree = require "compose.tree"

local compose = {}

--- The names of compose files, in the order in which they are looked for.
compose.NAMES = { "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml", "compose.lua" }

--- The names of files that are read after one of these.
compose.OVERRIDES = {
  "compose.override.yml", "compose.override.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
}

local function first_of(folder, names)
  for _, name in ipairs(names) do
    local path = files.join(folder, name)
    if files.kind(path) == "file" then return path end
  end
end

-- The compose files of a folder or of the nearest one above it.
local function find(folder)
  local from = folder
  while true do
    local path = first_of(folder, compose.NAMES)
    if path then return { path, first_of(folder, compose.OVERRIDES) } end
    if folder == "/" then
      faults.raise(nil, nil, ("there is no compose file in %s or above it (%s)")
        :format(from, table.concat(compose.NAMES, ", ")))
    end
    folder = files.folder(folder)
  end
end

local function split(text, separator)
  local parts = {}
  for part in (text .. separator):gmatch("([^" .. separator .. "]*)" .. separator) do
    local word = part:match "^%s*(.-)%s*$"
    if word ~= "" then parts[#parts + 1] = word end
  end
  return parts
end

local function normal_name(name)
  return (name:lower():gsub("[^a-z0-9_-]", ""):gsub("^[_-]+", ""))
end

-- The project's name, from what is nearest to the caller.
local function name_of(options, env, documents, folder)
  local explicit = options.name
  if not explicit or explicit == "" then explicit = env.lookup "COMPOSE_PROJECT_NAME" end
  if explicit and explicit ~= "" then
    if normal_name(explicit) ~= explicit then
      faults.raise(nil, nil, ('"%s" is no name for a project: small letters, digits, "-" and "_", a letter or digit first')
        :format(explicit))
    end
    return explicit
  end
  local name
  for _, list in ipairs(documents) do
    for _, document in ipairs(list) do
      local own = tree.is_map(document.tree) and document.tree.name
      if type(own) == "string" and own ~= "" then name = own end
    end
  end
  if name and not options.no_interpolation then
    name = interpolate.text(name, { lookup = env.lookup, unset = function() end })
  end
  name = normal_name(name or files.base(folder))
  if name == "" then
    faults.raise(nil, nil, "the project has no name: its folder's has no letters; write name: at the top, or -p NAME")
  end
  return name
end

-- An environment that remembers which of its variables were asked for, with those of its files.
local function recorded(env)
  local found = {}
  for name, value in pairs(env.values) do found[name] = env.lookup(name) or value end
  local lookup = env.lookup
  env = {
    values = env.values,
    lookup = function(name)
      local value = lookup(name)
      if value ~= nil then found[name] = value end
      return value
    end,
  }
  return env, found
end

-- With a name that goes before all others.
local function with_variable(env, name, value)
  return {
    values = env.values,
    lookup = function(wanted)
      if wanted == name then return value end
      return env.lookup(wanted)
    end,
  }
end

local function load_project(options, warnings)
  local here = options.current or files.current()
  local env = environment.new(options.environment)
  local function shown(path)
    if path:sub(1, #here + 1) == here .. "/" then return path:sub(#here + 2) end
    return path
  end
  local seen = {}
  local function warn(place, path, message)
    local line = faults.render(faults.new(place, path, message))
    if not seen[line] then
      seen[line] = true
      warnings[#warnings + 1] = line
    end
  end

  -- .env beside the caller may name the compose files; then the one beside them is read.
  local env_files = {}
  for i, path in ipairs(options.env_files or {}) do env_files[i] = files.join(here, path) end
  local disabled = scalars.boolean(env.lookup "COMPOSE_DISABLE_ENV_FILE" or "false") or env.lookup "COMPOSE_DISABLE_ENV_FILE" == "1"
  local function read_default(folder)
    local path = files.join(folder, ".env")
    if #(options.env_files or {}) > 0 or disabled or files.kind(path) ~= "file" then return end
    for _, known in ipairs(env_files) do
      if known == path then return end
    end
    env_files[#env_files + 1] = path
    env = environment.extend(env, environment.read(env, { path }))
  end
  env = environment.extend(env, environment.read(env, env_files))
  if not options.folder then read_default(here) end

  local list = {}
  if options.files and #options.files > 0 then
    for i, path in ipairs(options.files) do list[i] = path == "-" and path or files.join(here, path) end
  elseif (env.lookup "COMPOSE_FILE" or "") ~= "" then
    local separator = env.lookup "COMPOSE_PATH_SEPARATOR"
    for i, path in ipairs(split(env.lookup "COMPOSE_FILE", separator and separator ~= "" and separator or ":")) do
      list[i] = files.join(here, path)
    end
  else
    list = find(options.folder and files.join(here, options.folder) or here)
  end
  local folder = list[1] == "-" and here or files.folder(list[1])
  if options.folder then folder = files.join(here, options.folder) end
  read_default(folder)

  local cache = {}
  local cx = {
    folder = folder, environment = env, trail = {}, warn = warn, shown = shown, no_interpolation = options.no_interpolation,
    cached = function(path, context)
      if not cache[path] then cache[path] = load.documents(path, context) end
      return cache[path]
    end,
  }
  local documents, trees = {}, {}
  for i, path in ipairs(list) do
    documents[i] = cx.cached(path, cx)
    for _, document in ipairs(documents[i]) do trees[#trees + 1] = document.tree end
  end
  local name = name_of(options, env, documents, folder)
  env = with_variable(env, "COMPOSE_PROJECT_NAME", name)
  local addresses = hosts.variables(trees, { lookup = env.lookup, unset = function() end })
  if next(addresses) then env = environment.extend(env, addresses) end
  local variables
  env, variables = recorded(env)
  cx.environment = env

  local profiles = options.profiles
  if not profiles or #profiles == 0 then profiles = split(env.lookup "COMPOSE_PROFILES" or "", ",") end
  local written = load.files(list, cx)
  if next(written) == nil then faults.raise({ file = { name = shown(list[1]) } }, nil, "the compose file is empty") end
  local found = project.new(written, {
    name = name, folder = folder, files = list, env_files = env_files, lookup = env.lookup, profiles = profiles,
    warnings = warnings, warn = warn, only = options.services, raw = options.no_interpolation,
  })
  variables.COMPOSE_PROJECT_NAME = name
  found.variables = variables
  return found
end

--- Loads a project.
-- @tparam[opt] table options
--   `files`: paths of compose files, "-" for standard input (default: COMPOSE_FILE, else those found by their names);
--   `folder`: what relative paths are from (default: the folder of the first file);
--   `name`: the project's name (default: COMPOSE_PROJECT_NAME, `name:`, the folder's name);
--   `profiles`: the profiles to activate (default: COMPOSE_PROFILES);
--   `env_files`: files of variables (default: .env);
--   `environment`: the shell's variables, a table or a function (default: os.getenv);
--   `services`: names of services, when only they and what they depend on are wanted: other env_files are not read;
--   `current`: the current folder (default: the process's);
--   `no_interpolation`: whether variables stay as they are written
-- @treturn ?table the project (see compose.project); nil where something is wrong
-- @treturn ?string then: what, one line for each fault: file:line:column: where: what
-- @treturn ?{string,...} then: warnings
function compose.load(options)
  if options ~= nil and type(options) ~= "table" then
    error(("compose.load: a table of options expected, got %s"):format(type(options)), 2)
  end
  local warnings = {}
  local ok, result = pcall(load_project, options or {}, warnings)
  if ok then return result end
  if faults.is_fault(result) then return nil, faults.render(result), warnings end
  error(result, 0)
end

return compose
