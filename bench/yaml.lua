-- The speed of yaml.load beside lyaml (libyaml, C), and whether its time is linear in the size.
--
--     lua5.4 bench/yaml.lua [speed|linear]
--
-- speed: medians of interleaved runs, as ratios to lyaml, to a reader that tries patterns at each position, as exosite's
-- lua-yaml does, and to that library itself where its folder is named in EXOSITE. linear: ten times the size must cost
-- at most eleven times the time.

local ok, lyaml = pcall(require, "lyaml")
package.loaded.yaml = nil -- the C module of that name, which lyaml has by now
local here = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = here .. "/../lua/?.lua;" .. here .. "/../lua/?/init.lua;" .. package.path
local yaml = require "yaml"

-- Runs of each, interleaved so that a slow moment of the machine meets all.
local RUNS = 9

local function repeated(size, make)
  local parts, n, i = {}, 0, 0
  while n < size do
    i = i + 1
    parts[i] = make(i)
    n = n + #parts[i]
  end
  return parts
end

local SERVICE = [[
  service%d:
    image: registry.example.com/team/service%d:1.%d.0
    restart: unless-stopped
    command: ["serve", "--port", "%d", --verbose]
    environment:
      - LOG_LEVEL=info
      - DATABASE_URL=postgres://db:5432/app%d
      - "GREETING=hello: world"
    ports:
      - "%d:80"
    depends_on:
      db: { condition: service_healthy }
    healthcheck:
      test: [CMD, curl, -f, "http://localhost/health"]  # probe
      interval: 30s
      retries: %d
    labels:
      com.example.description: 'The service number %d'
      com.example.public: true

]]

local RECORD = '{"id": %d, "name": "User %d", "email": "user%d@example.com", "active": %s, "score": %.2f, '
  .. '"tags": ["a", "b%d"], "address": {"street": "%d Main St", "city": "Town", "zip": null}}'

local function compose(size)
  return "# generated\nname: shop\nservices:\n" .. table.concat(repeated(size, function(i)
    return SERVICE:format(i, i, i % 10, 8000 + i, i, 9000 + i, i % 5, i)
  end))
end

local function flow(size)
  return "[" .. table.concat(repeated(size, function(i)
    return RECORD:format(i, i, i, i % 2 == 0, i * 1.37, i, i)
  end), ", ") .. "]\n"
end

local function blocks(size)
  return table.concat(repeated(size, function(i)
    return ("text%d: |\n%sfolded%d: >-\n%s\n  A new paragraph.\n"):format(i,
      ("  The quick brown fox jumps over the lazy dog, again and again.\n"):rep(20), i,
      ("  Folded lines are joined with single spaces by the reader.\n"):rep(15))
  end))
end

