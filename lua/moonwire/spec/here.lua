--- Runs specs in the engine that this code runs in.
local core = require "busted.portable.core"
local files = require "moonwire.spec.files"
local results_of = require "busted.portable.results"
local text = require "busted.portable.text"

local here = {}

-- Loaded now, since what is loaded while specs run is forgotten after each file.
local OUTPUTS = {
  utfTerminal = require "busted.portable.output.terminal",
  plainTerminal = require "busted.portable.output.terminal",
  TAP = require "busted.portable.output.tap",
  json = require "busted.portable.output.json",
  junit = require "busted.portable.output.junit",
}

--- A seed for a random order.
-- @treturn integer
function here.random_seed()
  local file = io.open("/dev/urandom", "rb")
  if not file then return os.time() end
  local bytes = file:read(4)
  file:close()
  return (string.unpack("<I4", bytes))
end

local function any(name, patterns)
  for _, pattern in ipairs(patterns) do
    if name:find(pattern) then return true end
  end
  return false
end

local function tags(names)
  local patterns = {}
  for i, name in ipairs(names) do patterns[i] = "#" .. name end
  return patterns
end

-- Which blocks are wanted. A describe block is left out by its own name only; what it holds decides
-- the rest.
local function filter(options)
  local wanted_tags, excluded_tags = tags(options.tags), tags(options["exclude-tags"])
  local names = {}
  for _, name in ipairs(options.name) do names[name] = true end
  return function(descriptor, full_name, name)
    if any(name, excluded_tags) or any(full_name, options["filter-out"]) then return false end
    if descriptor == "describe" then return true end
    if #wanted_tags > 0 and not any(full_name, wanted_tags) then return false end
    if #options.filter > 0 and not any(full_name, options.filter) then return false end
    return next(names) == nil or names[full_name] == true
  end
end

-- `require`, with one line for a module that is not there. Returns whether it went well, and the module or what is wrong.
local function required(name)
  local ok, found = pcall(require, name)
  if not ok and tostring(found):find("module '" .. name .. "' not found", 1, true) then
    found = "there is no module '" .. name .. "' on package.path"
  end
  return ok, found
end

local function run_helper(helper, words)
  local before = _G.arg
  local args = {}
  for i, word in ipairs(words) do args[i] = word end
  for i = -8, 0 do args[i] = before and before[i] end
  _G.arg = args
  local ok, err
  if helper:find("%.lua$") then ok, err = pcall(dofile, helper) else ok, err = required(helper) end
  _G.arg = before
  return ok, err
end

-- Puts a path in front, with ";;" meaning what was there.
local function prepend(path, before)
  return ((path .. ";" .. before):gsub(";;+", ";"))
end

--- Runs specs.
-- @tparam table options of `flags.complete`; with list, list_test(place, name) is told of each test instead
-- @tparam function attach attach(runner, results) subscribes whoever reports the run
-- @treturn ?table the results, as results.lua makes them
-- @treturn ?string what kept the run from beginning
function here.run(options, attach)
  local seed = options.seed or here.random_seed()
  local runner = core.new {
    timeout = options.timeout, insulate = options["auto-insulate"], lazy = options.lazy,
    keep_going = options["keep-going"], runs = options["repeat"], seed = seed,
    shuffle_files = options["shuffle-files"], shuffle_tests = options["shuffle-tests"],
    sort_files = options["sort-files"], sort_tests = options["sort-tests"],
    accept = filter(options), list = options.list and function(element, name)
      local place = element.trace
      options.list_test(place and place.short_src .. ":" .. place.currentline or "", name)
    end,
  }
  local results = results_of.new(runner, { suppress_pending = options["suppress-pending"] })
  -- What the outputs of other people's are built on.
  results.subscribe = function() end
  runner.modules["busted.outputHandlers.base"] = function() return results end

  local restore = runner.install()
  local path, cpath = package.path, package.cpath
  package.path = prepend(options.lpath, path)
  if options.cpath then package.cpath = prepend(options.cpath, cpath) end
  local function leave()
    package.path, package.cpath = path, cpath
    restore()
  end

  local ok, problem = pcall(attach, runner, results)
  if not ok then
    leave()
    return nil, tostring(problem)
  end
  for _, statement in ipairs(options.execute) do
    local chunk, err = load(statement, "=(--execute)", "t")
    if chunk then ok, err = pcall(chunk) end
    if not chunk or not ok then
      leave()
      return nil, "the statement given with --execute fails: " .. text.message(err)
    end
  end
  if options.helper and options.helper ~= "" then
    local done, err = run_helper(options.helper, options.Xhelper)
    if not done then
      leave()
      return nil, "the helper " .. options.helper .. " fails: " .. text.message(err)
    end
  end

  local found = files.find(options.paths, options, function(name, message) runner.report(name, message) end)
  if #found == 0 and results.errorsCount == 0 then
    runner.report("files", "no file in " .. table.concat(options.paths, ", ") .. " has a name that matches "
      .. table.concat(options.pattern, " or ") .. " and ends in .lua")
  end
  for _, file in ipairs(found) do runner.load(file) end
  runner.run()
  leave()
  return results
end

-- True where stdout is a screen.
local function is_terminal()
  local term = os.getenv("TERM")
  if not term or term == "dumb" then return false end
  local a, _, c = os.execute("test -t 1")
  return a == true or (a == 0 and c == nil)
end

here.is_terminal = is_terminal

--- Outputs for programs, which a report of several engines can have too; the value: whether it has stdout for
-- itself.
here.FORMATS = { TAP = false, json = true, junit = true }

--- Outputs for people.
here.TERMINALS = { utfTerminal = true, plainTerminal = true }

--- Subscribes an output of ours.
-- @tparam string name
-- @tparam table runner
-- @tparam table results
-- @tparam table options what `terminal.attach` says
function here.attach(name, runner, results, options) OUTPUTS[name].attach(runner, results, options) end

--- Subscribes the output that the options name.
-- @tparam table options
-- @treturn function attach(runner, results), for `here.run`
function here.output(options)
  local stdout = io.stdout
  local put, flush = stdout.write, stdout.flush
  local function write(shown)
    put(stdout, shown)
    flush(stdout)
  end
  local function attach(runner, results, name)
    local output = OUTPUTS[name]
    if output then
      output.attach(runner, results, {
        write = write, utf = name == "utfTerminal", verbose = options.verbose, defer = options["defer-print"],
        arguments = options.Xoutput,
      })
      return
    end
    local found, handler = required(name)
    if not found and options.output_from then
      -- What a .busted file names for the genuine busted alone must not keep specs from running.
      io.stderr:write("moonwire spec: there is no output '", name, "', which ", options.output_from, " names\n")
      return attach(runner, results, "plainTerminal")
    end
    if not found then error("there is no output '" .. name .. "': " .. tostring(handler), 0) end
    local settings = {
      verbose = options.verbose, suppressPending = options["suppress-pending"], language = "en",
      deferPrint = options["defer-print"], arguments = options.Xoutput,
    }
    handler = handler(settings)
    handler:subscribe(settings)
  end
  return function(runner, results)
    attach(runner, results, options.output or (is_terminal() and "utfTerminal" or "plainTerminal"))
  end
end

return here
