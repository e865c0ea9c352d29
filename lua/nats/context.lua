--- The contexts of natscli: connections with a name, each a JSON file.
--
-- They are in $XDG_CONFIG_HOME/nats/context or ~/.config/nats/context; beside them context.txt has the
-- name of the selected one.
--
-- @module nats.context

local errors = require "nats.errors"
local json = require "json"

local context = {}

-- Fields of a file and the options that they set. Paths may have $VARIABLE and ~.
local FIELDS = {
  url = "url", token = "token", user = "user", password = "password",
  user_jwt = "jwt", user_seed = "seed", inbox_prefix = "inbox_prefix", tls_first = "tls_first",
}
local PATHS = { creds = "creds", nkey = "nkey", cert = "tls_cert", key = "tls_key", ca = "tls_ca" }

-- Fields that change how a connection is made, in ways that we do not have, and what to do instead.
local UNKNOWN = {
  nsc = "`nsc generate creds` writes a file that the field creds can name",
  socks_proxy = "SOCKS is not spoken; forward a port to the server and name that in the field url",
  windows_cert_store = "the fields ca, cert and key name files",
}

local function expanded(path, getenv)
  path = path:gsub("%$(%b{})", function(name) return getenv(name:sub(2, -2)) or "" end)
    :gsub("%$([%a_][%w_]*)", function(name) return getenv(name) or "" end)
  return (path:gsub("^~", getenv("HOME") or "~"))
end

local function read(path)
  local file, err = io.open(path, "rb")
  if not file then return nil, err end
  local text = file:read("a")
  file:close()
  return text
end

--- The name of the selected context; nil: none is.
local function selected(folder)
  local text = read(folder .. "/context.txt")
  local name = text and text:match("^%s*(.-)%s*$")
  return name ~= "" and name or nil
end

--- Reads a context.
-- @tparam ?string name of a context, or the path of a file that ends in .json; nil: the selected one
-- @tparam function getenv as os.getenv
-- @treturn ?table options of nats.options, and context_file, where they are from; {} when none is selected;
--   nil: there is no such context, or it has something that we do not
-- @treturn ?table an error equal to errors.configuration
function context.load(name, getenv)
  local home = getenv "XDG_CONFIG_HOME"
  local folder = (home and home ~= "" and home or (getenv "HOME" or "") .. "/.config") .. "/nats"
  local function refused(problem) return nil, errors.new(errors.configuration, ("context %s: %s"):format(name, problem)) end
  name = name or selected(folder)
  if not name then return {} end
  local path = name:find("%.json$") and name or folder .. "/context/" .. name .. ".json"
  if path ~= name and (name:find("/", 1, true) or name:find("..", 1, true)) then return refused("a name has no / and no ..") end
  local text, err = read(path)
  if not text then return refused(err) end
  local fields
  fields, err = json.decode(text)
  if type(fields) ~= "table" then return refused(("%s is no JSON object%s"):format(path, err and ": " .. tostring(err) or "")) end
  for key, instead in pairs(UNKNOWN) do
    local value = fields[key]
    if value and value ~= "" and value ~= json.null then return refused(("its field %s is not supported: %s"):format(key, instead)) end
  end
  local out = { context_file = path }
  local function take(known, read_value)
    for key, option in pairs(known) do
      local value = fields[key]
      local is_text = type(value) == "string"
      if is_text and value:find("^%a+://") and key ~= "url" then
        return refused(("its field %s is a reference (%s...), which is not supported: %s")
          :format(key, value:match("^%a+://"), UNKNOWN[value:match("^%a+")] or "name a file"))
      elseif is_text and value ~= "" then
        out[option] = read_value(value)
      elseif type(value) == "boolean" then
        out[option] = value
      elseif value ~= nil and value ~= "" and value ~= json.null then
        return refused(("its field %s must be a string"):format(key))
      end
    end
    return true
  end
  local ok
  ok, err = take(FIELDS, function(value) return value end)
  if ok then ok, err = take(PATHS, function(value) return expanded(value, getenv) end) end
  if not ok then return nil, err end
  return out
end

return context
