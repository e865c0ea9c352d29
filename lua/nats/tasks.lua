--- Tasks of a client: coroutines in which waiting for one thing lets the others go on.
--
-- There is one thread. What waits outside of any task (`nc:run()`, or a request at the script's top
-- level) is the driver: it polls the transport, runs callbacks, and lets tasks go on one after the other
-- until each waits again. What waits inside a task only yields to the driver, and says what wakes it: a
-- subscription, the subject of an answer, the number of a ping, another task, or a time.
--
-- @module nats.tasks

local check = require "nats.check"
local clock = require "nats.clock"
local errors = require "nats.errors"
local new_task = require "nats.task"
local queue = require "nats.queue"
local sleep = require "nats.sleep"
local timers = require "nats.timers"

local running, yield = coroutine.running, coroutine.yield

local BURST = 64          -- messages taken in before timers get their turn, when they come without a pause
local DEPTH = 16          -- drivers inside tasks inside drivers...: Lua allows about 200 C calls in all

local Tasks = { __name = "nats.tasks" }
Tasks.__index = Tasks

--- Makes the tasks of a client: there are none, and when there are none again it is dropped.
local function new(client)
  return setmetatable({
    client = client,
    threads = {},             -- coroutine -> task, those that are not done
    count = 0,
    ready = queue(),          -- tasks that can go on
    parked = {},              -- key -> queue of the tasks that it wakes
    timers = timers(),        -- tasks that wait for a time, or for something with a time limit
    taken = 0,                -- messages since timers had their turn
    depth = 0,                -- tasks that are being resumed, one inside another
  }, Tasks)
end

--- The task that calls, when it can yield; nil: the caller is a driver.
function Tasks:current()
  local task = self.threads[running()]
  return task and coroutine.isyieldable() and task or nil
end

--- Lets a task go on that waits, if it does.
function Tasks:_awake(task)
  local key = task.key
  if key ~= nil then
    local parked = self.parked[key]
    parked:remove(task.place)
    if parked.count == 0 then self.parked[key] = nil end
    task.key, task.place = nil, nil
  end
  self.timers:remove(task)
  task.state = "ready"
  self.ready:push(task)
end

--- Lets a task go on that waits for a key, the one that waits longest.
function Tasks:wake(key)
  local parked = self.parked[key]
  if not parked then return end
  local task = parked:pop()
  if parked.count == 0 then self.parked[key] = nil end
  task.key, task.place = nil, nil
  return self:_awake(task)
end

--- Lets all tasks go on that wait for a key.
function Tasks:wake_all(key)
  while self.parked[key] do self:wake(key) end
end

--- Waits inside a task.
-- @tparam table task the one that calls
-- @tparam function ready
-- @param argument of ready
-- @tparam ?number timeout seconds
-- @param key what wakes it, nil: only time does
-- @treturn ?boolean true; nil and "timeout" or "closed"
function Tasks:wait(task, ready, argument, timeout, key)
  local deadline = timeout and clock() + timeout
  local woken = false
  while not ready(argument) do
    if not task.cancelled then
      if self.client:status() == "closed" then
        task.cancelled, task.was_told = task.was_told, true
        if not task.cancelled then return nil, errors.closed end
      elseif woken and deadline and clock() >= deadline then
        return nil, errors.timeout
      end
    end
    if not task.cancelled then
      if key ~= nil then
        local parked = self.parked[key] or queue()
        self.parked[key] = parked
        task.key, task.place = key, parked:push(task)
      end
      if deadline then self.timers:add(task, deadline) end
      task.state = "waiting"
      yield()
      woken = true
    end
    if task.cancelled then
      if key ~= nil then self.client:_abandoned(key) end
      error(errors.cancelled, 0)
    end
  end
  return true
end

--- A task has returned, or raised.
local function ended(self, task, ok, ...)
  self.threads[task.thread] = nil
  self.count = self.count - 1
  task.state = "done"
  local failure
  if ok then
    task.results = table.pack(...)
  elseif ... == errors.cancelled then
    task.err = errors.cancelled
  else
    failure = { value = (...), text = debug.traceback(task.thread, tostring((...))) }
  end
  self:wake_all(task)
  if self.count == 0 and self.client.tasks == self then self.client.tasks = nil end
  if not failure then return end
  task.err = self.client:_raised(failure)
  if task.joining == 0 then self.client:_report(task.err) end
end

local function resumed(self, task, ok, ...)
  self.depth = self.depth - 1
  if coroutine.status(task.thread) == "dead" then return ended(self, task, ok, ...) end
  if task.state ~= "running" then return end
  -- It yielded by itself. That is a pause, and where nothing is to come any more, the end.
  if self.client:status() == "closed" then return ended(self, task, false, errors.cancelled) end
  task.state = "ready"
  self.ready:push(task)
end

