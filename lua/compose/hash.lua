--- The hash of a service: the same as long as its container need not be made anew.
--
-- @module compose.hash

local digest = require "digest"
local render = require "compose.render"

local hash = {}

-- What may change without a new container.
local WITHOUT = {
  build = true, pull_policy = true, pull_refresh_after = true, scale = true, depends_on = true, profiles = true,
  deploy = true, develop = true, attach = true, env_file = true, label_file = true, post_start = true, pre_stop = true,
}

--- The hash of a service's configuration.
-- @tparam table service as compose.project describes it
-- @treturn string SHA-256, 64 hexadecimal digits
function hash.service(service)
  local text = render.service(service, WITHOUT)
  local resources = service.deploy and service.deploy.resources
  if resources then text = text .. render.service({ deploy = { resources = resources } }, {}) end
  return digest.hex.encode(digest.sha256(text))
end

return hash
