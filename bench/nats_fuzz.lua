-- Mutated conversations of a server through the protocol reader, as spec/support/wire_fuzz.lua describes them.
--
--     bin/moonwire bench/nats_fuzz.lua [COUNT [SEED]]       from the project's folder; COUNT: a million

package.path = "lua/?.lua;lua/?/init.lua;./?.lua;" .. package.path
local wire_fuzz = require "spec.support.wire_fuzz"

local count = math.tointeger(tonumber(arg[1] or 1000000))
local seed = math.tointeger(tonumber(arg[2] or os.time()))
local start = os.clock()
local stream, problem = wire_fuzz.run(count, seed)
if stream then
  print(("seed %d: %s\n%q"):format(seed, problem, stream))
  os.exit(1)
end
print(("%d inputs, seed %d: nothing found, %.0f s of processor time"):format(count, seed, os.clock() - start))
