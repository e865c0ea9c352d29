--- Getting images, and sending them.
--
-- @module compose.plan.images

local arguments = require "compose.arguments"
local builder = require "compose.plan.builder"
local names = require "compose.names"
local tree = require "compose.tree"

local images = {}

local function image_action(service, options, present)
  local policy = options.pull or service.pull_policy
  if service.build and (options.build or service.pull_policy == "build" or not present) and not options.no_build then
    if not present and policy == "never" and not options.build then return nil end
    return "build", present and { "build was asked for" } or nil
  end
  if service.build then return nil end
  if policy == "always" then return "pull", present and { "pull_policy: always" } or nil end
  -- A period, such as daily: it is the age of the image that matters, which only the registry knows.
  if not present and policy ~= "never" then return "pull" end
end

--- The operations that get images: those that are missing, and those that are to be looked for again.
-- @tparam table project
-- @tparam table states by key of the host ("" for this one)
-- @tparam table options `services` (keys as keys), `pull` ("always", "missing", "never"), `build`, `no_build`, `build_options`
-- @treturn table a plan
function images.get(project, states, options)
  local self = builder.new(project, states, options)
  for key, service in tree.each(options.services) do
    local image = names.image(project, service)
    local now = self:state(service.host)
    local action, why = image_action(service, options, names.image_id(now.images, image))
    if action then
      self:once(action .. " " .. (service.host or "") .. " " .. image, function()
        local call
        if action == "build" then
          call = arguments.build({ project = project }, service, options.build_options)
        else
          call = { "pull", "--quiet" }
          if service.platform then call[#call + 1] = "--platform=" .. service.platform end
          call[#call + 1] = "--"
          call[#call + 1] = image
        end
        return self:add {
          action = action, kind = "Image", name = image, service = key, host = self:host(service.host), why = why, call = call,
        }
      end)
    end
  end
  return self:result()
end

--- The operations that send images to registries: those that are built under a name of their own.
-- @tparam table project
-- @tparam table services by key
-- @tparam[opt] string verify "true" or "false": whether certificates are verified
-- @treturn table a plan
function images.push(project, services, verify)
  local self = builder.new(project, {}, {})
  for key, service in tree.each(services) do
    if service.build and service.image and service.image ~= "" then
      local call = { "push", "--quiet" }
      if verify then call[#call + 1] = "--tls-verify=" .. verify end
      call[#call + 1] = "--"
      call[#call + 1] = service.image
      self:once("push " .. (service.host or "") .. service.image, function()
        return self:add {
          action = "push", kind = "Image", name = service.image, service = key, host = self:host(service.host), call = call,
        }
      end)
    end
  end
  return self:result()
end

return images
