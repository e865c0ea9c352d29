-- Publishes two messages, as a script for lua-nats (2015) does: publish.lua [HOST [PORT]]
local nats = require 'nats'

local params = {
    host = arg[1] or '127.0.0.1',
    port = tonumber(arg[2]) or 4222,
}

local client = nats.connect(params)

client:connect()

client:publish('weather.north', 'snow')
client:publish('weather.south', 'sun')
