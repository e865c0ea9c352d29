--- The options of `moonwire spec`, from the command line and from a .busted file.
local flags = {}

-- long, short, value (how it is shown; without one the option is a switch), kind: "list" (may be given
-- several times), "words" (a list, also comma-separated), "path" (joined by ";"), "number"; no: can be
-- switched off with --no-; help.
local OPTIONS = {
  { "engine", nil, "NAME", "words", help = "run in these engines: host, lua54, texlua, mkiv, luametatex, lmtx, all" },
  { "jobs", "j", "N", "number", help = "engines at once (default: as many as there are cores)" },
  { "timeout", nil, "SECONDS", "number", default = 60, help = "time limit of each block (default 60, 0: none)" },
  { "pattern", "p", "PATTERN", "list", help = "files whose name matches the Lua pattern (default _spec)" },
  { "exclude-pattern", nil, "PATTERN", "list", help = "but not those that match this one" },
  { "tags", "t", "TAGS", "words", help = "only tests with one of these #tags" },
  { "exclude-tags", nil, "TAGS", "words", help = "no tests with one of these #tags" },
  { "filter", nil, "PATTERN", "list", help = "only tests whose full name matches the Lua pattern" },
  { "filter-out", nil, "PATTERN", "list", help = "no tests whose full name matches it" },
  { "name", nil, "NAME", "list", help = "only the test with this full name" },
  { "run", "r", "NAME", help = "the entry of the .busted file to take options from" },
  { "config-file", "f", "FILE", help = "instead of .busted" },
  { "directory", "C", "DIR", help = "go there first" },
  { "lpath", "m", "PATH", "path", help = "put in front of package.path" },
  { "cpath", nil, "PATH", "path", help = "put in front of package.cpath" },
  { "helper", nil, "FILE", help = "a Lua file or module that is run before the tests" },
  { "Xhelper", nil, "WORDS", "words", help = "arguments for the helper" },
  { "output", "o", "NAME", help = "utfTerminal, plainTerminal, TAP, json, junit or a module" },
  { "Xoutput", nil, "WORDS", "words", help = "arguments for the output" },
  { "execute", "e", "STATEMENT", "list", help = "Lua code that is run before the tests" },
  { "list", "l", help = "name the tests, run none" },
  { "keep-going", "k", no = true, default = true, help = "go on after a failure; --no-keep-going stops" },
  { "recursive", "R", no = true, default = true, help = "look for files in folders of folders" },
  { "auto-insulate", nil, no = true, default = true, help = "undo each file's changes of globals" },
  { "lazy", nil, no = true, help = "setup and teardown mean lazy_setup and lazy_teardown" },
  { "shuffle", nil, no = true, sets = { "shuffle-files", "shuffle-tests" }, help = "random order" },
  { "shuffle-files", nil, no = true, help = "random order of files" },
  { "shuffle-tests", nil, no = true, help = "random order of tests in a file" },
  { "sort", nil, no = true, sets = { "sort-files", "sort-tests" }, help = "order by name" },
  { "sort-files", nil, no = true, help = "order of files by name" },
  { "sort-tests", nil, no = true, help = "order of tests by name" },
  { "seed", nil, "N", "number", help = "of the random order" },
  { "repeat", nil, "N", "number", help = "run everything N times" },
  { "suppress-pending", nil, no = true, help = "do not show what is pending" },
  { "defer-print", nil, no = true, help = "no marks while tests run" },
  { "verbose", "v", no = true, help = "tracebacks in TAP too" },
  { "worker", nil, "DIR", hidden = true },
  { "version", nil, help = "the version of busted whose specs are understood" },
  { "help", "h", help = "this" },
}

local by_name = {}
for _, option in ipairs(OPTIONS) do
  by_name["--" .. option[1]] = { option, true }
  if option.no then by_name["--no-" .. option[1]] = { option, false } end
  if option[2] then by_name["-" .. option[2]] = { option, true } end
  if option[1]:find("^X") then by_name["-" .. option[1]] = { option, true } end
