--- `require "busted.runner"()` at the top of a spec file makes the file runnable by itself: `lua file_spec.lua`.
-- When specs are run by `moonwire spec` or busted, the call does nothing.
local core = require "busted.portable.core"
local results_of = require "busted.portable.results"
local terminal = require "busted.portable.output.terminal"

return function()
  local source = debug.getinfo(2, "S").source
  if source:sub(1, 1) ~= "@" then error("busted.runner is called by a spec file", 2) end
  local runner = core.new()
  local results = results_of.new(runner)
  terminal.attach(runner, results, { write = function(text) io.stdout:write(text) end })
  runner.load(source:sub(2))
  runner.run()
  io.stdout:write("\n", results.summary(), "\n")
  os.exit(results.failuresCount + results.errorsCount == 0 and 0 or 1, true)
end
