--- One table for servers that stand together: sites, clusters, gateways, leaf nodes, accounts, TLS.
--
--     return {
--       name = "mill",
--       tls = { folder = "tls" },
--       sites = {
--         { name = "A", address = "10.9.0.1", servers = { "a1", "a2", "a3" }, jetstream = true },
--         { name = "B", address = "10.9.0.2", servers = { "b1" } },
--       },
--       leaves = { { name = "laptop", site = "A", account = "APP" } },
--       accounts = {
--         APP = { jetstream = true, users = { { user = "doc", password = "$DOC_PASSWORD" } } },
--         SYS = { system = true, users = { { nkey = "U..." } } },
--       },
--     }
--
-- Servers of one site are a cluster; sites are joined by gateways, each with each; a leaf node is a server on a machine
-- of its own that clients reach on loopback, without TLS. What can be reached from another machine has TLS and accounts,
-- or the table is refused. Who may be a route, a gateway or a leaf node is told by certificates (verify_and_map), whose
-- names `topology.certificates` gives, so that servers share no passwords.
--
-- @module nats.topology

local check = require "nats.check"

local topology = {}

--- What each kind of port is when the table does not say. The second server at one address has the next number.
topology.PORTS = { client = 4222, monitor = 8222, cluster = 6222, gateway = 7222, leaf = 7422 }

-- A field is of a kind, "?" where it may be left out; a kind is a name of KINDS, a table of fields, { list = kind }
-- or { map = kind }.
local PERMISSION = { allow = "?subjects", deny = "?subjects" }
local PERMISSIONS = {
  publish = { optional = true, either = "subjects", fields = PERMISSION },
  subscribe = { optional = true, either = "subjects", fields = PERMISSION },
  allow_responses = { optional = true, either = "boolean", fields = { max = "?count", expires = "?string" } },
}
local USER = {
  user = "?string", password = "?password", nkey = "?nkey", permissions = { optional = true, fields = PERMISSIONS },
  allowed_connection_types = { optional = true, list = "string" },
}
local REMOTE = { account = "name", subject = "subject" }
local LIMITS = { max_memory = "?size", max_file = "?size", max_streams = "?count", max_consumers = "?count" }
local ACCOUNT = {
  system = "?boolean", users = { optional = true, list = { fields = USER } },
  jetstream = { optional = true, either = "boolean", fields = LIMITS },
  exports = { optional = true, list = { fields = {
    service = "?subject", stream = "?subject", accounts = { optional = true, list = "name" },
    response_type = "?string", response_threshold = "?string",
  } } },
  imports = { optional = true, list = { fields = {
    service = { optional = true, fields = REMOTE }, stream = { optional = true, fields = REMOTE }, to = "?subject", prefix = "?subject",
  } } },
}
local STORE = { optional = true, either = "boolean",
  fields = { domain = "?name", store = "?path", max_memory = "?size", max_file = "?size" } }
local PORT_NUMBERS = { optional = true, fields = {
  client = "?port", monitor = "?port", cluster = "?port", gateway = "?port", leaf = "?port" } }
local TOPOLOGY = { fields = {
  name = "?name", image = "?string", variables = "?path",
  tls = { optional = true, fields = { folder = "path" } },
  ports = PORT_NUMBERS,
  sites = { list = { fields = {
    name = "name", address = "?address", connection = "?string", servers = { list = "name" }, jetstream = STORE } } },
  leaves = { optional = true, list = { fields = {
    name = "name", site = "name", account = "?name", port = "?port", jetstream = STORE } } },
  accounts = { optional = true, map = { fields = ACCOUNT } },
} }

local function subject_list(value)
  if type(value) == "string" then return value ~= "" end
  if type(value) ~= "table" or #value == 0 then return false end
  for _, subject in ipairs(value) do if type(subject) ~= "string" or subject == "" then return false end end
  return true
end

local function text(pattern, longest)
  return function(value) return type(value) == "string" and #value <= (longest or 255) and value:find(pattern) ~= nil end
end

