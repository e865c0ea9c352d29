--- Marks that tell an array from an object where the table alone cannot.
--
-- An empty table could be either. A mark is a metatable with the field
-- `__jsontype`, "array" or "object", the convention of dkjson, so that tables
-- marked by either library are understood by both.
--
-- @module json.kind

local kind = {}

--- The metatable of arrays; the decoder gives it to every array.
kind.array = { __name = "json.array", __jsontype = "array" }

--- The metatable of objects.
kind.object = { __name = "json.object", __jsontype = "object" }

--- The kind that a table is marked with.
-- @tparam table t
-- @treturn ?string "array", "object", or nil when it has no mark
function kind.of(t)
  local meta = getmetatable(t)
  local mark = type(meta) == "table" and rawget(meta, "__jsontype")
  if mark == "array" or mark == "object" then return mark end
  return nil
end

--- Whether a table is written as an array: its mark says so, or it has a first
-- element and no mark. Fields are read raw.
-- @tparam table t
-- @treturn boolean
function kind.is_array(t)
  local meta = getmetatable(t)
  if meta == nil then return t[1] ~= nil end
  if rawequal(meta, kind.array) then return true end
  local mark = kind.of(t)
  if mark then return mark == "array" end
  return rawget(t, 1) ~= nil
end

return kind
