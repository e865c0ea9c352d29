local engine = require "moonwire.engine"
local source = require "digest.source"

local HOST = {
  md5 = "host.digest", sha1 = "host.digest", sha224 = "host.digest", sha256 = "host.digest", sha384 = "host.digest",
  sha512 = "host.digest",
}
local TEX = { md5 = "md5", sha1 = "lua", sha224 = "lua", sha256 = "sha2", sha384 = "sha2", sha512 = "sha2" }
local PLAIN = {}
for name in pairs(HOST) do PLAIN[name] = "openssl" end

local EXPECTED = { host = HOST, texlua = TEX, mkiv = TEX, luametatex = TEX, lmtx = TEX, lua54 = PLAIN }

-- What plain Lua would take where the rock luaossl is this table; it is false for none.
local function with_openssl(openssl, name)
  local kept = {
    preload = package.preload["host.digest"], status = rawget(_G, "status"),
    openssl = package.loaded["openssl.digest"], opener = package.preload["openssl.digest"],
    source = package.loaded["digest.source"],
  }
  package.preload["host.digest"] = nil
  rawset(_G, "status", nil)
  package.loaded["openssl.digest"] = nil
  package.preload["openssl.digest"] = function()
    if not openssl then error "not installed" end
    return openssl
  end
  package.loaded["digest.source"] = nil                 -- it keeps what it has chosen
  local fine, from = pcall(function() return require("digest.source").of(name).from end)
  package.loaded["digest.source"] = kept.source
  package.preload["openssl.digest"] = kept.opener
  package.loaded["openssl.digest"] = kept.openssl
  rawset(_G, "status", kept.status)
  package.preload["host.digest"] = kept.preload
  assert(fine, from)
  return from
end

describe("digest.source", function()
  for _, name in ipairs { "md5", "sha1", "sha224", "sha256", "sha384", "sha512" } do
    it("takes " .. name .. " from the engine's own code where it has some", function()
      local expected = EXPECTED[engine][name]
      if expected == "openssl" and not pcall(require, "openssl.digest") then expected = "lua" end
      assert.are.equal(expected, source.of(name).from)
    end)
  end

  it("takes Lua where there is nothing else", function()
    assert.are.equal("lua", with_openssl(false, "sha256"))
  end)

  it("passes by a module of a known name which is something else", function()
    assert.are.equal("lua", with_openssl({ new = function() return nil end }, "sha256"))
    assert.are.equal("lua", with_openssl({}, "sha256"))
    assert.are.equal("lua", with_openssl("text", "sha256"))
  end)

  it("passes by a module that computes something else", function()
    local state = { update = function() end, final = function() return ("\0"):rep(32) end }
    assert.are.equal("lua", with_openssl({ new = function() return state end }, "sha256"))
  end)

  it("chooses once", function()
    assert.are.equal(source.of("md5"), source.of("md5"))
  end)
end)
