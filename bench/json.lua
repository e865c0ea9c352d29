-- The speed of `json` beside lunajson, dkjson (with and without LPeg) and cjson, in the engine that runs this.
--
--     lua5.4 bench/json.lua [ROUNDS [PATTERN]]    MB of text a second of processor time, and ratios, of the documents
--                                                 whose names match a pattern
--     lua5.4 bench/json.lua memory CODEC          the most memory that reading 10 MB takes, in MB
--
-- Peers are the genuine rocks that the engine finds; LUNAJSON=DIR names the folder src of lunajson where it is not
-- installed. A peer that is not there is said to be absent. Runs are interleaved, so that a slow moment of the machine
-- meets all, and the best of each counts.

local here = arg[0]:match "^(.*)/[^/]*$" or "."
local their_path = package.path
package.path = here .. "/../lua/?.lua;" .. here .. "/../lua/?/init.lua"
local json = require "json"
local engine = require "moonwire.engine"
package.path = their_path

-- Floors of the ratio to lunajson: on records, on every other document.
local FLOOR_RECORDS, FLOOR = 1.5, 1.2
-- What takes less seconds than this is repeated: the clock counts microseconds.
local ENOUGH = 0.03

-- Documents ------------------------------------------------------------------

-- Numbers by chance, the same in each engine.
local state = 42
local function random(n)
  state = (state * 6364136223846793005 + 1442695040888963407) & 0x7FFFFFFFFFFFFFFF
  return (state >> 30) % n + 1
end

-- Parts until they have a size, in brackets.
local function array(size, part)
  local parts, length, i = {}, 0, 0
  while length < size do
    i = i + 1
    parts[i] = part(i)
    length = length + #parts[i] + 1
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function record(i)
  return ('{"id":%d,"guid":"%08x-%04x","active":%s,"balance":%.2f,"age":%d,"name":"User %d","email":"user%d@example.com",'
    .. '"tags":["alpha","beta","t%d"],"address":{"street":"%d Main Street","city":"Town","zip":null}}'):format(
    i, random(1 << 30), random(65535), i % 2 == 0 and "true" or "false", random(1000000) / 100, 18 + i % 60, i, i, i % 7, i)
end

