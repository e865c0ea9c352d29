-- Asks whether the server is there, as a script for lua-nats (2015) does: ping.lua [HOST [PORT]]
local nats = require 'nats'

local client = nats.connect({
    host = arg[1] or '127.0.0.1',
    port = tonumber(arg[2]) or 4222,
})

client:enable_trace()
client:connect()

print(client:ping())
