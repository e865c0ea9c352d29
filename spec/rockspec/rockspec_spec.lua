-- Each rockspec is what rockspec/make.lua writes, passes luarocks lint, and makes a tree that Lua can use alone.

local engine = require "moonwire.engine"
local shell = require "spec.support.shell"

local make = assert(loadfile("rockspec/make.lua"))("rockspec.make")

-- LuaRocks is a program of plain Lua's; what a tree holds is the same for every engine.
local reason = engine ~= "lua54" and "luarocks is run once, from lua5.4"
  or not shell.which("luarocks") and "luarocks is not installed"

describe("the rockspec of", function()
  local tree
  setup(function() tree = not reason and shell.read("mktemp -d") end)
  teardown(function()
    if tree then os.execute("rm -rf " .. shell.quote(tree)) end
  end)

  for _, rock in ipairs(make.all()) do
    it(rock.module .. " is up to date (lua5.4 rockspec/make.lua)", function()
      local file = assert(io.open(rock.file, "rb"))
      local text = file:read("a")
      file:close()
      assert.equal(rock.text, text)
    end)

    it(rock.module .. " passes luarocks lint", function()
      if reason then return pending(reason) end
      local text, status = shell.read("luarocks lint " .. rock.file .. " 2>&1")
      assert.equal(0, status, text)
    end)

    it(rock.module .. " makes a tree that is enough", function()
      if reason then return pending(reason) end
      local own = tree .. "/" .. rock.module
      local text, status = shell.read(("luarocks --lua-version=5.4 make --tree %s %s 2>&1"):format(own, rock.file))
      assert.equal(0, status, text)
      text, status = shell.read(([[cd / && env -u LUA_INIT LUA_PATH='%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua' LUA_CPATH= \
        lua5.4 -e 'local m = require "%s" print(type(m))' 2>&1]]):format(own, own, rock.module))
      assert.equal(0, status, text)
      assert.matches("^%l+$", text)
    end)
  end
end)
