local base32 = require "digest.base32"
local crc16 = require "digest.crc16"
local nkey = require "nats.nkey"

-- The pair of the server's documentation.
local SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
local PUBLIC = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"

describe("nats.nkey", function()
  it("reads a seed, and knows whose it is", function()
    local seed, kind = nkey.seed(SEED)
    assert.are.equal(32, #seed)
    assert.are.equal("user", kind)
  end)

  it("knows the public key of a seed", function()
    assert.are.equal(PUBLIC, nkey.public((nkey.seed(SEED))))
  end)

  it("passes over blanks and line ends round a seed", function()
    assert.are.equal((nkey.seed(SEED)), (nkey.seed("  " .. SEED .. "\r\n")))
  end)

  it("refuses what is no seed, and does not repeat it", function()
    for _, text in ipairs { "", "S", SEED:sub(1, -2), SEED:lower(), SEED:gsub("Y$", "A"), PUBLIC, "hunter2" } do
      local seed, problem = nkey.seed(text)
      assert.is_nil(seed)
      assert.are.equal("string", type(problem))
      assert.is_true(#text < 5 or not problem:find(text, 1, true), problem)
    end
  end)

  it("refuses a seed of another size, though its checksum is right", function()
    local data = base32.decode(SEED):sub(1, -4)
    local text = base32.encode(data .. string.pack("<I2", crc16(data)), { padding = false })
    assert.is_nil((nkey.seed(text)))
  end)
end)
