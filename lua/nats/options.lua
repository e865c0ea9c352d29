--- What a connection is made with: defaults, the environment, the URL and the script's own table.
--
-- What stands nearer to the script wins: an option over the environment, the environment over a context
-- of natscli, and that over a default; credentials in a URL hold for that server, and others where the
-- URL has none.
--
-- @module nats.options

local check = require "nats.check"
local context = require "nats.context"
local duration = require "nats.duration"
local errors = require "nats.errors"
local url = require "nats.url"

local options = {}

--- Every option and its kind. Durations are seconds, sizes bytes.
options.KINDS = {
  url = "urls", servers = "urls",          -- where the servers are: a URL, "URL,URL" or an array
  host = "string", port = "port",          -- one server, as lua-nats names it
  transport = "transport",                 -- "native", "socket", or an object; default: what the engine has
  name = "string",                         -- of this client, as the server's monitoring shows it
  user = "string", password = "string", token = "string",
  creds = "string", nkey = "string",       -- paths of a credentials file and of a seed
  jwt = "string", seed = "string",         -- the same as texts: a user's JWT and seed, or a seed alone
  context = "string",                      -- of natscli: a name, or the path of a .json file
  tls = "boolean", tls_first = "boolean",
  tls_ca = "string", tls_cert = "string", tls_key = "string", tls_name = "string",
  timeout = "interval",                    -- of requests and flushes that give none of their own
  connect_timeout = "interval",            -- of one server to be connected; default: timeout
  ping_interval = "interval", max_pings_out = "positive",
  allow_reconnect = "boolean", max_reconnect = "limit",
  reconnect_wait = "seconds", reconnect_jitter = "seconds", reconnect_jitter_tls = "seconds",
  reconnect_buffer = "limit", retry_on_failed_connect = "boolean",
  drain_timeout = "interval",
  no_randomize = "boolean", no_echo = "boolean", verbose = "boolean", pedantic = "boolean",
  inbox_prefix = "string",
  pending_msgs = "limit", pending_bytes = "limit",   -- of each subscription that gives none of its own
  on_error = "function",
}

local SECRETS = { url = true, servers = true, password = true, token = true, jwt = true, seed = true }

-- Who we are, in natscli's order: the first kind that is given is the one.
local IDENTITIES = { { "user", "password" }, { "creds" }, { "nkey" }, { "jwt", "seed" } }

-- As nats.go 1.55 has them.
local DEFAULTS = {
  timeout = 2,
  ping_interval = 120, max_pings_out = 2,
  allow_reconnect = true, max_reconnect = 60,
  reconnect_wait = 2, reconnect_jitter = 0.1, reconnect_jitter_tls = 1, reconnect_buffer = 8 * 1024 * 1024,
  retry_on_failed_connect = false,
  drain_timeout = 30,
  no_randomize = false, no_echo = false, verbose = false, pedantic = false,
  tls = false, tls_first = false,
  inbox_prefix = "_INBOX",
  pending_msgs = 500000, pending_bytes = 64 * 1024 * 1024,
}

-- Variables of the NATS tools, the options they set, and how their text is read.
local ENVIRONMENT = {
  { "NATS_URL", "url" },
  { "NATS_USER", "user" },
  { "NATS_PASSWORD", "password" },
  { "NATS_TOKEN", "token" },
  { "NATS_CREDS", "creds", is_file = true },
  { "NATS_NKEY", "nkey", is_file = true },
  { "NATS_JWT", "jwt" },
  { "NATS_SEED", "seed" },
  { "NATS_CONTEXT", "context" },
  { "NATS_CA", "tls_ca", is_file = true },
  { "NATS_CERT", "tls_cert", is_file = true },
  { "NATS_KEY", "tls_key", is_file = true },
  { "NATS_TIMEOUT", "timeout", function(text)
    local seconds = duration(text)
    return seconds and seconds > 0 and seconds or nil
  end, "a duration above 0 such as 5s, 300ms or 1m30s" },
}

--- Reads the environment; nil and an error that names variable, value and what is accepted.
local function environment(getenv)
  local found = {}
  for _, entry in ipairs(ENVIRONMENT) do
    local variable, key, read, accepted = entry[1], entry[2], entry[3], entry[4]
    local text = getenv(variable)
    if text and text ~= "" then
      local value = text
      if read then value = read(text) end
      if value == nil then
        return nil, errors.new(errors.configuration, ("%s=%s in the environment: not %s"):format(variable, text, accepted))
      end
      found[key] = value
    end
  end
  if (getenv "NATS_SOCKS_PROXY" or "") ~= "" then                  -- to go past it would be to go where nobody meant
    return nil, errors.new(errors.configuration,
      "NATS_SOCKS_PROXY in the environment: SOCKS is not spoken here; unset it, and forward a port to the server if need be")
  end
  if found.user and not found.password and not found.token then   -- natscli: a user alone is a token
    found.token, found.user = found.user, nil
  end
  return found
end

--- Looks whether the files that the environment names, and that are used, can be read: what reads them
-- later does not know who named them.
local function files_problem(used, found)
  for _, entry in ipairs(ENVIRONMENT) do
    local path = entry.is_file and found[entry[2]]
    if path and used[entry[2]] == path then
      local file, problem = io.open(path, "rb")
      if not file then return ("%s in the environment: %s"):format(entry[1], problem) end
      file:close()
    end
  end
