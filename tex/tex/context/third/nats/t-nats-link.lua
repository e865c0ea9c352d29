--- The document's connection: opened by the first message, closed at the end of the run.

local link = {}

-- Opening is not tried again for ever: a server that is not there would cost its time limit each time.
local MOST_CONNECTS = 3

local options = {}        -- of the next connection
local client              -- the open connection
local connects = 0        -- how often one was opened or tried
local failure             -- why there is none

--- Says how to connect; a connection that is open stays as it is.
-- @tparam table given url, name, timeout (seconds); nil: the environment's, or the client's defaults
function link.setup(given)
  options = given
  if not client then connects, failure = 0, nil end
end

--- The connection, opened if there is none.
-- @treturn ?table a client of `nats`
-- @treturn ?string why there is none
function link.client()
  if client and client:status() ~= "closed" then return client end
  client = nil
  if failure then return nil, failure end
  if connects >= MOST_CONNECTS then return nil, "the connection was lost too often" end
  connects = connects + 1
  local ok, nc, err = pcall(function()
    return require("nats").connect(options.url, {
      name = options.name or "context " .. tex.jobname,
      timeout = options.timeout,
      allow_reconnect = false,    -- here a new connection is a new try, counted above
    })
  end)
  if ok and nc then
    client = nc
    return client
  end
  failure = tostring(ok and err or nc)
  return nil, failure
end

--- Answers what the server asks, so that a long run keeps its connection. Waits for nothing.
function link.poll()
  if client then client:process(0) end
end

--- Sends one message, at once.
-- @tparam string subject
-- @tparam string payload
-- @tparam ?table headers
-- @treturn ?boolean true
-- @treturn ?string why it was not sent
function link.publish(subject, payload, headers)
  local nc, err = link.client()
  if not nc then return nil, err end
  local called, ok, reason = pcall(nc.publish, nc, subject, payload, nil, headers)
  if not called then return nil, tostring(ok) end
  if not ok then return nil, tostring(reason) end
  return true
end

--- The JetStream of the connection.
-- @tparam ?number timeout of each request in seconds; nil: the connection's
-- @treturn ?table
-- @treturn ?string why there is none
function link.jetstream(timeout)
  local nc, err = link.client()
  if not nc then return nil, err end
  return nc:jetstream { timeout = timeout or options.timeout or nc.options.timeout }
end

--- Asks once and waits for the reply.
-- @tparam table request subject, payload, timeout (seconds; nil: the connection's), headers
-- @treturn ?string the reply's payload
-- @treturn ?string why there is none
function link.ask(request)
  local nc, err = link.client()
  if not nc then return nil, err end
  local called, msg, reason = pcall(nc.request, nc, request.subject, request.payload, request.timeout, request.headers)
  if not called then return nil, tostring(msg) end
  if not msg then return nil, tostring(reason) end
  local problem = msg:header("Nats-Service-Error")     -- ADR-32: how a service says that it failed
  if problem then return nil, "the service says: " .. problem end
  return msg.data
end

--- Lets everything go out and closes the connection. Doing it again does nothing.
function link.close()
  local nc = client
  client = nil
  failure = failure or "closed"
  if nc then
    pcall(nc.flush, nc, options.timeout or 2)
    pcall(nc.close, nc)
  end
end

return link
