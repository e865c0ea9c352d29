--- Runs the same specs in several engines, and compares what they say.
local clock = require "busted.portable.clock"
local engines = require "moonwire.spec.engines"
local files = require "moonwire.spec.files"
local here = require "moonwire.spec.here"
local journal = require "moonwire.spec.journal"
local replay = require "moonwire.spec.replay"

local quote = files.quote

local POLL = 0.02     -- seconds between two looks at the journals
local GRACE = 3       -- seconds that an engine may take beyond the time limit of a block before it is killed
local START = 120     -- seconds that it may take to start (TeX fills its caches the first time), or to end

local matrix = {}

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- The shell script that runs an engine in the background, and leaves process id and status in files.
-- `timeout 0` has no time limit: it is there to end the whole group of processes at once. Where this
-- process ends without a chance to do so, the script does it, and removes the files.
local RUN = [[
cd WORK || exit 1
timeout -k 2 0 sh -c COMMAND > FOLDER/output 2>&1 < /dev/null &
child=$!
echo $child > FOLDER/pid
(while kill -0 PARENT && kill -0 $child; do sleep 1; done; kill $child) 2> /dev/null &
wait $child
echo $? > FOLDER/status.new
mv FOLDER/status.new FOLDER/status
kill -0 PARENT || { rm -rf FOLDER; rmdir ALL; }
]]

local function start(run, place)
  local folder = run.folder
  place.folder = folder
  local path = run.engine.find(place.root)
  if not path then return false end
  local script = folder .. "/run.sh"
  write(script, (RUN:gsub("%u%u+", {
    WORK = quote(place.work), COMMAND = quote(run.engine.command(path, place)), FOLDER = quote(folder), PARENT = place.process,
    ALL = quote(folder:match("^(.*)/")),
  })))
  os.execute("sh " .. quote(script) .. " > /dev/null 2>&1 &")
  run.running, run.changed = true, clock.tick()
  return true
end

