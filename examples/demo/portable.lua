--- One script, every engine: asks the service for its data over NATS, checks it with arithmetic that any
-- Lua has, and publishes what it found. It runs under moonwire, lua5.4, texlua and luametatex, and
-- inside a ConTeXt document while it is typeset, without a change.
local nats = require "nats"
local json = require "json"
local clock = require "nats.clock"

local ROUND_TRIPS = 100
local PATIENCE = 5 -- seconds for one answer

local nc = assert(nats.connect())

local function ask(subject, payload)
  local msg, err = nc:request(subject, payload or "", PATIENCE)
  if not msg then error(("no answer on %s: %s"):format(subject, tostring(err)), 0) end
  return msg.data
end

-- A checksum that depends on every byte and its place: Adler-32 in integers.
local function checksum(text)
  local a, b = 1, 0
  for i = 1, #text do
    a = (a + text:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return ("%04x%04x"):format(b, a)
end

-- The transport that `connect` chose: the first that this engine has.
local function transport()
  for _, known in ipairs(require("nats.transport").available()) do
    if not known.reason then return known.name end
  end
end

local countries = assert(json.decode(ask("iso.countries")))
local lines, subdivisions = {}, 0
for i, country in ipairs(countries) do
  subdivisions = subdivisions + country.subdivisions
  lines[i] = country.alpha_2 .. " " .. country.name .. " " .. country.subdivisions
end

local started = clock()
for i = 1, ROUND_TRIPS do
  local question = tostring(i)
  assert(ask("iso.echo", question) == question, "the echo is another one")
end
local trip = (clock() - started) / ROUND_TRIPS

nc:publish("demo.result", json.encode {
  engine = require "moonwire.engine",
  lua = _VERSION,
  transport = transport(),
  round_trip = trip, -- seconds
  result = ("%d countries, %d subdivisions, %s"):format(#countries, subdivisions, checksum(table.concat(lines, "\n"))),
})
nc:close()
