--- What scripts written for exosite's lua-yaml expect of `eval`: options for yaml.load.
--
-- @module yaml.exosite

local constructor = require "yaml.constructor"

-- That library counts from 08:00 on 1970-01-01 and takes no notice of the zone; its numbers are kept.
local ITS_EPOCH = 8 * 3600

local function seconds(text)
  local year, month, day, rest = text:match "^(%d%d%d%d)%-(%d%d?)%-(%d%d?)(.*)$"
  local hour, minute, second = rest:match "^%s+(%d%d?):?(%d*):?(%d*)"
  return constructor.days(tonumber(year), tonumber(month), tonumber(day)) * 86400
    + (tonumber(hour) or 0) * 3600 + (tonumber(minute) or 0) * 60 + (tonumber(second) or 0) - ITS_EPOCH
end

local DATE = "^%d%d%d%d%-%d%d?%-%d%d?"

return {
  drop_null = true, -- null is nil there
  duplicates = "last",
  string_keys = true,
  schema = {
    { tag = "null", words = { "", "~", "null", "Null", "NULL" } },
    { tag = "bool", words = { "true", "yes", "on" } },
    { tag = "bool", words = { "enabled" }, read = function() return true end },
    { tag = "bool", words = { "false", "no", "off" } },
    { tag = "bool", words = { "disabled" }, read = function() return false end },
    { tag = "int", first = "-0123456789", patterns = { "^-?%d+$" } },
    { tag = "float", first = "-0123456789", patterns = { "^-?%d+%.%d+$" } },
    { tag = "timestamp", first = "0123456789", read = seconds, patterns = {
      DATE .. "$", DATE .. "%s+%d%d?$", DATE .. "%s+%d%d?:%d%d$", DATE .. "%s+%d%d?:%d%d:%d%d$",
      DATE .. "%s+%d%d?:%d%d:%d%d%s+%-?%d%d?$", DATE .. "%s+%d%d?:%d%d:%d%d%s+%-?%d%d?:%d%d$",
    } },
  },
}
