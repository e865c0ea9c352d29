--- `moonwire yaml`: reads, checks and converts YAML.

local constructor = require "yaml.constructor"
local convert = require "moonwire.convert"
local emitter = require "yaml.emitter"
local representer = require "yaml.representer"
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

Tags, anchors, merge keys and the spelling of numbers are kept, but with --sort, --schema or below %YAML 1.1 the values
are written: tags are left out, merged keys are written out.
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
  if options.json and options.events then return "--json and --events cannot both be" end
  return convert.check_indent(options, options.json)
end

local core = constructor.compile("core", {})

-- The style in which a scalar is written. Plain texts that are no strings stay what they are, and so does "<<".
local function style_of(event)
  local text, style = event.value, event.style
  if event.tag or style == "literal" or style == "folded" then return style end
  if style == "plain" and (text == "<<" or core.resolve(text) ~= text) then return "plain" end
  return text:find("\n", 1, true) and "literal" or emitter.ambiguous(text) and "single" or "plain"
end

-- The text again, from its events: they have what values do not, tags, anchors and the spelling of numbers. Collections
-- are written in blocks. Nil where a document is read as YAML 1.1, which its events do not tell.
local function rewritten(text, name, indent, explicit)
  local sink = emitter.new { indent = indent }
  for event in yaml.events(text, { name = name }) do
    local kind = event.type
    if kind == "document_start" and event.version == "1.1" then return nil end
    if kind == "document_start" then
      sink.document_start(nil, explicit)
    elseif kind == "scalar" then
      sink.scalar(nil, event.value, style_of(event), event.anchor, event.tag)
    elseif kind == "alias" then
      sink.alias(nil, event.anchor)
    elseif sink[kind] then
      sink[kind](nil, false, event.anchor, event.tag)
    end
  end
  return sink.text()
end

local function convert_text(text, name, options)
  if options.events then
    for event in yaml.events(text, { name = name }) do io.write(yaml.event_line(event), "\n") end
    return
  end
  -- Deeper collections would be refused when they are written, without the place.
  local max_depth = not options.json and not options.check and representer.MAX_DEPTH or nil
  local documents, err = yaml.load_all(text, { name = name, ordered = true, schema = options.schema, max_depth = max_depth })
  if not documents then error(err, 0) end
  if options.check then return end
  if options.json then
    for _, document in ipairs(documents) do
      io.write(convert.to_json(document, options.indent, options.sort, name), "\n")
    end
    return
  end
  local explicit = options.written -- a document of another file is above
  options.written = explicit or #documents > 0
  io.write(not options.sort and not options.schema and rewritten(text, name, options.indent, explicit)
    or yaml.dump_all(documents, { indent = options.indent, sort = options.sort, explicit = explicit }))
end

--- Runs the command.
-- @tparam {string,...} args its arguments
-- @treturn integer the exit status: 0, 1 where a text is wrong, 2 where the arguments are
return function(args)
  return convert.run(args, { name = "yaml", usage = USAGE, flags = FLAGS, check = check, convert = convert_text })
end