end

--- Whether a layer says who we are.
local function names_someone(layer)
  if layer.token then return true end
  for _, keys in ipairs(IDENTITIES) do
    for _, key in ipairs(keys) do
      if layer[key] then return true end
    end
  end
  return false
end

--- Takes out of a layer who we are.
local function forget_identity(layer)
  layer.token = nil
  for _, keys in ipairs(IDENTITIES) do
    for _, key in ipairs(keys) do layer[key] = nil end
  end
end

--- Leaves one kind of identity, where several layers gave some.
local function choose_identity(out)
  local chosen = false
  for _, keys in ipairs(IDENTITIES) do
    local given = out[keys[1]] ~= nil or keys[2] and out[keys[2]] ~= nil
    for _, key in ipairs(keys) do
      if chosen then out[key] = nil end
    end
    chosen = chosen or given
  end
end

--- Reads "URL,URL" or an array of these; nil and what is wrong.
local function servers(list)
  local out = {}
  for _, text in ipairs(type(list) == "table" and list or { list }) do
    if type(text) ~= "string" then return nil, "a server must be a URL, not a " .. type(text) end
    for one in text:gmatch("[^,]+") do
      local server, problem = url.parse(one)
      if not server then return nil, problem end
      out[#out + 1] = server
    end
  end
  if #out == 0 then return nil, "there is no URL in it" end
  local first = out[1].scheme:find("^ws") ~= nil
  for _, server in ipairs(out) do
    if (server.scheme:find("^ws") ~= nil) ~= first then
      return nil, "ws:// and wss:// URLs cannot stand beside nats:// and tls:// ones"
    end
  end
  return out
end

--- Sorts the arguments of `connect` into one table of options.
local function arguments(first, second, third)
  if first == nil then return second or {} end
  local given = {}
  if type(first) == "string" and type(second) == "number" then
    given.host, given.port, given.timeout = first, second, third
  elseif type(first) == "string" then
    given.url = first
  elseif #first > 0 then
    given.servers = {}
    for key, value in pairs(first) do
      if math.type(key) == "integer" then given.servers[key] = value else given[key] = value end
    end
  else
    for key, value in pairs(first) do given[key] = value end
  end
  if type(second) == "table" then
    for key, value in pairs(second) do given[key] = value end
  end
  return given
end

--- Makes the options of a connection out of what `connect` was called with.
--
-- Raises on an unknown key, a wrong type or a URL that is none.
-- @tparam ?string|table first a URL, URLs with commas between, an array of URLs, a table of options, or
--   a host's name
-- @tparam ?table|integer second a table of options, or the port that belongs to a host's name
-- @tparam ?number third a time limit in seconds, after a host and a port
-- @tparam integer level whose line an error names, as for `error`
-- @tparam[opt=os.getenv] function getenv
-- @treturn ?table every option with its value, and `servers`, an array of what `nats.url` makes of each URL
-- @treturn ?table an error equal to errors.configuration, when the environment holds something wrong
function options.resolve(first, second, third, level, getenv)
  level = level + 1
  if first ~= nil and type(first) ~= "string" and type(first) ~= "table" then
    error("connect: the first argument must be a URL, an array of URLs or a table of options, not a " .. type(first), level)
  elseif second ~= nil and type(second) ~= "table" and not (type(first) == "string" and type(second) == "number") then
    error("connect: the second argument must be a table of options, or the port of a host, not a " .. type(second), level)
  end
  local given = arguments(first, second, third)
  check.fields(given, options.KINDS, "connect", level, SECRETS)

  local found, err = environment(getenv or os.getenv)
  if not found then return nil, err end
  -- A context that is only the selected one is for scripts that do not say themselves where to connect:
  -- its secrets are for its own servers.
  local known, name = {}, given.context or found.context
  if name or not (given.url or given.servers or given.host or given.port) then
    known, err = context.load(name, getenv or os.getenv)
    if not known then return nil, err end
  end
  if given.context then
    found.url = nil                                   -- the script said which servers it means
    forget_identity(found)
  end
  if names_someone(given) then
    forget_identity(found)
    forget_identity(known)
  end
  local out = {}
  for _, layer in ipairs { DEFAULTS, known, found, given } do
    for key, value in pairs(layer) do out[key] = value end
  end
  choose_identity(out)
  local unreadable = files_problem(out, found)
  if unreadable then return nil, errors.new(errors.configuration, unreadable) end
  out.connect_timeout = out.connect_timeout or out.timeout

  local list = given.url or given.servers
  if given.host or given.port and not list then
    local host = given.host or "127.0.0.1"
    list = given.host and host:find("://", 1, true) and host
      or ("%s:%d"):format(host:find(":", 1, true) and "[" .. host .. "]" or host, given.port or 4222)
  end
  local parsed, problem = servers(list or found.url or known.url or "nats://127.0.0.1:4222")
  if not parsed then
    if list then error("connect: " .. problem, level) end
    local source = found.url and "NATS_URL in the environment" or "the URL of context " .. tostring(known.context_file)
    return nil, errors.new(errors.configuration, source .. ": " .. problem)
  end
  out.servers, out.url, out.host, out.port = parsed, nil, nil, nil
  return out
end

return options
