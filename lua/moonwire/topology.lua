--- `moonwire topology`: NATS servers that stand together, from one table.

local configuration = require "nats.topology.configuration"
local picture = require "nats.topology.picture"
local project = require "nats.topology.project"
local topology = require "nats.topology"
local yaml = require "yaml"

local USAGE = [[
usage: moonwire topology [options] TABLE.lua
Writes what NATS servers need that stand together in clusters, over gateways and as leaf nodes: a configuration file for
each, NAME.conf; where they run in containers compose.nats.yaml; and a picture, topology.svg. The table says what there
is; docs/topology.md has its fields.

  -o, --output DIR   the folder to write to; default: that of the table. Servers are started there
  --check            write nothing; say what is wrong
  --picture          write the picture to standard output, and no file
  --certificates     list the certificates that are needed, a line each: NAME DNS:...,IP:...
  -h, --help         this text

Files that it did not write itself it leaves alone. Status 1 where the table is wrong, 2 where the arguments are.
]]

local COMPOSE, PICTURE = "compose.nats.yaml", "topology.svg"

-- What a table may call: it describes, and does nothing.
local ALLOWED = { "assert", "error", "ipairs", "math", "next", "pairs", "select", "string", "table", "tonumber", "tostring", "type",
  "utf8" }

local function complain(message)
  io.stderr:write("moonwire topology: ", message, "\n")
end

local function arguments(args)
  local options = {}
  local i = 1
  while i <= #args do
    local arg = args[i]
    local value = arg:match "^%-%-output=(.+)$"
    if value then
      options.output = value
    elseif arg == "-o" or arg == "--output" then
      i = i + 1
      if not args[i] or args[i] == "" then return nil, arg .. " needs a folder" end
      options.output = args[i]
    elseif arg == "--check" or arg == "--picture" or arg == "--certificates" then
      options[arg:sub(3)] = true
    elseif arg == "-h" or arg == "--help" then
      options.help = true
    elseif arg:sub(1, 1) == "-" then
      return nil, "unknown option " .. arg
    elseif options.file then
      return nil, ("one table at a time, not %s and %s"):format(options.file, arg)
    else
      options.file = arg
    end
    i = i + 1
  end
  if not options.file and not options.help then return nil, "the table's file is missing" end
  return options
end

-- The table that a file returns; or nil and what is wrong, a line each.
local function read(name)
  local file, err = io.open(name, "rb")
  if not file then return nil, { err } end
  local text
  text, err = file:read "a"
  file:close()
  if not text then return nil, { name .. ": " .. err } end
  local environment = { os = { getenv = os.getenv } }
  for _, key in ipairs(ALLOWED) do environment[key] = _G[key] end
  local chunk, ok, result
  chunk, err = load(text, "@" .. name, "t", environment)
  if not chunk then return nil, { err } end
  ok, result = pcall(chunk)
  if not ok then return nil, { tostring(result) } end
  if type(result) ~= "table" then
    return nil, { ("%s: returns a %s; it must end with `return { ... }`"):format(name, type(result)) }
  end
  local top, faults = topology.new(result)
  if top then return top end
  for i, fault in ipairs(faults) do faults[i] = name .. ": " .. fault end
  return nil, faults
end

local function contents(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

-- Writes a file in whole or not at all; nil and why where that fails.
local function replace(path, text)
  local file, err = io.open(path .. ".new", "wb")
  if not file then return nil, err end
  local written
  written, err = file:write(text)
  local closed, close_err = file:close()
  if written and closed then
    written, err = os.rename(path .. ".new", path)
  else
    written, err = nil, err or close_err
  end
  if not written then os.remove(path .. ".new") end
  return written, err
end

-- What to write, in order: { name, text }. The words that tell our files are in the first lines of each.
local MARK = "Written by `moonwire topology`"

local function files_of(top)
  local files = {}
  for _, server in ipairs(top.servers) do
    files[#files + 1] = { server.name .. ".conf", configuration.of(top, server) }
  end
  if top.table.image then
    files[#files + 1] = { COMPOSE, ("# %s: change the table, not this file.\n%s"):format(MARK, yaml.dump(project.of(top))) }
  end
  files[#files + 1] = { PICTURE, ("<!-- %s: change the table, not this file. -->\n%s"):format(MARK, picture.of(top)) }
  return files
end

local function write(top, folder)
  local files = files_of(top)
  for _, file in ipairs(files) do
    local before = contents(folder .. file[1])
    if before and not before:sub(1, 300):find(MARK, 1, true) then
      return nil, ("%s%s is there and was not written by this command; move it away, or choose another folder with -o")
        :format(folder, file[1])
    end
    file.same = before == file[2]
  end
  for _, file in ipairs(files) do
    if not file.same then
      local ok, err = replace(folder .. file[1], file[2])
      if not ok then return nil, err end
    end
    io.write(file.same and "unchanged  " or "written    ", folder, file[1], "\n")
  end
  return true
end

local function list_servers(top)
  io.write "\n"
  for _, server in ipairs(top.servers) do
    io.write(("%-16s %-16s %s\n"):format(server.name, server.site and server.site.name or "-> " .. server.leaf.site,
      topology.url(top, server)))
  end
end

--- Runs the command.
-- @tparam {string,...} args its arguments
-- @treturn integer the exit status: 0, 1 where the table is wrong or a file cannot be written, 2 where the arguments are
return function(args)
  local options, err = arguments(args)
  if not options then
    complain(err .. " (--help lists the options)")
    return 2
  end
  if options.help then
    io.write(USAGE)
    return 0
  end
  local top, faults = read(options.file)
  if not top then
    for _, fault in ipairs(faults) do complain(fault) end
    return 1
  end
  if options.picture then io.write(picture.of(top)) end
  if options.certificates then
    for _, entry in ipairs(topology.certificates(top)) do io.write(entry.name, " ", table.concat(entry.names, ","), "\n") end
  end
  if options.check or options.picture or options.certificates then return 0 end
  local folder = options.output and options.output:gsub("/*$", "/") or options.file:match "^.*/" or ""
  local ok
  ok, err = write(top, folder)
  if not ok then
    complain(err)
    return 1
  end
  list_servers(top)
  return 0
end
