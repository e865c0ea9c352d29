--- The configuration file of each server of a topology, as nats-server reads it.
--
-- @module nats.topology.configuration

local topology = require "nats.topology"

local configuration = {}

--- The folder in which containers find certificates and variables.
configuration.SECRETS = "/run/secrets"

--- The folder in which containers keep their streams.
configuration.DATA = "/data"

-- A value that is written as it is.
local function bare(text) return setmetatable({}, { bare = text }) end

-- Fields in the order in which they are given: { { key, value }, ... }; a nil value is left out.
local function block(fields) return setmetatable({}, { fields = fields }) end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\t"] = "\\t", ["\n"] = "\\n", ["\r"] = "\\r" }

local function quoted(text)
  return '"' .. text:gsub('["\\%c]', function(c) return ESCAPES[c] or ("\\x%02x"):format(c:byte()) end) .. '"'
end

local function write(value, margin)
  if type(value) ~= "table" then return type(value) == "string" and quoted(value) or tostring(value) end
  local meta = getmetatable(value)
  if meta and meta.bare then return meta.bare end
  local inner = margin .. "  "
  local lines = {}
  if meta and meta.fields then
    for _, field in ipairs(meta.fields) do
      if field[2] ~= nil then lines[#lines + 1] = inner .. field[1] .. ": " .. write(field[2], inner) end
    end
    return "{\n" .. table.concat(lines, "\n") .. "\n" .. margin .. "}"
  end
  local short = true
  for i, item in ipairs(value) do
    lines[i] = write(item, inner)
    short = short and type(item) ~= "table"
  end
  if short then return "[" .. table.concat(lines, ", ") .. "]" end
  return "[\n" .. inner .. table.concat(lines, "\n" .. inner) .. "\n" .. margin .. "]"
end

-- A table of the author's, its keys sorted: what nats-server's own names are, it takes as it is.
local function sorted(t)
  if type(t) ~= "table" or t[1] ~= nil then
    if type(t) ~= "table" then return t end
    local list = {}
    for i, item in ipairs(t) do list[i] = sorted(item) end
    return list
  end
  local keys, fields = {}, {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys)
  for i, key in ipairs(keys) do
    local value = t[key]
    -- $NAME is a variable, a bcrypt hash is not.
    value = key == "password" and not value:find("$", 2, true) and bare(value) or sorted(value)
    fields[i] = { key, value }
  end
  return block(fields)
end

local function size(value)
  return type(value) == "string" and bare(value) or value
end

local function accounts(t)
  if not t.accounts then return nil end
  local names, fields = {}, {}
  for name in pairs(t.accounts) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    local account = t.accounts[name]
    local jetstream = account.jetstream
    if type(jetstream) == "table" then
      jetstream = block {
        { "max_mem", size(jetstream.max_memory) }, { "max_file", size(jetstream.max_file) },
        { "max_streams", jetstream.max_streams }, { "max_consumers", jetstream.max_consumers },
      }
    elseif jetstream then
      jetstream = bare "enabled"
    end
    fields[i] = { name, block {
      { "users", sorted(account.users or {}) },
      { "jetstream", jetstream or nil },
      { "exports", account.exports and sorted(account.exports) },
      { "imports", account.imports and sorted(account.imports) },
    } }
  end
  return block(fields)
end

local function system_account(t)
  for name, account in pairs(t.accounts or {}) do
    if account.system then return name end
  end
end

local function jetstream(settings, server, containers)
  if not settings then return nil end
  if settings == true then settings = {} end
  return block {
    { "store_dir", settings.store and settings.store .. "/" .. server.name or containers and configuration.DATA or "data/" .. server.name },
    { "domain", settings.domain },
    { "max_memory_store", size(settings.max_memory) },
    { "max_file_store", size(settings.max_file) },
  }
end

-- The TLS of one kind of connection; `verify` is a field that says how the other side proves who it is.
local function tls(t, server, verify)
  if not t.tls then return nil end
  local folder = server.site and t.image and configuration.SECRETS or t.tls.folder
  return block {
    { "cert_file", ("%s/%s.pem"):format(folder, server.name) },
    { "key_file", ("%s/%s.key"):format(folder, server.name) },
    { "ca_file", folder .. "/ca.pem" },
    { "min_version", "1.2" },
    { "timeout", 5 },
    { verify or "", verify and true or nil },
  }
end

local function url(t, server, kind)
  local host = kind == "cluster" and server.host or server.address
  if host:find(":", 1, true) then host = "[" .. host .. "]" end
  return ("%s://%s:%d"):format(t.tls and "tls" or "nats", host, server.ports[kind])
end

local function endpoint(address, port)
  return (address:find(":", 1, true) and "[%s]:%d" or "%s:%d"):format(address, port)
end

local function urls(top, site, kind, but)
  local list = {}
  for _, server in ipairs(top.servers) do
    if server.site == site and server ~= but then list[#list + 1] = url(top.table, server, kind) end
  end
  return list
end

-- Only who holds a certificate with this name is let in.
local function only(t, name)
  return t.tls and block { { "user", name } } or nil
end

local function cluster(top, server, listen)
  local site, t = server.site, top.table
  if #site.servers == 1 then return nil end
  return block {
    { "name", site.name },
    { "listen", endpoint(listen, server.ports.cluster) },
    { "no_advertise", true },
    { "tls", tls(t, server, "verify_and_map") },
    { "authorization", only(t, topology.role(top, site.name)) },
    { "routes", urls(top, site, "cluster", server) },
  }
end

local function gateway(top, server, listen)
  local t = top.table
  if #t.sites == 1 then return nil end
  local others = {}
  for _, site in ipairs(t.sites) do
    if site ~= server.site then
      others[#others + 1] = block { { "name", site.name }, { "urls", urls(top, site, "gateway") } }
    end
  end
  return block {
    { "name", server.site.name },
    { "listen", endpoint(listen, server.ports.gateway) },
    { "advertise", endpoint(server.address, server.ports.gateway) },
    { "reject_unknown_cluster", true },
    { "tls", tls(t, server, "verify_and_map") },
    { "authorization", only(t, topology.role(top)) },
    { "gateways", others },
  }
end

-- The leaf nodes that connect to a site.
local function leafnodes(top, server, listen)
  local t, users = top.table, {}
  for _, leaf in ipairs(t.leaves or {}) do
    if leaf.site == server.site.name then users[#users + 1] = block { { "user", leaf.name }, { "account", leaf.account } } end
  end
  if #users == 0 then return nil end
  return block {
    { "listen", endpoint(listen, server.ports.leaf) },
    { "no_advertise", true },
    { "tls", tls(t, server, "verify_and_map") },
    { "authorization", t.tls and block { { "users", users } } or nil },
  }
end

local function of_site(top, server)
  local t, site = top.table, server.site
  local listen = t.image and "0.0.0.0" or server.address
  return {
    { "server_name", server.name },
    { "listen", endpoint(listen, server.ports.client) },
    { "client_advertise", endpoint(server.address, server.ports.client) },
    { "http", endpoint(server.monitor, server.ports.monitor) },
    { "tls", tls(t, server) },
    { "accounts", accounts(t) },
    { "system_account", system_account(t) },
    { "jetstream", jetstream(site.jetstream, server, t.image) },
    { "cluster", cluster(top, server, listen) },
    { "gateway", gateway(top, server, listen) },
    { "leafnodes", leafnodes(top, server, listen) },
  }
end

local function of_leaf(top, server)
  local leaf, t = server.leaf, top.table
  local site
  for _, other in ipairs(t.sites) do
    if other.name == leaf.site then site = other end
  end
  return {
    { "server_name", server.name },
    { "listen", endpoint("127.0.0.1", server.ports.client) },
    -- Whoever is on this machine is in the account; there is one, so none needs a name here.
    { "jetstream", jetstream(leaf.jetstream, server) },
    { "leafnodes", block { { "remotes", { block {
      { "urls", urls(top, site, "leaf") },
      { "tls", tls(t, server) },
    } } } } },
  }
end

--- Writes the configuration of one server.
-- @tparam table top as topology.new gives it
-- @tparam table server one of its servers
-- @treturn string
function configuration.of(top, server)
  local t = top.table
  local lines = {
    ("# %s, %s. Written by `moonwire topology`: change the table, not this file."):format(server.name,
      server.site and "a server of the site " .. server.site.name or "a leaf node of the site " .. server.leaf.site),
  }
  if t.variables and server.site then
    lines[2] = "include " .. quoted(t.image and configuration.SECRETS .. "/" .. t.variables:match "[^/]+$" or t.variables)
  end
  for _, field in ipairs(server.site and of_site(top, server) or of_leaf(top, server)) do
    if field[2] ~= nil then lines[#lines + 1] = field[1] .. ": " .. write(field[2], "") end
  end
  return table.concat(lines, "\n") .. "\n"
end

return configuration
