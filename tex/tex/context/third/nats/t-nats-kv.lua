--- Values of key-value buckets: got once, as replies are, and kept for later passes.

local part = ...

local settings = part "settings"
local link = part "link"
local replies = part "replies"
local report = part "report"

local kv = {}

local MOST = 10000         -- keys of a bucket that become variables

--- Runs what talks to a bucket; what it raises is a reason, too.
local function attempt(bucket, timeout, fn)
  local js, err = link.jetstream(timeout)
  if not js then return nil, err end
  local called, value, reason = pcall(function()
    local found, problem = js:key_value(bucket)
    if not found then return nil, problem end
    return fn(found)
  end)
  if not called then return nil, tostring(value) end
  return value, value == nil and tostring(reason) or nil
end

--- The request for a value, as `replies.get` takes it.
-- @tparam string bucket "": that of \setupnats
-- @tparam string key
-- @treturn table
function kv.request(bucket, key)
  if bucket == "" then bucket = settings.base("kv") or "" end
  return {
    subject = ("$KV.%s.%s"):format(bucket, key), payload = "",
    ask = function(request)
      if bucket == "" then return nil, "no bucket is named" end
      return attempt(bucket, request.timeout, function(found)
        local entry, err = found:get(key)
        if not entry then return nil, err end
        return entry.value
      end)
    end,
  }
end

--- The names of all keys with a value, each on a line; the values are kept on the way.
local function all_keys(bucket)
  return function(request)
    return attempt(bucket, request.timeout, function(found)
      local watch, err = found:watch_all { ignore_deletes = true }
      if not watch then return nil, err end
      local names = {}
      while #names < MOST do
        local entry
        entry, err = watch:next(request.timeout or 5)
        if entry == nil then return nil, err end
        if not entry then break end
        names[#names + 1] = entry.key
        local one = kv.request(bucket, entry.key)
        replies.keep(replies.key(one), { subject = one.subject, reply = entry.value })
      end
      watch:stop()
      return table.concat(names, "\n")
    end)
  end
end

--- Makes the values of the bucket that \setupnats names variables: \getvariable{BUCKET}{KEY}. What a variable has is
-- \natskv[BUCKET]{KEY}, so that nothing in a value can act.
function kv.feed()
  local bucket = settings.base("kv")
  if not bucket then return end
  local outcome = replies.get { subject = ("$KV.%s.>"):format(bucket), payload = "", ask = all_keys(bucket),
    timeout = settings.base("timeout") }
  if not outcome.reply then
    return report.failure(("the bucket '%s' was not read: %s"):format(bucket, outcome.failure), settings.base_onerror())
  end
  for key in outcome.reply:gmatch("[^\n]+") do
    context.sprint(("\\setvariable{%s}{%s}{\\natskv[%s]{%s}}"):format(bucket, key, bucket, key))
  end
end

return kv
