--- Watching keys of a bucket: first what is there, then what happens.
--
-- @module nats.kv.watch

local check = require "nats.check"
local clock = require "nats.clock"
local entry = require "nats.kv.entry"
local errors = require "nats.errors"
local key = require "nats.kv.key"

local LOOK = 1            -- seconds without a word after which it is asked whether more is to come of what was there

local Watch = { __name = "nats.kv.watch" }
Watch.__index = Watch

function Watch:__tostring() return "nats.kv.watch: " .. self.bucket.name end

local OPTIONS = {
  include_history = "boolean", updates_only = "boolean", ignore_deletes = "boolean", meta_only = "boolean",
  resume_from_revision = "positive",
}

local ALL = { ">" }

--- Begins to watch.
-- @tparam table bucket
-- @tparam ?string|table keys with wildcards; nil: all
-- @tparam ?table options
-- @tparam string what the caller's name
-- @tparam integer level whose line an error names, as for `error`
-- @treturn ?table
-- @treturn ?string|table an error
local function watch(bucket, keys, options, what, level)
  level = level + 1
  options = options or {}
  check.fields(options, OPTIONS, what, level)
  if options.include_history and options.updates_only then
    error(what .. ": include_history and updates_only cannot be given together", level)
  end
  local filters = {}
  for i, one in ipairs(type(keys) == "table" and keys or { keys }) do
    key.check_filter(one, what .. ": the key", level)
    filters[i] = bucket.prefix .. one
  end
  if #filters == 0 then filters[1] = bucket.prefix .. ALL[1] end
  local fields = { headers_only = options.meta_only, deliver_policy = "last_per_subject" }
  if #filters == 1 then fields.filter_subject = filters[1] else fields.filter_subjects = filters end
  if options.resume_from_revision then
    fields.deliver_policy, fields.opt_start_seq = "by_start_sequence", options.resume_from_revision
  elseif options.updates_only then
    fields.deliver_policy = "new"
  elseif options.include_history then
    fields.deliver_policy = "all"
  end
  local ordered, err = bucket.js:ordered_consumer(bucket.stream.name, fields)
  if not ordered then return nil, err end
  local left = ordered:cached_info().num_pending
  local all
  all, err = ordered:messages()
  if not all then return nil, err end
  return setmetatable({
    bucket = bucket,
    ordered = ordered,
    messages = all,
    ignore_deletes = options.ignore_deletes,
    initial = not options.updates_only and left or nil,       -- entries of the first part to come; nil: it is over
  }, Watch)
end

--- Whether all of the first part has come, although the last of it has not: it was removed meanwhile.
local function is_over(self)
  local current = self.ordered.current
  local info = current and current:info()
  return info and info.num_pending == 0 and info.delivered.consumer_seq < self.ordered.expected
end

--- Waits for the next entry.
-- @tparam[opt] number timeout seconds; nil: no limit
-- @treturn ?table|boolean an entry; `false` once, when what was there at the beginning has been given out (at once when
--   nothing was): `for entry in watch do` does not end with it. With `updates_only` there is no such part
-- @treturn ?string|table an error: "timeout", and then more may come; why there are no more: "unsubscribed", "closed",
--   errors.stream_not_found
function Watch:next(timeout)
  if timeout ~= nil then check.value(timeout, "seconds", "next: timeout", 2) end
  local deadline = timeout and clock() + timeout
  while true do
    if self.initial and self.initial <= 0 then
      self.initial = nil
      return false
    end
    local left = deadline and math.max(0, deadline - clock())
    if self.initial then left = math.min(left or LOOK, LOOK) end
    local msg, err = self.messages:next(left)
    if msg then
      local one = entry.of_message(self.bucket, msg)
      if one and self.initial then self.initial = one.delta == 0 and 0 or self.initial - 1 end
      if one and not (self.ignore_deletes and one:is_deleted()) then return one end
    elseif err ~= errors.timeout then
      return nil, err
    elseif deadline and clock() >= deadline then
      return nil, err
    elseif self.initial and is_over(self) then
      self.initial = 0
    end
  end
end

-- So that `for entry in watch do` goes through them.
function Watch:__call() return (self:next()) end

--- Takes no more.
function Watch:stop() self.messages:stop() end

return watch
