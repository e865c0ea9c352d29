--- Globals and loaded modules as they were: what a spec file changes ends with it.
local getmetatable, next, rawset, setmetatable = getmetatable, next, rawset, setmetatable
local globals, package = _G, package

local sandbox = {}

local function copy(t)
  local made = {}
  for key, value in next, t do made[key] = value end
  return made
end

local function put_back(t, before)
  local added = {}
  for key in next, t do
    if before[key] == nil then added[#added + 1] = key end
  end
  for i = 1, #added do rawset(t, added[i], nil) end
  for key, value in next, before do rawset(t, key, value) end
end

--- Notes all globals and the list of loaded modules. What is inside them is not noted.
-- @treturn table for `sandbox.restore`
function sandbox.save()
  return { meta = getmetatable(globals), globals = copy(globals), loaded = copy(package.loaded) }
end

--- Puts them back.
-- @tparam table saved
function sandbox.restore(saved)
  setmetatable(globals, saved.meta)
  put_back(globals, saved.globals)
  put_back(package.loaded, saved.loaded)
end

return sandbox
