--- The servers of a topology as a project of moonwire compose: a pod for each, on the machine of its site.
--
-- @module nats.topology.project

local configuration = require "nats.topology.configuration"

local project = {}

-- What a server listens on beside clients, and when.
local function published(top, site)
  local kinds = { "client" }
  if #top.table.sites > 1 then kinds[#kinds + 1] = "gateway" end
  for _, leaf in ipairs(top.table.leaves or {}) do
    if leaf.site == site.name then
      kinds[#kinds + 1] = "leaf"
      break
    end
  end
  return kinds
end

--- Gives the project.
-- @tparam table top as nats.topology.new gives it, with an `image`
-- @treturn table as compose files have it: a file that includes it, or goes over it, adds what else belongs
function project.of(top)
  local t = top.table
  local result = {
    name = t.name, services = {}, ["x-pods"] = {}, networks = {}, configs = {},
    secrets = (t.tls or t.variables) and {} or nil,
  }
  for _, site in ipairs(t.sites) do
    if site.connection then
      result["x-hosts"] = result["x-hosts"] or {}
      result["x-hosts"][site.name] = { url = site.connection, address = site.address }
    end
  end
  local function secret(service, name, path)
    result.secrets[name] = { file = path }
    service.secrets = service.secrets or {}
    table.insert(service.secrets, { source = name, target = configuration.SECRETS .. "/" .. name })
  end
  for _, server in ipairs(top.servers) do
    local site, name = server.site, server.name
    if site then
      local service = {
        image = t.image, command = { "-c", "/nats.conf" }, restart = "unless-stopped",
        configs = { { source = name .. ".conf", target = "/nats.conf" } },
      }
      result.configs[name .. ".conf"] = { file = "./" .. name .. ".conf" }
      if t.tls then
        secret(service, "ca.pem", t.tls.folder .. "/ca.pem")
        for _, kind in ipairs { ".pem", ".key" } do secret(service, name .. kind, t.tls.folder .. "/" .. name .. kind) end
      end
      if t.variables then secret(service, t.variables:match "[^/]+$", t.variables) end
      if site.jetstream then
        service.volumes = { name .. "-data:" .. configuration.DATA }
        result.volumes = result.volumes or {}
        result.volumes[name .. "-data"] = {}
      end
      local network = "nats-" .. site.name:lower()
      result.networks[network] = {}
      local pod = { services = { name }, networks = { network }, ports = {}, host = site.connection and site.name or nil }
      for i, kind in ipairs(published(top, site)) do
        local address = server.address:find(":", 1, true) and "[" .. server.address .. "]" or server.address
        pod.ports[i] = ("%s:%d:%d"):format(address, server.ports[kind], server.ports[kind])
      end
      result.services[name] = service
      result["x-pods"]["nats-" .. name] = pod
    end
  end
  return result
end

return project
