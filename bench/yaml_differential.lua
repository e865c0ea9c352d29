-- Generated values through this project's yaml and lyaml (libyaml, YAML 1.1), both ways:
-- yaml.dump -> lyaml.load, and lyaml.dump -> yaml.load.
--
--     lua5.4 bench/yaml_differential.lua [COUNT [SEED]]
--
-- Left out of the values, because lyaml changes them: U+0000, at which it ends a string; "<<" as a key, which it takes
-- for a merge in quotes too; floats without a fraction, of which it makes integers. EXCUSED lists what its dump writes
-- so that it is read as something else.

local lyaml = require "lyaml"
package.loaded.yaml = nil -- the C module of that name, which lyaml has by now
local here = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = here .. "/../lua/?.lua;" .. here .. "/../lua/?/init.lua;" .. package.path
local yaml = require "yaml"

local count = tonumber(arg[1]) or 10000
local seed = tonumber(arg[2]) or os.time()
math.randomseed(seed)
local random = math.random

-- Strings that a careless writer gets wrong.
local HARD = {
  "", " ", "no", "yes", "on", "Off", "y", "N", "true", "null", "~", "1e3", "0o7", "0x1F", "010", "1_000", "12:30:45", "1:30",
  "2026-01-01", "2026-01-01 10:00:00", ".inf", "-.INF", ".nan", "+1", "-1", "- a", "-", "--- x", "---", "...", "... y", "? a", "?",
  ": a", ":", "a: b", "a:", "a #b", "#a", "@a", "`a", "%a", "!a", "&a", "*a", "|", ">", "'", "\"", "''", "it's", "say \"x\"", "a\\b",
  "trailing ", " leading", "tab\tinside", "\ttab", "a\nb", "a\n", "a\n\n", "\na", "\n", "\n\n", " a\n b", "a \nb", "a\n  b\n c\n",
  "a\r\nb", "\127", "\27[0m", "\194\133x", "\226\128\168x", "\239\187\191x", "\240\159\152\128", "é", "日本語",
  "{a}", "[a]", "a,b", "a, b", "{", "}", "[", "]", ",", "<<", "=", "0b1", "0.", ".5", "1.", "1e", "e1", "08", "0xZ", "1 2", "--a", "-a",
  "key: [", "http://a.b/c?d=e#f", "C:\\x", "a  b", "a:b", "x:", "::", "a\n#b", "a\n---\nb", "a\n...\n", "%YAML 1.2", "# c\nd", "\\n",
}

local function text()
  local kind = random(6)
  if kind <= 3 then return HARD[random(#HARD)] end
  if kind == 4 then return HARD[random(#HARD)] .. HARD[random(#HARD)] end
  if kind == 5 then return ("word "):rep(random(1, 60)) .. "end" end
  local characters = {}
  for i = 1, random(1, 20) do
    local c = random(1, 400)
    if c >= 0x80 and c < 0xA0 and c ~= 0x85 then c = 0x41 end
    characters[i] = utf8.char(c)
  end
  return table.concat(characters)
end

local function scalar()
  local kind = random(8)
  if kind == 1 then return random(-1000, 1000) end
  if kind == 2 then return random(2) == 1 and math.maxinteger or math.mininteger end
  if kind == 3 then return random() * 10 ^ random(-5, 5) + 0.0625 end
  if kind == 4 then return random(2) == 1 end
  if kind == 5 then return yaml.null end
  return text()
end

local function value(depth)
  local kind = depth == 0 and 3 or random(4)
  if kind == 1 then
    local list = yaml.sequence()
    for i = 1, random(0, 5) do list[i] = value(depth - 1) end
    return list
  elseif kind == 2 then
    local map = yaml.mapping()
    for _ = 1, random(0, 5) do
      local key = random(3) == 1 and text() or "k" .. random(99)
      if key ~= "<<" then map[key] = value(depth - 1) end
    end
    return map
  end
  return scalar()
end

local function equal(a, b)
  if a == yaml.null then a = lyaml.null end
  if b == yaml.null then b = lyaml.null end
  if type(a) ~= "table" or type(b) ~= "table" or a == lyaml.null then return a == b end
  for k, v in pairs(a) do
    if not equal(v, b[k]) then return false end
  end
  for k in pairs(b) do
    if a[k] == nil then return false end
  end
  return true
end

-- What lyaml's dump leaves bare or writes wrongly, by what is true of a string in the value.
local EXCUSED = {
  { "lyaml quotes only what YAML 1.1 resolves", function(s) return s:find "^0o[0-7]+$" end },
  { "in YAML 1.1 NEL, LS and PS are line breaks", function(s) return s:find "\194\133" or s:find "\226\128[\168\169]" end },
  { "lyaml writes = and << bare", function(s) return s == "<<" end },
}

local function to_lyaml(node)
  if node == yaml.null then return lyaml.null end
  if type(node) ~= "table" then return node end
  local t = {}
  for k, v in pairs(node) do t[k] = to_lyaml(v) end
  return t
end

local function excuse(node)
  if type(node) == "string" then
    for _, entry in ipairs(EXCUSED) do
      if entry[2](node) then return entry[1] end
    end
  elseif type(node) == "table" and node ~= yaml.null then
    for k, v in pairs(node) do
      local reason = excuse(k) or excuse(v)
      if reason then return reason end
    end
  end
  return nil
end

local OPTIONS = { {}, { width = 40 }, { flow = 60 }, { indent = 4 }, { flow = 1000, indent = 1 }, { explicit = true, width = 20 } }
local out_failed, in_failed, excused = 0, 0, {}
local function show(what, node, written, problem)
  print(("%s:\n%s\n  %s\n"):format(what, written, tostring(problem)))
end
for i = 1, count do
  local node = { root = value(4) }
  local written = yaml.dump(node, OPTIONS[i % #OPTIONS + 1])
  local own, err = yaml.load(written)
  if own == nil or not equal(node, own) then
    out_failed = out_failed + 1
    show("yaml.dump -> yaml.load", node, written, err)
  end
  local ok, back = pcall(lyaml.load, written)
  if not ok or not equal(node, back) then
    out_failed = out_failed + 1
    show("yaml.dump -> lyaml.load", node, written, not ok and back)
  end
  local dumped
  ok, dumped = pcall(lyaml.dump, { to_lyaml(node) })
  if not ok then
    excused["lyaml cannot write it"] = (excused["lyaml cannot write it"] or 0) + 1
  else
    back, err = yaml.load(dumped)
    if back == nil or not equal(node, back) then
      local reason = excuse(node)
      -- lyaml's dump loses digits of floats, for one: what it reads back itself is what we must read.
      local own_ok, own_back = pcall(lyaml.load, dumped)
      if not own_ok then
        reason = reason or "lyaml does not read its own text"
      elseif back ~= nil and equal(own_back, back) then
        reason = "lyaml loses it: both read the same"
      end
      if reason then
        excused[reason] = (excused[reason] or 0) + 1
      else
        in_failed = in_failed + 1
        show("lyaml.dump -> yaml.load", node, dumped, err)
      end
    end
  end
end
print(("%d values (seed %d): dump -> lyaml: %d failed; lyaml -> load: %d failed"):format(count, seed, out_failed, in_failed))
for reason, n in pairs(excused) do print(("  excused %d: %s"):format(n, reason)) end
os.exit(out_failed + in_failed == 0)
