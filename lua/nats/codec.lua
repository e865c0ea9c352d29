--- Payloads that are JSON.
--
-- @module nats.codec

local json = require "json"

local codec = {}

--- Writes a value as JSON, or raises at a caller's line what keeps it from being written.
-- @param value what `json.encode` takes
-- @tparam string what the caller's name, for the message
-- @tparam integer level whose line the error names, as for `error`
-- @treturn string
function codec.encode(value, what, level)
  local ok, text = pcall(json.encode, value)
  if not ok then error(("%s: %s"):format(what, (tostring(text):gsub("^json%.encode: ", ""))), level + 1) end
  return text
end

--- What a client has of it.
codec.client = {}

--- Publishes a value as JSON.
-- @param value what `json.encode` takes: json.null for null, an empty table is an object
-- @treturn ?boolean true; nil and an error as `publish` returns them
-- @raise what `publish` raises, and when JSON cannot say the value
function codec.client:publish_json(subject, value, reply, fields)
  return self:_publish(subject, codec.encode(value, "publish_json", 2), reply, fields, 2)
end

--- Asks with a value as JSON; the answer is a message, whose `json()` reads it.
-- @treturn ?table the answer; nil and an error as `request` returns them
-- @raise what `request` raises, and when JSON cannot say the value
function codec.client:request_json(subject, value, timeout, fields)
  return self:_request(subject, codec.encode(value, "request_json", 2), timeout, fields, 2)
end

--- What a message has of it.
codec.message = {}

--- Reads the payload as JSON.
-- @tparam[opt] table options of `json.decode`
-- @return the value
-- @treturn ?string after a nil: why the payload is no JSON, with line and column
function codec.message:json(options)
  return json.decode(self.data, options)
end

--- Answers with a value as JSON.
-- @param value what `json.encode` takes
-- @tparam[opt] table fields headers
-- @treturn ?boolean true; nil and an error as `publish` returns them
-- @raise what `respond` raises, and when JSON cannot say the value
function codec.message:respond_json(value, fields)
  return self:_respond(codec.encode(value, "respond_json", 2), fields, 2)
end

return codec
