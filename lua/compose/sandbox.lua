--- Runs Lua programs that nobody need trust: pure functions of Lua, no files, no processes, no modules, no clock, and
-- limits on steps, memory and depth that no program gets around.
--
-- The limits are looked at between steps of the Lua machine, so no function of the sandbox may work long in C: those of
-- the libraries that could are written in Lua here and in compose.patterns. Nothing that the host has is handed out, and
-- no metatable but those that the program made.
--
-- @module compose.sandbox

local faults = require "compose.faults"
local patterns = require "compose.patterns"

local sandbox = {}

-- Steps of the Lua machine: a second or so of work, and many times what a project needs. What is allocated costs
-- steps, too, since it takes time.
local MAX_STEPS, STEPS_PER_KIB = 5000000, 4

-- So many steps apart the limits are looked at, since a text can double with every four.
local STEP = 8

-- KiB that a program may have, and may take within STEP steps: one step can join 250 texts of the latter size.
local MAX_MEMORY, MAX_AT_ONCE = 64 * 1024, 2 * 1024

-- The longest text, and the most items of a list, that a function of the libraries makes.
local MAX_TEXT, MAX_ITEMS = 1 << 20, 100000

-- Calls within calls. Lua 5.4 sets a hook in time that grows with the depth.
local MAX_DEPTH = 1000

-- Depth and time are looked at every so many hooks. The time is there for what is one step and yet some work, such as
-- sorting a table or `next` in a large one that was emptied: seconds of the processor, so many that no project comes near.
local DEPTH_EVERY, TIME_EVERY, MAX_SECONDS = 128, 8, 10

-- Functions that a program may use as they are, by library.
local ALLOWED = {
  _G = { "assert", "error", "ipairs", "next", "pairs", "rawequal", "rawget", "rawlen", "rawset", "select", "tonumber", "tostring",
    "type" },
  string = { "byte", "char", "format", "len", "lower", "reverse", "sub", "upper" },
  table = { "pack", "sort" },
  math = { "abs", "ceil", "floor", "fmod", "huge", "max", "maxinteger", "min", "mininteger", "modf", "pi", "sqrt",
    "tointeger", "type", "ult" },
  utf8 = { "char", "charpattern", "codepoint", "codes", "len", "offset" },
}

local function copy_of(library, names)
  local copy = {}
  for _, name in ipairs(names) do copy[name] = library[name] end
  return copy
end

-- ------------------------------------------------------------------------------------- functions that are bounded

local bounded = { string = copy_of(patterns, { "find", "match", "gmatch", "gsub" }), table = {} }

local function too_long(what) error(("%s: the text would be longer than %d bytes"):format(what, MAX_TEXT), 3) end

