--- JUnit's XML, which continuous integration services read.
local ipairs, next, os, tostring, type, utf8 = ipairs, next, os, tostring, type, utf8
local byte, format, gsub = string.byte, string.format, string.gsub
local concat = table.concat
local text = require "busted.portable.text"

local junit = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = "&#10;", ["\t"] = "&#9;" }
local IN_TEXT = { ["\n"] = "\n", ["\t"] = "\t" }

-- XML 1.0 has no way to write other control characters, and bytes that are no UTF-8 would make the
-- whole document unreadable.
local function clean(value)
  value = text.of(value)
  if not utf8.len(value) then
    value = gsub(value, "[\128-\255]", function(c) return utf8.char(byte(c)) end)
  end
  return (gsub(value, "[\0-\8\11-\31\127]", "?"))
end

local function attribute(value) return (gsub(clean(value), '[&<>"\n\t]', ENTITIES)) end
local function content(value) return (gsub(clean(value), "[&<>\n\t]", function(c) return IN_TEXT[c] or ENTITIES[c] end)) end

local function seconds(value) return format("%.3f", value or 0) end

--- Writes when a runner has run. Parameters as `terminal.attach` has them.
function junit.attach(runner, results, options)
  local suites, cases, counts, total = {}, nil, nil, { tests = 0, errors = 0, failures = 0, skip = 0, time = 0 }
  local problems = {}  -- of the running test

  local on = results.on

  local function problem(kind, entry)
    local shown = type(entry.message) == "string" and entry.message or text.message(entry.message)
    if entry.randomseed then shown = "Random seed: " .. tostring(entry.randomseed) .. "\n" .. shown end
    return format("      <%s>%s</%s>\n", kind, content(shown .. (entry.trace and entry.trace.traceback or "")), kind)
  end

  on({ "suite", "start" }, function()
    cases, counts = {}, { tests = 0, errors = 0, failures = 0, skip = 0 }
  end)

  on({ "failure", "it" }, function()
    problems[#problems + 1] = problem("failure", results.failures[#results.failures])
    counts.failures = counts.failures + 1
  end)
  on({ "error", "it" }, function()
    problems[#problems + 1] = problem("error", results.errors[#results.errors])
    counts.errors = counts.errors + 1
  end)

  local function case(element, inner)
    local place = element.trace
    return format('    <testcase classname="%s" name="%s" time="%s">\n%s    </testcase>\n',
      attribute(place and place.short_src and place.short_src .. ":" .. place.currentline or ""),
      attribute(runner.full_name(element)), seconds(element.duration), inner)
  end

  on({ "test", "end" }, function(element, _, status)
    counts.tests = counts.tests + 1
    if status == "pending" then
      counts.skip = counts.skip + 1
      local entry = results.pendings[#results.pendings]
      problems[#problems + 1] = format("      <skipped>%s</skipped>\n", content(entry.message or ""))
    end
    cases[#cases + 1] = case(element, concat(problems))
    problems = {}
  end, { predicate = results.cancelOnPending })

  -- What went wrong outside of tests is shown as a test with the name of its block: an error that stands alone is
  -- read by nobody. What went wrong before the suite began (files that cannot be loaded) is kept until it begins.
  local early = {}
  for _, kind in ipairs { "error", "failure" } do
    on({ kind }, function(element)
      if element.descriptor ~= "it" then
        local shown = case(element, problem("error", results.errors[#results.errors]))
        if counts then
          counts.tests, counts.errors = counts.tests + 1, counts.errors + 1
          cases[#cases + 1] = shown
        else
          early[#early + 1] = shown
        end
      end
    end)
  end

  on({ "suite", "end" }, function(suite, run, runs)
    counts.tests, counts.errors = counts.tests + #early, counts.errors + #early
    suites[#suites + 1] = format(
      '  <testsuite name="Run %d of %d" tests="%d" errors="%d" failures="%d" skip="%d" timestamp="%s" time="%s">\n%s%s  </testsuite>\n',
      run, runs, counts.tests, counts.errors, counts.failures, counts.skip,
      os.date("!%Y-%m-%dT%H:%M:%S"), seconds(suite.duration), concat(early), concat(cases))
    for key, count in next, counts do total[key] = total[key] + count end
    total.time = total.time + (suite.duration or 0)
    counts, early = nil, {}
  end)

  on({ "exit" }, function()
    options.write(format(
      '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="%d" errors="%d" failures="%d" skip="%d" time="%s">\n%s</testsuites>\n',
      total.tests, total.errors, total.failures, total.skip, seconds(total.time), concat(suites)))
  end)
end

return junit
