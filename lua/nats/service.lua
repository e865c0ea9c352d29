--- Services that others find, ask and watch by one convention (ADR-32): `nats micro ls`, `info`, `stats`.
--
--    local service = require "nats.service"
--    local greeter = service.add(nc, { name = "greeter", version = "1.0.0" })
--    greeter:add_endpoint("hello", function(request) request:respond("hello " .. request.data) end)
--    nc:run()
--
-- @module nats.service

local check = require "nats.check"
local clock = require "nats.clock"
local errors = require "nats.errors"
local json = require "json"
local nuid = require "nats.nuid"
local subjects = require "nats.subject"

local service = {}

local PREFIX = "$SRV"                    -- of the subjects on which services are found
local TYPE = "io.nats.micro.v1.%s_response"
local QUEUE = "q"                        -- of endpoints that name no queue group of their own
local NANOSECONDS = 1000000000
local INTERNAL = 500                     -- the code of a handler that raised

local NAME = "^[%w_-]+$"

-- Texts ----------------------------------------------------------------------------------------------

--- Whether a version is one of semver.org: 1.2.3, 1.2.3-rc.1, 1.2.3+build.5.
local function is_version(text)
  local core, rest = text:match("^(%d+%.%d+%.%d+)(.*)$")
  if not core then return false end
  for number in core:gmatch("%d+") do
    if number:find("^0%d") then return false end
  end
  local before, build = rest:match("^([^+]*)%+(.+)$")
  for part in (build and build .. "." or ""):gmatch("([^.]*)%.") do
    if not part:find(NAME) or part:find("_", 1, true) then return false end
  end
  before = before or rest
  if before == "" then return true end
  if before:sub(1, 1) ~= "-" then return false end
  for part in (before:sub(2) .. "."):gmatch("([^.]*)%.") do
    if not part:find(NAME) or part:find("_", 1, true) or part:find("^0%d+$") then return false end
  end
  return true
end

--- One line of a text, as a header takes it.
local function line_of(text) return (tostring(text):match("^[^\r\n]*"):gsub("%z", "")) end

--- A copy of free words about a thing, which cannot be changed afterwards (ADR-33).
local function metadata(given, what, level)
  local copy = json.object {}
  for key, value in pairs(given or {}) do
    if type(key) ~= "string" or type(value) ~= "string" then
      error(what .. ": metadata must have strings only, keys and values", level + 1)
    end
    copy[key] = value
  end
  return copy
end

-- Errors in answers ----------------------------------------------------------------------------------

service.message = {}

--- Answers with an error, which stands in the headers Nats-Service-Error-Code and Nats-Service-Error.
-- @tparam integer code such as 404
-- @tparam string description for whoever asked; its first line is sent
-- @tparam[opt=""] string payload
-- @tparam[opt] table fields more headers
-- @treturn ?boolean true; nil and an error as `respond` returns them
-- @raise what `respond` raises, and a code that is no integer or an empty description
function service.message:respond_error(code, description, payload, fields)
  check.value(code, "count", "respond_error: code", 2)
  check.value(description, "string", "respond_error: description", 2)
  description = line_of(description)
  if description == "" then error("respond_error: the description is empty", 2) end
  local all = {}
  for key, value in pairs(fields or {}) do all[key] = value end
  all["Nats-Service-Error-Code"], all["Nats-Service-Error"] = code, description
  local endpoint = rawget(self, "endpoint")
  if endpoint then
    endpoint.errors, endpoint.last_error = endpoint.errors + 1, ("%d:%s"):format(code, description)
  end
  return self:_respond(payload or "", all, 2)
end

--- The error of an answer of a service.
-- @treturn ?integer|string the code, nil: this is no error
-- @treturn ?string the description
function service.message:service_error()
  local code, description = self:header "Nats-Service-Error-Code", self:header "Nats-Service-Error"
  if not code and not description then return nil end
  return math.tointeger(tonumber(code)) or code or "", description or ""
end

-- Endpoints ------------------------------------------------------------------------------------------

--- Calls a handler; what it raises is the answer, unless it had answered.
local function handle(self, handler, msg)
  self.requests = self.requests + 1
  msg.endpoint = self
  local start = clock()
  local ok, err = self.service.client:_attempt(handler, msg)
  self.seconds = self.seconds + (clock() - start)
  if ok then return end
  local value = err.value
  local is_answer = type(value) == "table" and math.type(value.code) == "integer" and type(value.description) == "string"
  if not is_answer then
    self.service.client:_report(err, self.sub, msg)
    value = { code = INTERNAL, description = line_of(value) }
    if value.description == "" then value.description = "internal error" end
  end
  if msg.reply then
    msg:respond_error(value.code, value.description)
  else
    self.errors, self.last_error = self.errors + 1, ("%d:%s"):format(value.code, value.description)
  end
