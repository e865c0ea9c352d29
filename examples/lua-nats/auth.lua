-- Says who it is, as a script for lua-nats (2015) does: auth.lua [HOST [PORT [USER [PASSWORD]]]]
local nats = require 'nats'

local client = nats.connect({
    host = arg[1] or '127.0.0.1',
    port = tonumber(arg[2]) or 4222,
})

local user, password = arg[3] or 'user', arg[4] or 'password'

client:set_auth(user, password)
client:connect()

print(client:ping())
