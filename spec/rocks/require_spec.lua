-- Which file `require` gives in each engine for the names in rocks/ and for other rocks.

local engine = require "moonwire.engine"
local origin = require "moonwire.origin"
local shell = require "spec.support.shell"

-- The end of the path that each engine's `require` finds. Debian's rocks are there in plain Lua and in the host; the
-- TeX engines load no C rocks, and do not look where Debian puts those in Lua.
local DEBIAN = {
  cjson = "/lua/5.4/cjson.so", ["cjson.safe"] = "/lua/5.4/cjson.so", dkjson = "/lua/5.4/dkjson.lua",
  lfs = "/lua/5.4/lfs.so", lpeg = "/lua/5.4/lpeg.so", socket = "/lua/5.4/socket.lua",
}
local OURS = {
  cjson = "rocks/cjson.lua", ["cjson.safe"] = "rocks/cjson/safe.lua", dkjson = "rocks/dkjson.lua",
  lfs = "built in", lpeg = "built in", socket = "built in",
}
local EXPECTED = {
  host = DEBIAN, lua54 = DEBIAN, texlua = OURS, mkiv = OURS, luametatex = OURS, lmtx = OURS,
}

local function ends_with(path, last)
  return assert.equal(last, path:sub(-#last), path)
end

describe("require", function()
  for name in pairs(OURS) do
    it("finds " .. name .. " where this engine has it", function()
      ends_with(origin(name), EXPECTED[engine][name])
    end)
  end

  it("finds lunajson in rocks/", function() ends_with(origin("lunajson"), "rocks/lunajson.lua") end)

  it("finds no rock that is nowhere", function() assert.is_nil(origin("no_such_rock")) end)

  it("gives what runs, whichever it is", function()
    for _, name in ipairs { "cjson", "cjson.safe", "dkjson", "lunajson" } do
      assert.equal('[1,"a"]', require(name).encode { 1, "a" })
      assert.same({ 1, "a" }, (require(name).decode('[1,"a"]')))
    end
  end)

  describe("with a genuine rock on the path", function()
    local folder, path
    setup(function()
      folder = shell.read("mktemp -d")
      for _, name in ipairs { "cjson", "dkjson", "lunajson" } do
        local file = assert(io.open(folder .. "/" .. name .. ".lua", "wb"))
        file:write("return 'genuine'")
        file:close()
      end
      path = package.path
      package.path = folder .. "/?.lua;" .. path
    end)
    teardown(function()
      package.path = path
      os.execute("rm -rf " .. shell.quote(folder))
    end)

    for _, name in ipairs { "cjson", "dkjson", "lunajson" } do
      it("takes " .. name .. " from there", function()
        local loaded = package.loaded[name]
        finally(function() package.loaded[name] = loaded end)
        package.loaded[name] = nil
        assert.equal(folder .. "/" .. name .. ".lua", origin(name))
        assert.equal("genuine", (require(name)))
      end)
    end

    it("takes json from lua/ all the same", function()
      local file = assert(io.open(folder .. "/json.lua", "wb"))
      file:write("return 'another'")
      file:close()
      ends_with(origin("json"), "lua/json/init.lua")
    end)
  end)
end)

describe("require, with a C module on the path that does not load", function()
  it("takes our cjson", function()
    if engine == "host" or engine == "mkiv" then return pending("the binary and MkIV look for C modules by themselves") end
    local folder = shell.read("mktemp -d")
    local path, cpath, loaded = package.path, package.cpath, package.loaded.cjson
    finally(function()
      package.path, package.cpath, package.loaded.cjson = path, cpath, loaded
      os.execute("rm -rf " .. shell.quote(folder))
    end)
    local file = assert(io.open(folder .. "/cjson.so", "wb"))
    file:write("no library")
    file:close()
    package.path, package.cpath, package.loaded.cjson = "", folder .. "/?.so", nil
    ends_with(origin("cjson"), "rocks/cjson.lua")
    assert.equal("[1]", require("cjson").encode { 1 })
  end)
end)

describe("moonwire rocks", function()
  local moonwire = require "spec.support.moonwire"

  it("prints that table", function()
    if not moonwire.command then return pending(moonwire.reason) end
    local text = moonwire.run("rocks")
    assert.matches("\ncjson +2%.1%.0 +%S*" .. EXPECTED[engine].cjson:gsub("%p", "%%%0") .. "\n", text)
    assert.matches("\nlunajson +%S*rocks/lunajson%.lua\n", text)
  end)

  it("is version --rocks in the binary", function()
    if engine ~= "host" then return pending("version is a command of the binary") end
    assert.equal((moonwire.run("rocks")), (moonwire.run("version --rocks")))
  end)
end)
