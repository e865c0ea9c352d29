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

local function write_events(text, name)
  for event in yaml.events(text, { name = name }) do io.write(yaml.event_line(event), "\n") end
end

local function write_documents(text, name, options, indent)
  local documents, err = yaml.load_all(text, { name = name, ordered = true, schema = options.schema })
  if not documents then error(err, 0) end
  if options.check then return end
  if options.json then
    for _, document in ipairs(documents) do
      io.write(convert.to_json(document, indent, options.sort), "\n")
    end
  else
    io.write(yaml.dump_all(documents, { indent = indent, sort = options.sort }))
  end
end

--- Runs the command.
-- @tparam {string,...} args its arguments
-- @treturn integer the exit status: 0, 1 where a text is wrong, 2 where the arguments are
return function(args)
  local options, err = convert.arguments(args, FLAGS)
  local indent
  if options then indent, err = convert.indent(options, options.json and 0 or 1) end
  if options and options.help then
    io.write(USAGE)
    return 0
  end
  if not err and options.schema and not yaml.schemas[options.schema] then
    err = ("there is no schema %s; there are core, json, failsafe and 1.1"):format(options.schema)
  end
  if err then
    io.stderr:write("moonwire yaml: ", err, " (--help lists the options)\n")
    return 2
  end
  local status = 0
  for _, name in ipairs(options) do
    local ok
    local text
    text, err = convert.read(name)
    if text then
      local shown = name == "-" and "stdin" or name
      if options.events then
        ok, err = pcall(write_events, text, shown)
      else
        ok, err = pcall(write_documents, text, shown, options, indent)
      end
    end
    if not ok then
      io.stderr:write(tostring(err), "\n")
      status = 1
    end
  end
  return status
end
