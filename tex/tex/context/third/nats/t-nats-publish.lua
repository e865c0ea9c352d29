--- \natspublish: a message goes out once in a run, not once in each pass.

local part = ...

local report = part "report"
local settings = part "settings"
local link = part "link"
local replies = part "replies"

local publish = {}

local waiting = {}        -- messages for the end of the last pass

local function is_first_pass() return (tonumber(environment.currentrun) or 1) <= 1 end

local function complain(subject, reason)
  report.failure(("cannot publish on '%s': %s"):format(subject, reason), settings.onerror())
end

--- Sends a message in the pass that it is meant for. The log is written anew in each pass, so a failure
-- is kept, and said again where a later pass comes by.
-- @tparam string subject
-- @tparam string text the payload, where no buffer is named
function publish.run(subject, text)
  local message = { subject = subject, payload = settings.payload(text), headers = settings.headers(), id = "publish" }
  local pass = settings.get("pass") or "first"
  if pass == "last" then
    waiting[#waiting + 1] = message
    return
  end
  local key = replies.key(message)
  if pass == "first" and not is_first_pass() then
    local before = replies.known(key)
    if before then complain(subject, before.failure) end
    return
  end
  local ok, reason = link.publish(subject, message.payload, message.headers)
  if ok then return end
  if pass == "first" then replies.keep(key, { subject = subject, failure = reason }) end
  complain(subject, reason)
end

--- Sends what waited for the end of the last pass.
function publish.last()
  for _, message in ipairs(waiting) do
    local ok, reason = link.publish(message.subject, message.payload, message.headers)
    if not ok then report.note(("cannot publish on '%s': %s"):format(message.subject, reason)) end
  end
end

return publish
