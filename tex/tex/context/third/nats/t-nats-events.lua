--- Tells others how far the run is: one message a page, one at the end; and ends the connection.

local part = ...

local report = part "report"
local settings = part "settings"
local link = part "link"
local publish = part "publish"
local field = part "field"
local errors = part "errors"

local events = {}

local pages = 0           -- shipped in this pass
local ended = false

local function pass() return tonumber(environment.currentrun) or 1 end

-- mtx-context runs the engine again while what a pass leaves (jobname.tua) is not what the pass before
-- left (jobname.tuc), up to a number of passes. The engine writes the first before our hook runs.
local function is_last_pass()
  local given = environment.arguments
  local kind = tonumber(given.kindofrun)
  if given.once or kind == 3 or kind == 4 then return true end
  local forced = tonumber(given.forcedruns)
  if forced then return pass() >= forced end
  if pass() >= (tonumber(given.maxnofruns) or math.huge) then return true end
  local new = io.loaddata(tex.jobname .. ".tua")
  return new ~= nil and new == io.loaddata(tex.jobname .. ".tuc")
end

-- Sends one event, if the author wants them. A subject that fails once is not tried for each page.
local silent = false
local function send(event)
  local subject = settings.base("progress")
  if not subject or silent then return end
  event.job, event.pass, event.time = file.basename(tex.jobname), pass(), os.gettimeofday()
  event.engine = CONTEXTLMTXMODE > 0 and "lmtx" or "mkiv"
  local ok, err = link.publish(subject, require("json").encode(event, { sort = true }))
  if not ok then
    silent = true
    report.failure(("no progress on '%s': %s"):format(subject, err), settings.base_onerror(), true)
  end
end

-- A hook must not end a run that is well, and is called where an error would.
local function safely(hook)
  return function()
    local ok, err = pcall(hook)
    if not ok then report.note(tostring(err)) end
  end
end

local function page()
  pages = pages + 1
  send { event = "page", page = pages }
  link.poll()
end

local function finish(status)
  if ended then return end
  ended = true
  if errors.seen() then status = "error" end
  field.finish()
  local last = status == "error" or is_last_pass()
  if last and status == "done" then publish.last() end
  send { event = last and "end" or "pass", pages = pages, status = status }
  link.close()
end

--- Hooks into the run. Each engine ends in several ways, so whichever hook is first does the work.
function events.install()
  luatex.registerpageactions(safely(page))
  luatex.registerstopactions(safely(function() finish("done") end))
  luatex.cleanup(safely(function() finish("error") end))
  luatex.wrapup(safely(function() finish("error") end))
end

return events
