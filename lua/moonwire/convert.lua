--- What the commands `yaml` and `json` share: arguments, input, JSON in the author's order.
--
-- @module moonwire.convert

local json = require "json"
local yaml = require "yaml"

local convert = {}

--- Reads the arguments of a command that takes flags, options with a value, and files.
-- @tparam {string,...} args
-- @tparam {[string]=string} flags the name of each option; "flag" or what its value is
-- @treturn ?table the options by name, without dashes; files in the list part ("-" where none is given)
-- @treturn ?string what is wrong
function convert.arguments(args, flags)
  local options = {}
  local i = 1
  local only_files = false
  while i <= #args do
    local arg = args[i]
    local name, value = arg:match "^%-%-([^=]+)=?(.*)$"
    if only_files or arg == "-" or arg:sub(1, 1) ~= "-" then
      options[#options + 1] = arg
    elseif arg == "--" then
      only_files = true
    else
      name = arg == "-h" and "help" or name
      local kind = name and flags[name]
      if not kind then return nil, ("unknown option %s"):format(arg) end
      if kind == "flag" then
        if value ~= "" then return nil, ("the option --%s takes no value"):format(name) end
        options[name] = true
      else
        if not arg:find("=", 1, true) then
          i = i + 1
          value = args[i]
        end
        if not value or value == "" then return nil, ("the option --%s needs %s"):format(name, kind) end
        options[name] = value
      end
    end
    i = i + 1
  end
  if #options == 0 then options[1] = "-" end
  return options
end

--- An option that is a number of spaces.
-- @tparam table options of `arguments`
-- @tparam integer least
-- @treturn ?integer the number of --indent, 2 where it is not given
-- @treturn ?string what is wrong
function convert.indent(options, least)
  local indent = math.tointeger(tonumber(options.indent or 2))
  if not indent or indent < least or indent > 9 then
    return nil, ("--indent must be an integer from %d to 9"):format(least)
  end
  return indent
end

--- Reads a file, or standard input for "-".
-- @tparam string name
-- @treturn ?string its bytes
-- @treturn ?string what is wrong
function convert.read(name)
  if name == "-" then return io.stdin:read "a" end
  local file, err = io.open(name, "rb")
  if not file then return nil, err end
  local text
  text, err = file:read "a"
  file:close()
  return text, err and name .. ": " .. err
end

local function sorted(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  local i = 0
  return function()
    i = i + 1
    return keys[i], map[keys[i]]
  end
end

-- The key as JSON has it: a string.
local function key_text(key)
  if type(key) == "table" and key ~= yaml.null then error("a collection is a key, which JSON does not have", 0) end
  return json.encode(tostring(key))
end

--- Writes a value as JSON, its mappings in their own order.
-- @tparam any value as yaml.load(text, { ordered = true }) gives it
-- @tparam integer indent spaces; 0 writes one line
-- @tparam boolean sort whether keys are sorted
-- @treturn string
-- @raise a message, where JSON cannot hold the value
function convert.to_json(value, indent, sort)
  local out, n = {}, 0
  local separator = indent > 0 and ": " or ":"
  local function put(text)
    n = n + 1
    out[n] = text
  end
  local write

  -- The entries of a collection between its brackets; `entry` writes one.
  local function collection(open, close, margin, entries, entry)
    local inner = indent > 0 and margin .. (" "):rep(indent) or margin
    local first = true
    put(open)
    for key, item in entries do
      if not first then put "," end
      first = false
      if indent > 0 then put("\n" .. inner) end
      entry(key, item, inner)
    end
    if not first and indent > 0 then put("\n" .. margin) end
    put(close)
  end

  function write(node, margin)
    if type(node) ~= "table" or node == yaml.null then
      local ok, text = pcall(json.encode, node)
      if not ok then error(("%s cannot be written as JSON"):format(tostring(node)), 0) end
      put(text)
    elseif json.kind(node) == "array" then
      local i = 0
      collection("[", "]", margin, function()
        i = i + 1
        if node[i] ~= nil then return i, node[i] end
      end, function(_, item, inner) write(item, inner) end)
    else
      local step, state, first = pairs(node)
      if sort then step, state, first = sorted(node), nil, nil end
      local key = first
      collection("{", "}", margin, function()
        local item
        key, item = step(state, key)
        return key, item
      end, function(name, item, inner)
        put(key_text(name) .. separator)
        write(item, inner)
      end)
    end
  end

  write(value, "")
  return table.concat(out)
end

return convert
