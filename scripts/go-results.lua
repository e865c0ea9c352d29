-- Reads what `go test -json` writes: lua5.4 scripts/go-results.lua < events. Prints a line for each
-- package and test that ended, all output of what failed, and at the end "N passed, N failed, N skipped".
-- A package that fails outside its tests (it does not build, it panics) counts as one failure.

local json = require "dkjson"

local count = { pass = 0, fail = 0, skip = 0 }
local output = {}   -- of each test or package that has not ended yet, by its full name
local failures = {} -- of the tests of a package, by the package's name

local function name_of(event)
  return event.Test and event.Package .. " " .. event.Test or event.Package or event.ImportPath or "go"
end

local function ended(event)
  local name = name_of(event)
  local result = event.Action
  if event.Test then
    count[result] = count[result] + 1
    if result == "fail" then failures[event.Package] = true end
  elseif result == "fail" and not failures[event.Package] then
    count.fail = count.fail + 1
  end
  if result == "fail" then io.write(table.concat(output[name] or {})) end
  output[name] = nil
  print(("%s %s (%.1f s)"):format(result, name, event.Elapsed or 0))
end

for line in io.lines() do
  local event = json.decode(line)
  if not event then
    print(line) -- what go itself says
  elseif count[event.Action] then
    ended(event)
  elseif event.Output then
    if event.Action == "build-output" then io.write(event.Output) end
    local name = name_of(event)
    output[name] = output[name] or {}
    table.insert(output[name], event.Output)
  end
  io.stdout:flush()
end

print(("%d passed, %d failed, %d skipped"):format(count.pass, count.fail, count.skip))
os.exit(count.fail == 0)
