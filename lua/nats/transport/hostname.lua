--- Whether a certificate is for the host that was meant (RFC 6125): its alternative names, a wildcard for
-- one whole first label. Certificates without alternative names are for nobody, as browsers and Go have it.
--
-- @module nats.transport.hostname

local hostname = {}

local ALTERNATIVE_NAMES = "2.5.29.17"

local function is_address(host) return host:find("^[%d.]+$") ~= nil or host:find(":", 1, true) ~= nil end

--- Whether a name of a certificate stands for a host.
-- @tparam string pattern such as *.example.com
-- @tparam string host
-- @treturn boolean
function hostname.matches(pattern, host)
  pattern, host = pattern:lower():gsub("%.$", ""), host:lower():gsub("%.$", "")
  if pattern == host then return not pattern:find("*", 1, true) end
  local rest = pattern:match("^%*(%.[^*]+%.[^*]+)$")
  local label, tail = host:match("^([^.]+)(%..+)$")
  return rest ~= nil and label ~= nil and rest == tail
end

--- Whether a certificate is for a host.
-- @tparam table extensions of the certificate, as luasec gives them
-- @tparam string host a name or an address
-- @treturn ?boolean true
-- @treturn ?string after a nil: for whom it is
function hostname.verify(extensions, host)
  local names = extensions[ALTERNATIVE_NAMES] or {}
  local all = {}
  for _, address in ipairs(names.iPAddress or {}) do
    if is_address(host) and address:lower() == host:lower() then return true end
    all[#all + 1] = address
  end
  for _, name in ipairs(names.dNSName or {}) do
    if not is_address(host) and hostname.matches(name, host) then return true end
    all[#all + 1] = name
  end
  return nil, ("the certificate is for %s, not for %s"):format(#all > 0 and table.concat(all, ", ") or "no host at all", host)
end

return hostname
