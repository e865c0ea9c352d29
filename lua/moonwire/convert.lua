--- What the commands `yaml` and `json` share: arguments, input, JSON in the author's order.
--
-- @module moonwire.convert

local json = require "json"
local yaml = require "yaml"

local convert = {}

-- Reads arguments: options by name, without dashes, and files in the list part ("-" where none is given); or nil and
-- what is wrong. `flags` has for each option "flag", or what its value is.
local function arguments(args, flags)
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
        if value and value ~= "" then return nil, ("the option --%s takes no value"):format(name) end
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

-- The bytes of a file, of standard input for "-"; or nil and what is wrong.
local function read(name)
  if name == "-" then return io.stdin:read "a" end
  local file, err = io.open(name, "rb")
  if not file then return nil, err end
  local text
  text, err = file:read "a"
  file:close()
  return text, err and name .. ": " .. err
end

--- Runs a command over its files.
-- @tparam {string,...} args the command's arguments
-- @tparam table command
--   `name`; `usage`: its help; `flags`: for each option "flag", or what its value is; `check(options)`: gives what is
--   wrong with them, or nil; `convert(text, name, options)`: converts one text and raises what is wrong with it
-- @treturn integer the exit status: 0, 1 where a text is wrong, 2 where the arguments are
function convert.run(args, command)
  local options, err = arguments(args, command.flags)
  if options and options.help then
    io.write(command.usage)
    return 0
  end
  if options then err = command.check(options) end
  if err then
    io.stderr:write("moonwire ", command.name, ": ", err, " (--help lists the options)\n")
    return 2
  end
  local status = 0
  for _, name in ipairs(options) do
    local text, ok
    text, err = read(name)
    if text then ok, err = pcall(command.convert, text, name == "-" and "stdin" or name, options) end
    if not ok then
      io.stderr:write(tostring(err), "\n")
      status = 1
    end
  end
  local written
  written, err = io.stdout:flush()
  if not written then
    io.stderr:write("moonwire ", command.name, ": cannot write: ", tostring(err), "\n")
    status = 1
  end
  return status
end

--- Checks the option --indent and makes a number of it, 2 where it is not given.
-- @tparam table options
-- @tparam boolean as_json whether JSON is written, which may be indented by 0: all on one line
-- @treturn ?string what is wrong
function convert.check_indent(options, as_json)
  local least = as_json and 0 or 1
  local indent = math.tointeger(tonumber(options.indent or 2))
  if not indent or indent < least or indent > 9 then
    return ("--indent must be an integer from %d to 9"):format(least)
  end
  options.indent = indent
  return nil
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
local function key_text(key, name)
  if type(key) == "table" and key ~= yaml.null then error(name .. ": a collection is a key, which JSON does not have", 0) end
  return json.encode(tostring(key))
end

--- The metatable of numbers that are written as they were read: { text }. A float may have more digits than Lua keeps.
convert.number = { __name = "moonwire.convert.number" }

--- Writes a value as JSON, its mappings in their own order.
-- @tparam any value as yaml.load(text, { ordered = true }) gives it
-- @tparam integer indent spaces; 0 writes one line
-- @tparam boolean sort whether keys are sorted
-- @tparam string name the file's, for errors
-- @treturn string
-- @raise a message, where JSON cannot hold the value
function convert.to_json(value, indent, sort, name)
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
      if not ok then error(("%s: %s cannot be written as JSON"):format(name, tostring(node)), 0) end
      put(text)
    elseif getmetatable(node) == convert.number then
      put(node[1])
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
      end, function(label, item, inner)
        put(key_text(label, name) .. separator)
        write(item, inner)
      end)
    end
  end

  write(value, "")
  return table.concat(out)
end

return convert