end

local ENDPOINT = { subject = "string", queue = "queue", metadata = "table", tasks = "boolean" }

--- The queue group that holds: the first that is given, where false is none.
local function queue_of(...)
  for i = 1, select("#", ...) do
    local queue = select(i, ...)
    if queue ~= nil then return queue or nil end
  end
end

local function add_endpoint(self, prefix, default, name, handler, options, level)
  level = level + 1
  options = options or {}
  if type(name) ~= "string" or not name:find(NAME) then
    error("add_endpoint: the name must be made of letters, digits, - and _, not " .. tostring(name), level)
  end
  check.value(handler, "function", "add_endpoint: the handler", level)
  check.fields(options, ENDPOINT, "add_endpoint", level)
  local subject = prefix .. (options.subject or name)
  local problem = subjects.problem(subject, true) or options.queue and subjects.queue_problem(options.queue)
  if problem then error(("add_endpoint: subject or queue %s"):format(problem), level) end
  if self.stopped then return nil, errors.closed end
  local endpoint = {
    service = self,
    name = name,
    subject = subject,
    queue = queue_of(options.queue, default, self.queue, QUEUE),
    metadata = metadata(options.metadata, "add_endpoint", level),
    sub = nil,
    requests = 0, errors = 0, last_error = "", seconds = 0,      -- since the start, or the last reset
  }
  local nc, in_tasks = self.client, options.tasks
  local function take(_, _, msg)
    if in_tasks then nc:spawn(handle, endpoint, handler, msg) else handle(endpoint, handler, msg) end
  end
  local sub, err = nc:_subscribe(subject, { queue = endpoint.queue, callback = take })
  if not sub then return nil, err end
  endpoint.sub = sub
  self.endpoints[#self.endpoints + 1] = endpoint
  return true
end

local Group = { __name = "nats.service.group" }
Group.__index = Group

local function add_group(self, prefix, default, name, options, level)
  check.fields(options or {}, { queue = "queue" }, "add_group", level + 1)
  local problem = name ~= "" and subjects.problem(name, true) or type(name) == "string" and name:find(">", 1, true) and "has '>'"
  if problem then error("add_group: the name " .. problem, level + 1) end
  local queue = options and options.queue
  if queue == nil then queue = default end
  return setmetatable({ service = self, prefix = name == "" and prefix or prefix .. name .. ".", queue = queue }, Group)
end

--- Adds an endpoint under the group's name, as `service:add_endpoint` does.
function Group:add_endpoint(name, handler, options)
  local ok, err = add_endpoint(self.service, self.prefix, self.queue, name, handler, options, 2)
  return ok, err
end

--- Adds a group inside this one, as `service:add_group` does.
function Group:add_group(name, options)
  local group = add_group(self.service, self.prefix, self.queue, name, options, 2)
  return group
end

-- The service ----------------------------------------------------------------------------------------

local Service = { __name = "nats.service" }
Service.__index = Service

function Service:__tostring() return ("nats.service: %s (%s)"):format(self.name, self.stopped and "stopped" or self.id) end

--- Adds an endpoint: a subject and what answers on it.
-- @tparam string name letters, digits, - and _
-- @tparam function handler called with each request, a message: `data`, `headers`, `respond`,
--   `respond_json`, `respond_error`. What it raises is answered as error 500 and told to nc.on_error;
--   raising `{ code = 404, description = "no such thing" }` is a short way to answer with that error
-- @tparam[opt] table options subject (default: the name), queue (group; false: none, so that every
--   instance gets every request), metadata (strings), tasks (true: each request in a task of its own, so
--   that a handler that waits holds up no other)
-- @treturn ?boolean true
-- @treturn ?string an error: "closed"
-- @raise on a wrong name, subject, queue or option
function Service:add_endpoint(name, handler, options)
  local ok, err = add_endpoint(self, "", nil, name, handler, options, 2)
  return ok, err
end

--- Makes a group: endpoints whose subjects begin with its name.
-- @tparam string name a subject, or "" for none
-- @tparam[opt] table options queue: group of its endpoints, false: none
-- @treturn table with `add_endpoint` and `add_group`
function Service:add_group(name, options)
  local group = add_group(self, "", nil, name, options, 2)
  return group
end

local function response(self, kind)
  return {
    type = TYPE:format(kind), name = self.name, id = self.id, version = self.version, metadata = self.metadata,
  }
end

--- What it answers to PING.
-- @treturn table
function Service:ping() return response(self, "ping") end

--- What it answers to INFO: what it is, and its endpoints.
-- @treturn table
function Service:info()
  local info = response(self, "info")
  info.description, info.endpoints = self.description, json.array {}
  for i, endpoint in ipairs(self.endpoints) do
    info.endpoints[i] = {
      name = endpoint.name, subject = endpoint.subject, queue_group = endpoint.queue or "", metadata = endpoint.metadata,
    }
  end
  return info
end

--- What it answers to STATS: how much each endpoint has done.
-- @treturn table
function Service:stats()
  local stats = response(self, "stats")
  stats.started, stats.endpoints = self.started, json.array {}
  for i, endpoint in ipairs(self.endpoints) do
    local time = math.floor(endpoint.seconds * NANOSECONDS)
    stats.endpoints[i] = {
      name = endpoint.name, subject = endpoint.subject, queue_group = endpoint.queue or "",
      num_requests = endpoint.requests, num_errors = endpoint.errors, last_error = endpoint.last_error,
      processing_time = time, average_processing_time = endpoint.requests > 0 and time // endpoint.requests or 0,
      data = self.stats_handler and self.stats_handler(endpoint.name) or nil,
    }
  end
  return stats
end

--- Counts from zero again.
function Service:reset()
  for _, endpoint in ipairs(self.endpoints) do
    endpoint.requests, endpoint.errors, endpoint.last_error, endpoint.seconds = 0, 0, "", 0
  end
end

--- Is told that it has ended.
local function ended(self, err)
  if self.stopped then return end
  self.stopped = true
  if self.on_stop then self.client:_protected(self.on_stop, self, err) end
end

--- Ends the service: requests that were on their way are answered, then it is not to be found any more.
-- @param[opt] err why, for the option `on_stop`
-- @treturn ?boolean true; nil and "timeout" or "closed"
function Service:stop(err)
  if self.stopped then return true end
  local subs = {}
  for _, endpoint in ipairs(self.endpoints) do subs[#subs + 1] = endpoint.sub end
  for _, sub in ipairs(self.verbs) do subs[#subs + 1] = sub end
  local ok, problem = self.client:_drain(subs)
  ended(self, err)
  return ok, problem
end

local SERVICE = {
  name = "string", version = "string", description = "string", metadata = "table", queue = "queue",
  stats = "function", on_stop = "function",
}

-- What it is asked -> function(service) -> a table to answer with.
local VERBS = { PING = Service.ping, INFO = Service.info, STATS = Service.stats }

--- Starts a service.
-- @tparam table nc a client
-- @tparam table options name (letters, digits, - and _: the kind of service), version (as semver.org has
--   it); description, metadata (strings), queue (group of its endpoints, default "q"; false: none), stats
--   (function(endpoint's name) -> a value for JSON), on_stop (function(service, err))
-- @treturn ?table the service; `id` is what tells it from others of its name
-- @treturn ?string an error: "closed"
-- @raise on wrong options
function service.add(nc, options)
  check.value(options, "table", "service: options", 2)
  check.fields(options, SERVICE, "service", 2)
  if not (options.name or ""):find(NAME) then
    error("service: the name must be made of letters, digits, - and _", 2)
  elseif not is_version(options.version or "") then
    error("service: the version must be one such as 1.0.0 (semver.org)", 2)
  end
  local problem = options.queue and subjects.queue_problem(options.queue)
  if problem then error("service: queue " .. problem, 2) end
  local self = setmetatable({
    client = nc,
    id = nuid(),
    name = options.name,
    version = options.version,
    description = options.description or "",
    metadata = metadata(options.metadata, "service", 2),
    queue = options.queue,                     -- nil: the default, false: none
    stats_handler = options.stats,
    on_stop = options.on_stop,
    started = os.date "!%Y-%m-%dT%H:%M:%SZ",
    endpoints = {},
    verbs = {},                                -- the subscriptions on which it is found
    stopped = false,
  }, Service)
  for verb, answer in pairs(VERBS) do
    for _, tail in ipairs { "", "." .. self.name, "." .. self.name .. "." .. self.id } do
      local sub, err = nc:_subscribe(PREFIX .. "." .. verb .. tail, { callback = function(_, reply, msg)
        if reply then msg:respond_json(answer(self)) end
      end })
      if not sub then return nil, err end
      self.verbs[#self.verbs + 1] = sub
    end
  end
  nc:on("closed", function(why) ended(self, why) end)
  return self
end

--- What a client has of it: `nc:add_service(options)`.
service.client = { add_service = service.add }

return service
