--- Files with secrets that others can read.
--
-- @module nats.private

local private = {}

--- A file's permissions as "rw-r--r--"; nil where this engine cannot tell.
local function permissions(path)
  local ok, lfs = pcall(require, "lfs")
  if ok and type(lfs) == "table" then
    local found = lfs.attributes(path, "permissions")
    if found then return found end
  end
  local fine, pipe = pcall(io.popen, "LC_ALL=C ls -lLd -- '" .. path:gsub("'", "'\\''") .. "' 2> /dev/null")
  if not fine or not pipe then return nil end
  local line = pipe:read("l")
  pipe:close()
  return line and line:match("^.([rwxsStT-]+)")
end

-- Options that name files with secrets.
local FILES = { "creds", "nkey", "tls_key", "context_file" }

--- Looks at the files with secrets that a connection uses.
-- @tparam table options as nats.options makes them
-- @treturn {string,...} a warning for each that others can read
function private.warnings(options)
  local list = {}
  for _, key in ipairs(FILES) do
    local path = options[key]
    local rights = path and permissions(path)
    if rights and rights:sub(4):find("[r]") then
      list[#list + 1] = ("%s %s: others can read this file (%s); chmod 600 keeps it secret"):format(key:gsub("_file", ""), path, rights)
    end
  end
  return list
end

return private
