--- A mark for each test while they run, then what went wrong, for people.
local ipairs, tostring, type = ipairs, tostring, type
local concat, format, gsub = table.concat, string.format, string.gsub
local text = require "busted.portable.text"

local PLAIN = { success = "+", pending = ".", failure = "-", error = "*" }
local UTF = { success = "●", pending = "◌", failure = "◼", error = "✱" }
local COLOURS = { success = 32, pending = 33, failure = 31, error = 35 }
local TITLES = { pending = "Pending", failure = "Failure", error = "Error" }

local terminal = {}

-- One test or error, with its place and traceback.
local function describe(kind, entry, colour)
  local lines = {}
  local place = entry.element.trace
  local where = place and place.short_src and format("%s @ %d", place.short_src, place.currentline) or nil
  lines[#lines + 1] = colour(kind, TITLES[kind]) .. (where and " -> " .. where or "")
  if entry.name and entry.name ~= "" then lines[#lines + 1] = entry.name end
  if entry.randomseed and kind ~= "pending" then lines[#lines + 1] = "Random seed: " .. tostring(entry.randomseed) end
  if entry.message ~= nil then lines[#lines + 1] = type(entry.message) == "string" and entry.message or text.message(entry.message) end
  local traceback = kind ~= "pending" and entry.trace and entry.trace.traceback
  if traceback and traceback ~= "" then lines[#lines + 1] = (gsub(traceback, "^\n", "")) end
  return concat(lines, "\n")
end

local function plural(count, one, many)
  return count .. " " .. (count == 1 and one or many)
end

--- Writes to a file while a runner runs.
-- @tparam table _ the runner
-- @tparam table results of `results.new`
-- @tparam table options write(text); utf: marks and colours for a terminal; defer: no marks
function terminal.attach(_, results, options)
  local write = options.write
  local marks = options.utf and UTF or PLAIN
  local function colour(kind, shown)
    return options.utf and format("\27[%dm%s\27[0m", COLOURS[kind], shown) or shown
  end

  local on = results.on

  on({ "suite", "start" }, function(_, run, runs)
    if runs > 1 then write(format("\nRun %d of %d\n\n", run, runs)) end
  end)

  if not options.defer then
    on({ "test", "end" }, function(_, _, status) write(colour(status, marks[status])) end, { predicate = results.cancelOnPending })
    for _, kind in ipairs { "error", "failure" } do
      on({ kind }, function(element)
        if element.descriptor ~= "it" then write(colour("error", marks.error)) end
      end)
    end
  end

  on({ "suite", "end" }, function()
    local seconds = gsub(gsub(format("%.6f", results.getDuration()), "0+$", ""), "%.$", "")
    write("\n" .. plural(results.successesCount, "success", "successes") .. " / "
      .. plural(results.failuresCount, "failure", "failures") .. " / "
      .. plural(results.errorsCount, "error", "errors") .. " / "
      .. results.pendingsCount .. " pending : " .. seconds .. " seconds\n")
    for _, entry in ipairs(results.pendings) do write("\n" .. describe("pending", entry, colour) .. "\n") end
    for _, entry in ipairs(results.failures) do write("\n" .. describe("failure", entry, colour) .. "\n") end
    for _, entry in ipairs(results.errors) do write("\n" .. describe("error", entry, colour) .. "\n") end
  end)
end

return terminal
