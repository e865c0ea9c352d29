--- The command `moonwire spec`: runs specs written for busted, in this engine or in several.
local engines = require "moonwire.spec.engines"
local files = require "moonwire.spec.files"
local flags = require "moonwire.spec.flags"
local here = require "moonwire.spec.here"
local matrix = require "moonwire.spec.matrix"
local watchdog = require "moonwire.spec.watchdog"
local worker = require "moonwire.spec.worker"

local VERSION = "2.1.1"  -- of busted, whose specs are understood

local function refuse(message)
  io.stderr:write("moonwire spec: ", message, "\n")
  return 2
end

-- What is done before the engines are started, and not once more in each.
local DONE = { ["--engine"] = true, ["--jobs"] = true, ["-j"] = true, ["--directory"] = true, ["-C"] = true }

-- The command line for the engines.
local function for_engines(args)
  local kept = {}
  local skip = false
  for _, arg in ipairs(args) do
    if skip then skip = false
    elseif DONE[arg] then skip = true
    elseif not (DONE[arg:match("^(%-%-[^=]+)=") or arg:match("^%-[jC]")]) then kept[#kept + 1] = arg end
  end
  return kept
end

--- Runs the command.
-- @tparam {string,...} args
-- @treturn integer status: 0 nothing failed, 1 something did, 2 the command line is wrong
return function(args)
  local options, problem = flags.parse(args)
  if not options then return refuse(problem) end
  if options.help then
    io.stdout:write(flags.help())
    return 0
  end
  if options.version then
    io.stdout:write(VERSION, "\n")
    return 0
  end
  if options.worker then return (worker.run(options.worker)) end

  local root
  if options.directory then
    root = engines.root()  -- asked before, since it may be known as seen from here
    local ok, err = files.chdir(options.directory)
    if not ok then return refuse("cannot go to " .. options.directory .. ": " .. err) end
  end
  options, problem = flags.complete(options)
  if not options then return refuse(problem) end

  if options.engine then
    local list
    list, problem = engines.named(options.engine)
    if not list then return refuse(problem) end
    local output = options.output
    if output and not options.output_from and here.FORMATS[output] == nil and not here.TERMINALS[output] then
      return refuse("--output=" .. output .. " is for one engine; with --engine there are TAP, json and junit")
    end
    return matrix.run(list, for_engines(args), options, root or engines.root())
  end

  if options.list then
    options.list_test = function(place, name) io.stdout:write(place ~= "" and place .. ": " or "", name, "\n") end
    local results
    results, problem = here.run(options, function() end)
    if not results then return refuse(problem) end
    for _, entry in ipairs(results.errors) do io.stderr:write("moonwire spec: ", tostring(entry.message), "\n") end
    return results.errorsCount == 0 and 0 or 1
  end

  local quiet = here.FORMATS[options.output]
  local attach = here.output(options)
  local release, results
  results, problem = here.run(options, function(runner, reported)
    release = watchdog(runner, reported, options.timeout, quiet)
    attach(runner, reported)
  end)
  if release then release() end
  if not results then return refuse(problem) end
  local out = quiet and io.stderr or io.stdout
  out:write(quiet and "" or "\n", results.summary(), "\n")
  return results.failuresCount + results.errorsCount == 0 and 0 or 1
end
