--- Time limits for code that may never return: a hook that looks at the clock every now and then.
--
-- It interrupts Lua code, in coroutines too, but not a C function that does not return.
local coroutine, debug, type = coroutine, debug, type
local format = string.format
local getinfo, sethook = debug.getinfo, debug.sethook
local create, running, wrap = coroutine.create, coroutine.running, coroutine.wrap
local clock = require "busted.portable.clock"
local outcome = require "busted.portable.outcome"
local trace = require "busted.portable.trace"

-- Virtual machine instructions between two looks: few, since a loop that waits in each round does only some in
-- a second. It stays the same, for setting a hook takes time in proportion to the depth of the stack (Lua 5.4).
local INSTRUCTIONS = 100

-- The limit in force, the innermost of nested ones. There is one, since hooks belong to the process.
local limit

local function fail() outcome.fail(format("the time limit of %g s is over", limit.seconds)) end

local function look()
  if not limit or clock.tick() < limit.deadline then return end
  local thread = running()
  if limit.over_in ~= thread then
    -- From now on at every instruction: who catches the error with pcall in a loop gets it again.
    limit.over_in = thread
    sethook(look, "", 1)
  end
  local info = getinfo(2, "S")
  if info and trace.ours(info) then return end
  fail()
end

local watch = {}

--- Begins a time limit.
-- @tparam ?number seconds nil or 0: none
-- @treturn table for `watch.stop`
function watch.start(seconds)
  local outer = limit
  if not seconds or seconds <= 0 then
    limit = nil
    sethook()
  else
    limit = { seconds = seconds, deadline = clock.tick() + seconds, over_in = nil }
    sethook(look, "", INSTRUCTIONS)
  end
  return { outer = outer }
end

--- Fails where the limit is over: called when the code has returned, since what waits in C functions may
-- come to its end without a look.
function watch.check()
  if limit and clock.tick() >= limit.deadline then fail() end
end

--- Ends it; the limit outside it, if any, is in force again.
-- @tparam table started
function watch.stop(started)
  limit = started.outer
  if limit then sethook(look, "", INSTRUCTIONS) else sethook() end
end

--- Lets go of the running code: called where its error has arrived.
function watch.release()
  sethook()
end

--- Makes new coroutines heed time limits, for as long as the returned function is not called.
-- @treturn function puts Lua's own functions back
function watch.coroutines()
  local before_create, before_wrap = coroutine.create, coroutine.wrap
  if before_create ~= create then return function() end end
  -- luacheck: push ignore 122
  coroutine.create = function(run)
    local thread = create(run)
    if limit then sethook(thread, look, "", INSTRUCTIONS) end
    return thread
  end
  coroutine.wrap = function(run)
    if not limit or type(run) ~= "function" then return wrap(run) end
    return wrap(function(...)
      sethook(look, "", INSTRUCTIONS)
      return run(...)
    end)
  end
  -- luacheck: pop
  return function()
    coroutine.create, coroutine.wrap = before_create, before_wrap -- luacheck: ignore 122
  end
end

return watch
