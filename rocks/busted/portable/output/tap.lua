--- The Test Anything Protocol, version 12.
local ipairs, tostring, type = ipairs, tostring, type
local format, gsub = string.format, string.gsub
local text = require "busted.portable.text"

local tap = {}

--- Writes while a runner runs. Parameters as `terminal.attach` has them; verbose: tracebacks too.
function tap.attach(_, results, options)
  local write = options.write
  local number = 0

  local function comment(label, shown)
    write("# " .. label .. (gsub(shown, "\n", "\n# ")) .. "\n")
  end

  local function problem(entry)
    write(format("not ok %d - %s\n", number, tostring(entry.name)))
    local place = entry.element.trace
    if place and place.short_src then comment("", format("%s @ %d", place.short_src, place.currentline)) end
    if entry.randomseed then comment("Random seed: ", tostring(entry.randomseed)) end
    local message = entry.message
    comment("Failure message: ", type(message) == "string" and message or text.message(message))
    if options.verbose and entry.trace and entry.trace.traceback then
      comment("", (gsub(entry.trace.traceback, "^\n", "")))
    end
  end

  local on = results.on

  on({ "suite", "reset" }, function() number = 0 end)
  on({ "suite", "end" }, function() write(format("1..%d\n", number)) end)

  on({ "test", "end" }, function(_, _, status)
    number = number + 1
    if status == "success" then
      write(format("ok %d - %s\n", number, tostring(results.successes[#results.successes].name)))
    elseif status == "pending" then
      local entry = results.pendings[#results.pendings]
      write(format("ok %d - %s # SKIP %s\n", number, tostring(entry.name), (gsub(text.of(entry.message or ""), "\n", " "))))
    elseif status == "failure" then
      problem(results.failures[#results.failures])
    else
      problem(results.errors[#results.errors])
    end
  end, { predicate = results.cancelOnPending })

  for _, kind in ipairs { "error", "failure" } do
    on({ kind }, function(element)
      if element.descriptor ~= "it" then
        number = number + 1
        problem(results.errors[#results.errors])
      end
    end)
  end
end

return tap
