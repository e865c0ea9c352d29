-- Mutated YAML through yaml.load: nothing may crash, take a second, or fail otherwise than with a message; what
-- loads must survive yaml.dump and yaml.load.
--
--     moonwire bench/yaml_fuzz.lua [COUNT [SEED [FOLDER]]]
--
-- FOLDER holds seeds, files named in.yaml in folders of their own (yaml-test-suite); without it there are the
-- seeds below.

local here = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = here .. "/../lua/?.lua;" .. here .. "/../lua/?/init.lua;" .. package.path
local yaml = require "yaml"

local count = tonumber(arg[1]) or 100000
local seed = tonumber(arg[2]) or os.time()
local folder = arg[3] or here .. "/../../shared/conformance/yaml"

-- Seconds that an input may take; the inputs have at most MAX_BYTES.
local LIMIT = 1
local MAX_BYTES = 10000

local SEEDS = {
  "a: 1\nb:\n  - x\n  - {y: z, 'q': \"\\u00e9\"}\n",
  "- |\n text\n  more\n- >-\n folded\n text\n\n",
  "%YAML 1.2\n%TAG !e! tag:example.com,2000:\n---\n!e!x &a [1, *a]\n...\n",
  "? [a, b]\n: {c: d}\n? |\n  key\n: value\n",
  "<<: *x\nbase: &x {a: 1}\n",
  "--- !!binary |\n R0lGODlh\n--- !!float 1\n",
  "\239\187\191a: \"x\\\n  y\"\n# comment\n...\n---\n'it''s'\n",
}

local list = io.popen("find '" .. folder .. "' -name in.yaml 2> /dev/null")
for path in list:lines() do
  local file = io.open(path, "rb")
  SEEDS[#SEEDS + 1] = file:read "a"
  file:close()
end
list:close()
math.randomseed(seed)
local random = math.random

local SPLINTERS = {
  " ", "  ", "\t", "\n", "\n\n", "\r\n", ":", ": ", "- ", "-", "? ", "[", "]", "{", "}", ",", "#", " #", "&a ", "*a", "!", "!!str ",
  "!!int ", "|", ">", "|+\n", ">-\n", "'", '"', "\\", "%", "%YAML 1.1\n", "---\n", "...\n", "--- ", "<<: ", "~", "null", "0x", "1e9",
  ".nan", ".inf", "\0", "\127", "\194\133", "\226\128\168", "\239\187\191", "\255", "\237\160\128", "999999999999999999999", "`", "@",
}

local MUTATIONS = {
  function(text) -- another byte
    local at = random(1, #text)
    return text:sub(1, at - 1) .. string.char(random(0, 255)) .. text:sub(at + 1)
  end,
  function(text) -- something put in
    local at = random(0, #text)
    return text:sub(1, at) .. SPLINTERS[random(#SPLINTERS)] .. text:sub(at + 1)
  end,
  function(text) -- something taken out
    local at = random(1, #text)
    return text:sub(1, at - 1) .. text:sub(at + random(1, 8))
  end,
  function(text) -- something repeated
    local at = random(1, #text)
    local upto = at + random(1, 40)
    return text:sub(1, upto) .. text:sub(at, upto):rep(random(1, 4)) .. text:sub(upto + 1)
  end,
  function(text) -- the begin of one, the end of another
    local other = SEEDS[random(#SEEDS)]
    return text:sub(1, random(0, #text)) .. other:sub(random(0, #other))
  end,
}

-- One input in so many is as large as inputs may be: what is slow shows there.
local LARGE_EVERY = 50

-- A text repeated, with its lines deeper each time or not.
local function grown(text)
  local deeper = random(2) == 1 and text:find("\n", 1, true)
  local parts, size, i = {}, 0, 0
  while size < MAX_BYTES do
    local part = deeper and text:gsub("\n", "\n" .. (" "):rep(i)) or text
    i = i + 1
    parts[i] = part
    size = size + #part + 1
  end
  return table.concat(parts)
end

local function equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b or a ~= a and b ~= b end
  if a == b then return true end
  local n = 0
  for k, v in pairs(a) do
    n = n + 1
    if type(k) == "table" and k ~= yaml.null then return true end -- keys by identity: nothing to compare
    if not equal(v, b[k]) then return false end
  end
  for _ in pairs(b) do n = n - 1 end
  return n == 0
end

local failed = 0
local function report(what, text, detail)
  failed = failed + 1
  print(("%s: %q\n  %s"):format(what, text, tostring(detail)))
end

local loaded, slowest = 0, 0
local progress = count >= 100000 and count // 20 or count + 1
for i = 1, count do
  local text = SEEDS[random(#SEEDS)]
  if i % LARGE_EVERY == 0 then text = grown(text) end
  for _ = 1, random(1, 4) do
    if text == "" then text = " " end
    text = MUTATIONS[random(#MUTATIONS)](text)
  end
  text = text:sub(1, MAX_BYTES)
  local started = os.clock()
  local ok, documents, err = pcall(yaml.load_all, text, { ordered = i % 2 == 0, max_aliased = 10000 })
  local taken = os.clock() - started
  if taken > slowest then slowest = taken end
  if taken > LIMIT then report("slow", text, taken) end
  if not ok then
    report("an error was raised", text, documents)
  elseif not documents and (type(err) ~= "string" or not err:find("^yaml:%d+:%d+: ")) then
    report("no message", text, err)
  elseif documents then
    loaded = loaded + 1
    local written, out = pcall(yaml.dump_all, documents, { flow = i % 3 * 30, width = i % 5 == 0 and 40 or nil })
    if not written then
      report("cannot be written", text, out)
    else
      local again, problem = yaml.load_all(out, { binary = true })
      if not again then
        report("what was written cannot be read", text, problem)
      elseif not equal(documents, again) then
        report("not equal when read again", text, out)
      end
    end
  end
  local iterated, problem = pcall(function() for _ in yaml.events(text) do end end)
  if not iterated and type(problem) ~= "string" then report("events raised no message", text, problem) end
  if i % progress == 0 then io.stderr:write(("%d of %d\n"):format(i, count)) end
end
print(("%d inputs (seed %d), %d of them YAML, slowest %.3f s: %d failed"):format(count, seed, loaded, slowest, failed))
os.exit(failed == 0)
