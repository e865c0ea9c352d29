--- Server addresses: nats://user:password@host:port.
--
-- @module nats.url

local url = {}

local PORTS = { nats = 4222, tls = 4222, ws = 80, wss = 443 }

local function decoded(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

--- Hides what a text holds of credentials in URLs.
-- @tparam string text
-- @treturn string
function url.redacted(text)
  return (text:gsub("([%w+.-]*://)[^%s,]*@", "%1"))
end

--- Takes a server's address apart.
-- @tparam string text `[scheme://][user[:password]@ or token@]host[:port][/path]`; an IPv6 host in brackets
-- @treturn ?{url=string,scheme=string,host=string,port=integer,path=?string,user=?string,password=?string,token=?string}
--   url has no credentials; user, password and token are percent-decoded
-- @treturn ?string what is wrong, without credentials
function url.parse(text)
  local trimmed = text:match("^%s*(.-)%s*$")
  local scheme, rest = trimmed:match("^(%a[%w+.-]*)://(.*)$")
  scheme, rest = (scheme or "nats"):lower(), rest or trimmed
  if not PORTS[scheme] then return nil, ("unknown scheme %q; known: nats, tls, ws, wss"):format(scheme) end
  local authority, path = rest:match("^([^/]*)(.*)$")
  local userinfo, address = authority:match("^(.*)@([^@]*)$")
  address = address or authority
  local host, port = address:match("^%[([%x:.]+)%]:?(%d*)$")
  if not host then host, port = address:match("^([^%s:%[%]]+):?(%d*)$") end
  if not host or address:find(":$") then return nil, ("no host, or a bad one, in %q"):format(url.redacted(address)) end
  if host:find("%c") then return nil, "a control character in the host" end
  local number = port == "" and PORTS[scheme] or tonumber(port)
  if number < 1 or number > 65535 then return nil, ("port %s is not within 1 to 65535"):format(port) end
  local server = {
    scheme = scheme,
    host = host,
    port = math.tointeger(number),
    path = path ~= "" and path ~= "/" and path or nil,
    url = ("%s://%s:%d"):format(scheme, host:find(":", 1, true) and "[" .. host .. "]" or host, number),
  }
  if userinfo and userinfo ~= "" then
    local user, password = userinfo:match("^([^:]*):(.*)$")
    if user then
      server.user, server.password = decoded(user), decoded(password)
    else
      server.token = decoded(userinfo)
    end
  end
  return server
end

return url
