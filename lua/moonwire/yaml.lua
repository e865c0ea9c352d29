--- `moonwire yaml`: reads, checks and converts YAML.

local convert = require "moonwire.convert"
local yaml = require "yaml"

local USAGE = [[
usage: moonwire yaml [options] [FILE|-]...
Reads YAML and writes it again, in order, without comments; or says what is wrong with it (status 1).

  --json           write JSON, one value for each document
  --events         write the parse events, in the notation of yaml-test-suite
  --check          write nothing
  --sort           sort the keys of mappings
  --indent N       spaces of indentation (default 2; 0 with --json: one line)
  --schema NAME    core (default), json, failsafe or 1.1
  --help           this text
]]

local FLAGS = {
  json = "flag", events = "flag", check = "flag", sort = "flag", help = "flag",
  indent = "a number of spaces", schema = "a name",
}

local function check(options)
  if options.schema and not yaml.schemas[options.schema] then
    return ("there is no schema %s; there are core, json, failsafe and 1.1"):format(options.schema)
  end
  return convert.check_indent(options, options.json)
end

local function convert_text(text, name, options)
  if options.events then
    for event in yaml.events(text, { name = name }) do io.write(yaml.event_line(event), "\n") end
    return
  end
  local documents, err = yaml.load_all(text, { name = name, ordered = true, schema = options.schema })
  if not documents then error(err, 0) end
  if options.check then return end
  if options.json then
    for _, document in ipairs(documents) do
      io.write(convert.to_json(document, options.indent, options.sort), "\n")
    end
  else
    io.write(yaml.dump_all(documents, { indent = options.indent, sort = options.sort }))
  end
end

--- Runs the command.
-- @tparam {string,...} args its arguments
-- @treturn integer the exit status: 0, 1 where a text is wrong, 2 where the arguments are
return function(args)
  return convert.run(args, { name = "yaml", usage = USAGE, flags = FLAGS, check = check, convert = convert_text })
end
