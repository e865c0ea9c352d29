--- Chaos: three servers in a cluster, one of which is killed and started again, again and again, while programs in
-- every engine, running documents included, publish and listen: `make chaos`, or `lua5.4 bench/chaos/run.lua [KILLS]
-- [MESSAGES] [SEED]`; 20 kills and 200,000 messages unless told otherwise, which takes about two minutes.
--
-- What must hold: nothing comes twice, what a publisher sent comes in its order, and where something is missing its
-- publisher or its listener was disconnected just then. Ends with status 1 otherwise.
package.path = "./?.lua;lua/?.lua;lua/?/init.lua;" .. package.path
local engines = require "moonwire.spec.engines"
local json = require "json"
local server = require "spec.support.server"
local shell = require "spec.support.shell"

local KILLS = math.tointeger(tonumber(arg[1] or 20))
local MESSAGES = math.tointeger(tonumber(arg[2] or 200000))
local SEED = math.tointeger(tonumber(arg[3] or os.time()))
local PACE = 2.5                     -- seconds between two kills

math.randomseed(SEED)
io.stdout:setvbuf "line"
print(("seed %d, %d messages, %d kills"):format(SEED, MESSAGES, KILLS))

-- The programs to run: all engines that are here, documents included.
local ROOT = assert(engines.root(), "run me in the checkout")
local ENGINES = {}
for _, engine in ipairs(engines.named { "all" }) do
  local found = engine.find(ROOT)
  if found then
    ENGINES[#ENGINES + 1] = { name = engine[1], program = found, is_document = engine.tex }
  else
    print(engine[1] .. ": absent: " .. engine.missing)
  end
end

--- Ports that nobody has now.
local function free_ports(count)
  local socket, list, held = require "socket", {}, {}
  for i = 1, count do
    held[i] = assert(socket.bind("127.0.0.1", 0))
    list[i] = math.tointeger(tonumber((select(2, held[i]:getsockname()))))
  end
  for _, one in ipairs(held) do one:close() end
  return list
end

local ports = free_ports(6)
local routes = {}
for i = 1, 3 do routes[i] = "nats-route://127.0.0.1:" .. ports[3 + i] end
local function config(i)
  return ('server_name: n%d\ncluster { name: chaos, host: "127.0.0.1", port: %d, routes: ["%s"] }\n')
    :format(i, ports[3 + i], table.concat(routes, '", "'))
end

local servers = {}
for i = 1, 3 do servers[i] = server.start(config(i), { port = ports[i] }) end
local urls = {}
for i = 1, 3 do urls[i] = "nats://127.0.0.1:" .. ports[i] end

local folder = server.folder()

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

-- How an engine comes to run a script, where that is not by the entry of all engines.
local MAIN = { host = "", luametatex = " --luaonly lua/moonwire/main.lua" }

-- What a worker is in a document: one that it runs on a page while the page is made.
local DOCUMENT = [[
\starttext
This page was begun before the servers died.
\ctxlua{dofile("worker.lua")}
\stoptext
]]
local DOCUMENT_LUA = [[
dofile(%q .. "/lua/moonwire/loader.lua").install(%q)
arg = { %s }
dofile(%q .. "/bench/chaos/worker.lua")
]]

--- Starts a worker; its report will be in the file that is given back.
local function launch(engine, role, count, rate)
  local file = ("%s/%s-%s"):format(folder, engine.name, role)
  local args = { role, table.concat(urls, ","), file, engine.name, tostring(count), ("%g"):format(rate) }
  local command
  if engine.is_document then
    local quoted = {}
    for i, word in ipairs(args) do quoted[i] = ("%q"):format(word) end
    os.execute("mkdir " .. file .. ".doc")
    write(file .. ".doc/worker.tex", DOCUMENT)
    write(file .. ".doc/worker.lua", DOCUMENT_LUA:format(ROOT, ROOT, table.concat(quoted, ", "), ROOT))
    command = ("cd %s.doc && PATH=%s:$PATH %s --once --batchmode --noconsole worker.tex")
      :format(file, shell.quote(engine.program:match "^(.*)/"), shell.quote(engine.program))
  else
    local main = MAIN[engine.name] or " lua/moonwire/main.lua"
    command = ("%s%s bench/chaos/worker.lua %s"):format(shell.quote(engine.program), main, table.concat(args, " "))
  end
  os.execute(("{ %s; } > %s.log 2>&1 < /dev/null &"):format(command, file))
  return file
end

local function wait_for(files, seconds)
  for _ = 1, seconds * 5 do
    local missing
    for _, file in ipairs(files) do
      local found = io.open(file, "rb")
      if found then found:close() else missing = file end
    end
    if not missing then return true end
    os.execute("sleep 0.2")
  end
  return false
end

local each = MESSAGES // #ENGINES
local results, ready = {}, {}
for _, engine in ipairs(ENGINES) do
  local file = launch(engine, "listen", #ENGINES, 0)
  results[#results + 1], ready[#ready + 1] = file, file .. ".ready"
end
local fine = wait_for(ready, 60)
for _, engine in ipairs(fine and ENGINES or {}) do
  results[#results + 1] = launch(engine, "publish", each, each / (KILLS * PACE))
end
for kill = 1, fine and KILLS or 0 do
  os.execute("sleep " .. PACE * 0.6)
  local i = math.random(3)
  servers[i].kill()
  os.execute("sleep " .. PACE * 0.4)
  servers[i] = server.start(config(i), { port = ports[i] })
  print(("kill %d of %d: n%d"):format(kill, KILLS, i))
end
fine = fine and wait_for(results, 300)
for i = 1, 3 do servers[i].stop() end

-- The judgement ---------------------------------------------------------------------------------------

local ROW = "%-12s%-12s%10s%10s%8s%8s%9s%12s"
print()
print(ROW:format("listener", "publisher", "received", "missing", "gaps", "twice", "disorder", "unexplained"))
local bad, total = 0, 0
for _, file in ipairs(results) do
  local handle = io.open(file, "rb")
  local report = handle and json.decode(handle:read("a"))
  if handle then handle:close() end
  if not report then
    bad = bad + 1
    print(file:match("[^/]+$") .. ": no report: " .. (shell.read("tail -n 3 " .. file .. ".log")))
  elseif report.role == "publish" then
    print(("%-12s%-12s%10d sent, disconnected %d times"):format("", report.name, report.sent, report.away))
  else
    for _, engine in ipairs(ENGINES) do
      local p = report.publishers[engine.name] or { received = 0, last = 0, gaps = {}, twice = 0, disorder = 0 }
      local missing, unexplained = each - p.last, 0
      for _, gap in ipairs(p.gaps) do
        missing = missing + gap.last - gap.first + 1
        if gap.publisher_away == 0 and gap.listener_away == 0 then
          unexplained = unexplained + 1
          print(("  unexplained: %d to %d"):format(gap.first, gap.last))
        end
      end
      if p.last < each then unexplained = unexplained + 1 end
      total, bad = total + p.received, bad + unexplained + p.twice + p.disorder
      print(ROW:format(report.name, engine.name, p.received, missing, #p.gaps, p.twice, p.disorder, unexplained))
    end
  end
end
os.execute("rm -rf " .. folder)
fine = fine and bad == 0
local outcome = fine and "every gap explained, nothing twice, all in order" or bad .. " faults"
print(("\nseed %d: %d messages heard, %s"):format(SEED, total, outcome))
os.exit(fine and 0 or 1)
