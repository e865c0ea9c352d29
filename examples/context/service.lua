-- The service that the documents of this folder talk to. It runs until it is interrupted:
--
--     moonwire service.lua
local nats = require "nats"
local json = require "json"

-- Height in metres, first climbed in; the names hold what TeX would trip over, were it not for the module.
local MOUNTAINS = {
  { name = "Chomolungma", height = 8849, year = 1953, countries = { "Nepal", "China" } },
  { name = "K2 & its \"Savage\" name", height = 8611, year = 1954, countries = { "Pakistan", "China" } },
  { name = "Kangchenjunga #3", height = 8586, year = 1955, countries = { "Nepal", "India" } },
  { name = "Lhotse_I ($8516)", height = 8516, year = 1956, countries = { "Nepal", "China" } },
  { name = "Makalu 100%", height = 8485, year = 1955, countries = { "Nepal", "China" } },
  { name = "Cho Oyu \\bf", height = 8188, year = 1954, countries = { "Nepal", "China" } },
  { name = "Dhaulāgirī {I}", height = 8167, year = 1960, countries = { "Nepal" } },
}

local function greeting(payload) return "Good day, " .. payload .. "!" end

local function mountains(payload)
  local wanted = payload ~= "" and json.decode(payload) or {}
  local list = json.array()
  for _, mountain in ipairs(MOUNTAINS) do
    if mountain.height >= (wanted.above or 0) then list[#list + 1] = mountain end
  end
  return json.encode { count = #list, mountains = list }
end

local nc = assert(nats.connect())
nc:subscribe("demo.greeting", function(payload, _, msg) msg:respond(greeting(payload)) end)
nc:subscribe("demo.mountains", function(payload, _, msg) msg:respond(mountains(payload)) end)
nc:subscribe("demo.progress", function(payload) print(payload) end)
nc:subscribe("demo.note", function(payload) print("note: " .. payload) end)

-- A bucket with values, where the server keeps streams.
local kv = nc:jetstream():create_key_value { bucket = "demo", storage = "memory" }
if kv then
  kv:put("price.coffee", "2.50 €")
  kv:put("price.tea", "2.20 € & 5% #off")
  kv:put("edition", json.encode { number = 7, editors = { "Åsa", "Ben" } })
end

nc:flush()
print("ready")
io.stdout:flush()
nc:run()
