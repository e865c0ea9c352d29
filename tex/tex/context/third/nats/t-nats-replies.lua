--- Replies: each request is made once in a document, and its outcome kept for later passes.

local part = ...

local link = part "link"

local replies = {}

local FIELD = "nats"       -- in job.variables, which the engine carries from pass to pass

-- Outcomes of this pass by key: { subject =, reply = text } or { subject =, failure = text }.
local outcomes = {}

-- What the pass before left. In the first pass it is of an earlier run, and so stale.
local function kept(key)
  if (tonumber(environment.currentrun) or 1) <= 1 then return nil end
  local before = job.variables.collected[FIELD]
  return type(before) == "table" and before[key] or nil
end

local function keep(key, outcome)
  outcomes[key] = outcome
  job.variables.tobesaved[FIELD] = outcomes
  return outcome
end

--- Makes the key of a request: the same subject, payload, headers and id are the same request.
-- @tparam table request subject, payload, headers, id
-- @treturn string
function replies.key(request)
  local parts = { request.subject, request.payload, request.id or "" }
  for name, value in table.sortedhash(request.headers or {}) do
    parts[#parts + 1] = name .. "=" .. value
  end
  for i = 1, #parts do parts[i] = #parts[i] .. ":" .. parts[i] end
  return (md5.hex(table.concat(parts)):sub(1, 16))
end

--- The outcome of a request, asked for where it is not yet known. A failure is an outcome too: it
-- would only cost its time again in each pass.
-- @tparam table request subject, payload, and maybe timeout (seconds), headers, id; ask: function(request) -> reply, err
--   where it is not a service that is asked
-- @treturn table subject, and reply or failure: texts
-- @treturn string its key
function replies.get(request)
  local key = replies.key(request)
  local outcome = replies.known(key)
  if outcome then return outcome, key end
  local ask = request.ask or link.ask
  local reply, err = ask(request)
  return keep(key, { subject = request.subject, reply = reply, failure = not reply and err or nil }), key
end

--- Keeps an outcome that was got elsewhere.
-- @tparam string key
-- @tparam table outcome
replies.keep = keep

--- An outcome by its key, known or kept, without asking.
-- @tparam string key
-- @treturn ?table
function replies.known(key)
  local outcome = outcomes[key] or kept(key)
  return outcome and keep(key, outcome)
end

return replies
