--- The keys of \setupnats and its kin: which there are, where they may stand, what they accept.

local part = ...

local report = part "report"

local settings = {}

local function seconds(text)
  local value = tonumber(text) or require("nats.duration")(text)
  return value and value > 0 and value or nil
end

local function count(text)
  local value = math.tointeger(tonumber(text))
  return value and value >= 0 and value or nil
end

local function one_of(...)
  local words = {}
  for _, word in ipairs { ... } do words[word] = word end
  return function(text) return words[text] end
end

-- How the text of a key is read, and what to tell who wrote something else. A key that is not here
-- takes any text; an empty text means that the key is not set.
local READ = {
  timeout = { seconds, "a time above 0 such as 2, 500ms or 1m30s" },
  onerror = { one_of("error", "warn", "ignore"), "error, warn or ignore" },
  limit = { count, "a number of characters" },
  as = { one_of("verbatim", "typing", "context", "json"), "verbatim, typing, context or json" },
  pass = { one_of("first", "every", "last"), "first, every or last" },
  first = { count, "the number of a row" },
  last = { count, "the number of a row" },
}

local ASKING = { "timeout", "onerror", "header", "buffer", "id" }
local DATA = { "payload", "path", "first", "last", "before", "between", "after", "empty", "mark" }

local function keys(...)
  local set = {}
  for _, list in ipairs { ... } do
    for _, key in ipairs(list) do set[key] = true end
  end
  return set
end

-- The keys that each command takes.
local KEYS = {
  setupnats = keys(ASKING, DATA,
    { "url", "name", "progress", "limit", "separator", "as", "command", "pass", "kv" }),
  natspublish = keys { "timeout", "onerror", "header", "buffer", "pass" },
  natsrequest = keys(ASKING, { "as", "command", "mark", "empty", "path", "limit" }),
  natskv = keys { "timeout", "onerror", "id", "as", "command", "mark", "empty", "path", "limit" },
  definenatsdata = keys(ASKING, { "subject", "payload" }),
  startnatsdata = keys(ASKING, DATA),
}

--- Looks for mistakes in what an author wrote between brackets, and says what is wrong with it.
-- @tparam string command the name of the command, a key of KEYS
-- @tparam string text the settings as written, not expanded
function settings.check(command, text)
  if text == "" then return end
  local allowed = KEYS[command]
  for key, value in table.sortedhash(utilities.parsers.settings_to_hash(text)) do
    local read = READ[key]
    if not allowed[key] then
      local near = require("nats.check").nearest(key, allowed)
      report.say(("\\%s does not know the key '%s'%s"):format(command, key,
        near and (", did you mean '" .. near .. "'?") or ""))
    elseif read and value ~= "" and not value:find("\\", 1, true) and not read[1](value) then
      report.say(("\\%s[%s=%s]: this key takes %s"):format(command, key, value, read[2]))
    end
  end
end

local current = {}        -- the settings of the command that is running, as text
local document = {}       -- those of \setupnats

--- Takes the settings of the command that is about to run.
-- @tparam table given texts by key
function settings.take(given)
  current = given
end

--- Makes the settings taken last those of the document.
function settings.keep()
  document = current
end

local function value_of(given, key)
  local text = given[key]
  if text == nil or text == "" then return nil end
  local read = READ[key]
  if read then return (read[1](text)) end
  return text
end

--- The value of a setting, for the command that is running.
-- @tparam string key
-- @return what READ makes of its text, the text itself for other keys, nil where it is not set or wrong
function settings.get(key) return value_of(current, key) end

--- The value of a setting as \setupnats left it.
-- @tparam string key
-- @return as for `get`
function settings.base(key) return value_of(document, key) end

local LIMIT = 20000       -- characters, where the limit that was set is none

--- How many characters of a text are typeset, for the command that is running.
-- @treturn integer
function settings.limit() return settings.get("limit") or LIMIT end

--- The same as \setupnats left it.
function settings.base_limit() return settings.base("limit") or LIMIT end

--- What `report.failure` takes: the current onerror, or its default.
function settings.onerror()
  return settings.get("onerror") or "warn"
end

--- The same as \setupnats left it.
function settings.base_onerror()
  return settings.base("onerror") or "warn"
end

--- The headers of the setting header={Key=value,...}.
-- @treturn ?table
function settings.headers()
  local text = settings.get("header")
  return text and utilities.parsers.settings_to_hash(text)
end

--- A payload: the named buffer's text where buffer= is set, else the text given in braces.
-- @tparam string text
-- @treturn string
function settings.payload(text)
  local name = settings.get("buffer")
  if name then
    if not buffers.exists(name) then report.say("there is no buffer '" .. name .. "'") end
    return buffers.getcontent(name) or ""
  end
  -- MkIV doubles # where it turns tokens into text. In both, \% and \# and "\ " stay as they were written.
  if CONTEXTLMTXMODE == 0 then text = text:gsub("##", "#") end
  return (text:gsub("\\([%%# ])", "%1"))
end

return settings
