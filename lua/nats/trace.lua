--- A transport that tells what goes through it, in lines of the protocol.
--
-- It stands before any transport, so it tells the same over each: what the script says and hears. Connecting,
-- keep-alive and reconnection are below it, and with them all secrets.
--
-- @module nats.trace

local wire = require "nats.transport.wire"

--- Puts a transport behind one that tells.
-- @tparam table|userdata inner a transport, as the contract in nats.transport says
-- @tparam function say function(line): "->> " before what is said, "<<- " before what is heard
-- @treturn table a transport
local function trace(inner, say)
  local traced = {}

  function traced:publish(subject, reply, headers, payload)
    say("->> " .. wire.publish(subject, reply, headers, #payload) .. "\r\n" .. (headers or "") .. payload)
    return inner:publish(subject, reply, headers, payload)
  end

  function traced:subscribe(sid, subject, queue)
    say("->> " .. wire.subscribe(sid, subject, queue):sub(1, -3))
    return inner:subscribe(sid, subject, queue)
  end

  function traced:unsubscribe(sid, max)
    say("->> " .. wire.unsubscribe(sid, max):sub(1, -3))
    return inner:unsubscribe(sid, max)
  end

  function traced:ping()
    say "->> PING"
    return inner:ping()
  end

  function traced:cork(on)
    local ok, err = inner:cork(on)
    if ok then return true end         -- what it offers to publish with would go past us
    return nil, err
  end

  function traced:poll(timeout)
    local sid, subject, reply, headers, payload = inner:poll(timeout)
    if sid then
      local head = ("%s %d %s"):format(subject, sid, reply and reply .. " " or "")
      say(headers and ("<<- HMSG %s%d %d"):format(head, #headers, #headers + #payload) or ("<<- MSG %s%d"):format(head, #payload))
      say("<<- " .. (headers or "") .. payload)
    elseif subject == "pong" then
      say "<<- PONG"
    elseif subject == "error" then
      say(("<<- -ERR '%s'"):format(reply))
    end
    return sid, subject, reply, headers, payload
  end

  return setmetatable(traced, { __index = function(_, key)
    local value = inner[key]
    if type(value) ~= "function" then return value end
    return function(_, ...) return value(inner, ...) end
  end })
end

return trace
