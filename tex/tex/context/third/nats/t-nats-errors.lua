--- Whether the run met an error. LuaTeX ends at one; LuaMetaTeX goes on and ends with status 1, and
-- tells nobody but who asks here.

local errors = {}

local LUAMETATEX = CONTEXTLMTXMODE > 0

local seen = false
local watching = false

-- A callback for errors stands in for what the engine does about them, so ours does the same: it shows
-- the error (of a TeX error the engine has written the message already) and sets the exit status.
local SHOW = {
  intercept_tex_error = function()
    texio.write("term and log", ".")
    tex.showcontext()
    texio.write("term and log", (tex.gethelptext() or "") .. "\n")
  end,
  intercept_lua_error = function()
    texio.write_nl("term and log", "! " .. status.geterrorstate().luaerror .. ".")
    tex.showcontext()
  end,
}

--- Begins to watch. Doing it again does nothing; where ConTeXt watches already, its own display stays.
function errors.watch()
  if watching or not LUAMETATEX then return end
  watching = true
  for name, show in pairs(SHOW) do
    local before = callback.find(name)
    callback.register(name, function(mode, ...)
      seen = true
      if before then return before(mode, ...) end
      show()
      lua.setexitcode(1)
      return mode
    end)
  end
end

--- Whether there was an error since `watch`.
-- @treturn boolean
function errors.seen()
  return seen
end

return errors
