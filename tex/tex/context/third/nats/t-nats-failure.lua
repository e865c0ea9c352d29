--- A request that failed: a message in the log, once, and a mark where its reply would stand.

local part = ...

local report = part "report"
local data = part "data"
local scan = part "scan"

local failure = {}

local said = {}           -- by reference and reason: said in this pass

local function say(reference, reason, onerror)
  local id = reference .. " " .. reason
  data.fail(reference, reason)
  if said[id] then return end
  said[id] = true
  report.failure(("no reply on '%s': %s"):format(data.subject(reference), reason), onerror)
end

--- Says why, where nothing can be typeset.
-- @tparam string reference
-- @tparam string reason
-- @tparam string onerror as `report.failure` takes it
failure.say = say

--- Says why, and puts the mark of the command that is running.
-- @tparam string reference
-- @tparam string reason
-- @tparam string onerror as `report.failure` takes it
-- @tparam {token,...} mark
function failure.put(reference, reason, onerror, mark)
  say(reference, reason, onerror)
  if onerror == "ignore" then return end
  local out = {}
  scan.bind(out, mark, reference)
  scan.put(out)
end

--- Says why, and typesets the mark of \setupnats, for one value of a reply.
-- @tparam string reference
-- @tparam string reason
-- @tparam string onerror as `report.failure` takes it
function failure.show(reference, reason, onerror)
  say(reference, reason, onerror)
  if onerror ~= "ignore" then context.sprint("\\natsshowmark{" .. reference .. "}") end
end

return failure