local function median(list)
  table.sort(list)
  return list[#list // 2 + 1]
end

local function timed(work)
  collectgarbage()
  local start = os.clock()
  work()
  return os.clock() - start
end

-- Medians of interleaved runs of several functions.
local function measure(works, runs)
  local times = {}
  for i = 1, #works do times[i] = {} end
  for _ = 1, runs do
    for i, work in ipairs(works) do times[i][#times[i] + 1] = timed(work) end
  end
  for i = 1, #works do times[i] = median(times[i]) end
  return times
end

local failed = 0

-- exosite's library, in its own folder, as a module that is not ours.
local function exosite_eval()
  local folder = os.getenv "EXOSITE"
  local chunk = folder and loadfile(folder .. "/yaml.lua")
  return chunk and chunk().eval
end

-- The approach of that library, without its parser: a list of patterns, tried in order at the begin of the text, of
-- which each token is cut off.
local PATTERNS = {
  "^#[^\n]*", "^\n( *)", "^ +", "^(enabled)[%s%c]", "^(true)[%s%c]", "^(yes)[%s%c]", "^(on)[%s%c]", "^(disabled)[%s%c]",
  "^(false)[%s%c]", "^(no)[%s%c]", "^(off)[%s%c]", "^(null)[%s%c]", "^(~)[%s%c]", '^"([^"]-)" *:[%s%c]', "^'([^']-)' *:[%s%c]",
  '^"([^"]-)"', "^'([^']-)'", "^(%d+)%-(%d+)%-(%d+)", "^%-%-%-[^%c]*", "^,", "^{", "^}", "^%[", "^%]", "^%-", "^:", "^(|)[+%-]?",
  "^(>)[+%-]?", "^([%w][%w %-_]*):[%s%c]", "^[^%c,%]}]+", "^.",
}

local function tokens_by_position(text)
  local tokens = {}
  while text ~= "" do
    for i = 1, #PATTERNS do
      local _, e, capture = text:find(PATTERNS[i])
      if e then
        tokens[#tokens + 1] = { i, capture }
        text = text:sub(e + 1)
        break
      end
    end
  end
  return tokens
end

local function speed()
  if not ok then print "lyaml is not there (Debian: lua-yaml); times are those of yaml alone" end
  print(("%-28s %9s %9s %7s"):format("", "yaml ms", "lyaml ms", "ratio"))
  for _, case in ipairs {
    { "compose-like, 250 kB", compose(250000) }, { "flow style, 1 MB", flow(1000000) }, { "block scalars, 1 MB", blocks(1000000) },
  } do
    local text = case[2]
    local works = { function() assert(yaml.load(text)) end }
    if ok then works[2] = function() lyaml.load(text) end end
    local times = measure(works, RUNS)
    times[2] = times[2] or 0 / 0
    local ratio = times[1] / times[2]
    if ratio > 2 then failed = failed + 1 end
    print(("%-28s %9.1f %9.1f %7.2f%s"):format(case[1], times[1] * 1e3, times[2] * 1e3, ratio, ratio > 2 and "  TOO SLOW" or ""))
  end
  local eval = exosite_eval()
  local text = compose(250000):gsub("{ condition: service_healthy }", "{ condition: healthy }")
  local works = { function() yaml.load(text) end, function() tokens_by_position(text) end }
  if eval then works[3] = function() eval(text) end end
  local times = measure(works, 3)
  print(("\n%-28s %9s %9s %7s"):format("compose-like, 250 kB", "yaml ms", "other ms", "ratio"))
  for i, name in ipairs { "tokens by position", "exosite's lua-yaml" } do
    local other = times[i + 1]
    if other then
      local ratio = times[1] / other
      if ratio > 1 / 5 then failed = failed + 1 end
      local verdict = ratio > 1 / 5 and "  TOO SLOW" or ""
      print(("%-28s %9.1f %9.1f %7.2f%s"):format(name, times[1] * 1e3, other * 1e3, ratio, verdict))
    end
  end
end

-- What is measured of a text.
local UNLIMITED = { max_depth = math.huge, max_aliased = math.huge }

local function loading(text)
  return function() assert(yaml.load_all(text, UNLIMITED)) end
end

local function iterating(text)
  return function()
    for _ in yaml.events(text, { max_depth = math.huge }) do end
  end
end

local function dumping(text)
  local value = assert(yaml.load_all(text, UNLIMITED))
  return function() yaml.dump_all(value, { flow = 60 }) end
end

-- Texts of a size, for the ways in which a reader can be slower than linear; loading is measured where nothing is said.
local SHAPES = {
  { "compose-like", compose },
  { "flow style", flow },
  { "block scalars", blocks },
  { "one long plain line", function(size) return "a: " .. ("word "):rep(size // 5) .. "\n" end },
  { "one long quoted line", function(size) return 'a: "' .. ("w\\u00e9 "):rep(size // 8) .. '"\n' end },
  { "one long line of pairs", function(size) return "[" .. ("a: b, "):rep(size // 6) .. "]\n" end },
  { "one long line of keys", function(size) return "[" .. ("[a]: b, "):rep(size // 8) .. "]\n" end },
  { "many colons", function(size) return "a: " .. ("b:c#d:e"):rep(size // 6) .. "\n" end },
  { "deep flow", function(size) return ("["):rep(size // 2) .. ("]"):rep(size // 2) .. "\n" end },
  { "deep block on one line", function(size) return ("- "):rep(size // 2) .. "x\n" end },
  { "deep block", function(size)
    local depth = math.floor(math.sqrt(size)) -- the size is the square of the depth
    local parts = {}
    for i = 0, depth do parts[#parts + 1] = (" "):rep(i) .. "a:\n" end
    return table.concat(parts)
  end },
  { "many anchors", function(size)
    return table.concat(repeated(size, function(i) return ("- &a%d {x: %d}\n- *a%d\n"):format(i, i, i) end))
  end },
  { "many merges", function(size)
    return "base: &b {x: 1, y: 2}\n" .. table.concat(repeated(size, function(i) return ("k%d: {<<: *b, z: 3}\n"):format(i) end))
  end },
  { "many documents", function(size) return ("---\na: 1\n"):rep(size // 9) end },
  { "many comments", function(size) return ("# comment\n"):rep(size // 10) .. "a: 1\n" end },
  { "many blank lines", function(size) return "a: b\n" .. ("\n"):rep(size) .. "c: d\n" end },
  { "many lines of plain text", function(size) return "a: b\n" .. ("  word word\n"):rep(size // 12) end },
  { "many escapes", function(size) return 'a: "' .. ("\\n"):rep(size // 2) .. '"\n' end },
  { "not ASCII", function(size) return "a:\n" .. ("  - äöü ß: 日本\n"):rep(size // 24):gsub("ß: ", "") end },
  { "windows line ends", function(size) return (compose(size):gsub("\n", "\r\n")) end },
  { "events, compose-like", compose, iterating },
  { "events, flow style", flow, iterating },
  { "dump, compose-like", compose, dumping },
  { "dump, flow style", flow, dumping },
  { "dump, block scalars", blocks, dumping },
}

local function linear()
  local small, large = 30000, 300000
  print(("%-28s %9s %9s %7s"):format("", "small ms", "10x ms", "ratio"))
  for _, shape in ipairs(SHAPES) do
    local a, b = shape[2](small), shape[2](large)
    local measured = shape[3] or loading
    local small_work, large_work = measured(a), measured(b)
    -- Small times are noisy: each is that of several loads, and the best of three medians counts.
    local best
    for _ = 1, 3 do
      local times = measure({
        function() for _ = 1, 10 do small_work() end end,
        large_work,
      }, 5)
      local ratio = times[2] / (times[1] / 10) / (#b / #a / 10)
      if not best or ratio < best[3] then best = { times[1] * 100, times[2] * 1e3, ratio } end
      if best[3] <= 11 then break end
    end
    local slow = best[3] > 11
    if slow then failed = failed + 1 end
    print(("%-28s %9.2f %9.2f %7.1f%s"):format(shape[1], best[1], best[2], best[3], slow and "  NOT LINEAR" or ""))
  end
end

if arg[1] ~= "linear" then speed() end
if arg[1] ~= "speed" then linear() end
os.exit(failed == 0)
