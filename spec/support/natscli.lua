--- The program `nats` of natscli, for specs that look at ours from outside. It is built once, into build/, in the version
-- that spec/support/programs/go.mod names.
local program = require "spec.support.program"
local shell = require "spec.support.shell"

local natscli = {}

local PROGRAM = "build/nats"

--- Where the program is.
-- @treturn ?string its path, after it was built where need be
-- @treturn ?string why there is none
function natscli.program() return program.build("nats", "github.com/nats-io/natscli/nats") end

--- Runs `nats` while a client goes on with its own work.
-- @tparam table nc
-- @tparam string url of the server
-- @tparam string arguments as the shell takes them
-- @treturn string what it printed
function natscli.beside(nc, url, arguments)
  local file = os.tmpname()
  -- Away from the contexts of whoever runs this.
  os.execute(("( XDG_CONFIG_HOME=/nonexistent timeout 60 %s --server %s %s > %s 2>&1; mv %s %s.done ) < /dev/null > /dev/null 2>&1 &")
    :format(PROGRAM, shell.quote(url), arguments, file, file, file))
  for _ = 1, 1000 do
    nc:process(0.06)
    local done = io.open(file .. ".done", "rb")
    if done then
      local text = done:read("a")
      done:close()
      os.remove(file .. ".done")
      return text
    end
  end
  error("nats " .. arguments .. " did not end within 60 s")
end

return natscli
