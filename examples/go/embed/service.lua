-- Answers each request on "greet" with a greeting.

local nats = require "nats"

local nc = assert(nats.connect((...)))
nc:subscribe("greet", function(name, _, msg)
  msg:respond("hello, " .. name)
end)
nc:run()
