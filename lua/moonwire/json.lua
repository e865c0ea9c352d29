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

local function check(options)
  return convert.check_indent(options, not options.yaml)
end

local function convert_text(text, name, options)
  local value, err = json.decode(text)
  if value == nil then error(name .. ": " .. err, 0) end
  if options.check then return end
  -- JSON is YAML, and yaml keeps the order of keys.
  value, err = yaml.load(text, { name = name, ordered = true, schema = "json", duplicates = "last" })
  if value == nil then error(err, 0) end
  if options.yaml then
    io.write(yaml.dump(value, { indent = options.indent, sort = options.sort }))
  else
    io.write(convert.to_json(value, options.indent, options.sort), "\n")
  end
end

--- Runs the command.
-- @tparam {string,...} args its arguments
-- @treturn integer the exit status: 0, 1 where a text is wrong, 2 where the arguments are
return function(args)
  return convert.run(args, { name = "json", usage = USAGE, flags = FLAGS, check = check, convert = convert_text })
end
