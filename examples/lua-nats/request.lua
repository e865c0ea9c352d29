-- Asks and answers in one script, as one for lua-nats (2015) does: request.lua [HOST [PORT]]
local nats = require 'nats'

local client = nats.connect(arg[1] or '127.0.0.1', tonumber(arg[2]) or 4222)

client:connect()

client:subscribe('double', function(payload, reply)
    client:publish(reply, payload .. payload)
end)

client:request('double', 'la', function(payload)
    print('answer: ' .. payload)
end)

client:wait(2)
client:shutdown()
