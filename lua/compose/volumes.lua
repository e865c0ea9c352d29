--- The short form of volumes: [SOURCE:]TARGET[:OPTION,...].
--
-- @module compose.volumes

local files = require "compose.files"
local tree = require "compose.tree"

local volumes = {}

local PROPAGATIONS = { rprivate = true, private = true, rshared = true, shared = true, rslave = true, slave = true }

-- Parts between colons; a colon in ${...} or behind the letter of a Windows drive divides nothing.
local function split(text)
  local parts, begin, depth = {}, 1, 0
  for at = 1, #text do
    local c = text:sub(at, at)
    if c == "{" and text:sub(at - 1, at - 1) == "$" then
      depth = depth + 1
    elseif c == "}" and depth > 0 then
      depth = depth - 1
    elseif c == ":" and depth == 0 and not text:sub(begin, at - 1):find "^%a$" then
      parts[#parts + 1] = text:sub(begin, at - 1)
      begin = at + 1
    end
  end
  parts[#parts + 1] = text:sub(begin)
  return parts
end

local function is_path(source)
  return source:find "^[./~]" ~= nil or source:find "^\\\\" ~= nil or source:find "^%a:" ~= nil
end

--- Reads a short form.
-- @tparam string text
-- @treturn ?table the long form, as a map of compose.tree: type, source, target, read_only, bind, volume
-- @treturn ?string what is wrong
function volumes.parse(text)
  if text == "" then return nil, "a volume must not be empty" end
  local map = tree.map()
  if #text <= 2 then
    map.type, map.target = "volume", text
    return map
  end
  local parts = split(text)
  for _, part in ipairs(parts) do
    if part == "" then return nil, ('"%s" has an empty part between colons'):format(text) end
  end
  if #parts > 3 then
    return nil, ('"%s" has too many colons; a path with colons needs the long form (type, source, target)'):format(text)
  end
  local source = #parts > 1 and parts[1] or nil
  map.source, map.target = source, files.clean(#parts > 1 and parts[2] or parts[1])
  local bind, volume
  for option in (parts[3] or ""):gmatch "[^,]+" do
    if option == "ro" then map.read_only = true end
    if option == "rw" then map.read_only = nil end
    if option == "nocopy" then
      volume = volume or tree.map()
      volume.nocopy = true
    elseif PROPAGATIONS[option] then
      bind = bind or tree.map()
      bind.propagation = option
    elseif option == "z" or option == "Z" then
      bind = bind or tree.map()
      bind.selinux = option
    end
  end
  if source and is_path(source) then
    bind = bind or tree.map()
    bind.create_host_path = true
    map.type = "bind"
  else
    volume = volume or tree.map()
    map.type = "volume"
  end
  map.bind, map.volume = bind, volume
  return map
end

--- The options of the short form that are known to nobody: they would be lost in silence.
-- @tparam string text a short form
-- @treturn {string,...}
function volumes.unknown_options(text)
  local unknown = {}
  local parts = split(text)
  for option in (parts[3] or ""):gmatch "[^,]+" do
    if not (PROPAGATIONS[option] or option == "ro" or option == "rw" or option == "nocopy" or option == "z" or option == "Z") then
      unknown[#unknown + 1] = option
    end
  end
  return unknown
end

return volumes
