--- Schemas as data: which plain scalars are more than text (YAML 1.2.2, chapter 10).
--
-- A schema is a list of rules. A rule has the short name of a tag (its full name is "tag:yaml.org,2002:" and that),
-- the words that have it, and patterns (Lua's) of further texts. The first rule that fits wins; where none fits, the
-- text is a string, or an error where the schema is `strict`. `first` are the bytes with which a text may begin for a
-- pattern to be tried; without it all are. `read` of a rule is the function that makes the value of the text, needed
-- for tags that are not YAML's; `option` is the option of yaml.load without which the rule does not count. `read` of
-- the schema says in which notation numbers are read. A schema of your own is such a table; give it as `schema` to
-- yaml.load.
--
-- @module yaml.schemas

local schemas = {}

-- https://yaml.org/type/timestamp.html
local TIMESTAMPS = { "^%d%d%d%d%-%d%d?%-%d%d?$", "^%d%d%d%d%-%d%d?%-%d%d?[Tt \t].*%d:%d%d:%d%d" }

--- Only strings, sequences and mappings (section 10.1).
schemas.failsafe = {}

--- The texts that JSON knows, no others (section 10.2).
schemas.json = {
  strict = true,
  { tag = "null", words = { "null" } },
  { tag = "bool", words = { "true", "false" } },
  { tag = "int", first = "-+0123456789", patterns = { "^-?0$", "^-?[1-9]%d*$" } },
  { tag = "float", first = "-0123456789", patterns = {
    "^-?0%.?%d*$", "^-?[1-9]%d*%.?%d*$", "^-?0%.?%d*[eE][-+]?%d+$", "^-?[1-9]%d*%.?%d*[eE][-+]?%d+$",
  } },
}

--- What YAML 1.2 reads (section 10.3), and timestamps where they are asked for; the default.
schemas.core = {
  { tag = "null", words = { "", "~", "null", "Null", "NULL" } },
  { tag = "bool", words = { "true", "True", "TRUE", "false", "False", "FALSE" } },
  { tag = "int", first = "-+0123456789", patterns = { "^[-+]?%d+$", "^0o[0-7]+$", "^0x%x+$" } },
  { tag = "float", first = "-+.0123456789",
    words = {
      ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN",
    },
    patterns = {
      "^[-+]?%d+%.?%d*$", "^[-+]?%.%d+$", "^[-+]?%d+%.?%d*[eE][-+]?%d+$", "^[-+]?%.%d+[eE][-+]?%d+$",
    } },
  { tag = "timestamp", option = "timestamps", first = "0123456789", patterns = TIMESTAMPS },
}

--- What YAML 1.1 reads (https://yaml.org/type/), but for the single letters y and n, which its parsers leave text.
schemas["1.1"] = {
  read = "1.1",
  { tag = "null", words = { "", "~", "null", "Null", "NULL" } },
  { tag = "bool", words = {
    "true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no", "No", "NO",
    "on", "On", "ON", "off", "Off", "OFF",
  } },
  { tag = "int", first = "-+0123456789", patterns = {
    "^[-+]?0$", "^[-+]?[1-9][%d_]*$", "^[-+]?0b[01_]+$", "^[-+]?0[0-7_]+$", "^[-+]?0x[%x_]+$",
    "^[-+]?[1-9][%d_]*:[0-5]?%d$", "^[-+]?[1-9][%d_]*:[0-5]?%d:[0-5]?%d$",
  } },
  { tag = "float", first = "-+.0123456789",
    words = {
      ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN",
    },
    patterns = {
      "^[-+]?%d[%d_]*%.[%d_]*$", "^[-+]?%.%d[%d_]*$", "^[-+]?%d[%d_]*%.[%d_]*[eE][-+]%d+$", "^[-+]?%.%d[%d_]*[eE][-+]%d+$",
      "^[-+]?%d[%d_]*:[0-5]?%d%.[%d_]*$", "^[-+]?%d[%d_]*:[0-5]?%d:[0-5]?%d%.[%d_]*$",
    } },
  { tag = "timestamp", option = "timestamps", first = "0123456789", patterns = TIMESTAMPS },
}

return schemas
