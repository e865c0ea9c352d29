--- Compose files that specs write: loads texts as if they were files of one folder.
local compose = require "compose"
local files = require "compose.files"

local composed = {}

local function quote(word) return "'" .. word:gsub("'", "'\\''") .. "'" end

--- A new folder.
-- @treturn string
function composed.folder()
  local pipe = io.popen "mktemp -d"
  local name = pipe:read "l"
  pipe:close()
  return name
end

--- Removes a folder with all in it.
-- @tparam string folder
function composed.remove(folder)
  os.execute("rm -rf " .. quote(folder))
end

--- Writes files.
-- @tparam string folder
-- @tparam {[string]=string,...} texts by the name of the file, which may have folders in it
function composed.write(folder, texts)
  for name, text in pairs(texts) do
    local path = folder .. "/" .. name
    if name:find("/", 1, true) then os.execute("mkdir -p " .. quote(files.folder(path))) end
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
  end
end

--- Loads compose files.
-- @tparam string|table texts the text of compose.yaml, or texts by the name of the file
-- @tparam[opt] table more options of compose.load
-- @treturn ?table the project, nil where it is refused
-- @treturn ?string then: what is wrong, with the folder as DIR
-- @treturn string the folder
function composed.load(texts, more)
  local folder = composed.folder()
  composed.write(folder, type(texts) == "string" and { ["compose.yaml"] = texts } or texts)
  local options = { environment = { HOME = "/home/user" }, current = folder, name = "p" }
  for key, value in pairs(more or {}) do options[key] = value end
  local ok, project, err = pcall(compose.load, options)
  composed.remove(folder)
  if not ok then error(project, 0) end
  if err then err = err:gsub(folder:gsub("%p", "%%%0"), "DIR") end
  return project, err, folder
end

return composed