local WORDS = { "lorem", "ipsum", "dolor", "sit", "amet", "consectetur", "adipiscing", "elit" }
local function words(count, escape)
  local list = {}
  for i = 1, count do list[i] = WORDS[random(#WORDS)] .. (escape and i % 3 == 0 and escape or "") end
  return table.concat(list, " ")
end

local DOCUMENTS = {
  { "records", FLOOR_RECORDS, function(size) return array(size, record) end },
  { "numbers", FLOOR, function(size)
    return array(size, function(i)
      if i % 3 == 0 then return ("%d"):format(random(1000000)) end
      if i % 3 == 1 then return ("%.6g"):format(random(1 << 30) / 1e4) end
      return ("%.17g"):format(random(1 << 50) / random(1 << 50))
    end)
  end },
  { "long strings", FLOOR, function(size) return array(size, function() return '"' .. words(150) .. '"' end) end },
  { "strings with escapes", FLOOR, function(size)
    return array(size, function() return '"' .. words(150, '\\n\\"') .. '"' end)
  end },
  { "200 levels deep", FLOOR, function(size)
    local deep = ('{"a":[1,'):rep(100) .. "true" .. ("]}"):rep(100)
    return array(size, function() return deep end)
  end },
}

-- Codecs ---------------------------------------------------------------------

-- A genuine module, or nil and why not. Ours are not on the path.
local function genuine(name, folder)
  if folder then package.path = folder .. "/?.lua;" .. their_path end
  local fine, module = pcall(require, name)
  package.path = their_path
  if fine then return module end
  return nil, tostring(module):match "[^\n]*"
end

-- The TeX engines do not look where Debian puts dkjson.
local DEBIAN = { texlua = "/usr/share/lua/5.3", luametatex = "/usr/share/lua/5.4" }

local function codecs()
  local list, absent = { { "json", json.decode, json.encode } }, {}
  local function add(name, module, why, decode)
    if module then
      list[#list + 1] = { name, decode or module.decode, module.encode }
    else
      absent[#absent + 1] = name .. " is absent: " .. why
    end
  end
  add("lunajson", genuine("lunajson", os.getenv "LUNAJSON"))
  local dkjson, why = genuine("dkjson", DEBIAN[engine])
  add("dkjson", dkjson, why)
  local fine, lpeg = pcall(function() return dkjson.use_lpeg() end)
  add("dkjson+lpeg", fine and lpeg, tostring(lpeg))
  add("cjson", genuine("cjson"))
  return list, absent
end

-- Measuring ------------------------------------------------------------------

local function seconds(f, x)
  local begin, count = os.clock(), 0
  repeat
    f(x)
    count = count + 1
  until os.clock() - begin > ENOUGH
  return (os.clock() - begin) / count
end

-- MB/s of each function, the best of the rounds; nil for one that fails. After each comes a call with something tiny,
-- because lunajson holds on to what it has written until it writes again, and all others would have to carry that.
local function speeds(functions, argument, tiny, bytes, rounds)
  local best = {}
  for i, f in ipairs(functions) do
    best[i] = pcall(f, argument) and math.huge or nil
    pcall(f, tiny)
  end
  for _ = 1, rounds do
    for i, f in ipairs(functions) do
      if best[i] then
        collectgarbage()
        best[i] = math.min(best[i], seconds(f, argument))
        f(tiny)
      end
    end
  end
  local list = {}
  for i in ipairs(functions) do list[i] = best[i] and bytes / 1e6 / best[i] end
  return list
end

local function row(label, list, number, cells)
  local columns = {}
  for i = 1, #list do columns[i] = ("%12s"):format(cells[i] and number:format(cells[i]) or "-") end
  print(("%-36s%s"):format(label, table.concat(columns)))
end

local function column(list, name)
  for i, codec in ipairs(list) do
    if codec[1] == name then return i end
  end
  return nil
end

-- What is wrong with the ratios of one measurement, or nothing.
local function verdict(list, mb, floor)
  local luna, lpeg = column(list, "lunajson"), column(list, "dkjson+lpeg")
  local said = ""
  if luna and mb[luna] then
    local ratio = mb[1] / mb[luna]
    said = (" %.2f of lunajson%s"):format(ratio, ratio < floor and (", below %.1f"):format(floor) or "")
  end
  if lpeg and mb[lpeg] and mb[1] < mb[lpeg] then said = said .. ", below dkjson with lpeg" end
  return said
end

local SIZES = { { "10 kB", 10000 }, { "300 kB", 300000 }, { "10 MB", 10000000, 2 } }

local function speed(rounds, pattern)
  local list, absent = codecs()
  print(("%s, %s: MB/s, best of %d interleaved rounds"):format(engine, _VERSION, rounds))
  for _, line in ipairs(absent) do print("  " .. line) end
  local names = {}
  for i, codec in ipairs(list) do names[i] = ("%12s"):format(codec[1]) end
  print(("%-36s%s"):format("", table.concat(names)))
  local decoders, encoders = {}, {}
  for i, codec in ipairs(list) do decoders[i], encoders[i] = codec[2], codec[3] end
  for _, document in ipairs(DOCUMENTS) do
    for _, size in ipairs(SIZES) do
      local label = document[1] .. ", " .. size[1]
      if label:find(pattern) then
        local text = document[3](size[2])
        local times = size[3] or rounds
        local decoded = speeds(decoders, text, "1", #text, times)
        row(label .. ": decode", list, "%.1f", decoded)
        local value = json.decode(text, { null = false })
        local encoded = speeds(encoders, value, 1, #text, times)
        row(label .. ": encode", list, "%.1f", encoded)
        print(("%36s  decode%s; encode%s"):format("", verdict(list, decoded, document[2]), verdict(list, encoded, document[2])))
      end
    end
  end
end

-- The most memory that this process has had, in MB, with 10 MB of records read by a codec.
local function memory(name)
  local list = codecs()
  local codec = list[column(list, name) or error("no codec " .. name, 0)]
  local text = DOCUMENTS[1][3](10000000)
  collectgarbage()
  -- With null in the tables, as json has it: lunajson leaves it out otherwise.
  local value
  if name == "lunajson" then value = codec[2](text, nil, codec) else value = codec[2](text) end
  local status = assert(io.open("/proc/self/status")):read "a"
  assert(value)
  print(("%s: %d MB"):format(name, tonumber(status:match "VmHWM:%s*(%d+)") // 1024))
end

if arg[1] == "memory" then
  memory(arg[2])
else
  speed(tonumber(arg[1]) or 9, arg[2] or "")
end
