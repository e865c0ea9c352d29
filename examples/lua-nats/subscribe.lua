-- Prints two messages, as a script for lua-nats (2015) does: subscribe.lua [HOST [PORT]]
local nats = require 'nats'

local client = nats.connect({
    host = arg[1] or '127.0.0.1',
    port = tonumber(arg[2]) or 4222,
    tcp_nodelay = true,
})

local function on_message(payload)
    print('heard: ' .. payload)
end

client:connect()

local id = client:subscribe('weather.*', on_message)
client:wait(2)
client:unsubscribe(id)

print('subscriptions: ' .. client:count_subscriptions())
