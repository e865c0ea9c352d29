--- The labels by which a project's things are known: docker's and podman-compose's names, so that other tools see the
-- project as theirs, and our own.
--
-- @module compose.labels

local files = require "compose.files"

local labels = {}

local DOCKER = "com.docker.compose."
local PODMAN = "io.podman.compose."
local OWN = "moonwire.compose."

labels.PROJECT = DOCKER .. "project"
labels.SERVICE = DOCKER .. "service"
labels.NUMBER = DOCKER .. "container-number"
labels.ONEOFF = DOCKER .. "oneoff"
labels.CONFIG_HASH = DOCKER .. "config-hash"
labels.CONFIG_FILES = DOCKER .. "project.config_files"
labels.WORKING_DIR = DOCKER .. "project.working_dir"
labels.NETWORK = DOCKER .. "network"
labels.VOLUME = DOCKER .. "volume"
labels.DEPENDS = DOCKER .. "depends_on"

--- What a thing was made of: NAME=HASH words, one for each attribute.
labels.PARTS = OWN .. "parts"
--- The key of a pod.
labels.POD = OWN .. "pod"
--- The key of a secret or a config.
labels.SECRET = OWN .. "secret"
--- The time that a container may take to stop, in seconds.
labels.GRACE = OWN .. "stop-grace"

local VERSION = "2.16.2"

--- The filter that only things of a project pass.
-- @tparam string project its name
-- @treturn string for --filter
function labels.filter(project)
  return "label=" .. labels.PROJECT .. "=" .. project
end

--- The labels that everything of a project has.
-- @tparam table project
-- @treturn {[string]=string,...}
function labels.of_project(project)
  return {
    [labels.PROJECT] = project.name,
    [PODMAN .. "project"] = project.name,
    [DOCKER .. "version"] = VERSION,
    [PODMAN .. "version"] = VERSION,
  }
end

--- The labels of a container.
-- @tparam table project
-- @tparam table service
-- @tparam integer|string number its number, or the slug of a one-off container
-- @tparam[opt] boolean oneoff whether `run` made it
-- @treturn {[string]=string,...}
function labels.of_container(project, service, number, oneoff)
  local all = labels.of_project(project)
  local depends = {}
  for name, settings in pairs(service.depends_on or {}) do
    depends[#depends + 1] = ("%s:%s:%s"):format(name, settings.condition, settings.restart and "true" or "false")
  end
  table.sort(depends)
  local paths = {}
  for i, path in ipairs(project.files) do paths[i] = path == "-" and path or files.join(project.folder, path) end
  all[labels.SERVICE] = service.key
  all[PODMAN .. "service"] = service.key
  all[labels.NUMBER] = tostring(number)
  all[labels.ONEOFF] = oneoff and "True" or "False"
  all[labels.WORKING_DIR] = project.folder
  all[labels.CONFIG_FILES] = table.concat(paths, ",")
  if #project.env_files > 0 then all[DOCKER .. "project.environment_file"] = table.concat(project.env_files, ",") end
  all[labels.DEPENDS] = table.concat(depends, ",")
  if service.stop_grace_period then all[labels.GRACE] = tostring(service.stop_grace_period) end
  return all
end

return labels
