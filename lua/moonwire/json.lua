--- `moonwire json`: reads, checks and converts JSON.

local convert = require "moonwire.convert"
local json = require "json"
local yaml = require "yaml"

local USAGE = [[
usage: moonwire json [options] [FILE|-]...
Reads JSON and writes it again, indented; or says what is wrong with it (status 1).

  --yaml           write YAML
  --check          write nothing
  --sort           sort the keys of objects
  --indent N       spaces of indentation (default 2; 0: one line)
  --help           this text
]]

local FLAGS = { yaml = "flag", check = "flag", sort = "flag", help = "flag", indent = "a number of spaces" }

local function convert_text(text, name, options, indent)
  local value, err = json.decode(text)
  if value == nil then error(name .. ": " .. err, 0) end
  if options.check then return end
  -- JSON is YAML, and yaml keeps the order of keys.
  value, err = yaml.load(text, { name = name, ordered = true, schema = "json", duplicates = "last" })
  if value == nil then error(err, 0) end
  if options.yaml then
    io.write(yaml.dump(value, { indent = indent, sort = options.sort }))
  else
    io.write(convert.to_json(value, indent, options.sort), "\n")
  end
end

--- Runs the command.
-- @tparam {string,...} args its arguments
-- @treturn integer the exit status: 0, 1 where a text is wrong, 2 where the arguments are
return function(args)
  local options, err = convert.arguments(args, FLAGS)
  local indent
  if options then indent, err = convert.indent(options, options.yaml and 1 or 0) end
  if options and options.help then
    io.write(USAGE)
    return 0
  end
  if err then
    io.stderr:write("moonwire json: ", err, " (--help lists the options)\n")
    return 2
  end
  local status = 0
  for _, name in ipairs(options) do
    local ok
    local text
    text, err = convert.read(name)
    if text then ok, err = pcall(convert_text, text, name == "-" and "stdin" or name, options, indent) end
    if not ok then
      io.stderr:write(tostring(err), "\n")
      status = 1
    end
  end
  return status
end
