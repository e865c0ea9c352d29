--- A task: a function of the script that runs beside others, as `nc:spawn` gives it.
--
-- @module nats.task

local check = require "nats.check"
local errors = require "nats.errors"

local Task = { __name = "nats.task" }
Task.__index = Task

--- Makes a task; nats.tasks does.
-- @tparam table client
-- @tparam thread thread a coroutine that has not begun
-- @treturn table
local function task(client, thread)
  return setmetatable({
    client = client,
    thread = thread,
    state = "ready",           -- to go on when its turn comes; "waiting", "running", "done"
    arguments = nil,           -- of the function, until it begins
    key = nil,                 -- what it waits for, where that wakes it
    place = nil,               -- in the queue of those who wait for it
    due = nil, turn = nil, at = nil,   -- of nats.timers
    cancelled = false,         -- whatever waits in it from now on raises "cancelled"
    was_told = false,          -- that the connection is closed: waiting again raises
    joining = 0,               -- calls of join that wait for its end
    results = nil,             -- what the function returned, packed
    err = nil,                 -- why it ended without
  }, Task)
end

function Task:__tostring()
  return ("nats.task: %s"):format(self:status())
end

--- What it is doing.
-- @treturn string "ready", "waiting", "running", "done", "failed" or "cancelled"
function Task:status()
  if self.state ~= "done" or not self.err then return self.state end
  return self.err == errors.cancelled and "cancelled" or "failed"
end

--- Ends the task: the call in which it waits, or the next one that would, raises "cancelled" in it. It
-- can clean up after a pcall; waiting again raises again.
-- @treturn boolean whether it was still under way
function Task:cancel()
  if self.state == "done" then return false end
  self.cancelled = true
  local tasks = self.client.tasks
  if self.state == "waiting" then tasks:_awake(self) end
  return true
end

local function is_done(self) return self.state == "done" end

--- Waits for the end of the task.
-- @tparam[opt] number timeout seconds; nil: no limit
-- @return what its function returned
-- @treturn ?string|table after a nil: "timeout", "closed", "cancelled", or an error equal to
--   errors.callback whose detail is the message with the task's traceback, and `value` what was raised
function Task:join(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "join: timeout", 2) end
  if self.state == "running" and coroutine.running() == self.thread then
    error("join: a task cannot wait for its own end", 2)
  end
  self.joining = self.joining + 1
  local ok, err = self.client:_wait(is_done, self, timeout, self)
  self.joining = self.joining - 1
  if self.results then return table.unpack(self.results, 1, self.results.n) end
  if self.err then return nil, self.err end
  return nil, not ok and err or errors.closed
end

return task
