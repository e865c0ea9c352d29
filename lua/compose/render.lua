--- A project as a compose file again: what `config` prints.
--
-- @module compose.render

local json = require "json"
local schema = require "compose.schema"
local tree = require "compose.tree"
local values = require "compose.values"
local yaml = require "yaml"

local render = {}

-- In JSON, as the reference loader has it: null commands and empty parts are there, x-... only at the top, no models.
local JSON = { complete = true, extensions = false, models = false }
local YAML = { complete = false, extensions = true, models = true }

local SECTIONS = { "services", "networks", "volumes", "secrets", "configs", "jobs", "models" }

local function sections(project, style, put)
  put("name", project.name)
  for _, section in ipairs(SECTIONS) do
    local written = values.write(schema.project.fields[section], project[section], style)
    if section == "configs" and written then
      -- What is made of a variable is told by the variable.
      for _, config in pairs(written) do
        if config.environment then config.content = nil end
      end
    end
    if section == "services" and written and not style.complete then
      -- An optional dependency on a service that is not active, and so not written, would not be read again.
      for name, service in pairs(project.services) do
        for other in pairs(service.depends_on or {}) do
          if not project.services[other] then written[name].depends_on[other] = nil end
        end
      end
    end
    if section == "services" and not written then written = json.object {} end
    if written and (section ~= "models" or style.models) then put(section, written) end
  end
  for section, of in pairs { ["x-pods"] = project.pods, ["x-hosts"] = project.hosts } do
    local written = values.write(schema.project.fields[section], of, style)
    if written then put(section, written) end
  end
  for key, value in tree.each(project.extensions) do put(key, value) end
end

--- A project as JSON.
-- @tparam table project as compose.project describes it
-- @tparam[opt=2] integer indent spaces
-- @treturn string
function render.json(project, indent)
  local all = json.object {}
  sections(project, JSON, function(key, value) all[key] = value end)
  return json.encode(all, { indent = indent or 2, sort = true }) .. "\n"
end

-- A $ of a value is written $$, so that the text is read as it was meant.
local function escaped(value)
  if type(value) == "string" then return (value:gsub("%$", "$$")) end
  if type(value) ~= "table" or value == tree.null then return value end
  local copy = setmetatable({}, { __jsontype = json.kind(value) or #value > 0 and "array" or "object" })
  for key, item in pairs(value) do copy[key] = escaped(item) end
  return copy
end

--- A project as YAML, which is a compose file.
-- @tparam table project
-- @tparam[opt] boolean raw leave $ as it is: the values are not interpolated
-- @treturn string
function render.yaml(project, raw)
  local all = yaml.ordered()
  sections(project, YAML, function(key, value) all[key] = raw and value or escaped(value) end)
  return yaml.dump(all, { anchors = false })
end

--- One service as JSON in one line, the same for the same service: what its hash is made of.
-- @tparam table service
-- @tparam table without attributes that do not count, as keys
-- @treturn string
function render.service(service, without)
  local written = values.write(schema.service, service, YAML)
  local all = json.object {}
  for key, value in pairs(written) do
    if not without[key] then all[key] = value end
  end
  return json.encode(all, { sort = true })
end

return render
