--- What the specs of JetStream share: streams of their own on the test server, removed when a test is over.
local nats = require "nats"
local support = require "spec.lua.nats.support"

local js_support = {}

--- Transports that reach a server, each with `it`, and `setup` for a test's own JetStream.
-- @treturn {{name=string,it=function,close=function,jetstream=function,stream=function},...}
function js_support.networks()
  local list = {}
  for _, network in ipairs(support.networks()) do
    if network.name ~= "memory" then                   -- there is no JetStream in the memory of this process
      local self = { name = network.name, it = network.it, connect = network.connect }
      local made, js

      --- A client's JetStream.
      function self.jetstream(options)
        js = network.connect():jetstream(options)
        return js
      end

      --- A stream of memory with a name of its own, which takes NAME.>
      function self.stream(fields)
        local all = { name = "SPEC_" .. nats.nuid(), storage = "memory" }
        for key, value in pairs(fields or {}) do all[key] = value end
        all.subjects = all.subjects or { all.name .. ".>" }
        js = js or self.jetstream()
        made = made or {}
        made[#made + 1] = all.name
        return assert(js:create_stream(all)), js
      end

      --- Remembers a stream that a test made, to be removed.
      function self.remember(name)
        made = made or {}
        made[#made + 1] = name
      end

      --- Removes what the test made.
      function self.close()
        if made then
          local last = js.client:status() == "connected" and js or self.jetstream()
          for _, name in ipairs(made) do last:delete_stream(name) end
        end
        made, js = nil, nil
        network.close()
      end

      list[#list + 1] = self
    end
  end
  return list
end

return js_support
