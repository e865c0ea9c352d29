--- A global of one function's own.
local debug, error, getmetatable, setmetatable, type = debug, error, getmetatable, setmetatable, type
local getupvalue, upvaluejoin = debug.getupvalue, debug.upvaluejoin

--- Gives a function a global that no other function sees; its other globals are those that it had. A function
-- that uses no globals is left as it is. In documents `debug` has not what it takes: an error says so.
-- @tparam function|table callable a function, or a table with a metatable's __call
-- @tparam string name
-- @param value
return function(callable, name, value)
  local meta = getmetatable(callable)
  local f = type(callable) == "function" and callable or type(meta) == "table" and meta.__call
  if type(f) ~= "function" then error("bindfenv takes a function, not a " .. type(callable), 2) end
  if not upvaluejoin then error("bindfenv needs debug.upvaluejoin, which this engine does not have", 2) end
  local i = 0
  local upvalue, globals
  repeat
    i = i + 1
    upvalue, globals = getupvalue(f, i)
  until upvalue == nil or upvalue == "_ENV"
  if upvalue == nil then return end
  local own = setmetatable({ [name] = value }, { __index = globals })
  upvaluejoin(f, i, function() return own end, 1)
end
