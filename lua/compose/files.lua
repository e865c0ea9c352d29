--- Paths and files, as the compose commands need them, in every engine.
--
-- @module compose.files

local faults = require "compose.faults"

local files = {}

local has_lfs, lfs = pcall(require, "lfs")
if not has_lfs or type(lfs) ~= "table" then lfs = nil end

--- A path without ".", ".." and doubled slashes where they can be taken away.
-- @tparam string path
-- @treturn string "." for an empty one
function files.clean(path)
  local rooted = path:sub(1, 1) == "/"
  local parts, n = {}, 0
  for part in path:gmatch "[^/]+" do
    if part == ".." and n > 0 and parts[n] ~= ".." then
      parts[n], n = nil, n - 1
    elseif part ~= "." and not (part == ".." and rooted and n == 0) then
      n = n + 1
      parts[n] = part
    end
  end
  local text = table.concat(parts, "/")
  if rooted then return "/" .. text end
  return text == "" and "." or text
end

--- Whether a path begins at the root.
-- @tparam string path
-- @treturn boolean
function files.is_absolute(path)
  return path:sub(1, 1) == "/"
end

--- A path as seen from a folder.
-- @tparam string folder
-- @tparam string path it is given back cleaned where it is absolute
-- @treturn string
function files.join(folder, path)
  if files.is_absolute(path) then return files.clean(path) end
  return files.clean(folder .. "/" .. path)
end

--- The folder of a path.
-- @tparam string path
-- @treturn string "." where it names none
function files.folder(path)
  local folder = path:match "^(.*)/[^/]*$"
  if folder == "" then return "/" end
  return folder or "."
end

--- The last name of a path.
-- @tparam string path
-- @treturn string
function files.base(path)
  return path:match "([^/]+)/*$" or "/"
end

--- The current folder.
-- @treturn string
function files.current()
  if lfs then return (lfs.currentdir()) end
  local pipe = io.popen "pwd -P"
  local path = pipe:read "l"
  pipe:close()
  return path
end

--- What a path leads to.
-- @tparam string path
-- @treturn ?string "file", "directory", or nil where there is nothing that can be read
function files.kind(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local _, _, code = file:read(0)
  file:close()
  return code == 21 and "directory" or "file" -- EISDIR
end

--- The bytes of a file.
-- @tparam string path
-- @treturn ?string
-- @treturn ?string what is wrong, with the path
function files.read(path)
  local file, err = io.open(path, "rb")
  if not file then return nil, err end
  local text
  text, err = file:read "a"
  file:close()
  if not text then return nil, path .. ": " .. tostring(err) end
  return text
end

--- Writes a file.
-- @tparam string path
-- @tparam string text
-- @raise a fault where it cannot be written
function files.write(path, text)
  local file, err = io.open(path, "wb")
  local ok = file
  if file then
    ok, err = file:write(text)
    local closed, problem = file:close()
    if not closed then ok, err = nil, problem end
  end
  if not ok then faults.raise(nil, nil, "cannot write " .. tostring(err)) end
end

return files
