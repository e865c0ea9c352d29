--- Paths of the host made absolute, from the folder of the project or of the file that has them.
--
-- @module compose.paths

local faults = require "compose.faults"
local files = require "compose.files"
local tree = require "compose.tree"

local paths = {}

local function expand(path, cx)
  if path:sub(1, 1) ~= "~" then return path end
  return files.clean(cx.home() .. "/" .. path:sub(2))
end

local function absolute(path, cx)
  if path == "" then return path end
  path = expand(path, cx)
  return files.is_absolute(path) and path or files.join(cx.folder, path)
end

-- A folder, or something that only a builder knows.
local function context(path, cx)
  if path:find("://", 1, true) or path:find "^service:" or path:find "^github%.com/" or path:find "^git@" then return path end
  return absolute(path, cx)
end

-- A path of the other machine may be one of Windows.
local function of_machine(path, cx)
  path = expand(path, cx)
  if files.is_absolute(path) or path:find "^%a:[/\\]" or path:find "^\\\\" then return path end
  return files.join(cx.folder, path)
end

local rules = {}

local function of_text(resolve)
  return function(holder, key, cx)
    if type(holder[key]) == "string" then
      tree.set(holder, key, resolve(holder[key], cx), tree.place(holder, key))
    end
  end
end

rules.path, rules.context, rules.machine = of_text(absolute), of_text(context), of_text(of_machine)

function rules.mount(holder, key, cx, path)
  local mount = holder[key]
  if not tree.is_map(mount) or mount.type ~= "bind" then return end
  if type(mount.source) ~= "string" then
    faults.raise(tree.place(holder, key), path, "a bind mount needs a source")
  end
  rules.machine(mount, "source", cx)
end

-- A volume of the driver local with o: bind is a bind mount.
function rules.volume(holder, key, cx)
  local volume = holder[key]
  if not tree.is_map(volume) or volume.driver ~= "local" or not tree.is_map(volume.driver_opts) then return end
  if volume.driver_opts.o == "bind" then rules.machine(volume.driver_opts, "device", cx) end
end

local patterns = {
  ["configs.*.file"] = rules.machine, ["secrets.*.file"] = rules.machine, ["volumes.*"] = rules.volume,
  ["services.*.develop.watch.*.path"] = rules.path,
}
for _, prefix in ipairs { "services.*.", "jobs.*.", "services.*.pre_start.*." } do
  patterns[prefix .. "env_file.*.path"] = rules.path
  patterns[prefix .. "label_file.*"] = rules.path
  patterns[prefix .. "volumes.*"] = rules.mount
end
for _, prefix in ipairs { "services.*.", "jobs.*." } do
  patterns[prefix .. "build.context"] = rules.context
  patterns[prefix .. "build.additional_contexts.*"] = rules.context
  patterns[prefix .. "build.ssh.*"] = rules.machine
  patterns[prefix .. "extends.file"] = rules.path
end
local TRIE = tree.trie(patterns)

--- Makes the paths of a project absolute.
-- @tparam table project in canonical form; changed
-- @tparam string folder what they are relative to, absolute
-- @tparam function lookup gives the value of a variable; HOME is where "~" leads
-- @raise a fault where a bind mount has no source, or "~" leads nowhere
function paths.resolve(project, folder, lookup)
  local cx = {
    folder = folder,
    home = function()
      local home = lookup "HOME"
      if not home or home == "" then faults.raise(nil, nil, 'a path begins with "~", but the variable HOME is not set') end
      return home
    end,
  }
  tree.walk(project, TRIE, function(rule, holder, key, path) rule(holder, key, cx, path) end)
end

return paths