-- Notes what happened in an engine, in its order, for `replay`.
local function note(run, word, what) run.events[#run.events + 1] = { word, what } end

-- What a line of the journal says.
local READ = {}

function READ.engine(run, lua, limit)
  run.lua, limit = lua, tonumber(limit)
  run.limit = limit > 0 and limit + GRACE or math.huge
end

function READ.listed(run, place, name)
  run.listed[#run.listed + 1] = (place ~= "" and place .. ": " or "") .. name
end

function READ.start(run, key, where)
  run.current = key
  note(run, "start", { key = key, where = where })
  run.started = run.started + 1
end

READ["end"] = function(run, key, status, seconds, reason)
  run.tests[key] = { status = status, seconds = tonumber(seconds), reason = reason }
  note(run, "finish", run.tests[key])
  run.order[#run.order + 1] = key
  run.last, run.current = key, nil
end

function READ.problem(run, kind, key, where, message, traceback)
  local problem = { kind = kind, key = key, where = where, message = message, traceback = traceback }
  run.problems[#run.problems + 1] = problem
  note(run, "problem", problem)
end

function READ.finish(run, passed, failed, errors, skipped, seconds)
  run.finished, run.limit = true, START
  run.passed, run.failed = run.passed + tonumber(passed), run.failed + tonumber(failed)
  run.errors, run.skipped = run.errors + tonumber(errors), run.skipped + tonumber(skipped)
  run.seconds = run.seconds + tonumber(seconds)
end

function READ.stop(run, message) run.stopped = message end

local function follow(run)
  local file = io.open(run.folder .. "/journal", "rb")
  if not file then return end
  file:seek("set", run.offset)
  local text = file:read("a") or ""
  file:close()
  local whole = text:match("^.*\n")
  if not whole then return end
  run.offset = run.offset + #whole
  run.changed = clock.tick()
  for text_line in whole:gmatch("([^\n]*)\n") do
    local fields = journal.split(text_line)
    local reader = READ[fields[1]]
    if reader then reader(run, table.unpack(fields, 2)) end
  end
end

local function kill(run)
  local pid = read(run.folder .. "/pid")
  if pid then os.execute("kill " .. pid:match("%d+") .. " 2>/dev/null") end
end

-- What TeX itself says in its log of why it ended.
local function tex_message(folder)
  local log = read(folder .. "/document.log") or ""
  local lines = {}
  for text_line in log:gmatch("[^\r\n]+") do lines[#lines + 1] = text_line end
  for i, text_line in ipairs(lines) do
    if text_line:find("^! ") or text_line:find("^%S+ error%s+>") or text_line:find("^%S*error on line") then
      return table.concat(lines, "\n", i, math.min(#lines, i + 12))
    end
  end
end

local function tail(text, count)
  local lines = {}
  for text_line in (text or ""):gmatch("[^\r\n]+") do lines[#lines + 1] = text_line end
  return table.concat(lines, "\n", math.max(1, #lines - count + 1))
end

local function complain(run, key, message, traceback)
  READ.problem(run, "error", key, "", message, traceback and "\n" .. traceback or "")
end

-- Called when the process of an engine has ended: one that did not get to its end is an error.
local function conclude(run)
  run.running = false
  local status = tonumber((read(run.folder .. "/status") or ""):match("%d+"))
  local function said()
    return run.engine.tex and tex_message(run.folder) or tail(read(run.folder .. "/output"), 15)
  end

  if run.finished then
    if status == 0 and run.engine.tex and not (read(run.folder .. "/document.pdf") or ""):find("%%%%EOF%s*$") then
      run.errors = run.errors + 1
      complain(run, "", "the document was not typeset to its end", said())
      return
    end
    -- A script's status says whether something failed; a document has none of its own.
    if status == 0 or status == 1 and not run.engine.tex then return end
    run.errors = run.errors + 1
    complain(run, "", "it ended with status " .. tostring(status) .. " after the last test", said())
    return
  end

  if run.stopped then
    complain(run, "", run.stopped)
  else
    local during = run.current and "in the test " .. run.current
      or run.last and "after the test " .. run.last or "before the first test"
    complain(run, run.current or "", run.killed and "it hung " .. during .. " and was killed"
      or "it ended " .. during .. ", with status " .. tostring(status), said())
  end
  -- Its totals were never written.
  run.passed, run.failed, run.errors, run.skipped = 0, 0, 1, 0
  local counts = { success = "passed", failure = "failed", error = "errors", pending = "skipped" }
  for _, test in pairs(run.tests) do
    run[counts[test.status]] = run[counts[test.status]] + 1
    run.seconds = run.seconds + test.seconds
  end
end

local function run_all(runs, place, options)
  local waiting = {}
  for i, run in ipairs(runs) do waiting[i] = run end
  local active = 0
  local live = here.is_terminal() and not options["defer-print"]

  -- One line: tests begun in each engine, and what went wrong so far.
  local shown
  local function show()
    local parts, failed = {}, 0
    for _, run in ipairs(runs) do
      failed = failed + #run.problems
      if run.started > 0 or run.running then parts[#parts + 1] = run.engine[1] .. " " .. run.started end
    end
    if failed > 0 then parts[#parts + 1] = failed .. " failed" end
    local line = table.concat(parts, "  ")
    if line == shown then return end
    shown = line
    io.stdout:write("\r\27[K\27[?7l", line, "\27[?7h")  -- cut off, not wrapped, where the terminal is narrow
    io.stdout:flush()
  end

  repeat
    while active < place.jobs and #waiting > 0 do
      local run = table.remove(waiting, 1)
      if start(run, place) then active = active + 1 else run.missing = true end
    end
    if active > 0 then
      clock.sleep(POLL)
      for _, run in ipairs(runs) do
        if run.running then
          local ended = files.mode(run.folder .. "/status")
          follow(run)
          if ended then
            conclude(run)
            active = active - 1
          elseif clock.tick() - run.changed > run.limit and not run.killed then
            run.killed = true
            kill(run)
          end
        end
      end
      if live then show() end
    end
  until active == 0 and #waiting == 0
  if live then io.stdout:write("\r\27[K") end
end

-- Keys of tests whose outcome is not the same everywhere. What an engine skips it has declared that it
-- cannot have; a run that broke off says nothing of what came after.
local function differing(runs)
  local keys, seen = {}, {}
  for _, run in ipairs(runs) do
    for _, key in ipairs(run.order) do
      if not seen[key] then
        seen[key] = true
        keys[#keys + 1] = key
      end
    end
  end
  local list = {}
  for _, key in ipairs(keys) do
    -- counted: among what differs is a failure, or what kept the test from running, which is in the totals.
    local by_status, statuses, counted = {}, {}, false
    for _, run in ipairs(runs) do
      if run.finished then
        local test = run.tests[key]
        local status = test and test.status or "not run"
        if status ~= "pending" then
          if not by_status[status] then
            by_status[status] = {}
            statuses[#statuses + 1] = status
          end
          table.insert(by_status[status], run.engine[1])
          counted = counted or status == "failure" or status == "error"
            or status == "not run" and run.failed + run.errors > 0
        end
      end
    end
    if #statuses > 1 then
      list[#list + 1] = { key = key, statuses = statuses, by_status = by_status, counted = counted }
    end
  end
  return list
end

local SAID = { success = "passes", failure = "fails", error = "is an error", ["not run"] = "is not run" }

local ALIKE = 3  -- so many more tests of a file that differ alike are counted instead of named

local function outcomes(test)
  local parts = {}
  for _, status in ipairs(test.statuses) do
    parts[#parts + 1] = SAID[status] .. " in " .. table.concat(test.by_status[status], ", ")
  end
  return table.concat(parts, "; ")
end

local function file_of(key) return key:match("^(.-): ") or key end

-- The tests that --list names, once each, with the engines that have them where not all have.
local function list_tests(runs)
  local engines_of, order, there = {}, {}, 0
  local failed = false
  for _, run in ipairs(runs) do
    if run.missing then
      io.stderr:write("moonwire spec: ", run.engine[1], " is not installed: ", run.engine.missing, "\n")
    else
      there = there + 1
    end
    for _, test in ipairs(run.listed) do
      local names = engines_of[test]
      if not names then
        names = {}
        engines_of[test] = names
        order[#order + 1] = test
      end
      if names[#names] ~= run.engine[1] then names[#names + 1] = run.engine[1] end
    end
    for _, problem in ipairs(run.problems) do
      failed = true
      io.stderr:write("moonwire spec: in ", run.engine[1], ": ", problem.message, "\n")
    end
  end
  for _, test in ipairs(order) do
    local names = engines_of[test]
    io.stdout:write(test, #names < there and "  (only in " .. table.concat(names, ", ") .. ")" or "", "\n")
  end
  return failed and 1 or 0
end

local function report(runs, place, options)
  local format = here.FORMATS[options.output] ~= nil and options.output
  local out = format and io.stderr or io.stdout
  out:write(("%-12s %-4s %7s %7s %7s %8s %8s\n"):format("engine", "Lua", "passed", "failed", "errors", "skipped", "seconds"))
  local passed, failed, skipped = 0, 0, 0
  for _, run in ipairs(runs) do
    if run.missing then
      out:write(("%-12s %-4s not installed: %s\n"):format(run.engine[1], "-", run.engine.missing))
    else
      out:write(("%-12s %-4s %7d %7d %7d %8d %8.2f\n"):format(run.engine[1], run.lua or "-", run.passed, run.failed,
        run.errors, run.skipped, run.seconds))
      passed, failed, skipped = passed + run.passed, failed + run.failed + run.errors, skipped + run.skipped
    end
  end

  local different = differing(runs)
  if #different > 0 then
    out:write("\n", #different == 1 and "One test differs" or #different .. " tests differ", " between engines:\n")
  end
  -- Tests of one file that differ in the same way because they did not run are shown as one: the file
  -- did not load there.
  local i = 1
  while i <= #different do
    local test = different[i]
    local how = outcomes(test)
    local last = i
    if test.by_status["not run"] then
      while different[last + 1] and file_of(different[last + 1].key) == file_of(test.key)
        and outcomes(different[last + 1]) == how do last = last + 1 end
    end
    if last - i >= ALIKE then
      out:write("  ", file_of(test.key), ": ", last - i + 1, " tests\n    ", how, "\n")
    else
      for j = i, last do out:write("  ", different[j].key, "\n    ", how, "\n") end
    end
    i = last + 1
  end
  local elsewhere = {}  -- what is counted as failed, but happened in no engine
  for _, test in ipairs(different) do
    if not test.counted then elsewhere[#elsewhere + 1] = { name = test.key, message = outcomes(test) } end
  end
  for _, run in ipairs(runs) do
    if run.missing and place.strict then
      elsewhere[#elsewhere + 1] = { name = run.engine[1], message = "not installed: " .. run.engine.missing }
    end
  end
  failed = failed + #elsewhere

  -- The same problem in several engines is shown once.
  local shown, order = {}, {}
  for _, run in ipairs(runs) do
    for _, problem in ipairs(run.problems) do
      -- Addresses differ from process to process.
      local id = problem.kind .. "\0" .. problem.key .. "\0" .. problem.message:gsub("0x%x+", "0x"):gsub("%f[%S]%./", "")
      if not shown[id] then
        shown[id] = { problem = problem, engines = {} }
        order[#order + 1] = shown[id]
      end
      table.insert(shown[id].engines, run.engine[1])
    end
  end
  for _, entry in ipairs(order) do
    local problem = entry.problem
    out:write("\n", problem.kind == "failure" and "Failure" or "Error", " in ", table.concat(entry.engines, ", "),
      problem.where ~= "" and " -> " .. problem.where or "", "\n")
    if problem.key ~= "" then out:write(problem.key, "\n") end
    out:write(problem.message, "\n")
    local traceback = problem.traceback:gsub("^\n", "")
    if traceback ~= "" then out:write(traceback, "\n") end
  end

  local reasons, reason_order = {}, {}
  for _, run in ipairs(runs) do
    for _, key in ipairs(run.order) do
      local test = run.tests[key]
      if test.status == "pending" then
        local reason = test.reason:gsub("^[^\n]-:%d+: ", "")
        if reason == "" then reason = key end
        reasons[reason] = reasons[reason] or { order = {} }
        local entry = reasons[reason]
        if #entry.order == 0 then reason_order[#reason_order + 1] = reason end
        if not entry[run.engine[1]] then
          entry[run.engine[1]] = 0
          table.insert(entry.order, run.engine[1])
        end
        entry[run.engine[1]] = entry[run.engine[1]] + 1
      end
    end
  end
  if #reason_order > 0 and not options["suppress-pending"] then
    out:write("\nSkipped:\n")
    for _, reason in ipairs(reason_order) do
      local parts = {}
      for _, name in ipairs(reasons[reason].order) do parts[#parts + 1] = name .. " " .. reasons[reason][name] end
      out:write("  ", reason, " (", table.concat(parts, ", "), ")\n")
    end
  end

  if place.seed then out:write("\nRandom order: --seed=", place.seed, "\n") end
  if format then replay(runs, elsewhere, format, options) end
  out = here.FORMATS[format] == false and io.stdout or out
  out:write("\n", ("%d passed, %d failed, %d skipped\n"):format(passed, failed, skipped))
  return failed == 0 and 0 or 1
end

--- Runs specs in engines and reports.
-- @tparam {table,...} list of `engines.named`
-- @tparam {string,...} args the command line without what concerns engines
-- @tparam table options of `flags.complete`
-- @tparam ?string root of `engines.root`
-- @treturn integer status: 0 if nothing failed and nothing differs
function matrix.run(list, args, options, root)
  if not root then
    io.stderr:write("moonwire spec: the engines need the Lua files: set MOONWIRE_HOME to the folder that has lua/ and rocks/\n")
    return 2
  end
  local folder = engines.ask("mktemp -d")
  local place = {
    root = root, work = files.currentdir(), jobs = options.jobs or tonumber(engines.ask("nproc") or "") or 1,
    strict = os.getenv("CI") == "true", process = engines.ask("echo $PPID"),
  }
  -- One seed for all engines, so that the run can be repeated (their generators give other orders from it).
  if (options["shuffle-files"] or options["shuffle-tests"]) and not options.seed then
    place.seed = here.random_seed()
    table.insert(args, 1, "--seed=" .. place.seed)
  end
  local quoted = {}
  for i, arg in ipairs(args) do quoted[i] = ("%q"):format(arg) end
  local runs = {}
  for i, engine in ipairs(list) do
    local run = {
      engine = engine, folder = folder .. "/" .. engine[1], offset = 0,
      lua = nil,                -- the version that the engine reports
      limit = START,            -- seconds without a word from it after which it is taken to hang
      tests = {}, order = {},   -- key -> { status, seconds, reason }; keys in order of their ends
      problems = {},
      events = {},              -- what `replay` tells: { "start" | "problem" | "finish", table }
      listed = {},              -- what --list names
      started = 0, current = nil, last = nil,
      passed = 0, failed = 0, errors = 0, skipped = 0, seconds = 0,
      running = false, finished = false, missing = false, killed = false, changed = 0,
    }
    os.execute("mkdir " .. quote(run.folder))
    write(run.folder .. "/arguments.lua", "return { " .. table.concat(quoted, ", ") .. " }\n")
    runs[i] = run
  end
  local ok, err = pcall(run_all, runs, place, options)
  for _, run in ipairs(runs) do
    if run.running then kill(run) end
  end
  local status = 2
  if ok then status = options.list and list_tests(runs) or report(runs, place, options) end
  os.execute("rm -rf " .. quote(folder))
  if not ok then error(err, 0) end
  return status
end

return matrix
