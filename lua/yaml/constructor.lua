--- From the text of a scalar to a Lua value, by schema and by tag.
--
-- @module yaml.constructor

local types = require "yaml.types"
local schemas = require "yaml.schemas"

local find, gsub, byte, sub = string.find, string.gsub, string.byte, string.sub
local tonumber, math_type = tonumber, math.type

local constructor = {}

--- What the short names of tags stand for.
constructor.PREFIX = "tag:yaml.org,2002:"

-- -------------------------------------------------------------------------------------------------- numbers

-- A number of digits in a base, with its sign: an integer where Lua's 64 bits hold it, else a float. Each match of
-- `pattern` is a digit.
local function value_of(text, pattern, base, negative)
  local least = math.mininteger // base + (math.mininteger % base == 0 and 0 or 1)
  local below = 0 -- the number with a minus, because the least integer has no positive twin; nil where it is too large
  local rough = 0.0
  for part in text:gmatch(pattern) do
    local digit = base > 36 and tonumber(part) or tonumber(part, base)
    rough = rough * base + digit
    if below then
      local fits = math_type(digit) == "integer" and below >= least and below * base >= math.mininteger + digit
      below = fits and below * base - digit or nil
    end
  end
  if negative then return below or -rough end
  return below and below ~= math.mininteger and -below or rough
end

-- Numbers to base 60, as YAML 1.1 has them: 1:30 is 90.
local function sexagesimal(text)
  local sign, rest = text:match "^([-+]?)(.*)$"
  return value_of(rest, "[^:]+", 60, sign == "-")
end

-- Prefixes of integers by notation: pattern of the rest, and base.
local INTEGER_BASES = {
  core = { { "^([-+]?)0o([0-7]+)$", 8 }, { "^([-+]?)0x(%x+)$", 16 } },
  ["1.1"] = { { "^([-+]?)0x(%x+)$", 16 }, { "^([-+]?)0b([01]+)$", 2 }, { "^([-+]?)0([0-7]+)$", 8 } },
}

-- The number, a float where it has more than 64 bits; nil where the text is none.
local function read_number(number, read)
  if read == "1.1" then
    number = gsub(number, "_", "")
    if find(number, ":", 1, true) then return sexagesimal(number) end
  end
  if find(number, "^[-+]?0[%dxob]") then
    for _, form in ipairs(INTEGER_BASES[read]) do
      local sign, digits = number:match(form[1])
      if sign then return value_of(digits, "%x", form[2], sign == "-") end
    end
  end
  return find(number, "^[-+]?%d+$") and tonumber(number) or nil
end

local function read_int(text, options)
  local value = read_number(text, options.read)
  if options.big == "string" and math_type(value) == "float" then return text end
  return value
end

local FLOAT_WORDS = { [".inf"] = math.huge, ["+.inf"] = math.huge, ["-.inf"] = -math.huge, [".nan"] = 0 / 0 }

local function read_float(text, options)
  local word = FLOAT_WORDS[text:lower()]
  if word then return word end
  local number = text
  if options.read == "1.1" then
    number = gsub(text, "_", "")
    if find(number, ":", 1, true) then return sexagesimal(number) + 0.0 end
  end
  -- Lua would read hexadecimal numbers here, too.
  local value = find(number, "^[-+.%deE]+$") and tonumber(number)
  return value and value + 0.0 or nil
end

-- ------------------------------------------------------------------------------------- binary and timestamps

local BASE64 = {}
do
  local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  for i = 1, #alphabet do BASE64[byte(alphabet, i)] = i - 1 end
end

