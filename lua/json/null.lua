--- The one value that stands for JSON's null.
--
-- Lua's nil cannot be stored in a table, so null needs a value of its own. It is
-- a frozen table: `tostring(null)` is "null", it compares equal to itself alone,
-- and dkjson writes it as null too.
--
-- @module json.null

return setmetatable({}, {
  __name = "json.null",
  __metatable = "json.null",
  __tostring = function() return "null" end,
  __tojson = function() return "null" end,
  __newindex = function() error("json.null cannot be changed", 2) end,
})
