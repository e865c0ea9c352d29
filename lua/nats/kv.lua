--- Key-value buckets: the last value of each key and some before it, kept by a stream (ADR-8, ADR-48).
--
--     local kv = js:create_key_value { bucket = "prices", history = 5 }
--     local revision = kv:put("coffee", "2.50")
--     print(kv:get("coffee").value)                        --> 2.50
--     kv:update("coffee", "2.60", revision)                -- only if nobody was faster
--     for entry in kv:watch(">") do ... end
--
-- @module nats.kv

local api = require "nats.jetstream.api"
local check = require "nats.check"
local config = require "nats.jetstream.config"
local entry = require "nats.kv.entry"
local errors = require "nats.errors"
local keys = require "nats.kv.key"
local watch = require "nats.kv.watch"

local STREAM = "KV_"                     -- begins the name of a bucket's stream
local HISTORY = 64                       -- values of a key, at the most
local WINDOW = 120                       -- seconds in which a message id counts once
local MARKERS = 1800                     -- seconds for which purge_deletes keeps what says that a key was deleted

local Bucket = { __name = "nats.kv" }
Bucket.__index = Bucket

function Bucket:__tostring() return "nats.kv: " .. self.name end

--- The name of the bucket whose stream this is.
local function bucket_of(stream) return stream:sub(1, #STREAM) == STREAM and stream:sub(#STREAM + 1) or stream end

--- Makes the handle of a bucket that there is.
local function handle(js, stream)
  local fields = stream:cached_info().config
  local name = bucket_of(fields.name)
  local prefix = ("$KV.%s."):format(name)                     -- of the subjects of its keys
  local put_prefix = (js.is_foreign and js.prefix or "") .. prefix
  local mirror = fields.mirror
  if mirror then                                              -- it has the subjects of what it mirrors, and is written there
    local external = mirror.external and mirror.external.api ~= "" and mirror.external.api
    prefix = ("$KV.%s."):format(bucket_of(mirror.name))
    put_prefix = (external and external .. "." or "") .. prefix
  end
  return setmetatable({
    js = js,
    stream = stream,
    name = name,
    prefix = prefix,
    put_prefix = put_prefix,
  }, Bucket)
end

--- The bucket's name.
-- @treturn string
function Bucket:bucket() return self.name end

local function not_found(self, key)
  return errors.new(errors.key_not_found, ("%s in the bucket %s"):format(key, self.name))
end

--- The entry of a key, also where it was deleted.
local function find(self, key, revision)
  local msg, err
  if revision then
    msg, err = self.stream:get_msg(revision)
    if msg and msg.subject ~= self.prefix .. key then msg, err = nil, errors.msg_not_found end
  else
    msg, err = self.stream:get_last_msg_for_subject(self.prefix .. key)
  end
  if msg then return entry.of_stored(self, key, msg) end
  if err == errors.msg_not_found then err = not_found(self, key) end
  return nil, err
end

local function get(self, key, revision)
  local one, err = find(self, key, revision)
  if one and one:is_deleted() then return nil, not_found(self, key) end
  return one, err
end

--- Gets the value of a key.
-- @tparam string key
-- @treturn ?table its entry: value, revision, created (seconds since 1970), nanoseconds, bucket, key, operation, headers
-- @treturn ?string|table an error: errors.key_not_found
-- @raise when this can be no key
function Bucket:get(key)
  keys.check(key, "get: the key", 2)
  return get(self, key)
end

--- Gets the value that a key had at a revision.
-- @tparam string key
-- @tparam integer revision
-- @treturn ?table its entry
-- @treturn ?string|table an error: errors.key_not_found, also when it is another key's revision
-- @raise when this can be no key
function Bucket:get_revision(key, revision)
  keys.check(key, "get_revision: the key", 2)
  check.value(revision, "positive", "get_revision: revision", 2)
  return get(self, key, revision)
end

--- Writes.
local function write(self, key, value, options)
  local ack, err = self.js:publish(self.put_prefix .. key, value, options)
  if not ack then return nil, err end
  return ack.sequence
end

--- Raises unless a value can be stored.
local function check_value(value, what, level)
  if type(value) ~= "string" then
    error(("%s: the value must be a string, not %s"):format(what, value == nil and "nil" or "a " .. type(value)), level + 1)
  end
end

--- Writes a value, whatever the key had before.
-- @tparam string key
-- @tparam string value any bytes
-- @treturn ?integer the revision
-- @treturn ?string|table an error, as `js:publish` returns them
-- @raise when this can be no key, or the value is no string
function Bucket:put(key, value)
  keys.check(key, "put: the key", 2)
  check_value(value, "put", 2)
  return write(self, key, value)
end

--- Writes a value if the key has none.
-- @tparam string key
-- @tparam string value any bytes
-- @tparam[opt] table options ttl (seconds, 1 or more, after which the key is deleted; the bucket must have
--   limit_marker_ttl)
-- @treturn ?integer the revision
-- @treturn ?string|table an error: errors.key_exists
-- @raise when this can be no key, or the value is no string
function Bucket:create(key, value, options)
  keys.check(key, "create: the key", 2)
  check_value(value, "create", 2)
  options = options or {}
  check.fields(options, { ttl = "ttl" }, "create", 2)
  local expected = { ttl = options.ttl, expect_last_sequence_per_subject = 0 }
  local revision, err = write(self, key, value, expected)
  if revision or err ~= errors.wrong_last_sequence then return revision, err end
  -- It may have been deleted: what says so is its last message then.
  local last, problem = find(self, key)
  if last and last:is_deleted() then
    expected.expect_last_sequence_per_subject = last.revision
    revision, err = write(self, key, value, expected)
    if revision or err ~= errors.wrong_last_sequence then return revision, err end
  elseif not last and problem ~= errors.key_not_found then
    return nil, problem
  end
  return nil, errors.new(errors.key_exists, ("%s in the bucket %s"):format(key, self.name))
end

--- What went wrong when a revision was expected.
local function mismatch(key, revision, err)
  if err == errors.wrong_last_sequence then
    return errors.new(errors.wrong_revision, ("%s is not at revision %d any more"):format(key, revision))
  end
  return err
end

--- Writes a value if the key is still at a revision: of many who do so at the same time one succeeds.
-- @tparam string key
-- @tparam string value any bytes
-- @tparam integer revision 0: the key was never written
-- @treturn ?integer the new revision
-- @treturn ?string|table an error: errors.wrong_revision
-- @raise when this can be no key, or the value is no string
function Bucket:update(key, value, revision)
  keys.check(key, "update: the key", 2)
  check_value(value, "update", 2)
  check.value(revision, "count", "update: revision", 2)
  local new, err = write(self, key, value, { expect_last_sequence_per_subject = revision })
  if not new then return nil, mismatch(key, revision, err) end
  return new
end

--- Marks a key as removed.
local function remove(self, key, fields, options)
  local ok, err = write(self, key, "", { headers = fields, ttl = options.ttl, expect_last_sequence_per_subject = options.revision })
  if not ok then return nil, mismatch(key, options.revision or 0, err) end
  return true
end

--- Deletes a key; the values that it had stay in its history.
-- @tparam string key
-- @tparam[opt] table options revision (only if the key is still at it)
-- @treturn ?boolean true, also when there was no such key
-- @treturn ?string|table an error: errors.wrong_revision
-- @raise when this can be no key
function Bucket:delete(key, options)
  keys.check(key, "delete: the key", 2)
  options = options or {}
  check.fields(options, { revision = "positive" }, "delete", 2)
  return remove(self, key, { ["KV-Operation"] = "DEL" }, options)
end

--- Deletes a key with all the values that it had.
-- @tparam string key
-- @tparam[opt] table options revision (only if the key is still at it), ttl (seconds after which what says that it was
--   purged goes too; the bucket must have limit_marker_ttl)
-- @treturn ?boolean true, also when there was no such key
-- @treturn ?string|table an error: errors.wrong_revision
-- @raise when this can be no key
function Bucket:purge(key, options)
  keys.check(key, "purge: the key", 2)
  options = options or {}
  check.fields(options, { revision = "positive", ttl = "ttl" }, "purge", 2)
  return remove(self, key, { ["KV-Operation"] = "PURGE", ["Nats-Rollup"] = "sub" }, options)
end

--- Watches keys: first gives the last value of each, then `false` once, then what happens.
--
--    for entry in kv:watch("price.*") do
--      if entry then print(entry.key, entry.operation, entry.value) else print "that is all for now" end
--    end
--
-- @tparam[opt] string|{string,...} key may have wildcards; nil: all keys
-- @tparam[opt] table options include_history (all values that there are, not only the last ones), updates_only (nothing
--   of what there is, and no `false`), ignore_deletes, meta_only (entries without values), resume_from_revision
-- @treturn ?table an iterator, with `next(timeout)` and `stop()`
-- @treturn ?string|table an error
-- @raise when this can be no key, and on unknown options
function Bucket:watch(key, options)
  local one, err = watch(self, key, options, "watch", 2)
  return one, err
end

--- Watches all keys, as `watch`.
-- @tparam[opt] table options
-- @treturn ?table an iterator
-- @treturn ?string|table an error
function Bucket:watch_all(options)
  local one, err = watch(self, nil, options, "watch_all", 2)
  return one, err
end

--- The first part of a watch as a list.
local function all_of(one, err)
  if not one then return nil, err end
  local list = {}
  while true do
    local item
    item, err = one:next()
    if item == nil then return nil, err end
    if not item then break end
    list[#list + 1] = item
  end
  one:stop()
  return list
end

--- The keys that have a value.
-- @tparam[opt] string|{string,...} filter with wildcards; nil: all
-- @treturn ?{string,...} sorted, each once; empty where there are none
-- @treturn ?string|table an error
-- @raise when this can be no key
function Bucket:keys(filter)
  local list, err = all_of(watch(self, filter, { ignore_deletes = true, meta_only = true }, "keys", 2))
  if not list then return nil, err end
  local seen, names = {}, {}
  for _, item in ipairs(list) do
    if not seen[item.key] then names[#names + 1], seen[item.key] = item.key, true end
  end
  table.sort(names)
  return names
end

--- The values that a key had, and has.
-- @tparam string key may have wildcards
-- @tparam[opt] table options meta_only (entries without values), ignore_deletes
-- @treturn ?{table,...} entries, the oldest first
-- @treturn ?string|table an error: errors.key_not_found when there are none
-- @raise when this can be no key
function Bucket:history(key, options)
  options = options or {}
  check.fields(options, { meta_only = "boolean", ignore_deletes = "boolean" }, "history", 2)
  keys.check_filter(key, "history: the key", 2)
  local list, err = all_of(watch(self, key, {
    include_history = true, meta_only = options.meta_only, ignore_deletes = options.ignore_deletes,
  }, "history", 2))
  if list and #list == 0 then return nil, not_found(self, key) end
  return list, err
end

--- Forgets the keys that are deleted: their histories, and where they were deleted long ago, that they were.
-- @tparam[opt] table options older_than (seconds; what says that a key was deleted stays for so long; default 1800,
--   0: not at all)
-- @treturn ?integer how many keys were deleted
-- @treturn ?string|table an error
-- @raise on unknown options
function Bucket:purge_deletes(options)
  options = options or {}
  check.fields(options, { older_than = "seconds" }, "purge_deletes", 2)
  local list, err = all_of(watch(self, nil, nil, "purge_deletes", 2))
  if not list then return nil, err end
  local limit, count = os.time() - (options.older_than or MARKERS), 0
  for _, item in ipairs(list) do
    if item:is_deleted() then
      local is_young = options.older_than ~= 0 and item.created > limit
      local ok
      ok, err = self.stream:purge { subject = self.prefix .. item.key, keep = is_young and 1 or nil }
      if not ok then return nil, err end
      count = count + 1
    end
  end
  return count
end

-- Configurations -------------------------------------------------------------------------------------

local STREAM_FIELDS = config.STREAM

local FIELDS = {
  bucket = "string", description = "string", max_value_size = "integer", history = "integer", ttl = "duration",
  max_bytes = "integer", storage = STREAM_FIELDS.storage, replicas = "integer", placement = STREAM_FIELDS.placement,
  republish = STREAM_FIELDS.republish, mirror = STREAM_FIELDS.mirror, sources = STREAM_FIELDS.sources,
  compression = "boolean", limit_marker_ttl = "duration", metadata = "words",
}

--- A source as a stream has it, of one that is given as a bucket.
local function source_of(given, bucket)
  local source = {}
  for name, value in pairs(given) do source[name] = value end
  if source.subject_transforms then return source end
  local from = bucket_of(source.name)
  source.name = STREAM .. from
  if bucket and (not source.external or from ~= bucket) then
    source.subject_transforms = { { src = ("$KV.%s.>"):format(from), dest = ("$KV.%s.>"):format(bucket) } }
  end
  return source
end

--- The configuration of the stream of a bucket.
local function stream_of(given, what, level)
  level = level + 1
  check.value(given, "table", what .. ": the configuration", level)
  keys.check_bucket(given.bucket, what .. ": bucket", level)
  config.encode(given, FIELDS, what, level)
  local history = given.history or 1
  if history < 1 or history > HISTORY then error(("%s: history must be from 1 to %d, not %d"):format(what, HISTORY, history), level) end
  local name, ttl = given.bucket, given.ttl or 0
  local fields = {
    name = STREAM .. name,
    description = given.description,
    subjects = { ("$KV.%s.>"):format(name) },
    max_msgs_per_subject = history,
    max_bytes = given.max_bytes or -1,
    max_msg_size = given.max_value_size or -1,
    max_age = ttl,
    max_msgs = -1,
    max_consumers = -1,
    storage = given.storage or "file",
    num_replicas = given.replicas or 1,
    placement = given.placement,
    republish = given.republish,
    compression = given.compression and "s2" or "none",
    metadata = given.metadata,
    discard = "new",
    duplicate_window = ttl > 0 and math.min(ttl, WINDOW) or WINDOW,
    allow_rollup_hdrs = true,
    deny_delete = true,
    allow_direct = true,
    allow_msg_ttl = given.limit_marker_ttl and true or nil,
    subject_delete_marker_ttl = given.limit_marker_ttl,
  }
  if given.mirror then
    fields.mirror, fields.mirror_direct, fields.subjects = source_of(given.mirror), true, nil
  elseif given.sources then
    fields.sources = {}
    for i, source in ipairs(given.sources) do fields.sources[i] = source_of(source, name) end
  end
  return fields
end

local function not_there(bucket, err)
  if err == errors.stream_not_found then return errors.new(errors.bucket_not_found, bucket) end
  return err
end

-- What JetStream has of them -------------------------------------------------------------------------

local js = {}

--- Makes a bucket. One that has the same configuration already is no error.
-- @tparam table fields bucket (its name: letters, digits, - and _), history (values of a key that are kept, 1 to 64;
--   default 1), ttl (seconds after which a value goes), max_value_size and max_bytes (bytes), storage ("file", "memory"),
--   replicas, placement, compression (true), description, metadata, republish, mirror and sources (tables as of a stream,
--   whose name is a bucket), limit_marker_ttl (seconds for which the server says that a value went because of its age;
--   without it there is no ttl of single keys)
-- @treturn ?table the bucket
-- @treturn ?string|table an error: errors.bucket_exists
-- @raise on an unknown field, or a value of another kind
function js:create_key_value(fields)
  local stream, err = self:create_stream(stream_of(fields, "create_key_value", 2))
  if stream then return handle(self, stream) end
  if err == errors.stream_name_in_use then err = errors.new(errors.bucket_exists, fields.bucket .. " has another configuration") end
  return nil, err
end

--- Changes the configuration of a bucket.
-- @tparam table fields all of it, as of `create_key_value`
-- @treturn ?table the bucket
-- @treturn ?string|table an error: errors.bucket_not_found
-- @raise on an unknown field, or a value of another kind
function js:update_key_value(fields)
  local stream, err = self:update_stream(stream_of(fields, "update_key_value", 2))
  if stream then return handle(self, stream) end
  return nil, not_there(fields.bucket, err)
end

--- Makes a bucket, or changes its configuration.
-- @tparam table fields as of `create_key_value`
-- @treturn ?table the bucket
-- @treturn ?string|table an error
-- @raise on an unknown field, or a value of another kind
function js:create_or_update_key_value(fields)
  local stream, err = self:create_or_update_stream(stream_of(fields, "create_or_update_key_value", 2))
  if stream then return handle(self, stream) end
  return nil, err
end

--- Finds a bucket.
-- @tparam string bucket its name
-- @treturn ?table the bucket
-- @treturn ?string|table an error: errors.bucket_not_found
-- @raise when this can be no name
function js:key_value(bucket)
  keys.check_bucket(bucket, "key_value: the bucket", 2)
  local stream, err = self:stream(STREAM .. bucket)
  if stream then return handle(self, stream) end
  return nil, not_there(bucket, err)
end

--- Removes a bucket with all that is in it.
-- @tparam string bucket its name
-- @treturn ?boolean true
-- @treturn ?string|table an error: errors.bucket_not_found
-- @raise when this can be no name
function js:delete_key_value(bucket)
  keys.check_bucket(bucket, "delete_key_value: the bucket", 2)
  local ok, err = self:delete_stream(STREAM .. bucket)
  if ok then return true end
  return nil, not_there(bucket, err)
end

--- What a bucket is, of what its stream is.
local function status_of(info)
  local fields = info.config
  local name = bucket_of(fields.name)
  return {
    bucket = name,
    values = info.state.messages,                  -- with those of the histories, and what says that a key was deleted
    bytes = info.state.bytes,
    history = fields.max_msgs_per_subject,
    ttl = fields.max_age,
    limit_marker_ttl = fields.subject_delete_marker_ttl,
    backing_store = "JetStream",
    is_compressed = fields.compression ~= nil and fields.compression ~= "none",
    metadata = fields.metadata,
    stream_info = info,
    config = {
      bucket = name, description = fields.description, history = fields.max_msgs_per_subject, ttl = fields.max_age,
      max_value_size = fields.max_msg_size, max_bytes = fields.max_bytes, storage = fields.storage,
      replicas = fields.num_replicas, placement = fields.placement, republish = fields.republish, mirror = fields.mirror,
      sources = fields.sources, compression = fields.compression == "s2", metadata = fields.metadata,
      limit_marker_ttl = fields.subject_delete_marker_ttl,
    },
  }
end

--- What the bucket is and how much is in it.
-- @treturn ?table bucket, values, bytes, history, ttl (seconds), limit_marker_ttl, is_compressed, metadata,
--   backing_store, config (as `update_key_value` takes it), stream_info
-- @treturn ?string|table an error: errors.bucket_not_found
function Bucket:status()
  local info, err = self.stream:info()
  if not info then return nil, not_there(self.name, err) end
  return status_of(info)
end

--- The names of all buckets.
-- @treturn ?{string,...}
-- @treturn ?string|table an error
function js:key_value_names()
  local all, err = api.list(self, "STREAM.NAMES", "streams", { subject = "$KV.*.>" })
  if not all then return nil, err end
  local names = {}
  for _, name in ipairs(all) do
    if name:sub(1, #STREAM) == STREAM then names[#names + 1] = bucket_of(name) end
  end
  return names
end

--- What all buckets are.
-- @treturn ?{table,...} as `kv:status` gives them
-- @treturn ?string|table an error
function js:key_values()
  local all, err = self:streams "$KV.*.>"
  if not all then return nil, err end
  local list = {}
  for _, info in ipairs(all) do
    if info.config.name:sub(1, #STREAM) == STREAM then list[#list + 1] = status_of(info) end
  end
  return list
end

return { methods = js }
