--- `moonwire json`: reads, checks and converts JSON.

local convert = require "moonwire.convert"
local errors = require "yaml.errors"
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

-- The message of json.decode with the line that it means.
local function explain(message, text, name)
  local what, line, column = message:match "^(.*) at line (%d+) column (%d+)$"
  if not what then return name .. ": " .. message end
  local start = 1
  for _ = 2, tonumber(line) do start = text:find("\n", start, true) + 1 end
  local valid, offset = pcall(utf8.offset, text, tonumber(column), start)
  return (errors.render({ offset = valid and offset or start, message = what }, text, name))
end

local WORDS = { ["true"] = true, ["false"] = false, null = json.null }

local function keep_number(text)
  local value = WORDS[text]
  if value == nil then return setmetatable({ text }, convert.number) end
  return value
end

local function convert_text(text, name, options)
  local value, err = json.decode(text)
  if value == nil then error(explain(err, text, name), 0) end
  if options.check then return end
  -- JSON is YAML, and yaml keeps the order of keys.
  value, err = yaml.load(text, {
    name = name, ordered = true, schema = "json", duplicates = "last", implicit_scalar = not options.yaml and keep_number or nil,
  })
  if value == nil then error(err, 0) end
  if options.yaml then
    local explicit = options.written -- a document of another file is above
    options.written = true
    io.write(yaml.dump(value, { indent = options.indent, sort = options.sort, explicit = explicit }))
  else
    io.write(convert.to_json(value, options.indent, options.sort, name), "\n")
  end
end

--- Runs the command.
-- @tparam {string,...} args its arguments
-- @treturn integer the exit status: 0, 1 where a text is wrong, 2 where the arguments are
return function(args)
  return convert.run(args, { name = "json", usage = USAGE, flags = FLAGS, check = check, convert = convert_text })
end
