--- What podman calls the things of a project.
--
-- Containers are P-SERVICE-NUMBER, networks, volumes and pods P_KEY, images that are built P-SERVICE, as docker compose
-- has them. A name of a project has no dot, so the first dot of a secret's name tells whose it is.
--
-- @module compose.names

local digest = require "digest"
local faults = require "compose.faults"
local files = require "compose.files"

local names = {}

--- A container of a service.
-- @tparam table project
-- @tparam table service
-- @tparam integer number
-- @treturn string
function names.container(project, service, number)
  return service.container_name or ("%s-%s-%d"):format(project.name, service.key, number)
end

--- A pod.
-- @tparam table project
-- @tparam string key
-- @treturn string
function names.pod(project, key) return project.name .. "_" .. key end

--- The infra container of a pod.
-- @tparam table project
-- @tparam string key
-- @treturn string
function names.infra(project, key) return project.name .. "_" .. key .. "_infra" end

--- The image of a service: as it is written, or what `build` makes.
-- @tparam table project
-- @tparam table service
-- @treturn string
function names.image(project, service)
  if service.image and service.image ~= "" then return service.image end
  return project.name .. "-" .. service.key
end

--- What a secret or a config holds.
-- @tparam table resource
-- @tparam string path where it stands in the project, for faults
-- @treturn string
function names.content(resource, path)
  if resource.file and resource.file ~= "" then
    local text, err = files.read(resource.file)
    if not text then faults.raise(nil, path, "the file cannot be read: " .. err) end
    return text
  end
  local text = resource.value or resource.content
  if text == nil and resource.environment then
    faults.raise(nil, path, ("the variable %s is not set"):format(resource.environment))
  end
  return text or ""
end

-- Digits of a fingerprint: 48 bits, so that two contents of one secret never have the same by chance.
local FINGERPRINT = 12

--- A secret or a config. A content of its own has a name of its own: a changed one is a new secret of podman's, and what
-- is killed in between leaves the old one whole.
-- @tparam table project
-- @tparam table resource of project.secrets or project.configs
-- @tparam string kind "secret" or "config"
-- @tparam string content
-- @treturn string
function names.secret(project, resource, kind, content)
  local hex = digest.hex.encode(digest.sha256(resource.key .. "\0" .. content)):sub(1, FINGERPRINT)
  return ("%s.%s.%s.%s"):format(project.name, kind, resource.key, hex)
end

--- Whether a secret is a project's.
-- @tparam string name
-- @tparam string project
-- @treturn boolean
function names.is_secret_of(name, project)
  return name:match "^([^.]+)%.%l+%..+%.%x+$" == project
end

--- The ways in which podman may write a reference to an image that has no registry.
-- @tparam string reference
-- @treturn {string,...}
function names.references(reference)
  if reference:find("@", 1, true) then return { reference } end
  local path = reference
  if not path:match "[^/]*$":find(":", 1, true) then path = path .. ":latest" end
  local first = path:match "^([^/]+)/"
  if first and (first:find "[.:]" or first == "localhost") then return { path } end
  if first then return { "localhost/" .. path, "docker.io/" .. path } end
  return { "localhost/" .. path, "docker.io/library/" .. path }
end

--- The ID of an image that podman has.
-- @tparam {[string]=string,...} images IDs by reference, as compose.state has them
-- @tparam string reference as the project writes it
-- @treturn ?string nil where podman does not have it
function names.image_id(images, reference)
  local possible = names.references(reference)
  for _, name in ipairs(possible) do
    if images[name] then return images[name] end
  end
  if images[reference] then return images[reference] end
  -- Another registry that short names are looked for in.
  if #possible > 1 then
    local tail = "/" .. possible[1]:gsub("^localhost/", "")
    local found
    for name in pairs(images) do
      if name:sub(-#tail) == tail and (not found or name < found) then found = name end
    end
    return found and images[found]
  end
end

return names
