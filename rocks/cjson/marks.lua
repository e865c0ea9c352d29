--- The values that mean something to cjson.
--
-- @module cjson.marks

local function constant(name)
  return setmetatable({}, {
    __name = name,
    __metatable = name,
    __tostring = function() return name end,
    __newindex = function() error(name .. " cannot be changed", 2) end,
  })
end

return {
  -- In C these are light userdata, which Lua code cannot make.
  null = require "json.null",
  empty_array = constant("cjson.empty_array"),
  empty_array_mt = { __name = "cjson.empty_array_mt" },
}
