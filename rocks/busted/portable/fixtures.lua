--- Files that stand beside a spec, with the published calls of `busted.fixtures`.
local trace = require "busted.portable.trace"

local fixtures = {}

local has_lfs, lfs = pcall(require, "lfs")

-- The folder that we are in, if the engine tells.
local function current_folder()
  return has_lfs and type(lfs) == "table" and lfs.currentdir() or os.getenv("PWD")
end

-- The folder of the spec that calls a function of this module, from the root of the file system.
local function caller_folder()
  local info = trace.outside(2)
  local path = info and info.source:match("^@(.*)$") or ""
  local folder = path:match("^(.*)[/\\]") or "."
  local here = not folder:find("^[/\\]") and not folder:find("^%a:") and current_folder()
  return here and here .. "/" .. folder or folder
end

-- Takes "." and "name/.." out of a path.
local function normal(path)
  local parts = {}
  for part in path:gmatch("[^/]+") do
    if part == ".." and #parts > 0 and parts[#parts] ~= ".." then table.remove(parts)
    elseif part ~= "." then parts[#parts + 1] = part end
  end
  return (path:sub(1, 1) == "/" and "/" or "") .. table.concat(parts, "/")
end

local function expect(value, name, optional)
  if type(value) ~= "string" and not (optional and value == nil) then
    error("fixtures." .. name .. " takes the path of a file, not a " .. type(value), 3)
  end
end

--- The path of a file beside the calling spec.
-- @tparam ?string sub_path its path as seen from the spec; nil: the spec's folder
-- @treturn string an absolute path, without "." and ".."
function fixtures.path(sub_path)
  expect(sub_path, "path", true)
  return normal(caller_folder() .. "/" .. (sub_path or ""))
end

--- What a file beside the calling spec holds. One that cannot be read is an error of the caller.
-- @tparam string path
-- @tparam ?boolean binary open it as a binary file
-- @treturn string
function fixtures.read(path, binary)
  expect(path, "read")
  local full = normal(caller_folder() .. "/" .. path)
  local file, err = io.open(full, binary and "rb" or "r")
  local text = file and file:read("a")
  if file then file:close() end
  if not text then error("cannot read the fixture " .. full .. ": " .. tostring(err), 2) end
  return text
end

--- Runs a Lua file beside the calling spec. One that cannot be loaded is an error of the caller.
-- @tparam string path with or without ".lua"
-- @return what the file returns first
function fixtures.load(path)
  expect(path, "load")
  if not path:find("%.lua$") then path = path .. ".lua" end
  local full = normal(caller_folder() .. "/" .. path)
  local chunk, err = loadfile(full)
  if not chunk then error("cannot load the fixture: " .. err, 2) end
  return (chunk())
end

return fixtures
