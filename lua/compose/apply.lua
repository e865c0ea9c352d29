--- Doing what a plan says: operations run as soon as what they need is done, several at the same time.
--
-- @module compose.apply

local health = require "compose.health"
local json = require "json"

local apply = {}

-- How many calls of podman at once: more only wait for its locks.
local PARALLEL = 8

-- How many containers one call of podman takes.
local BATCH = 64

-- Lines of a program's output that a failure shows.
local SHOWN = 20

--- Seconds since the machine began, to the hundredth: no clock that somebody sets.
-- @treturn number
function apply.clock()
  local file = io.open("/proc/uptime", "r")
  if not file then return os.time() end
  local seconds = file:read "n"
  file:close()
  return seconds
end

-- How often the removal of a container is tried again that something holds, and how long after, in seconds.
local RETRIES, RETRY_PAUSE = 4, 0.25

local work = {}
work.__index = work

-- What podman says without what it always says.
local function said(result)
  local text = result.err:match "%S" and result.err or result.out
  local lines = {}
  for line in text:gmatch "[^\n]+" do
    local message = line:match "^Error: (.*)$" or line
    if not message:find "^time=" then lines[#lines + 1] = message end
  end
  if #lines == 0 then
    for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
  end
  if #lines == 0 then lines[1] = result.status == 124 and "no answer in time" or "status " .. result.status end
  return table.concat(lines, "\n", math.max(1, #lines - SHOWN + 1))
end

function work:tell(operation, event, text)
  if self.progress then self.progress(operation, event, text) end
end

-- Marks an operation as ended, and makes ready what waited for it.
function work:ended(operation, failure)
  if self.state[operation.id] == "done" or self.state[operation.id] == "failed" then return end
  local failed = failure ~= nil
  self.state[operation.id] = failed and "failed" or "done"
  self.left = self.left - 1
  if failed then
    if operation.optional then
      self:tell(operation, "optional", failure)
      failed = false
    else
      self.failures[#self.failures + 1] = { operation = operation, message = failure }
      self:tell(operation, "failed", failure)
    end
  else
    self:tell(operation, "done")
  end
  for _, id in ipairs(self.followers[operation.id] or {}) do
    local follower = self.operations[id]
    self.missing[id] = self.missing[id] - 1
    if failed then
      self:skip(follower, operation)
    elseif self.missing[id] == 0 and not self.state[id] then
      self.ready[#self.ready + 1] = follower
    end
  end
end

function work:skip(operation, because)
  if self.state[operation.id] then return end
  self.state[operation.id] = "skipped"
  self.left = self.left - 1
  self:tell(operation, "skipped", because.name)
  for _, id in ipairs(self.followers[operation.id] or {}) do self:skip(self.operations[id], because) end
end

-- Begins a call; `finish(result)` is called when it has ended.
function work:call(call, finish)
  self.handlers[self.runner:spawn(call)] = finish
end

function work:sleep(seconds, finish)
  self.handlers[self.runner:sleep(seconds)] = finish
end

-- ------------------------------------------------------------------------------------------- what is waited for

local waits = {}

-- A container that has ended and that podman has not cleaned up after yet is "stopped".
local ENDED = { stopped = "exited" }

-- Seconds until a container that runs is looked at once more: what cannot start its work ends at once.
local SETTLE = 0.5

local function inspect(self, operation, format, finish)
  self:call({ "inspect", "--type", "container", "--format", format, operation.name, host = operation.host }, finish)
end

-- Why a container that is not running cannot become healthy.
local function not_running(self, operation)
  inspect(self, operation, "{{.State.Status}} {{.State.ExitCode}}", function(result)
    local status, code = result.out:match "^(%S+) (%-?%d+)"
    if not status then return self:ended(operation, said(result)) end
    self:with_log(operation, status == "running" and "it has no health check"
      or ("it is %s, with status %s"):format(ENDED[status] or status, code))
  end)
end

-- A failure with the last lines of a container's log.
function work:with_log(operation, message)
  self:call({ "logs", "--tail", "5", operation.name, host = operation.host }, function(result)
    local text = (result.out .. result.err):match "^%s*(.-)%s*$"
    self:ended(operation, text ~= "" and message .. "; it said last:\n" .. text or message)
  end)
end

local function watch(self, operation, check)
  local state = health.watch(check, apply.clock())
  local function look()
    local began = apply.clock()
    if self.state[operation.id] ~= "running" then return end
    self:call({ "healthcheck", "run", operation.name, host = operation.host, timeout = state.timeout }, function(result)
      if result.status == 125 then return not_running(self, operation) end
      local verdict, pause = health.note(state, result.status == 0, began, apply.clock())
      if verdict == "healthy" then return self:ended(operation) end
      if verdict == "again" then return self:sleep(pause, look) end
      inspect(self, operation, "{{json .State.Health}}", function(inspected)
        local ok, found = pcall(json.decode, inspected.out)
        local log = ok and type(found) == "table" and found ~= json.null and found.Log or {}
        local last = type(log) == "table" and log[#log] or nil
        local output = last and tostring(last.Output or ""):match "^%s*(.-)%s*$" or ""
        if result.status == 124 then output = ("no answer in %g s"):format(state.timeout) end
        self:ended(operation, ("it is unhealthy: its check failed %d times in a row%s"):format(state.failures,
          output ~= "" and ", the last time with:\n" .. output or ""))
      end)
    end)
  end
  look()
end

function waits.healthy(self, operation)
  local check = operation.check or {}
  if check.test then return watch(self, operation, check) end
  -- The image has the check.
  inspect(self, operation, "{{json .Config.Healthcheck}}", function(result)
    local ok, found = pcall(json.decode, result.out)
    if result.status ~= 0 then return self:ended(operation, said(result)) end
    if not ok or type(found) ~= "table" or found == json.null then return self:ended(operation, "it has no health check") end
    local own = health.of_image(found)
    for key, value in pairs(check) do own[key] = value end
    watch(self, operation, own)
  end)
end

function waits.completed(self, operation)
  self:call({ "wait", operation.name, host = operation.host, follows = true, lines = function(line)
    operation.code = tonumber(line) or operation.code
  end }, function(result)
    if result.status ~= 0 then return self:ended(operation, "podman wait failed") end
    if operation.code == 0 then return self:ended(operation) end
    self:with_log(operation, ("it ended with status %s"):format(tostring(operation.code)))
  end)
end

function waits.running(self, operation)
  inspect(self, operation, "{{.State.Status}} {{.State.ExitCode}}", function(result)
    local status, code = result.out:match "^(%S+) (%-?%d+)"
    if result.status ~= 0 or not status then return self:ended(operation, said(result)) end
    status = ENDED[status] or status
    if status == "running" and not operation.seen then
      operation.seen = true
      return self:sleep(SETTLE, function()
        if self.state[operation.id] == "running" then waits.running(self, operation) end
      end)
    end
    if status == "running" or status == "exited" and code == "0" then return self:ended(operation) end
    self:with_log(operation, ("it is %s, with status %s"):format(status, code))
  end)
end

-- ------------------------------------------------------------------------------------------------ what is called

-- Failures that have a way out: functions(self, operation, result) that give true where they took it.
local ways = {}

-- podman was killed while it made the container: only its storage knows it.
function ways.create(self, operation, result)
  local name = operation.kind == "Pod" and operation.infra or operation.kind == "Container" and operation.name
  if not name or operation.again or not result.err:find "already in use" then return false end
  self:call({ "container", "exists", name, host = operation.host }, function(exists)
    if exists.status == 0 then
      return self:ended(operation, ("the name %s is taken by a container that is not of this project; remove or rename that one")
        :format(name))
    end
    operation.again = true
    self:call({ "rm", "--force", name, host = operation.host, changes = true }, function() self:begin { operation } end)
  end)
  return true
end

-- podman was killed while it started the container: the runtime has something of that ID, or is half-way in it, and only a
-- new container has a new ID.
local function remake(self, operation)
  operation.again = true
  self:call({ "rm", "--force", "--time", "0", operation.name, host = operation.host, changes = true }, function()
    self:call(operation.remake, function(made)
      if made.status ~= 0 then return self:ended(operation, said(made)) end
      self:begin { operation }
    end)
  end)
  return true
end

-- A port that is taken is told by the infra container only.
function ways.start(self, operation, result)
  if operation.remake and not operation.again and (operation.unused or result.err:find "already exists") then
    return remake(self, operation)
  end
  if not operation.infra or operation.again or not result.err:find "internal libpod error" then return false end
  self:call({ "start", operation.infra, host = operation.host, changes = true }, function(infra)
    if infra.status ~= 0 then return self:ended(operation, said(infra)) end
    operation.again = true
    self:begin { operation }
  end)
  return true
end

-- What is to be removed is gone: somebody was faster, or a killed run got so far.
function ways.remove(self, operation, result)
  local text = result.err
  -- A pod whose making was killed misses its infra container the first time, and is removed the next.
  local half_made = operation.kind == "Pod" and not text:find "no such pod"
  if not half_made and (text:find "no such" or text:find "not found" or text:find "unable to find" or text:find "does not exist") then
    self:ended(operation)
    return true
  end
  -- What a killed podman mounted is let go of in a moment, or by the next try.
  operation.tries = (operation.tries or 0) + 1
  if operation.tries > RETRIES or not half_made and not (operation.kind == "Container" and text:find "busy") then return false end
  self:sleep(RETRY_PAUSE * operation.tries, function() self:begin { operation } end)
  return true
end

function work:finish(operation, result)
  if result.status == 0 then return self:ended(operation) end
  local way = ways[operation.action]
  if way and way(self, operation, result) then return end
  self:ended(operation, operation.tail and #operation.tail > 0 and table.concat(operation.tail, "\n") or said(result))
end

-- A call of the first operation's, with the names of all.
local function call_of(which, operations)
  local call = {}
  for key, value in pairs(operations[1][which]) do call[key] = value end
  for i = 2, #operations do call[#call + 1] = operations[i].name end
  return call
end

-- Begins operations with one call, after the one that comes before it.
function work:begin(operations)
  local first = operations[1]
  if not first.before or first.stopped then return self:make(operations) end
  first.stopped = true
  self.busy = self.busy + 1
  self:call(call_of("before", operations), function()
    self.busy = self.busy - 1
    self:make(operations)
  end)
end

function work:make(operations)
  local first = operations[1]
  local call = call_of("call", operations)
  if first.action == "build" or first.action == "exec" or first.action == "run" then
    first.tail = {}
    call.lines = function(line)
      if #first.tail >= SHOWN then table.remove(first.tail, 1) end
      first.tail[#first.tail + 1] = line
      self:tell(first, "output", line)
    end
  end
  self.busy = self.busy + 1
  self:call(call, function(result)
    self.busy = self.busy - 1
    if result.status == 0 or #operations == 1 then
      for _, operation in ipairs(operations) do self:finish(operation, result) end
      return
    end
    -- Each name that was done is printed; the others are tried by themselves, for their own reasons.
    local done = {}
    for line in result.out:gmatch "[^\n]+" do done[line] = true end
    for _, operation in ipairs(operations) do
      if done[operation.name] then self:ended(operation) else self:begin { operation } end
    end
  end)
end

local function batch_key(operation)
  local words = table.move(operation.call, 1, #operation.call - 1, 1, {})
  return (operation.host and operation.host.key or "") .. (operation.before and "\0before" or "") .. "\0" .. table.concat(words, "\0")
end

-- Begins what is ready.
function work:dispatch()
  local ready, groups = self.ready, {}
  self.ready = {}
  table.sort(ready, function(a, b) return a.id < b.id end)
  for _, operation in ipairs(ready) do
    local id = operation.id
    local waited_for = not self.state[id] and waits[operation.action] -- it may have been skipped meanwhile
    if waited_for then
      self.state[id] = "running"
      if self.runner.dry then
        self:ended(operation)
      else
        self:tell(operation, "begin")
        waited_for(self, operation)
      end
    elseif not self.state[id] then
      local group = operation.batch and groups[batch_key(operation)]
      if group and #group < BATCH then
        group[#group + 1] = operation
        self.state[id] = "running"
        self:tell(operation, "begin")
      elseif self.busy + #groups < self.limit then
        group = { operation }
        groups[#groups + 1] = group
        if operation.batch then groups[batch_key(operation)] = group end
        self.state[id] = "running"
        self:tell(operation, "begin")
      else
        self.ready[#self.ready + 1] = operation
      end
    end
  end
  for _, group in ipairs(groups) do self:begin(group) end
end

--- Runs a plan.
-- @tparam table runner of compose.podman
-- @tparam table plan of compose.plan
-- @tparam[opt] table options `progress`: function(operation, event, text), events "begin", "done", "failed", "optional"
--   (it failed, and that is allowed), "skipped", "output" (a line); `limit`: calls at once; `wait_timeout`: seconds after
--   which what is waited for has failed
-- @treturn {table,...} failures: `operation` and `message`; empty where all was done
function apply.run(runner, plan, options)
  options = options or {}
  local self = setmetatable({
    runner = runner, operations = plan.operations, progress = options.progress,
    limit = options.limit or PARALLEL,
    state = {},     -- by id: nil, "running", "done", "failed", "skipped"
    missing = {},   -- by id: how many of what it needs have not ended
    followers = {}, -- by id: ids of what needs it
    ready = {}, handlers = {}, failures = {}, left = #plan.operations, busy = 0,
  }, work)
  for _, operation in ipairs(plan.operations) do
    local needs = {}
    for _, id in ipairs(operation.needs) do needs[id] = true end
    local count = 0
    for id in pairs(needs) do
      count = count + 1
      self.followers[id] = self.followers[id] or {}
      table.insert(self.followers[id], operation.id)
    end
    self.missing[operation.id] = count
    if count == 0 then self.ready[#self.ready + 1] = operation end
  end
  if options.wait_timeout and self.left > 0 then
    self:sleep(options.wait_timeout, function()
      for _, operation in ipairs(self.operations) do
        if waits[operation.action] and self.state[operation.id] == "running" then
          self:ended(operation, ("it is not ready after %g s"):format(options.wait_timeout))
        end
      end
    end)
  end
  while self.left > 0 do
    local before = self.left
    self:dispatch()
    if self.left > 0 and (self.left == before or #self.ready == 0) then
      local number, result = runner:next()
      if not number then error("compose.apply: operations are left that nothing can begin", 0) end
      local handler = self.handlers[number]
      self.handlers[number] = nil
      if handler then handler(result) end
    end
  end
  return self.failures
end

return apply
