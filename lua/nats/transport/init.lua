--- The seam between the NATS client and what carries its messages.
--
-- A transport moves messages and says what happened to the connection. Everything else (queues per
-- subscription and their limits, callbacks, requests, headers as tables, drain, statistics) is the
-- client's, once, for every transport. A transport never drops a message: when the client does not
-- poll, it stops reading and lets TCP hold the server back.
--
--     open(options) -> transport            options as nats.options makes them, and delivered(sid), how
--                                           many messages of a subscription poll has given: a transport
--                                           that subscribes anew after a loss asks for what is left
--                   -> nil, err             an error of nats.errors, with each server's own reason
--
--     t:publish(subject, reply, headers, payload)   reply and headers may be nil; headers is the block
--                                                   "NATS/1.0\r\n...\r\n\r\n" as on the wire
--     t:subscribe(sid, subject, queue)              sid: an integer chosen by the client; queue may be nil
--     t:unsubscribe(sid, max)                       max: messages since subscribe, nil: now
--     t:drain(sid)                                  unsubscribe now, but what the server sent before
--                                                   still comes from poll
--     t:ping()                                      asks for a PONG; it comes from poll as an event, in
--                                                   its place. So a flush never holds messages up
--         -> true, or nil, err                      in the order in which the script calls them
--
--     t:poll(timeout) -> sid, subject, reply, headers, payload    one message, in order of arrival;
--                                                                 reply and headers are nil where absent
--                     -> nil, "timeout"                           nothing came within the time
--                     -> nil, event, detail                       what happened to the connection, once,
--                                                                 in its place between the messages:
--         "pong"          the server answered one ping(), and has handled all that was sent before it;
--                         detail: the how-many-th ping of this transport, an integer; one that a lost
--                         connection took with it is not answered
--         "disconnected"  detail: why, or nil       "reconnected"  detail: the server's URL
--         "error"         detail: what the server said (-ERR), lower-cased, unquoted
--         "lame_duck"                               "discovered_servers"
--         "closed"        detail: why; from then on every call returns nil, "closed"
--
--     t:cork(on, publish)   true: publishes may wait in memory until cork(false), a full buffer, or any
--                     other call; false: all go out. Without a cork nothing waits for the next call.
--                     May return, after true, a function that serves as the client's method publish until
--                     cork(false); it takes what it knows to be good, and calls `publish` for the rest
--     t:info()        a table: status ("connected", "reconnecting", "closed"), url (without secrets),
--                     max_payload (bytes), headers (boolean), out_msgs and out_bytes (published since
--                     open; bytes of headers and payload), and the server's INFO under server
--     t:close()       what was published goes out, then the connection ends; idempotent
--
-- Timeouts are seconds, nil: no limit, 0: do not wait. The client has checked every argument; no
-- transport checks again, and none is called from two coroutines at once.
--
-- @module nats.transport

local errors = require "nats.errors"

local transport = {}

-- In order of preference: a module of lua/nats/transport, and the module of the engine that it needs.
local KNOWN = {
  { name = "native", needs = "host.nats" },
  { name = "socket", needs = "socket" },
}

--- Says which transports this engine has.
-- @treturn {{name=string,reason=?string},...} in order of preference; reason: why it is not there
function transport.available()
  local list = {}
  for i, known in ipairs(KNOWN) do
    local ok, err = pcall(require, known.needs)
    list[i] = { name = known.name, reason = not ok and tostring(err):match("^[^\n]*") or nil }
  end
  return list
end

--- Chooses a transport.
-- @tparam ?string|table wanted a name, an object with `open`, or nil: the first that this engine has
-- @treturn ?table a module with `open(options)`
-- @treturn ?table|string the error
function transport.choose(wanted)
  if type(wanted) == "table" then return wanted end
  local reasons = {}
  for _, entry in ipairs(transport.available()) do
    if (wanted == nil or wanted == entry.name) and not entry.reason then
      return require("nats.transport." .. entry.name)
    elseif entry.reason then
      reasons[#reasons + 1] = entry.name .. " (" .. entry.reason .. ")"
    end
  end
  return nil, errors.new(errors.configuration, "no transport for this engine: " .. table.concat(reasons, ", "))
end

return transport
