local base64 = require "digest.base64"
local vectors = require "spec.lua.digest.vectors"

-- RFC 4648 section 10.
local RFC = {
  [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=", foobar = "Zm9vYmFy",
}

local function refused(text, decode)
  local bytes, err = (decode or base64.decode)(text)
  assert.is_nil(bytes, text)
  return err
end

describe("digest.base64", function()
  for plain, text in pairs(RFC) do
    it(("writes and reads the RFC's %q"):format(plain), function()
      assert.are.equal(text, base64.encode(plain))
      assert.are.equal(plain, base64.decode(text))
    end)

    it(("writes and reads the RFC's %q without padding"):format(plain), function()
      local bare = text:gsub("=", "")
      assert.are.equal(bare, base64.encode(plain, { padding = false }))
      assert.are.equal(plain, base64.decode(bare))
    end)
  end

  it("has + and / in one alphabet, - and _ in the other", function()
    assert.are.equal("+/+/", base64.encode("\xfb\xff\xbf"))
    assert.are.equal("-_-_", base64.url.encode("\xfb\xff\xbf"))
    assert.are.equal("\xfb\xff\xbf", base64.url.decode("-_-_"))
  end)

  it("does not read the other alphabet", function()
    assert.are.equal("base64: a foreign character at position 1", refused("-_-_"))
    assert.are.equal("base64url: a foreign character at position 2", refused("a+/a", base64.url.decode))
  end)

  it("writes the header of a JWT as RFC 7515 does", function()
    assert.are.equal("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
      base64.url.encode('{"typ":"JWT",\r\n "alg":"HS256"}', { padding = false }))
  end)

  it("gives messages of every length from 0 to 200 back", function()
    for length = 0, 200 do
      local message = vectors.message(length)
      assert.are.equal(message, base64.decode(base64.encode(message)))
      assert.are.equal(message, base64.url.decode(base64.url.encode(message, { padding = false })))
    end
  end)

  it("gives long messages back, about the size at which they are taken apart", function()
    local long = vectors.message(200):rep(1000)
    for _, size in ipairs { 36863, 36864, 36865, 49151, 49152, 49153, 98304, 98307, 199999 } do
      local message = long:sub(1, size)
      assert.is_true(base64.decode(base64.encode(message)) == message, "size " .. size)
    end
  end)

  it("refuses white space and line breaks", function()
    refused("Zm9v\n")
    refused("Zm 9v")
    refused("Zm9v\r\nZm9v")
  end)

  it("refuses padding that is too long, too short or inside", function()
    for _, text in ipairs { "Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v====", "=", "Zg==Zg==", "====" } do refused(text) end
  end)

  it("refuses a lone character", function()
    refused("Z")
    refused("Zm9vY")
  end)

  it("refuses bits that are left over", function()
    assert.are.equal("base64: bits are left over at position 2", refused("Zh=="))
    refused("Zm9=")
  end)

  it("refuses bytes beyond ASCII", function() refused("Zm9\xc3") end)

  it("reads no text that it would not write, padded or not", function()
    -- All texts of 1 to 5 of these characters; their number is that of another implementation (Python's).
    local read, texts = 0, { "" }
    for _ = 1, 5 do
      local longer = {}
      for _, text in ipairs(texts) do
        for c in ("AQgw/="):gmatch(".") do longer[#longer + 1] = text .. c end
      end
      texts = longer
      for _, text in ipairs(texts) do
        local bytes = base64.decode(text)
        if bytes then
          read = read + 1
          assert.is_true(text == base64.encode(bytes) or text == base64.encode(bytes, { padding = false }), text)
        end
      end
    end
    assert.are.equal(865, read)
  end)

  it("refuses what is no string, at the caller's line", function()
    local ok, err = pcall(function() base64.url.encode(5) end)
    assert.is_false(ok)
    assert.is_truthy(err:find("base64_spec.lua:%d+: base64url.encode: data must be a string, got number"), err)
    assert.has_error(function() base64.decode(nil) end)
  end)
end)