end
-- In busted -k is the short form of --keep-going, which is the default: it can only mean the other.
by_name["-k"] = { by_name["--keep-going"][1], false }

-- What the genuine busted has and this command has not, and why.
local ABSENT = {
  ["--coverage"] = "it needs luacov, which the genuine busted drives: busted --coverage",
  ["--enable-sound"] = "the runner makes no sounds",
  ["--lang"] = "messages are in English",
  ["--loaders"] = "specs are Lua files",
  ["--lua"] = "--engine says where specs run",
}
ABSENT["-c"], ABSENT["--coverage-config-file"] = ABSENT["--coverage"], ABSENT["--coverage"]
ABSENT["-s"], ABSENT["--ignore-lua"] = ABSENT["--enable-sound"], ABSENT["--lua"]

-- The least that a number may be; all but seconds are whole numbers.
local LEAST = { jobs = 1, ["repeat"] = 1, seed = 0, timeout = 0 }

local function split(text, into)
  for word in text:gmatch("[^,]+") do into[#into + 1] = word end
end

-- Puts an option's value into a table of options; returns what is wrong.
local function set(options, option, value)
  local name, kind = option[1], option[4]
  if kind == "number" then
    options[name] = tonumber(value)
    if not options[name] then return "--" .. name .. " takes a number, not '" .. value .. "'" end
    local least = LEAST[name]
    if least and (options[name] < least or name ~= "timeout" and math.tointeger(options[name]) == nil) then
      return "--" .. name .. " takes " .. (name == "timeout" and "seconds" or "a whole number") .. ", " .. least
        .. " or more, not " .. value
    end
  elseif kind == "list" then
    options[name] = options[name] or {}
    table.insert(options[name], value)
  elseif kind == "words" then
    options[name] = options[name] or {}
    split(value, options[name])
  elseif kind == "path" then
    options[name] = options[name] and options[name] .. ";" .. value or value
  else
    for _, key in ipairs(option.sets or { name }) do options[key] = value end
  end
end

--- Reads a command line.
-- @tparam {string,...} args
-- @treturn ?table options by long name; `paths` is what was no option
-- @treturn ?string what is wrong
function flags.parse(args)
  local options = { paths = {} }
  local i = 1
  local only_paths = false
  while i <= #args do
    local arg = args[i]
    if only_paths or arg == "-" or arg:sub(1, 1) ~= "-" then
      table.insert(options.paths, arg)
    elseif arg == "--" then
      only_paths = true
    else
      local name, value = arg:match("^(%-%-[^=]+)=(.*)$")
      if not name and arg:sub(1, 2) ~= "--" and not by_name[arg] and by_name[arg:sub(1, 2)] then
        name, value = arg:sub(1, 2), arg:sub(3)
      end
      name = name or arg
      local known = by_name[name]
      if ABSENT[name] then return nil, "there is no " .. name .. " here: " .. ABSENT[name] end
      if not known then return nil, "unknown option " .. name .. " (--help lists them)" end
      local option, on = known[1], known[2]
      if option[3] then
        if not value then
          i = i + 1
          value = args[i]
          if not value then return nil, name .. " takes a value: " .. name .. " " .. option[3] end
        end
      elseif value then
        return nil, name .. " takes no value"
      else
        value = on
      end
      local problem = set(options, option, value)
      if problem then return nil, problem end
    end
    i = i + 1
  end
  return options
end

-- Puts what a .busted file says of an option into a table of options; returns what is wrong.
local function configure(options, option, value)
  local kind = option[4]
  if not option[3] then return set(options, option, value) end
  local items = (kind == "list" or kind == "words") and type(value) == "table" and value or { value }
  for _, item in ipairs(items) do
    if type(item) ~= "string" and type(item) ~= "number" then
      return option[1] .. " is a " .. type(item) .. " there, not " .. (kind == "number" and "a number" or "text")
    end
    local problem = set(options, option, tostring(item))
    if problem then return problem end
  end
end

-- Adds the entries of a section of a .busted file, which stands at a path, that are not set yet; returns
-- what is wrong.
local function merge(options, section, source)
  local read = {}
  for key, value in pairs(section) do
    local known = type(key) == "string" and (by_name["--" .. key] or by_name["-" .. key])
    if key == "ROOT" then
      if #options.paths == 0 then
        for _, path in ipairs(type(value) == "table" and value or { value }) do table.insert(options.paths, tostring(path)) end
      end
    elseif known then
      local problem = configure(read, known[1], value)
      if problem then return source .. ": " .. problem end
    end
  end
  for name, value in pairs(read) do
    if options[name] == nil then
      options[name] = value
      if name == "output" then options.output_from = source end
    end
  end
end

--- Completes options with a .busted file and with what holds where nothing is said.
-- @tparam table options of `flags.parse`, changed in place
-- @treturn ?table the same
-- @treturn ?string what is wrong
function flags.complete(options)
  local path = options["config-file"] or ".busted"
  local file, err = io.open(path, "rb")
  if not file then
    if options["config-file"] then return nil, "cannot read the configuration: " .. err end
  else
    local source = file:read("a")
    file:close()
    if not source then return nil, "cannot read the configuration: " .. path end
    local chunk
    chunk, err = load(source, "@" .. path, "t")
    if not chunk then return nil, "the configuration is no Lua: " .. err end
    local ok, config = pcall(chunk)
    if not ok then return nil, "the configuration fails: " .. tostring(config) end
    if type(config) ~= "table" then return nil, path .. " returns no table" end
    if options.run then
      if type(config[options.run]) ~= "table" then return nil, path .. " has no entry '" .. options.run .. "'" end
    end
    for _, name in ipairs { options.run or "default", "_all" } do
      local section = config[name]
      if section ~= nil and type(section) ~= "table" then return nil, path .. ": the entry '" .. name .. "' is no table" end
      local problem = merge(options, section or {}, path)
      if problem then return nil, problem end
    end
  end
  for _, option in ipairs(OPTIONS) do
    if options[option[1]] == nil and option.default ~= nil then options[option[1]] = option.default end
  end
  for _, name in ipairs { "tags", "exclude-tags", "filter", "filter-out", "name", "exclude-pattern", "execute", "Xhelper", "Xoutput" } do
    options[name] = options[name] or {}
  end
  options.pattern = options.pattern or { "_spec" }
  options.lpath = options.lpath or "./src/?.lua;./src/?/?.lua;./src/?/init.lua"
  if #options.paths == 0 then options.paths = { "spec" } end
  for _, name in ipairs { "pattern", "exclude-pattern", "filter", "filter-out", "tags", "exclude-tags" } do
    for _, pattern in ipairs(options[name]) do
      local ok, wrong = pcall(string.find, "", pattern)
      if not ok then return nil, "--" .. name .. "=" .. pattern .. " is no Lua pattern: " .. wrong end
    end
  end
  for _, tag in ipairs(options.tags) do
    for _, excluded in ipairs(options["exclude-tags"]) do
      if tag == excluded then return nil, "the tag " .. tag .. " is both wanted and excluded" end
    end
  end
  return options
end

--- What --help shows.
-- @treturn string
function flags.help()
  local lines = { "usage: moonwire spec [options] [paths]", "",
    "Runs specs written for busted: files, and files of folders (default: spec).", "" }
  for _, option in ipairs(OPTIONS) do
    if not option.hidden then
      local name = (option[2] and "-" .. option[2] .. ", " or "    ") .. "--" .. (option.no and "[no-]" or "") .. option[1]
      if option[1]:find("^X") then name = "    -" .. option[1] end
      if option[3] then name = name .. (option[1]:find("^X") and " " or "=") .. option[3] end
      lines[#lines + 1] = ("  %-32s %s"):format(name, option.help)
    end
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = "The last line is \"N passed, N failed, N skipped\"; the status is 0 only if nothing failed."
  return table.concat(lines, "\n") .. "\n"
end

return flags
