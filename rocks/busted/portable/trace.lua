--- Where in the user's own code something happened: positions and tracebacks without our frames.
local xpcall = xpcall
local getinfo, traceback = debug.getinfo, debug.traceback
local find, gmatch, match, sub = string.find, string.gmatch, string.match, string.sub
local concat = table.concat

local trace = {}

local HERE = getinfo(1, "S").source
local FOLDER = match(HERE, "^(@.*[/\\])") or HERE

local NOWHERE = { short_src = "?", source = "?", currentline = 0, what = "" }

-- True for a frame of the runner itself.
local function ours(info)
  return sub(info.source, 1, #FOLDER) == FOLDER
end

trace.ours = ours

--- The nearest stack level that is Lua code and not the runner's, on this side of `trace.protect`.
-- @tparam integer level where to begin, as the caller counts (1: the caller itself)
-- @treturn ?table what `debug.getinfo(_, "Sl")` says of it
-- @treturn ?integer its level, as the caller counts
function trace.outside(level)
  level = level + 1
  local info = getinfo(level, "Slf")
  while info and (info.what == "C" or info.currentline < 0 or ours(info)) do
    if info.func == trace.protect then return nil end
    level = level + 1
    info = getinfo(level, "Slf")
  end
  if not info then return nil end
  info.func = nil
  return info, level - 1
end

-- A traceback down to where the runner called the user's code, without the frames of the runner and
-- without what leads from a failure to its report.
local function shorten(text)
  local lines, begun = {}, false
  for line in gmatch(text, "[^\n]+") do
    if find(line, "busted/portable/trace.lua:", 1, true) then break end  -- trace.protect
    if find(line, "^%s") and not find(line, "busted/portable/[%w_/]+%.lua:") then
      if begun or not find(line, "^%s*%[C%]") then
        begun = true
        lines[#lines + 1] = line
      end
    end
  end
  while #lines > 0 and find(lines[#lines], "^%s*%[C%]") do lines[#lines] = nil end
  if #lines == 0 then return "" end
  return "\nstack traceback:\n" .. concat(lines, "\n")
end

--- What is known of the place from which the user's code called us.
-- @tparam integer level where to begin, as the caller counts
-- @param message kept as the field message
-- @tparam ?table instead the place that is meant where the stack shows none, as after a tail call
-- @treturn table short_src, source, currentline, what, traceback, message
function trace.capture(level, message, instead)
  local info = trace.outside(level + 1)
  if not info then
    instead = instead or NOWHERE
    info = { short_src = instead.short_src, source = instead.source, currentline = instead.currentline, what = instead.what }
  end
  info.traceback = shorten(traceback("", level + 1))
  info.message = message
  return info
end

--- Calls a function; where it raises, `on_error` is called with the error on top of the stack that
-- raised it. A traceback ends at this call.
-- @tparam function run
-- @tparam function on_error
-- @treturn boolean whether `run` returned
-- @return where it did not and `on_error` could not be called: the error
function trace.protect(run, on_error)
  local ok, err = xpcall(run, on_error)  -- no tail call: the frame of this function must be on the stack
  return ok, err
end

return trace
