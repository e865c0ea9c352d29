--- Whose servers `moonwire proxy` speaks to, and as who: the options of any script's `nats.connect`.
--
-- @module moonwire.upstream

local native = require "nats.transport.native"
local duration = require "nats.duration"
local json = require "json"
local options = require "nats.options"
local private = require "nats.private"

--- Resolves options from what a command line gave, the environment and the contexts of natscli.
-- @tparam {string,...} args names and values of nats.options, in turn
-- @treturn string JSON: `options` as the host reads them and `warnings`, or `problem`, a line without secrets
local function upstream(args)
  local given = {}
  for i = 1, #args, 2 do given[args[i]] = args[i + 1] end
  local timeout = given.timeout and (duration(given.timeout) or 0)
  if timeout and timeout <= 0 then
    return json.encode { problem = ("--timeout %s: not a duration above 0 such as 5s, 300ms or 1m30s"):format(given.timeout) }
  end
  given.timeout, given.tls_first = timeout, given.tls_first and true
  local fine, resolved, err = pcall(options.resolve, given, nil, nil, 1)
  if not fine then return json.encode { problem = (tostring(resolved):gsub("^.-connect: ", "")) } end
  if not resolved then return json.encode { problem = err.detail } end
  return json.encode { options = json.decode(native.encode(resolved)), warnings = json.array(private.warnings(resolved)) }
end

return upstream
