--- What happened in several engines, told once more to an output that was made for one run: as one suite, in
-- which the name of each test begins with its engine.
local here = require "moonwire.spec.here"
local new_events = require("busted.portable.events").new
local results_of = require "busted.portable.results"

local function place_of(where)
  local file, line = where:match("^(.*) @ (%d+)$")
  if not file then return nil end
  return { short_src = file, source = "@" .. file, currentline = math.tointeger(tonumber(line)), what = "Lua", traceback = "" }
end

-- TELL[word](publish, run, what, running): tells of one thing; returns the test that runs from then on.
local TELL = {}

function TELL.start(publish, run, test)
  local element = {
    descriptor = "it", attributes = {}, name = run.engine[1] .. ": " .. test.key, trace = place_of(test.where), key = test.key,
  }
  publish({ "test", "start" }, element)
  return element
end

function TELL.problem(publish, run, problem, running)
  local element = running
  if not running or running.key ~= problem.key then
    element = {
      descriptor = "block", attributes = {},
      name = run.engine[1] .. (problem.key ~= "" and ": " .. problem.key or ""), trace = place_of(problem.where),
    }
  end
  local place = place_of(problem.where) or {}
  place.traceback = problem.traceback
  publish({ problem.kind, element.descriptor }, element, nil, problem.message, place)
  return running
end

function TELL.finish(publish, _, test, running)
  running.duration = test.seconds
  if test.reason ~= "" then publish({ "pending", "it" }, running, nil, test.reason, running.trace) end
  publish({ "test", "end" }, running, nil, test.status)
end

--- Writes what happened to stdout.
-- @tparam {table,...} runs their engine, and events: { word, what }, as matrix.lua notes them
-- @tparam {table,...} elsewhere errors of no engine: name, message
-- @tparam string format a key of `here.FORMATS`
-- @tparam table options of `flags.complete`
return function(runs, elsewhere, format, options)
  local events = new_events()
  local runner = { subscribe = events.subscribe, full_name = function(element) return element.name end }
  local results = results_of.new(runner, { suppress_pending = options["suppress-pending"] })
  here.attach(format, runner, results, {
    write = function(text) io.stdout:write(text) end, verbose = options.verbose, arguments = options.Xoutput,
  })

  local suite = { descriptor = "suite", attributes = {}, starttick = 0, endtick = 0, duration = 0 }
  for _, run in ipairs(runs) do suite.endtick = suite.endtick + run.seconds end
  suite.duration = suite.endtick
  events.publish({ "suite", "start" }, suite, 1, 1)
  for _, run in ipairs(runs) do
    local running
    for _, event in ipairs(run.events) do running = TELL[event[1]](events.publish, run, event[2], running) end
    -- The test in which an engine died has no end.
    if running then TELL.finish(events.publish, run, { status = "error", seconds = 0, reason = "" }, running) end
  end
  for _, entry in ipairs(elsewhere) do
    events.publish({ "error", "engines" }, { descriptor = "engines", attributes = {}, name = entry.name }, nil, entry.message, {})
  end
  events.publish({ "suite", "end" }, suite, 1, 1)
  events.publish { "exit" }
end
