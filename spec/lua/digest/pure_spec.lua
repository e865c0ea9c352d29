-- What digest_spec claims of the engine's code, of our own in every engine.
local hex = require "digest.hex"
local pure = require "digest.pure"
local vectors = require "spec.lua.digest.vectors"

for name, expected in pairs(vectors.digests) do
  describe("digest.pure: " .. name, function()
    for i, message in ipairs(vectors.messages) do
      it(("gives the published digest of the message of %d bytes"):format(#message), function()
        assert.are.equal(expected[i], hex.encode(pure.sum(name, message)))
      end)
    end

    it("gives the published digest of a million a", function()
      assert.are.equal(expected.million, hex.encode(pure.sum(name, ("a"):rep(1000000))))
    end)

    it("agrees with another implementation on every length from 0 to 200", function()
      local all = pure.new(name)
      for length = 0, 200 do all:update(pure.sum(name, vectors.message(length))) end
      assert.are.equal(expected.lengths, hex.encode(all:final()))
    end)

    it("gives the same for every way to cut 300 bytes in three", function()
      local message = vectors.message(200) .. vectors.message(100)
      local whole = pure.sum(name, message)
      for one = 0, 300, 7 do
        for two = one, 300, 11 do
          local state = pure.new(name)
          state:update(message:sub(1, one))
          state:update(message:sub(one + 1, two))
          state:update(message:sub(two + 1))
          assert.are.equal(whole, state:final(), ("cut at %d and %d"):format(one, two))
        end
      end
    end)
  end)
end
