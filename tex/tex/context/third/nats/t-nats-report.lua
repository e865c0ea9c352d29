--- What the author of a document is told, with the place in the source that it is about.

local report = {}

local reporter = logs.reporter("nats")

-- The place where the last command of this module began. Commands note it before they read their
-- arguments, since the engine's own line is the one on which the last argument ends.
local place = { file = "?", line = 0 }

--- Notes where the source is being read now.
function report.here()
  local state = status.getreadstate and status.getreadstate() or status
  place.file = tostring(state.filename or environment.inputfilename or "?"):gsub("^%./", "")
  place.line = state.linenumber or tex.inputlineno or 0
end

--- The noted place, for a message.
-- @treturn string such as ", line 12 of report.tex"; empty where the engine reads no file, as at the end
function report.place()
  if place.line == 0 then return "" end
  return (", line %s of %s"):format(place.line, file.basename(place.file))
end

--- Says something in the log and on the terminal, with the noted place behind it.
-- @tparam string message
function report.say(message)
  reporter("%s", message .. report.place())
end

--- Says something that belongs to no place.
-- @tparam string message
function report.note(message)
  reporter("%s", message)
end

--- Says that something failed, as loudly as the author wants.
-- @tparam string message
-- @tparam string onerror "error" ends the run with status 1, "warn" writes a message, "ignore" is silent
-- @tparam[opt=false] boolean placeless the failure belongs to no place in the source
function report.failure(message, onerror, placeless)
  if onerror == "ignore" then return end
  if placeless then report.note(message) else report.say(message) end
  if onerror == "error" then
    report.note("the run ends here, because of onerror=error")
    luatex.abort()
  end
end

return report
