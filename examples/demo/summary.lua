--- Shows what the service collected: a table of engines and results. Status 1 unless all results are equal
-- and every engine named on the command line is there. Usage: moonwire summary.lua ENGINE...
local nats = require "nats"
local json = require "json"

local nc = assert(nats.connect())
local collected = assert(json.decode(assert(nc:request("demo.summary", "", 5)).data))
nc:close()

local by_engine = {}
for _, entry in ipairs(collected.result) do by_engine[entry.engine] = entry end

local rows = { { "engine", "Lua", "transport", "round trip", "result" } }
local missing, results, distinct = {}, {}, 0
for _, engine in ipairs(arg) do
  local entry = by_engine[engine]
  if not entry then
    missing[#missing + 1] = engine
    rows[#rows + 1] = { engine, "-", "-", "-", "no result" }
  else
    rows[#rows + 1] = { engine, (entry.lua:gsub("^Lua ", "")), entry.transport,
      ("%.3f ms"):format(entry.round_trip * 1000), entry.result }
    if not results[entry.result] then
      results[entry.result] = true
      distinct = distinct + 1
    end
  end
end

local widths = {}
for _, row in ipairs(rows) do
  for column, text in ipairs(row) do widths[column] = math.max(widths[column] or 0, #text) end
end
for _, row in ipairs(rows) do
  local line = {}
  for column, text in ipairs(row) do line[column] = text .. (" "):rep(widths[column] - #text) end
  print((table.concat(line, "  "):gsub("%s+$", "")))
end

for _, entry in ipairs(collected.go) do
  print(("\n%s (%s) asked for AX and got %s in %.3f ms"):format(
    entry.client, entry.go, entry.country, entry.round_trip * 1000))
end
local pages, runs = {}, {}
for _, event in ipairs(collected.page) do
  local run = ("%s, pass %d"):format(event.engine or event.job, event.pass)
  if event.page then
    if not pages[run] then runs[#runs + 1] = run end
    pages[run] = (pages[run] or 0) + 1
  end
end
for _, run in ipairs(runs) do print(("%s: %d page events"):format(run, pages[run])) end

if #missing > 0 then
  print("\nNo result from: " .. table.concat(missing, ", "))
elseif distinct > 1 then
  print("\nThe results differ.")
else
  print("\nAll results are equal.")
  os.exit(0)
end
os.exit(1)
