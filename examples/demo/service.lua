--- The service of the demo: answers questions about countries from ISO 3166, and collects what the other
-- programs of the demo tell. Usage: moonwire service.lua FOLDER (of Debian's iso-codes: JSON files)
--
--   iso.countries  ""      -> every country by name, with the number of its subdivisions
--   iso.country    "DE"    -> one country, or an error header if there is none
--   iso.divided    "15"    -> the countries with most subdivisions, as many as asked for
--   iso.initials   ""      -> how many names begin with each letter
--   iso.echo       bytes   -> the same bytes
--   demo.result, demo.page, demo.go   events, collected
--   demo.summary   ""      -> everything collected
--   demo.stop      ""      -> ends the service
local nats = require "nats"
local json = require "json"

local folder = arg[1] or "/usr/share/iso-codes/json"

local function read(name)
  local file = assert(io.open(folder .. "/iso_" .. name .. ".json", "rb"))
  local text = file:read("a")
  file:close()
  return assert(json.decode(text))[name]
end

local countries, by_code = read "3166-1", {}
for _, country in ipairs(countries) do
  country.subdivisions = 0
  by_code[country.alpha_2] = country
end
for _, part in ipairs(read "3166-2") do
  local country = by_code[part.code:sub(1, 2)]
  if country then country.subdivisions = country.subdivisions + 1 end
end
-- By name, where Å is an A.
local function key(country) return (country.name:gsub("Å", "A")) end
table.sort(countries, function(a, b) return key(a) < key(b) end)
local all_countries = json.encode(countries)

-- The countries with most subdivisions.
local function divided(number)
  local ranked = table.move(countries, 1, #countries, 1, {})
  table.sort(ranked, function(a, b)
    if a.subdivisions == b.subdivisions then return a.name < b.name end
    return a.subdivisions > b.subdivisions
  end)
  return table.move(ranked, 1, math.min(number, #ranked), 1, json.array {})
end

-- How many names begin with each letter.
local function initials()
  local list = json.array {}
  for letter = ("A"):byte(), ("Z"):byte() do
    list[#list + 1] = { letter = string.char(letter), countries = 0 }
  end
  for _, country in ipairs(countries) do
    local entry = list[key(country):byte() - ("A"):byte() + 1]
    entry.countries = entry.countries + 1
  end
  return list
end

local nc = assert(nats.connect({ name = "demo service" }))

local function answer(subject, reply_to)
  nc:subscribe(subject, { queue = "demo", callback = function(payload, _, msg) reply_to(msg, payload) end })
end

answer("iso.countries", function(msg) msg:respond(all_countries) end)
answer("iso.divided", function(msg, number) msg:respond(json.encode(divided(tonumber(number) or 10))) end)
answer("iso.initials", function(msg) msg:respond(json.encode(initials())) end)
answer("iso.echo", function(msg, payload) msg:respond(payload) end)
answer("iso.country", function(msg, code)
  local country = by_code[code]
  if country then
    msg:respond(json.encode(country))
  else
    msg:respond("", { ["Nats-Service-Error"] = "no country " .. code, ["Nats-Service-Error-Code"] = "404" })
  end
end)

local collected = { result = json.array {}, page = json.array {}, go = json.array {} }
for kind, list in pairs(collected) do
  nc:subscribe("demo." .. kind, function(payload)
    list[#list + 1] = json.decode(payload) or json.null
  end)
end
answer("demo.summary", function(msg) msg:respond(json.encode(collected)) end)
answer("demo.stop", function(msg)
  msg:respond("stopping")
  nc:drain()
end)

assert(nc:flush(5))
print(("answering for %d countries: %s"):format(#countries, tostring(nc)))
io.stdout:flush()
nc:run()
