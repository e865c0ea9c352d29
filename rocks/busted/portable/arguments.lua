--- Lists of arguments that may hold nil anywhere: { n = count, ... }.
local getmetatable, select, setmetatable, type = getmetatable, select, setmetatable, type
local unpack = table.unpack

local arguments = {}

local meta = { __name = "arguments" }

--- Packs arguments.
-- @treturn table
function arguments.pack(...)
  return setmetatable({ n = select("#", ...), ... }, meta)
end

--- The values of a list, nil at its end included.
-- @tparam table list n: their count; without it, as `#` counts
function arguments.unpack(list)
  return unpack(list, 1, list.n or #list)
end

--- True for what `arguments.pack` has made.
-- @param value any value
-- @treturn boolean
function arguments.is(value)
  return type(value) == "table" and getmetatable(value) == meta
end

--- Inserts a value, which may be nil; what stands at the place and after it moves up.
-- @tparam table list
-- @tparam integer place
-- @param value
function arguments.insert(list, place, value)
  local n = list.n or #list
  for i = n, place, -1 do list[i + 1] = list[i] end
  list[place] = value
  list.n = (place > n and place or n + 1)
end

--- Removes a place; what stands after it moves down.
-- @tparam table list
-- @tparam integer place
-- @return what stood there
function arguments.remove(list, place)
  local n = list.n or #list
  local value = list[place]
  if place > n then
    list[place] = nil
    return value
  end
  for i = place, n do list[i] = list[i + 1] end
  list.n = n - 1
  return value
end

return arguments
