--- The spec files that paths stand for.
local files = {}

local has_lfs, lfs = pcall(require, "lfs")
if not has_lfs or type(lfs) ~= "table" then lfs = nil end

local function quote(path) return "'" .. path:gsub("'", "'\\''") .. "'" end

-- "file", "directory" or nil.
local function mode(path)
  if lfs then return lfs.attributes(path, "mode") end
  local pipe = io.popen("if [ -d " .. quote(path) .. " ]; then echo directory; elif [ -e " .. quote(path) .. " ]; then echo file; fi")
  local line = pipe:read("l")
  pipe:close()
  return line
end

-- The names in a folder, or nil and why not.
local function entries(folder)
  local names = {}
  if lfs then
    local ok, err = pcall(function()
      for name in lfs.dir(folder) do names[#names + 1] = name end
    end)
    if not ok then return nil, tostring(err):match(": ([^:]*)$") or tostring(err) end
  else
    local pipe = io.popen("ls -a " .. quote(folder))
    for name in pipe:lines() do names[#names + 1] = name end
    if not pipe:close() then return nil, "ls fails" end
  end
  return names
end

local function matches(name, patterns)
  for _, pattern in ipairs(patterns) do
    if pattern ~= "" and name:find(pattern) then return true end
  end
  return false
end

local function walk(folder, options, found, complain)
  local names, err = entries(folder)
  if not names then return complain(folder, "cannot read the folder " .. folder .. ": " .. err) end
  for _, name in ipairs(names) do
    if name:sub(1, 1) ~= "." then
      local path = folder .. "/" .. name
      if mode(path) == "directory" then
        if options.recursive then walk(path, options, found, complain) end
      elseif name:find("%.lua$") and matches(name, options.pattern) and not matches(name, options["exclude-pattern"]) then
        found[#found + 1] = path
      end
    end
  end
end

--- Finds the spec files of paths, in the order of the paths, those of a folder by name.
-- @tparam {string,...} paths
-- @tparam table options pattern, exclude-pattern, recursive
-- @tparam function complain complain(path, message) for paths that give nothing
-- @treturn {string,...}
function files.find(paths, options, complain)
  local all = {}
  for _, path in ipairs(paths) do
    local kind = mode(path)
    if not kind then
      complain(path, "no such file or folder: " .. path)
    elseif kind == "directory" then
      local found = {}
      local folder = path:gsub("(.)/+$", "%1")
      walk(folder, options, found, complain)
      table.sort(found)
      for _, file in ipairs(found) do all[#all + 1] = file end
    else
      all[#all + 1] = path
    end
  end
  return all
end

--- Goes to another folder.
-- @tparam string path
-- @treturn boolean
-- @treturn ?string why not
function files.chdir(path)
  if not lfs then return false, "this engine has no lfs" end
  local ok, err = lfs.chdir(path)
  if ok then return true end
  return false, err and err:match("([^\n]+)\n*$") or "no such folder"
end

--- The folder we are in.
-- @treturn ?string
function files.currentdir()
  if lfs then return lfs.currentdir() end
  return os.getenv("PWD")
end

files.mode = mode
files.quote = quote

return files
