--- Servers of a spec's own, with a configuration of its own: `moonwire serve`; and proxies: `moonwire proxy`.
local shell = require "spec.support.shell"

local server = {}

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

--- Whether a process runs. One that has ended may be there until somebody asks for its status: who started it has.
local function is_alive(pid)
  local state = (read("/proc/" .. pid .. "/stat") or ""):match("%) (%a)")
  if state then return state ~= "Z" end
  return select(2, shell.read("kill -0 " .. pid .. " 2> /dev/null")) == 0
end

--- A folder of its own for a spec.
-- @treturn string
function server.folder() return (shell.read("mktemp -d")) end

--- Begins to run a program that writes a file of ports.
local function run(folder, command)
  os.execute(("%s > %s/log 2>&1 < /dev/null & echo $! > %s/pid"):format(command, folder, folder))
  return folder
end

local function moonwire(folder, arguments)
  return run(folder, ("%s %s --ports-file %s/ports"):format(os.getenv "MOONWIRE_BIN" or "bin/moonwire", arguments, folder))
end

--- Begins to start a server.
local function launch(config, options)
  local folder = server.folder()
  write(folder .. "/server.conf", config)
  return moonwire(folder, ("serve --config %s/server.conf --port %d"):format(folder, options and options.port or -1))
end

--- Waits until a server is ready.
local function ready(folder)
  local self, text = { folder = folder, pid = tonumber(read(folder .. "/pid")) }, nil
  for _ = 1, 200 do
    text = read(folder .. "/ports")
    if text and text ~= "" or not is_alive(self.pid) then break end
    os.execute("sleep 0.05")
  end
  if not text then
    if is_alive(self.pid) then os.execute("kill " .. self.pid) end
    error("nothing to connect to within 10 s: " .. (read(folder .. "/log") or "it said nothing"))
  end
  self.ports = require("json").decode(text)
  local first = (self.ports.nats or {})[1]
  self.port = first and math.tointeger(tonumber(first:match(":(%d+)$")))

  local function finish(signal)
    if not self.pid then return end
    os.execute(("kill -%s %d 2> /dev/null"):format(signal, self.pid))
    for _ = 1, 200 do
      if not is_alive(self.pid) then break end
      os.execute("sleep 0.02")
    end
    self.pid = nil
    os.execute("rm -rf " .. folder)
  end

  --- Ends it in good order.
  function self.stop() finish "TERM" end

  --- Ends it at once, as a crash does.
  function self.kill() finish "KILL" end

  return self
end

--- Starts a server on a free port of 127.0.0.1.
-- @tparam string config of nats-server
-- @tparam[opt] {port=integer} options a port instead of a free one
-- @treturn {ports=table,port=integer,pid=integer,stop=function,kill=function} ports: what nats-server writes of them
function server.start(config, options) return ready(launch(config, options)) end

--- Starts the program `hostile`, a server that does what a script says.
-- @tparam string path of the program
-- @tparam {[string]={table,...}} script steps by names of the caller's own, as its source describes them
-- @treturn {ports={[string]=integer},stop=function}
function server.hostile(path, script)
  local folder = server.folder()
  write(folder .. "/script.json", require("json").encode(script))
  return ready(run(folder, ("%s %s/script.json %s/ports"):format(path, folder, folder)))
end

--- Starts a proxy on a free port of 127.0.0.1.
-- @tparam string arguments more of them, for the shell
-- @treturn table as of `start`
function server.proxy(arguments) return ready(moonwire(server.folder(), "proxy --listen 127.0.0.1:0 " .. arguments)) end

--- Starts several at the same time.
-- @tparam {[string]=string} configs by names of the caller's own
-- @treturn {[string]=table} servers by the same names
function server.start_all(configs)
  local folders, servers = {}, {}
  for name, config in pairs(configs) do folders[name] = launch(config) end
  for name, folder in pairs(folders) do servers[name] = ready(folder) end
  return servers
end

return server