local KINDS = {                          -- kind -> what is accepted, and its test
  string = { "a text", text "." },
  boolean = { "true or false", function(v) return type(v) == "boolean" end },
  count = { "an integer, 1 or more", function(v) return math.type(v) == "integer" and v > 0 end },
  size = { "bytes, or a text such as 512MB", function(v)
    return math.type(v) == "integer" and v > 0 or type(v) == "string" and v:find "^%d+[KMGT]i?B?$" ~= nil
  end },
  port = { "an integer from 1 to 65535", function(v) return math.type(v) == "integer" and v >= 1 and v <= 65535 end },
  name = { "a name of letters, digits and dashes, which begins with a letter", text("^%a[%w%-]*$", 40) },
  address = { "a host's name or its IP address", text "^[%w%.%-:]+$" },
  path = { "a path", text "^[^%c]+$" },
  subject = { "a subject", text "^[^%c%s]+$" },
  subjects = { "a subject or a list of subjects", subject_list },
  nkey = { "a user's public key, U and 55 more letters and digits", text("^U[A-Z2-7]+$", 56) },
  password = { "$NAME, a variable of the server, or a bcrypt hash ($2a$...), so that no password stands in a file", function(v)
    return type(v) == "string" and (v:find "^%$[%a_][%w_]*$" ~= nil or v:find "^%$2[abxy]%$%d%d%$[%w%./]+$" ~= nil and #v == 60)
  end },
}

-- Compares a value with its kind; `fault(path, message)` is told what is wrong.
local function compare(value, kind, path, fault)
  if type(kind) == "string" then
    local entry = KINDS[kind]
    if not entry[2](value) then
      fault(path, ("must be %s, not %s"):format(entry[1],
        kind == "password" and "this" or type(value) == "string" and check.quoted(value) or type(value) == "table" and "a table"
          or tostring(value)))
    end
    return
  end
  if kind.either and type(value) ~= "table" then return compare(value, kind.either, path, fault) end
  if kind.either and value[1] ~= nil then return compare(value, kind.either, path, fault) end
  if type(value) ~= "table" then
    fault(path, ("must be a table, not %s"):format(type(value) == "string" and check.quoted(value) or tostring(value)))
    return
  end
  if kind.list then
    for key in pairs(value) do
      if math.type(key) ~= "integer" or key < 1 or key > #value then
        fault(path, ("is a list, but has the key %s"):format(tostring(key)))
        return
      end
    end
    if #value == 0 then fault(path, "is empty") end
    for i, item in ipairs(value) do compare(item, kind.list, ("%s[%d]"):format(path, i), fault) end
    return
  end
  local function under(key) return path == "" and key or path .. "." .. key end
  for key, item in pairs(value) do
    if kind.map then
      compare(key, "name", under(tostring(key)), fault)
      compare(item, kind.map, under(tostring(key)), fault)
    else
      local known = kind.fields[key]
      if not known then
        local near = type(key) == "string" and check.nearest(key, kind.fields)
        fault(under(tostring(key)), "unknown key" .. (near and (", did you mean %q?"):format(near) or ""))
      else
        compare(item, type(known) == "string" and known:gsub("^%?", "") or known, under(key), fault)
      end
    end
  end
  for key, known in pairs(kind.fields or {}) do
    if value[key] == nil and not (type(known) == "table" and known.optional or type(known) == "string" and known:find "^%?") then
      fault(under(key), "is missing")
    end
  end
end

local function is_ip(address)
  return address:find "^%d+%.%d+%.%d+%.%d+$" ~= nil or address:find(":", 1, true) ~= nil
end

local function is_loopback(address)
  return address == "localhost" or address == "::1" or address:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

-- What the fields cannot say each by itself.
local function consider(t, fault)
  local seen, sites = {}, {}
  local function once(name, path)
    if seen[name:lower()] then
      fault(path, ('the name "%s" is taken by %s; servers, leaf nodes and sites each need their own'):format(name, seen[name:lower()]))
    end
    seen[name:lower()] = path
  end
  for i, site in ipairs(t.sites) do
    local path = ("sites[%d]"):format(i)
    once(site.name, path .. ".name")
    sites[site.name] = site
    for j, name in ipairs(site.servers) do once(name, ("%s.servers[%d]"):format(path, j)) end
    local address = site.address or "127.0.0.1"
    if not is_loopback(address) then
      for _, key in ipairs { "tls", "accounts" } do
        if not t[key] then
          fault(path .. ".address", ("%s can be reached from other machines, so the table needs `%s`; without it only loopback is served")
            :format(address, key))
        end
      end
    end
    if t.image and not is_ip(address) then
      fault(path .. ".address", ("%s is a name; podman publishes the ports of containers at an IP address"):format(address))
    end
    if site.connection and not t.image then
      fault(path .. ".connection", "is podman's, for servers in containers, but the table has no `image` for them")
    end
  end
  local system
  local names = {}
  for name in pairs(t.accounts or {}) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local account = t.accounts[name]
    local path = "accounts." .. name
    for i, user in ipairs(t.image and not t.variables and account.users or {}) do
      if user.password and user.password:find "^%$%a" then
        fault(("%s.users[%d].password"):format(path, i), "is a variable; containers read it from a file that `variables` names")
      end
    end
    if account.system then
      if system then fault(path .. ".system", ("%s is the system account already"):format(system)) end
      if account.jetstream then fault(path .. ".jetstream", "the system account has no streams") end
      system = name
    end
    for i, user in ipairs(account.users or {}) do
      local at = ("%s.users[%d]"):format(path, i)
      if (user.nkey ~= nil) == (user.user ~= nil) then
        fault(at, "needs either `user` and `password`, or `nkey`")
      elseif user.user and not user.password then
        fault(at .. ".password", "is missing; write $NAME to take it from a variable of the server")
      end
      local who = user.nkey or user.user
      if who and seen["user " .. who] then fault(at, ("is in %s, too"):format(seen["user " .. who])) end
      if who then seen["user " .. who] = at end
    end
    for i, import in ipairs(account.imports or {}) do
      local remote = import.service or import.stream
      local at = ("%s.imports[%d]"):format(path, i)
      if not remote then
        fault(at, "needs `service` or `stream`")
      elseif not t.accounts[remote.account] then
        local near = check.nearest(remote.account, t.accounts)
        fault(at, ("there is no account %q%s"):format(remote.account, near and (", did you mean %q?"):format(near) or ""))
      end
    end
    for i, export in ipairs(account.exports or {}) do
      if (export.service ~= nil) == (export.stream ~= nil) then
        fault(("%s.exports[%d]"):format(path, i), "needs either `service` or `stream`")
      end
    end
  end
  if t.accounts and not system and (#t.sites > 1 or t.leaves) then
    fault("accounts", "none is the system account, which gateways and leaf nodes need: give one `system = true`")
  end
  for i, leaf in ipairs(t.leaves or {}) do
    local path = ("leaves[%d]"):format(i)
    once(leaf.name, path .. ".name")
    if not sites[leaf.site] then
      local near = check.nearest(leaf.site, sites)
      fault(path .. ".site", ("there is no site %q%s"):format(leaf.site, near and (", did you mean %q?"):format(near) or ""))
    end
    if t.accounts and not leaf.account then
      fault(path .. ".account", "is missing: which account its clients are in")
    elseif leaf.account and not (t.accounts or {})[leaf.account] then
      fault(path .. ".account", ("there is no account %q"):format(leaf.account))
    elseif leaf.account and leaf.account == system then
      fault(path .. ".account", "is the system account; clients of a leaf node need one of their own")
    end
  end
end

-- The servers, each with its site and ports; equal ports at one address are counted on.
local function place(t)
  local servers, taken = {}, {}
  local function free(address, port)
    while taken[address .. " " .. port] do port = port + 1 end
    taken[address .. " " .. port] = true
    return port
  end
  for _, site in ipairs(t.sites) do
    local address = site.address or "127.0.0.1"
    for _, name in ipairs(site.servers) do
      local server = { name = name, site = site, address = address, ports = {}, host = t.image and name or address }
      for _, kind in ipairs { "client", "monitor", "cluster", "gateway", "leaf" } do
        server.ports[kind] = free(address, (t.ports or {})[kind] or topology.PORTS[kind])
      end
      -- Monitoring is in the clear and asks for nothing: never beyond the machine, or the container.
      server.monitor = is_loopback(address) and not t.image and address or "127.0.0.1"
      servers[#servers + 1] = server
    end
  end
  for _, leaf in ipairs(t.leaves or {}) do
    servers[#servers + 1] = { name = leaf.name, leaf = leaf, address = "127.0.0.1", host = "127.0.0.1",
      ports = { client = leaf.port or free("127.0.0.1", topology.PORTS.client) } }
  end
  return servers
end

--- Checks a table and places its servers.
-- @tparam table t as above. `image`: servers run in containers of it; `variables`: a file that has what `$NAME` stands
--   for, one `NAME: "value"` a line (else the servers' environment has it); `tls.folder`: has ca.pem, and NAME.pem and
--   NAME.key of each server and leaf node. Paths are as seen from the folder in which the servers are started and the
--   compose file stands; containers are given these files as secrets
-- @treturn ?table the topology: `table`, and `servers`, each with `name`, `site` or `leaf`, `address`, `host` (by which
--   servers of its site know it) and `ports`
-- @treturn ?{string,...} what is wrong, a line each, sorted, with the place in the table
function topology.new(t)
  local faults = {}
  local function fault(path, message)
    faults[#faults + 1] = (path == "" and "the table" or path) .. ": " .. message
  end
  compare(t, TOPOLOGY, "", fault)
  if #faults == 0 then consider(t, fault) end
  if #faults > 0 then
    table.sort(faults)
    return nil, faults
  end
  return { table = t, name = t.name or "nats", servers = place(t) }
end

--- The name by which a site's servers, or all gateways, know each other's certificates.
-- @tparam table top a topology
-- @tparam ?string site a site's name; nil: gateways
-- @treturn string
function topology.role(top, site)
  return site and ("route.%s.%s"):format(site:lower(), top.name) or "gateway." .. top.name
end

--- The certificates that the servers and leaf nodes need.
-- @tparam table top a topology
-- @treturn {table,...} each `name`, for the files NAME.pem and NAME.key, and `names`, its subject alternative names as
--   openssl writes them ("DNS:a1", "IP:10.9.0.1")
function topology.certificates(top)
  local list = {}
  for i, server in ipairs(top.servers) do
    local names = { "DNS:" .. server.name }
    if server.site then
      names[2] = (is_ip(server.address) and "IP:" or "DNS:") .. server.address
      names[3] = "DNS:" .. topology.role(top, server.site.name)
      names[4] = "DNS:" .. topology.role(top)
    end
    list[i] = { name = server.name, names = names }
  end
  return list
end

--- Where clients connect.
-- @tparam table top a topology
-- @tparam table server one of its servers
-- @treturn string a URL
function topology.url(top, server)
  local host = server.address:find(":", 1, true) and "[" .. server.address .. "]" or server.address
  return ("%s://%s:%d"):format(top.table.tls and server.site and "tls" or "nats", host, server.ports.client)
end

return topology