function bounded.string.rep(text, count, separator)
  local n = math.tointeger(tonumber(count))
  if n and (#tostring(text) + #tostring(separator or "")) * (n + 0.0) > MAX_TEXT then too_long "string.rep" end
  return string.rep(text, count, separator)
end

local function check_table(name, list)
  if type(list) ~= "table" then error(("bad argument #1 to '%s' (table expected, got %s)"):format(name, type(list)), 3) end
end

function bounded.table.concat(list, separator, first, last)
  check_table("concat", list)
  local parts, n, size = {}, 0, 0
  for i = first or 1, last or #list do
    local part = list[i]
    if type(part) ~= "string" and type(part) ~= "number" then
      error(("invalid value (a %s) at index %d in table for 'concat'"):format(type(part), i), 2)
    end
    if n > 0 and separator then
      n = n + 1
      parts[n] = separator
      size = size + #tostring(separator)
    end
    n = n + 1
    parts[n] = part
    size = size + #tostring(part)
    if size > MAX_TEXT then too_long "table.concat" end
  end
  return table.concat(parts)
end

function bounded.table.insert(list, ...)
  check_table("insert", list)
  local n = #list
  if select("#", ...) == 1 then
    list[n + 1] = (...)
    return
  end
  local at, value = ...
  if select("#", ...) ~= 2 then error("wrong number of arguments to 'insert'", 2) end
  if math.type(at) ~= "integer" or at < 1 or at > n + 1 then error("bad argument #2 to 'insert' (position out of bounds)", 2) end
  for i = n, at, -1 do list[i + 1] = list[i] end
  list[at] = value
end

function bounded.table.remove(list, at)
  check_table("remove", list)
  local n = #list
  if at == nil then at = n end
  if math.type(at) ~= "integer" or n + 1 ~= at and at ~= n and (at < 1 or at > n + 1) then
    error("bad argument #2 to 'remove' (position out of bounds)", 2)
  end
  local value = list[at]
  for i = at, n - 1 do list[i] = list[i + 1] end
  if at <= n then list[n] = nil end
  return value
end

function bounded.table.move(from, first, last, at, to)
  check_table("move", from)
  to = to or from
  if at > first and at <= last and rawequal(to, from) then
    for i = last - first, 0, -1 do to[at + i] = from[first + i] end
  else
    for i = 0, last - first do to[at + i] = from[first + i] end
  end
  return to
end

function bounded.table.unpack(list, first, last)
  first, last = first or 1, last or #list
  if last - first >= MAX_ITEMS then error("too many results to unpack", 2) end
  return table.unpack(list, first, last)
end

-- Metatables without finalizers, which would run outside of the sandbox.
local function bounded_setmetatable(object, meta)
  if type(meta) == "table" and (rawget(meta, "__gc") ~= nil or rawget(meta, "__close") ~= nil or rawget(meta, "__mode") ~= nil) then
    error("setmetatable: __gc, __close and __mode are not for compose files", 2)
  end
  return setmetatable(object, meta)
end

local function bounded_getmetatable(object)
  if type(object) == "table" then return getmetatable(object) end
  return nil
end

-- A program sees faults as texts, with their place at the front as in other messages.
local function shown(ok, err, ...)
  if not ok and faults.is_fault(err) then return false, faults.render(err) end
  return ok, err, ...
end

local function bounded_pcall(...) return shown(pcall(...)) end

-- The handler runs after the error, not within: there no limit would be looked at.
local function bounded_xpcall(body, handler, ...)
  local results = table.pack(shown(pcall(body, ...)))
  if results[1] then return table.unpack(results, 1, results.n) end
  return false, handler(results[2])
end

-- -------------------------------------------------------------------------------------------------------- lists

local LIST = { __metatable = "list" }

--- Whether a table is a list even when it is empty: one that `list` of the sandbox made.
-- @tparam table value
-- @treturn boolean
function sandbox.is_list(value) return getmetatable(value) == LIST.__metatable end

-- ------------------------------------------------------------------------------------------------------- the run

-- Calls with other methods of texts, such as ("x"):rep(n), and without collecting garbage, which would hide how much
-- is allocated.
local function enclosed(strings, call)
  local meta = getmetatable ""
  local before, collecting = meta.__index, collectgarbage "isrunning"
  local hook, mask, interval
  if debug.gethook then hook, mask, interval = debug.gethook() end
  meta.__index = strings
  collectgarbage "stop"
  local ok, result = pcall(call)
  if hook then debug.sethook(hook, mask, interval) else debug.sethook() end
  if collecting then collectgarbage "restart" end
  meta.__index = before
  return ok, result
end

--- A new sandbox, for one program.
-- @tparam string name the program's, for messages
-- @treturn table `environment`: what the program sees, to be added to; `null`: what stands for null in it; `line()`: the
--   line of the program that calls, or nil; `run(text)` -> what the program returns; nil, { message=, line= or nil } where
--   it fails
function sandbox.new(name)
  local chunk_name = "@" .. name
  local box = { environment = copy_of(_G, ALLOWED._G), null = setmetatable({}, { __metatable = "null" }) }
  local given = box.environment
  for _, library in ipairs { "string", "table", "math", "utf8" } do
    given[library] = copy_of(_G[library], ALLOWED[library])
    for key, own in pairs(bounded[library] or {}) do given[library][key] = own end
  end
  given.pcall, given.xpcall, given.setmetatable, given.getmetatable =
    bounded_pcall, bounded_xpcall, bounded_setmetatable, bounded_getmetatable
  given._G, given._VERSION, given.null = given, _VERSION, box.null
  given.list = function(items)
    local copy = {}
    for i = 1, #(items or {}) do copy[i] = items[i] end
    return setmetatable(copy, LIST)
  end
  -- Methods of texts are no table of the program's: what it does to `string` does not reach functions of ours.
  local methods = copy_of(given.string, { "rep", "find", "match", "gmatch", "gsub", table.unpack(ALLOWED.string) })

  -- The line of the program that is nearest above a level of the stack.
  local function line_at(level)
    for at = level, level + MAX_DEPTH do
      local info = debug.getinfo(at, "Sl")
      if not info then return nil end
      if info.source == chunk_name then return info.currentline end
    end
  end

  function box.line() return line_at(3) end

  local inside, ended = false, nil
  local steps, looks = 0, 0
  local base, last, begin

  -- What is over its limit, or nil.
  local function excess()
    if steps > MAX_STEPS then return ("the program does not come to an end: more than %d steps"):format(MAX_STEPS) end
    looks = looks + 1
    if looks % DEPTH_EVERY == 0 and debug.getinfo(MAX_DEPTH, "l") then
      return ("calls are nested deeper than %d"):format(MAX_DEPTH)
    end
    if looks % TIME_EVERY == 0 and os.clock() - begin > MAX_SECONDS then
      return ("the program does not come to an end: more than %d s"):format(MAX_SECONDS)
    end
    local now = collectgarbage "count"
    local taken = now - last
    if taken > MAX_AT_ONCE then return ("the program takes more than %d MiB in one step"):format(MAX_AT_ONCE // 1024) end
    if taken > 0 then steps = steps + taken // 1 * STEPS_PER_KIB end
    if now - base > MAX_MEMORY then
      collectgarbage()
      now = collectgarbage "count"
      base = math.min(base, now) -- there was garbage before the program began
      if now - base > MAX_MEMORY then return ("the program takes more than %d MiB"):format(MAX_MEMORY // 1024) end
    end
    last = now
  end

  local function count()
    if not inside then return end
    steps = steps + STEP
    if not ended then
      local message = excess()
      if message then ended = { message = message, line = line_at(3) } end
    end
    -- Begin to count anew, since Lua has counted the steps of this function, too; once it has ended, every step, so
    -- that no pcall of the program goes on.
    debug.sethook(count, "", ended and 1 or STEP)
    if ended then error(ended, 0) end
  end

  -- What a program raised, as a message with its line: text, whatever it was.
  local function failure(raised)
    if ended then return ended end
    if faults.is_fault(raised) then error(raised, 0) end
    if type(raised) ~= "string" and type(raised) ~= "number" then
      return { message = ("the program raises a %s, which is no message"):format(type(raised)) }
    end
    local text = tostring(raised)
    if text:sub(1, #name + 1) == name .. ":" then
      local line, rest = text:sub(#name + 2):match "^(%d+): (.*)$"
      if line then return { message = rest, line = math.tointeger(tonumber(line)) } end
    end
    return { message = text }
  end

  function box.run(text)
    local chunk, err = load(text, chunk_name, "t", given)
    if not chunk then return nil, failure(err) end
    begin = os.clock()
    local ok, result = enclosed(methods, function()
      base = collectgarbage "count"
      last = base
      inside = true
      debug.sethook(count, "", STEP)
      -- The handler is called for what the program does not catch, before a step is made outside of it.
      local ok, result = xpcall(function()
        local result = chunk()
        inside = false
        return result
      end, function(raised)
        inside = false
        return raised
      end)
      if not ok then error(result, 0) end
      return result
    end)
    if not ok or ended then return nil, failure(result) end
    return result
  end

  return box
end

return sandbox
