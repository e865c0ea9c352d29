--- Requests to the API of JetStream: JSON on `$JS.API.<subject>`, and JSON with the answer or an error.
--
-- @module nats.jetstream.api

local check = require "nats.check"
local errors = require "nats.errors"
local json = require "json"
local of_api = require("nats.jetstream.errors").of
local subjects = require "nats.subject"

local api = {}

--- Reads an answer.
-- @tparam string data
-- @treturn ?table
-- @treturn ?table an error
function api.read(data)
  local answer, problem = json.decode(data)
  if type(answer) ~= "table" then
    return nil, errors.new(errors.invalid_response, problem or "an answer must be a JSON object")
  end
  local err = answer.error
  if type(err) == "table" and err ~= json.null then return nil, of_api(err) end
  return answer
end

--- Asks the API.
-- @tparam table js
-- @tparam string subject after the prefix
-- @tparam ?table request what goes as JSON; nil: nothing
-- @treturn ?table the answer
-- @treturn ?string|table an error: of the API, or of the network
function api.request(js, subject, request)
  local payload = request and json.encode(request) or ""
  local msg, err = js.client:_ask(js.prefix .. subject, payload, js.timeout, nil, 2)
  if not msg then
    if err == errors.no_responders then err = errors.jetstream_not_enabled end
    return nil, err
  end
  return api.read(msg.data)
end

--- Asks for a list that comes in pages.
-- @tparam table js
-- @tparam string subject after the prefix
-- @tparam string key the answer's field that has a page
-- @tparam[opt] table request more fields of it
-- @treturn ?table all pages as one array
-- @treturn ?string|table an error
function api.list(js, subject, key, request)
  local all = {}
  repeat
    local page = { offset = #all }
    for name, value in pairs(request or {}) do page[name] = value end
    local answer, err = api.request(js, subject, page)
    if not answer then return nil, err end
    local items = answer[key]
    if type(items) ~= "table" or items == json.null then break end
    for _, item in ipairs(items) do all[#all + 1] = item end
  until #items == 0 or #all >= (answer.total or 0)
  return all
end

--- Raises unless a value can be the name of a stream or a consumer.
-- @param name anything
-- @tparam string what of the message, such as "stream: the name"
-- @tparam integer level whose line an error names, as for `error`
function api.check_name(name, what, level)
  local problem
  if type(name) ~= "string" then
    problem = "must be a string, not " .. (name == nil and "nil" or "a " .. type(name))
  elseif name == "" then
    problem = "is empty"
  else
    local bad = name:match("[%c .*>/\\]")
    if bad then
      local shown = bad:find("%c") and "a control character" or "'" .. bad .. "'"
      problem = ("%s has %s, which no name may have"):format(check.quoted(name), shown)
    end
  end
  if problem then error(what .. " " .. problem, level + 1) end
end

--- Raises unless a value can be a subject with wildcards.
-- @param subject anything
-- @tparam string what of the message
-- @tparam integer level whose line an error names, as for `error`
function api.check_subject(subject, what, level)
  local problem = subjects.problem(subject, true)
  if problem then error(what .. " " .. problem, level + 1) end
end

return api
