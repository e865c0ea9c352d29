--- The short form of ports: [[IP:]PUBLISHED:]TARGET[/PROTOCOL], with ranges.
--
-- @module compose.ports

local tree = require "compose.tree"

local ports = {}

local PROTOCOLS = { tcp = true, udp = true, sctp = true }

--- Whether a text is an IPv4 or IPv6 address.
-- @tparam string text
-- @treturn boolean
function ports.is_address(text)
  local a, b, c, d = text:match "^(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?)%.(%d%d?%d?)$"
  if a then
    for _, part in ipairs { a, b, c, d } do
      if tonumber(part) > 255 or part:find "^0%d" then return false end
    end
    return true
  end
  text = text:gsub("%%.*$", "")
  if not text:find(":", 1, true) or text:find "[^%x:.]" or text:find ":::" then return false end
  -- An IPv4 address may stand for the last two groups.
  local head, tail = text:match "^(.*:)(%d+%.%d+%.%d+%.%d+)$"
  if tail then
    if not ports.is_address(tail) then return false end
    text = head .. "0:0"
  end
  if text:find "%." then return false end
  local groups, short = 0, text:find("::", 1, true) ~= nil
  if not short and (text:find "^:" or text:find ":$") then return false end
  if short and text:find("::", text:find("::", 1, true) + 2, true) then return false end
  for group in text:gmatch "[^:]+" do
    if #group > 4 then return false end
    groups = groups + 1
  end
  if text:find "^:[^:]" or text:find "[^:]:$" then return false end
  return short and groups < 8 or groups == 8
end

-- First and last port of "80" or "80-90"; nil where it is neither.
local function range(text)
  local first, last = text:match "^(%d+)%-(%d+)$"
  if not first then first = text:match "^%d+$" end
  last = last or first
  first, last = math.tointeger(tonumber(first)), math.tointeger(tonumber(last))
  if not first or not last or first > last or last > 65535 then return nil end
  return first, last
end

--- Reads a short form.
-- @tparam string text
-- @treturn ?{table,...} the long forms, as maps of compose.tree, one for each port of a range: host_ip, target
--   (integer), published (string), protocol, mode
-- @treturn ?string what is wrong
function ports.parse(text)
  local parts = {}
  for part in (text .. ":"):gmatch "([^:]*):" do parts[#parts + 1] = part end
  local n = #parts
  local container, published = parts[n], n > 1 and parts[n - 1] or ""
  local ip = n > 2 and table.concat(parts, ":", 1, n - 2) or ""
  local bare = ip:match "^%[(.*)%]$"
  if not bare and ip:find(":", 1, true) then
    return nil, ('"%s": write the IPv6 address in brackets, as [::1]:80:80'):format(text)
  end
  ip = bare or ip
  if ip ~= "" and not ports.is_address(ip) then return nil, ('"%s": "%s" is no IP address'):format(text, ip) end
  local target, protocol = container:match "^([^/]*)/?(.*)$"
  protocol = protocol == "" and "tcp" or protocol:lower()
  if target == "" then return nil, ('"%s" has no port of the container'):format(text) end
  if not PROTOCOLS[protocol] then
    return nil, ('"%s": "%s" is no protocol; there are tcp, udp and sctp'):format(text, protocol)
  end
  local first, last = range(target)
  if not first then return nil, ('"%s": "%s" is no port and no range of ports (0 to 65535)'):format(text, target) end
  local host_first, host_last
  if published ~= "" then
    host_first, host_last = range(published)
    if not host_first then return nil, ('"%s": "%s" is no port and no range of ports (0 to 65535)')
      :format(text, published) end
    if host_last - host_first ~= last - first and first ~= last then
      return nil, ('"%s": the ranges %s and %s are not equally long'):format(text, published, target)
    end
  end
  local found = {}
  for i = 0, last - first do
    local map = tree.map()
    if ip ~= "" then map.host_ip = ip end
    map.target, map.protocol, map.mode = first + i, protocol, "ingress"
    if host_first then
      map.published = ("%d"):format(host_first + i)
      if first == last and host_first ~= host_last then map.published = ("%d-%d"):format(host_first, host_last) end
    end
    found[#found + 1] = map
  end
  -- In the order of their texts, as the reference loader has them.
  table.sort(found, function(a, b) return ("%d"):format(a.target) < ("%d"):format(b.target) end)
  return found
end

return ports
