local nc = assert(require("nats").connect())      -- NATS_URL, else nats://127.0.0.1:4222
nc:subscribe("greet", function(name, reply, msg) msg:respond("hello " .. name) end)
nc:run()
