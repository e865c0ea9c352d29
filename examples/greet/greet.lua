local nc = assert(require("nats").connect())
print(assert(nc:request("greet", "world", 1)).data)  -- waits 1 s at most
nc:close()
