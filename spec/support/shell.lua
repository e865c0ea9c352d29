--- Shell commands for specs.
local shell = {}

--- What a command prints.
-- @tparam string command
-- @treturn string
-- @treturn integer its status
function shell.read(command)
  local pipe = assert(io.popen(command .. "; echo \"status $?\"", "r"))
  local text = pipe:read("a")
  pipe:close()
  local body, status = text:match("^(.-)\n?status (%d+)\n$")
  return body, tonumber(status)
end

--- The lines that it prints.
-- @tparam string command
-- @treturn {string,...} empty where it prints nothing
function shell.lines(command)
  local list, text = {}, shell.read(command)
  if text == "" then return list end
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do list[#list + 1] = line end
  return list
end

--- The path of a program.
-- @tparam string name
-- @treturn ?string nil where it is not installed
function shell.which(name)
  local path = shell.read("command -v " .. name)
  return path ~= "" and path or nil
end

--- Quotes a word for the shell.
-- @tparam string word
-- @treturn string
function shell.quote(word) return "'" .. word:gsub("'", "'\\''") .. "'" end

return shell