local function resume(self, task)
  task.state = "running"
  self.depth = self.depth + 1
  local arguments = task.arguments
  if not arguments then return resumed(self, task, coroutine.resume(task.thread)) end
  task.arguments = nil
  if task.cancelled then                       -- before it began
    self.depth = self.depth - 1
    return ended(self, task, false, errors.cancelled)
  end
  return resumed(self, task, coroutine.resume(task.thread, table.unpack(arguments, 1, arguments.n)))
end

--- Lets each task that can go on do so, once.
-- @treturn boolean whether there was one
function Tasks:turn()
  local count = self.depth < DEPTH and self.ready.count or 0
  for _ = 1, count do
    local task = self.ready:pop()
    if not task then break end                 -- a driver inside a task was faster
    resume(self, task)
  end
  return count > 0
end

--- Lets tasks go on whose time has come.
function Tasks:fire(now)
  local first = self.timers:first()
  while first and first.due <= now do
    self:_awake(first)
    first = self.timers:first()
  end
end

--- Lets all tasks come to their end, when the connection is closed.
function Tasks:finish()
  for _, task in pairs(self.threads) do
    if task.state == "waiting" then self:_awake(task) end
  end
  while self:turn() do end                     -- luacheck: ignore 542 (turn does it all)
end

--- What a driver does while it waits: tasks, what arrives, times.
-- @tparam ?number left seconds to wait at most, nil: no limit
-- @treturn ?integer 1: something may have changed; nil and "timeout" or "closed"
function Tasks:step(left)
  local client, patience, start = self.client, left, nil
  local went_on = self:turn()                  -- then the driver may have what it waits for
  local first = self.timers:first()
  if went_on then
    patience = 0
  elseif first then
    start = clock()
    patience = math.max(0, math.min(first.due - start, left or math.huge))
  end
  local ok, err = client:_take(patience)
  if err == errors.closed then return nil, err end
  self.taken = self.taken + 1
  if ok and self.taken < BURST then return 1 end
  self.taken = 0
  -- A transport without a network comes back at once: nothing can arrive, but times still come.
  if not ok and start then sleep(start + patience - clock()) end
  self:fire(clock())
  if ok or patience and (not left or patience < left) then return 1 end
  return nil, errors.timeout
end

-- What a client has of it ------------------------------------------------------------------------------

local methods = {}

--- Starts a task: a function that runs beside others. It begins when the script waits for something, in
-- `nc:run()` for example. Inside it `next`, `messages`, `request`, `flush`, `rtt`, `drain`, `sleep` and
-- `join` let others go on while they wait. What it raises goes to `nc.on_error`, with its traceback,
-- unless somebody waits in `join` for its end.
-- @tparam function fn
-- @param ... its arguments
-- @treturn ?table the task
-- @treturn ?string an error: "closed"
function methods:spawn(fn, ...)
  check.value(fn, "function", "spawn: fn", 2)
  if self:status() == "closed" then return nil, errors.closed end
  local tasks = self.tasks or new(self)
  self.tasks = tasks
  local thread = coroutine.create(function(...) return fn(...) end)      -- fn may be a callable table
  local task = new_task(self, thread)
  task.arguments = table.pack(...)
  tasks.threads[thread], tasks.count = task, tasks.count + 1
  tasks.ready:push(task)
  return task
end

local function never() return false end

--- Waits, and lets everything else go on: tasks, callbacks, timers.
-- @tparam number seconds 0: only give the others their turn
-- @treturn ?boolean true
-- @treturn ?string an error: "closed"
function methods:sleep(seconds)
  check.value(seconds, "seconds", "sleep: seconds", 2)
  local deadline = clock() + seconds
  local left = seconds
  repeat
    local _, err = self:_wait(never, nil, left)
    if err == errors.closed then return nil, err end
    left = deadline - clock()
    if left > 0 and not self.tasks then sleep(left) end      -- a transport without a network came back at once
  until left <= 0
  return true
end

--- Calls a function once, in a task of its own.
-- @tparam number seconds from now
-- @tparam function fn
-- @treturn ?table the task, which can be cancelled
-- @treturn ?string an error: "closed"
function methods:after(seconds, fn)
  check.value(seconds, "seconds", "after: seconds", 2)
  check.value(fn, "function", "after: fn", 2)
  local due = clock() + seconds
  return self:spawn(function()
    if self:sleep(math.max(0, due - clock())) then return fn() end
  end)
end

--- Calls a function again and again, in a task of its own. When it takes longer than the interval, calls
-- are left out. One that raises is told to `nc.on_error`, and the next one comes nevertheless.
-- @tparam number seconds between the beginnings of two calls
-- @tparam function fn
-- @treturn ?table the task, which can be cancelled
-- @treturn ?string an error: "closed"
function methods:every(seconds, fn)
  check.value(seconds, "interval", "every: seconds", 2)
  check.value(fn, "function", "every: fn", 2)
  local due = clock() + seconds
  return self:spawn(function()
    while self:sleep(math.max(0, due - clock())) do
      self:_protected(fn)
      local now = clock()
      due = due + seconds
      if due < now then due = now + seconds - (now - due) % seconds end
    end
  end)
end

return methods
