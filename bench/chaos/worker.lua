--- One program of the chaos run: `worker.lua publish|listen URLS FILE NAME COUNT RATE [TRANSPORT]`.
--
-- A publisher sends "NAME NUMBER AWAY" to chaos.NAME, where AWAY is how often it had been disconnected by then. A
-- listener hears all publishers and notes what is missing, what came twice and what came out of order. What each
-- has seen is one JSON object in FILE.
local json = require "json"
local nats = require "nats"

local role, urls, file, name, count, rate, transport = table.unpack(arg, 1, 7)
count, rate = math.tointeger(tonumber(count)), tonumber(rate)

local TICK = 0.05          -- seconds between bursts
local QUIET = 10           -- seconds after which a listener believes that nothing more comes
local LIMIT = 600          -- seconds for all

local report = { role = role, name = name, away = 0, events = json.array {} }

local nc = assert(nats.connect(urls, {
  transport = transport, name = "chaos " .. name, connect_timeout = 2, max_reconnect = -1,
  reconnect_wait = 0.05, reconnect_jitter = 0.05, ping_interval = 5, on_error = function() end,
}))

nc:on("disconnected", function(why)
  report.away = report.away + 1
  report.events[#report.events + 1] = tostring(why)
end)

local function publish()
  local sent = 0
  while sent < count do
    for _ = 1, math.min(count - sent, math.ceil(rate * TICK)) do
      local ok, err = nc:publish("chaos." .. name, ("%s %d %d"):format(name, sent + 1, report.away))
      if not ok then
        report.events[#report.events + 1] = "publish: " .. tostring(err)
        nc:sleep(TICK)
        break
      end
      sent = sent + 1
    end
    nc:sleep(TICK)
  end
  report.sent = sent
  for _ = 1, 20 do                                     -- one of them will arrive
    nc:publish("chaos.end", name)
    nc:sleep(0.2)
  end
end

local function listen()
  local publishers = {}
  local ended, last_heard = 0, nats.clock()
  local seen_end = {}
  nc:subscribe("chaos.end", function(text)
    if not seen_end[text] then ended, seen_end[text] = ended + 1, true end
  end)
  nc:subscribe("chaos.*", function(payload, _, msg)
    if msg.subject == "chaos.end" then return end
    last_heard = nats.clock()
    local from, number, away = payload:match("^(%S+) (%d+) (%d+)$")
    number, away = math.tointeger(tonumber(number)), math.tointeger(tonumber(away))
    local p = publishers[from]
    if not p then
      p = { received = 0, last = 0, away = 0, my_away = report.away, twice = 0, disorder = 0, gaps = json.array {} }
      publishers[from] = p
    end
    if number <= p.last then
      p[number == p.last and "twice" or "disorder"] = p[number == p.last and "twice" or "disorder"] + 1
    else
      if number > p.last + 1 then
        p.gaps[#p.gaps + 1] = {
          first = p.last + 1, last = number - 1, publisher_away = away - p.away, listener_away = report.away - p.my_away,
        }
      end
      p.last = number
    end
    p.received, p.away, p.my_away = p.received + 1, away, report.away
  end)
  nc:flush(30)
  local file_ready = assert(io.open(file .. ".ready", "wb"))
  file_ready:close()
  local start = nats.clock()
  while nats.clock() - start < LIMIT and not (ended >= count and nats.clock() - last_heard > QUIET) do nc:process(0.2) end
  report.publishers = publishers
end

local done = nc:spawn(role == "publish" and publish or listen)
local _, err = done:join()
assert(not err, tostring(err))
report.reconnects = nc:stats().reconnects
nc:close()
local out = assert(io.open(file .. ".part", "wb"))
out:write(json.encode(report, { sort = true }), "\n")
out:close()
assert(os.rename(file .. ".part", file))