local function decode_base64(text)
  local data = gsub(text, "[ \t\n]", "")
  if not find(data, "^[%w+/]*=?=?$") or #data % 4 ~= 0 then return nil end
  local padding = #data - #gsub(data, "=", "")
  data = gsub(data, "=", "A")
  local out = {}
  for i = 1, #data, 4 do
    local a, b, c, d = byte(data, i, i + 3)
    local bits = BASE64[a] << 18 | BASE64[b] << 12 | BASE64[c] << 6 | BASE64[d]
    out[#out + 1] = string.char(bits >> 16, bits >> 8 & 255, bits & 255)
  end
  return sub(table.concat(out), 1, -1 - padding)
end

--- The days from 1970-01-01 to a date of the Gregorian calendar.
-- @tparam integer year
-- @tparam integer month
-- @tparam integer day
-- @treturn integer
function constructor.days(year, month, day)
  -- Years begin in March, so that a leap day comes last.
  if month < 3 then year, month = year - 1, month + 12 end
  return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day - 719469
end

-- A timestamp (https://yaml.org/type/timestamp.html) as seconds since 1970-01-01T00:00:00Z; nil where it is none.
local function read_timestamp(text)
  local year, month, day, rest = text:match "^(%d%d%d%d)%-(%d%d?)%-(%d%d?)(.*)$"
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if not year or month < 1 or month > 12 or day < 1 then return nil end
  local seconds = constructor.days(year, month, day) * 86400
  -- A day that the month does not have.
  if day > 28 and seconds >= constructor.days(month < 12 and year or year + 1, month % 12 + 1, 1) * 86400 then return nil end
  if rest == "" then return seconds end
  local hour, minute, second, fraction, zone = rest:match "^[Tt \t][ \t]*(%d%d?):(%d%d):(%d%d)(%.?%d*)[ \t]*(.*)$"
  hour, minute, second = tonumber(hour), tonumber(minute), tonumber(second)
  if not hour or hour > 23 or minute > 59 or second > 60 then return nil end -- 60 is a leap second
  seconds = seconds + hour * 3600 + minute * 60 + second
  if #fraction > 1 then seconds = seconds + tonumber("0" .. fraction) end
  if zone == "" or zone == "Z" then return seconds end
  local sign, hours, minutes = zone:match "^([-+])(%d%d?):?(%d?%d?)$"
  if not sign then return nil end
  local offset = tonumber(hours) * 3600 + (tonumber(minutes) or 0) * 60
  return sign == "-" and seconds + offset or seconds - offset
end

-- -------------------------------------------------------------------------------------------------- by schema

local NULLS = { [""] = true, ["~"] = true, null = true }
local BOOLEANS = { ["true"] = true, yes = true, on = true, ["false"] = false, no = false, off = false }

-- What a text of a tag means; nil where it is no such text.
local READERS = {
  null = function(text) return NULLS[text:lower()] and types.null or nil end,
  bool = function(text) return BOOLEANS[text:lower()] end,
  int = read_int,
  float = read_float,
  str = function(text) return text end,
  timestamp = function(text, options)
    if options.timestamps then return read_timestamp(text) end
    return text
  end,
  binary = function(text, options)
    if options.binary then return decode_base64(text) end
    return text
  end,
}

--- What is wrong with a schema of one's own.
-- @tparam table schema as in yaml.schemas
-- @treturn ?string nil where nothing is
function constructor.wrong_schema(schema)
  for i, rule in ipairs(schema) do
    if type(rule) ~= "table" then return ("rule %d is a %s, not a table"):format(i, type(rule)) end
    if rule.read == nil and not READERS[rule.tag] then
      return ("rule %d needs a function read, since there is none for the tag %s"):format(i, tostring(rule.tag))
    end
  end
  return nil
end

-- A schema made ready: `starts` gives for the first byte of a text the rules that may fit it, `words` values of texts.
local function compile(schema, options)
  local settings = {
    read = schema.read or "core", big = options.big, timestamps = options.timestamps, binary = options.binary,
  }
  local words, starts, empty = {}, {}, nil
  local function rules_of(b)
    local rules = starts[b]
    if not rules then
      rules = { n = 0 }
      starts[b] = rules
    end
    return rules
  end
  for _, rule in ipairs(schema) do
    local read = rule.read or READERS[rule.tag]
    local off = rule.option and not options[rule.option]
    for _, word in ipairs(not off and rule.words or {}) do
      if word == "" then
        empty = read(word, settings)
      elseif words[word] == nil then
        rules_of(byte(word))
        words[word] = read(word, settings)
      end
    end
    for _, pattern in ipairs(not off and rule.patterns or {}) do
      local function add(b)
        local rules = rules_of(b)
        rules.n = rules.n + 1
        rules[rules.n] = { pattern, read }
      end
      if rule.first then
        for i = 1, #rule.first do add(byte(rule.first, i)) end
      else
        for b = 0, 255 do add(b) end
      end
    end
  end
  if empty == nil and not schema.strict then empty = "" end
  local strict = schema.strict
  local function resolve(text)
    local rules = starts[byte(text)]
    if rules then
      local word = words[text]
      if word ~= nil then return word end
      for i = 1, rules.n do
        local rule = rules[i]
        if find(text, rule[1]) then
          local value = rule[2](text, settings)
          if value ~= nil then return value end
        end
      end
    elseif text == "" then
      return empty
    end
    if strict then return nil end
    return text
  end
  return { resolve = resolve, starts = starts, settings = settings, strict = strict, schema = schema }
end

-- Built-in schemas without options are compiled once.
local compiled = {}

--- Makes a schema ready for use.
-- @tparam string|table schema a name ("core", "json", "failsafe", "1.1") or a table as in yaml.schemas
-- @tparam table options `big`, `timestamps`, `binary` as for yaml.load
-- @treturn table `resolve`: a function from the text of a plain scalar to its value (nil where a strict schema
--   has none); `starts`: a table whose keys are the first bytes of the texts that may be more than strings
function constructor.compile(schema, options)
  local default = not (options.big == "string" or options.timestamps or options.binary)
  local known = type(schema) == "string" and schemas[schema]
  if not known then return compile(schema, options) end
  if not default then return compile(known, options) end
  local ready = compiled[schema]
  if not ready then
    ready = compile(known, {})
    compiled[schema] = ready
  end
  return ready
end

-- ----------------------------------------------------------------------------------------------------- by tag

local COLLECTIONS = { seq = "sequence", map = "mapping", set = "mapping", omap = "sequence", pairs = "sequence" }

--- The value of a scalar that has a tag.
-- @tparam table ready a compiled schema
-- @tparam string tag the tag, resolved
-- @tparam string text
-- @treturn any the value, nil where the text is none of this tag
-- @treturn ?string then: what is wrong
function constructor.scalar(ready, tag, text)
  local name = tag:match "^tag:yaml%.org,2002:(.*)$"
  if not name then return text end
  local read = READERS[name]
  if read then
    local value = read(text, ready.settings)
    if name == "float" and value == nil then
      -- 0x10 is an integer, and an integer may be written for a float.
      value = read_number(text, ready.settings.read)
      value = value and value + 0.0
    end
    if value == nil then return nil, ("%q is no !!%s"):format(text, name) end
    return value
  end
  if COLLECTIONS[name] then
    return nil, ("!!%s is the tag of a %s, and this is a scalar"):format(name, COLLECTIONS[name])
  end
  return text
end

--- Whether a collection may have a tag.
-- @tparam string tag the tag, resolved
-- @tparam string kind "sequence" or "mapping"
-- @treturn ?string what is wrong, nil where nothing is
function constructor.mismatch(tag, kind)
  local name = tag:match "^tag:yaml%.org,2002:(.*)$"
  if not name then return nil end
  if READERS[name] then return ("!!%s is the tag of a scalar, and this is a %s"):format(name, kind) end
  if COLLECTIONS[name] and COLLECTIONS[name] ~= kind then
    return ("!!%s is the tag of a %s, and this is a %s"):format(name, COLLECTIONS[name], kind)
  end
  return nil
end

return constructor
