-- Roots that these specs install stay known until the engine ends; their folders do not.
local loader = require "moonwire.loader"
local shell = require "spec.support.shell"

local root

local function write(name, text)
  local file = assert(io.open(root .. "/" .. name, "wb"))
  file:write(text)
  file:close()
end

describe("moonwire.loader", function()
  setup(function()
    root = shell.read("mktemp -d")
    shell.read("mkdir -p " .. root .. "/lua/loader_inner " .. root .. "/rocks")
    write("lua/loader_ours.lua", "return { ... }")
    write("lua/loader_inner/init.lua", "return 'init'")
    write("lua/loader_inner/deep.lua", "return 'deep'")
    write("lua/loader_broken.lua", "not Lua")
    write("lua/loader_both.lua", "return 'lua/'")
    write("rocks/loader_both.lua", "return 'rocks/'")
    write("rocks/loader_rock.lua", "return 'rock'")
    write("lua/string.lua", "return 'never'")
    loader.install(root)
  end)
  teardown(function() os.execute("rm -rf " .. shell.quote(root)) end)

  it("finds modules of lua/, with their names", function()
    assert.equal("loader_ours", require("loader_ours")[1])
  end)
  it("finds init.lua of a folder", function() assert.equal("init", require "loader_inner") end)
  it("finds modules in folders", function() assert.equal("deep", require "loader_inner.deep") end)
  it("finds modules of rocks/", function() assert.equal("rock", require "loader_rock") end)
  it("prefers lua/ to rocks/", function() assert.equal("lua/", require "loader_both") end)
  it("leaves alone what is loaded", function() assert.equal(string, require "string") end)

  it("prefers what stands in package.preload", function()
    finally(function() package.preload.loader_inner = nil end)
    package.loaded.loader_inner = nil
    package.preload.loader_inner = function() return "preload" end
    assert.equal("preload", require "loader_inner")
  end)

  it("says which file does not compile, and where", function()
    local ok, err = pcall(require, "loader_broken")
    assert.is_false(ok)
    assert.matches("loader_broken' from file '.*loader_broken.lua:1:", err)
  end)

  it("lists the places of rocks/ for a module that is nowhere", function()
    local ok, err = pcall(require, "loader_nowhere")
    assert.is_false(ok)
    assert.matches(root .. "/rocks/loader_nowhere.lua", err, 1, true)
  end)

  it("installs a root once", function()
    local searchers = #package.searchers
    loader.install(root)
    assert.equal(searchers, #package.searchers)
  end)

  describe("find", function()
    it("gives the path", function()
      assert.equal(root .. "/lua/loader_inner/init.lua", (loader.find(root .. "/lua", "loader_inner")))
    end)
    it("gives nil and the places looked at", function()
      local path, tried = loader.find("/nowhere", "a.b")
      assert.is_nil(path)
      assert.equal("\n\tno file '/nowhere/a/b.lua'\n\tno file '/nowhere/a/b/init.lua'", tried)
    end)
  end)

  describe("root_of", function()
    it("takes the known folders off", function()
      assert.equal("/x/y", loader.root_of("@/x/y/lua/moonwire/main.lua"))
      assert.equal("/x/y", loader.root_of("/x/y/lua/moonwire/spec.lua"))
    end)
    it("is the current folder for a path in it", function()
      assert.equal(".", loader.root_of("@lua/moonwire/main.lua"))
    end)
    it("goes up from elsewhere", function()
      assert.equal("./../..", loader.root_of("@main.lua"))
    end)
  end)
end)
