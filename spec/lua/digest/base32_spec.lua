local base32 = require "digest.base32"
local vectors = require "spec.lua.digest.vectors"

-- RFC 4648 section 10.
local RFC = {
  [""] = "", f = "MY======", fo = "MZXQ====", foo = "MZXW6===", foob = "MZXW6YQ=", fooba = "MZXW6YTB",
  foobar = "MZXW6YTBOI======",
}

local function refused(text)
  local bytes, err = base32.decode(text)
  assert.is_nil(bytes, text)
  return err
end

describe("digest.base32", function()
  for plain, text in pairs(RFC) do
    it(("writes and reads the RFC's %q, padded or not"):format(plain), function()
      local bare = text:gsub("=", "")
      assert.are.equal(text, base32.encode(plain))
      assert.are.equal(bare, base32.encode(plain, { padding = false }))
      assert.are.equal(plain, base32.decode(text))
      assert.are.equal(plain, base32.decode(bare))
    end)
  end

  it("gives messages of every length from 0 to 200 back", function()
    for length = 0, 200 do
      local message = vectors.message(length)
      assert.are.equal(message, base32.decode(base32.encode(message)))
    end
  end)

  it("says where a foreign character stands", function()
    assert.are.equal("base32: a foreign character at position 3", refused("MZ1W6==="))
    refused("mzxw6===")
    refused("MZXW6 ==")
  end)

  it("refuses lengths that no bytes have, and wrong padding", function()
    for _, text in ipairs { "M", "MZX", "MZXW6Y", "MY=", "MY=======", "MZXW6YTB========", "MY======MY======" } do refused(text) end
  end)

  it("refuses bits that are left over", function()
    assert.are.equal("base32: bits are left over at position 2", refused("MZ"))
  end)

  it("reads no text that it would not write, padded or not", function()
    -- All texts of 1 to 5 of these characters; their number is that of another implementation (Python's).
    local read, texts = 0, { "" }
    for _ = 1, 5 do
      local longer = {}
      for _, text in ipairs(texts) do
        for c in ("AQE7="):gmatch(".") do longer[#longer + 1] = text .. c end
      end
      texts = longer
      for _, text in ipairs(texts) do
        local bytes = base32.decode(text)
        if bytes then
          read = read + 1
          assert.is_true(text == base32.encode(bytes) or text == base32.encode(bytes, { padding = false }), text)
        end
      end
    end
    assert.are.equal(908, read)
  end)

  it("refuses what is no string", function()
    assert.has_error(function() base32.encode(1) end)
    assert.has_error(function() base32.decode() end)
  end)
end)
