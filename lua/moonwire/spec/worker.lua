--- The end of `moonwire spec --engine` that runs inside an engine: reads what to do from a folder, and
-- keeps the journal there.
local flags = require "moonwire.spec.flags"
local here = require "moonwire.spec.here"
local journal = require "moonwire.spec.journal"

local worker = {}

--- Runs the specs that FOLDER/arguments.lua names.
-- @tparam string folder an absolute path
-- @treturn integer 0 if nothing failed
-- @treturn ?table the results
function worker.run(folder)
  local file = assert(io.open(folder .. "/journal", "ab"))
  local function stop(message)
    file:write("stop\t", (tostring(message):gsub("[\n\t]", " ")), "\n")
    file:close()
    return 2
  end
  local options, problem = flags.parse(dofile(folder .. "/arguments.lua"))
  if options then options, problem = flags.complete(options) end
  if not options then return stop(problem) end
  local attach, results
  attach, options.list_test = journal.writer(file, options.timeout)
  results, problem = here.run(options, attach)
  if not results then return stop(problem) end
  file:close()
  return results.failuresCount + results.errorsCount == 0 and 0 or 1, results
end

return worker
