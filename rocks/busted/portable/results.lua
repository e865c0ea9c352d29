--- Collects what happened in a run, for those that report it.
local insert = table.insert
local next, tostring = next, tostring

-- What a report may keep of an element: no functions, no environment, no way to other elements.
local FIELDS = { "name", "descriptor", "attributes", "trace", "starttime", "endtime", "starttick", "endtick", "duration" }

local function copy_element(element, place)
  local copy = {}
  for _, field in next, FIELDS do copy[field] = element[field] end
  copy.trace = element.trace or place
  return copy
end

--- Subscribes to a runner.
-- @tparam table runner what `core.new` gives
-- @tparam ?table options suppress_pending: pending tests are not noted
-- @treturn table successes, pendings, failures, errors: arrays of { name, message, trace, element,
--   randomseed, isError }, and successesCount, ...; getDuration() -> seconds
local function new(runner, options)
  options = options or {}
  local results = { options = options }

  local function clear()
    for _, kind in next, { "successes", "pendings", "failures", "errors" } do
      results[kind], results[kind .. "Count"] = {}, 0
    end
    results.pending_notes = {}  -- element -> what `pending(message)` said
  end
  clear()

  results.getFullName = runner.full_name

  function results.getDuration()
    if not results.startTick or not results.endTick then return 0 end
    return results.endTick - results.startTick
  end

  function results.cancelOnPending(element, _, status)
    return not (options.suppress_pending and (element.descriptor == "pending" or status == "pending"))
  end

  local function note(kind, element, parent, message, place)
    local entry = {
      name = runner.full_name(element), message = message, trace = place or element.trace,
      element = copy_element(element, place), randomseed = parent and parent.randomseed,
      isError = kind == "errors" or nil,
    }
    insert(results[kind], entry)
    return entry
  end

  --- Subscribes, and lets others hear too.
  -- @tparam {string,...} channel
  -- @tparam function run run(...), called with what is published
  -- @tparam ?table settings predicate, priority, as `events.subscribe` has them
  function results.on(channel, run, settings)
    runner.subscribe(channel, function(...)
      run(...)
      return nil, true
    end, settings)
  end

  -- What is collected here stands ready for everyone else who hears of the same event.
  local function on(channel, run, predicate)
    results.on(channel, run, { priority = 1, predicate = predicate })
  end

  on({ "suite", "reset" }, clear)
  on({ "suite", "start" }, function(suite) results.startTick, results.startTime = suite.starttick, suite.starttime end)
  on({ "suite", "end" }, function(suite) results.endTick, results.endTime = suite.endtick, suite.endtime end)

  on({ "pending" }, function(element, _, message, place)
    results.pending_notes[element] = { message = message, trace = place }
  end)

  on({ "test", "end" }, function(element, parent, status)
    if status == "success" then
      results.successesCount = results.successesCount + 1
      note("successes", element, parent, nil, nil)
    elseif status == "pending" then
      results.pendingsCount = results.pendingsCount + 1
      local said = results.pending_notes[element] or {}
      note("pendings", element, parent, said.message, said.trace)
    elseif status == "failure" then
      results.failuresCount = results.failuresCount + 1
    end
    results.pending_notes[element] = nil
  end, results.cancelOnPending)

  on({ "failure", "it" }, function(element, parent, message, place)
    note("failures", element, parent, message, place)
  end)

  local function error_in(element, parent, message, place)
    results.errorsCount = results.errorsCount + 1
    note("errors", element, parent, message, place)
  end
  on({ "error", "it" }, error_in)
  local function elsewhere(element, ...)
    if element.descriptor ~= "it" then error_in(element, ...) end
  end
  on({ "error" }, elsewhere)
  on({ "failure" }, elsewhere)

  --- The last line of a run.
  -- @treturn string "N passed, N failed, N skipped"
  function results.summary()
    return tostring(results.successesCount) .. " passed, " .. tostring(results.failuresCount + results.errorsCount)
      .. " failed, " .. tostring(results.pendingsCount) .. " skipped"
  end

  return results
end

return { new = new }
