--- Deep comparison and deep copies of values, for `assert.same` and the arguments that spies keep.
local getmetatable, next, pcall, rawequal, setmetatable, type =
  getmetatable, next, pcall, rawequal, setmetatable, type

local compare = {}

-- The metatable as a table, or nil: a __metatable field may show anything else in its place.
local function metatable(value)
  local meta = getmetatable(value)
  return type(meta) == "table" and meta or nil
end

-- pairs: pairs[a][b] is true while a and b are being compared further up, which makes cycles end: two
-- tables differ only if something finite in them does.
local function same(a, b, pairs, top)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  local meta = metatable(a)
  if meta and meta.__eq and meta == metatable(b) and not top then return a == b end
  if rawequal(a, b) then
    -- Only a NaN inside could make a table differ from itself; identity wins.
    return true
  end
  local others = pairs[a]
  if not others then
    others = {}
    pairs[a] = others
  elseif others[b] then
    return true
  end
  others[b] = true
  for key, value in next, a do
    local other = b[key]
    if other == nil then return false, { key } end
    local equal, path = same(value, other, pairs)
    if not equal then
      path = path or {}
      path[#path + 1] = key
      return false, path
    end
  end
  for key in next, b do
    if a[key] == nil then return false, { key } end
  end
  others[b] = nil
  return true
end

--- Compares two values: tables by what is in them, at any depth, everything else with `==`.
-- Keys are compared by identity. Tables inside that share a metatable with __eq are compared with `==`;
-- the two values themselves never are. Cyclic tables are equal where they unfold to the same tree.
-- @param a a value
-- @param b another
-- @treturn boolean
-- @treturn ?table where they differ first: the keys from the inside out
function compare.same(a, b)
  return same(a, b, {}, true)
end

--- Compares as `compare.same` does, but honours __eq of the two values themselves too.
-- @param a a value
-- @param b another
-- @treturn boolean
function compare.alike(a, b)
  return (same(a, b, {}, false))
end

--- Copies a value: tables at any depth, with their metatables (by reference) and cycles.
-- @param value any value
-- @tparam function keep keep(value) -> true for tables that are not to be copied
-- @return the copy; the value itself where it is no table or its metatable is protected
function compare.copy(value, keep)
  local copies = {}
  local function copy(original)
    if type(original) ~= "table" or keep(original) then return original end
    if copies[original] then return copies[original] end
    local meta = getmetatable(original)
    local made = {}
    copies[original] = made
    for key, inner in next, original do made[key] = copy(inner) end
    if meta ~= nil and (type(meta) ~= "table" or not pcall(setmetatable, made, meta)) then
      copies[original] = original
      return original
    end
    return made
  end
  return copy(value)
end

return compare
