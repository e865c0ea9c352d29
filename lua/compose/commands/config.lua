--- `moonwire compose config`: what the files come to.
local columns = require "compose.columns"
local faults = require "compose.faults"
local files = require "compose.files"
local hash = require "compose.hash"
local interpolate = require "compose.interpolate"
local project_of = require "compose.project"
local render = require "compose.render"
local tree = require "compose.tree"

local function names(map)
  local lines = {}
  for name in tree.each(map) do lines[#lines + 1] = name end
  return lines
end

local function all_services(project)
  local all = {}
  for _, services in ipairs { project.services, project.disabled } do
    for name, service in pairs(services) do all[name] = service end
  end
  return all
end

-- Lists, each a function of the project and the option's value that gives lines.
local lists = {}

function lists.services(project) return names(project.services) end
function lists.volumes(project) return names(project.volumes) end
function lists.networks(project) return names(project.networks) end
function lists.pods(project) return names(project.pods) end

function lists.profiles(project)
  local found = {}
  for _, service in pairs(all_services(project)) do
    for _, profile in ipairs(service.profiles or {}) do found[profile] = true end
  end
  return names(found)
end

function lists.images(project)
  local lines = {}
  for name, service in tree.each(project.services) do
    lines[#lines + 1] = service.image ~= "" and service.image or project.name .. "-" .. name
  end
  return lines
end

function lists.environment(project)
  local lines = {}
  for name, value in tree.each(project.variables) do lines[#lines + 1] = name .. "=" .. value end
  return lines
end

function lists.hash(project, wanted)
  local lines = {}
  local chosen = {}
  if wanted ~= "*" then
    for name in wanted:gmatch "[^,%s]+" do
      if not project.services[name] then
        faults.raise(nil, nil, ('there is no service "%s"%s'):format(name, faults.did_you_mean(name, project.services)))
      end
      chosen[name] = true
    end
  end
  for name, service in tree.each(project.services) do
    if wanted == "*" or chosen[name] then lines[#lines + 1] = name .. " " .. hash.service(service) end
  end
  return lines
end

-- Which value of a variable an operator's right side is.
local SIDES = { ["-"] = "default", ["?"] = "required", ["+"] = "alternate" }

-- The variables of a project that is loaded without replacing them, a line each.
function lists.variables(project)
  local found = {}
  local function look(value)
    if type(value) == "string" then
      interpolate.each(value, function(name, operator, rest)
        local entry = found[name] or { name = name, default = "", alternate = "" }
        found[name] = entry
        if operator then entry[SIDES[operator:sub(-1)]] = rest end
      end)
    elseif type(value) == "table" then
      for _, item in pairs(value) do look(item) end
    end
  end
  for _, section in ipairs { "services", "disabled", "networks", "volumes", "secrets", "configs", "pods", "hosts", "extensions" } do
    look(project[section])
  end
  local rows = { { "NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE" } }
  for _, entry in tree.each(found) do
    rows[#rows + 1] = { entry.name, tostring(entry.required ~= nil), entry.default, entry.alternate }
  end
  return columns.lines(rows)
end

local LISTS = { "services", "volumes", "networks", "pods", "profiles", "images", "environment", "variables", "hash" }

local function write(text, path)
  if path then files.write(path, text) else io.write(text) end
end

return {
  summary = "show what the compose files come to, or what is wrong with them",
  usage = "[options] [SERVICE...]",
  options = {
    { "format", value = "FORMAT", one_of = { "yaml", "json" }, help = "yaml (default) or json" },
    { "quiet", short = "q", help = "check only, write nothing" },
    { "output", short = "o", value = "FILE", help = "write to a file" },
    { "services", help = "list the services" },
    { "volumes", help = "list the volumes" },
    { "networks", help = "list the networks" },
    { "pods", help = "list the pods" },
    { "profiles", help = "list the profiles" },
    { "images", help = "list the images" },
    { "environment", help = "list the variables that the files use, and those of .env files" },
    { "variables", help = "list the variables of the files, with their defaults" },
    { "hash", value = "SERVICE,...", help = "list the hashes of services, or of all of them with \"*\"" },
    { "no-interpolate", help = "leave variables as they are written" },
  },
  run = function(values, rest, cx)
    local raw = values["no-interpolate"] or values.variables
    local project = cx.load { services = #rest > 0 and rest or nil, no_interpolation = raw }
    if #rest > 0 then
      local chosen = project_of.select(project, rest)
      for name in tree.each(project.services) do
        if not chosen[name] then project.services[name] = nil end
      end
      for key, pod in tree.each(project.pods) do
        local members = {}
        for _, name in ipairs(pod.services) do
          if chosen[name] then members[#members + 1] = name end
        end
        pod.services = members
        if #members == 0 then project.pods[key] = nil end
      end
    end
    for _, line in ipairs(project.unsupported) do cx.warn(line.text) end
    if values.quiet then return 0 end
    for _, name in ipairs(LISTS) do
      if values[name] then
        local lines = lists[name](project, values[name])
        write(#lines > 0 and table.concat(lines, "\n") .. "\n" or "", values.output)
        return 0
      end
    end
    if values.format == "json" then
      write(render.json(project), values.output)
    else
      write(render.yaml(project, raw), values.output)
    end
    return 0
  end,
}
