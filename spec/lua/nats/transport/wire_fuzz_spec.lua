--- The protocol reader before inputs that nobody wrote; bench/nats_fuzz.lua tries a million.
local wire_fuzz = require "spec.support.wire_fuzz"

local SEED = os.time()

describe("nats.transport.wire before mutated conversations", function()
  it("raises nothing, ends, and gives the same however the bytes are cut", function()
    local stream, problem = wire_fuzz.run(4000, SEED)
    assert.is_nil(stream, ("seed %d: %s: %q"):format(SEED, tostring(problem), tostring(stream)))
  end)
end)
