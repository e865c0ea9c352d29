--- Says why a value cannot be written as JSON, and where in it the reason lies.
--
-- The encoders give up without a word, which keeps them fast; this walks the
-- value again, by the same rules, and remembers the path.
--
-- @module json.blame

local kind = require "json.kind"
local null = require "json.null"
local unicode = require "json.unicode"

local next, rawget, rawequal, type = next, rawget, rawequal, type

-- The path of a member or an element, as one would write it in Lua.
local function below(path, key)
  if math.type(key) == "integer" then return ("%s[%d]"):format(path, key) end
  if type(key) == "string" then
    if key:find("^[%a_][%w_]*$") then return path .. "." .. key end
    return ("%s[%q]"):format(path, key)
  end
  return ("%s[%s]"):format(path, tostring(key))
end

local function bad_text(path, s, what)
  local _, at = unicode.valid(s)
  return ("%s: %s has invalid UTF-8 at byte %d"):format(path, what, at)
end

local why

local function why_array(t, path, depth, above)
  local count = 0
  for _ in next, t do count = count + 1 end
  for i = 1, count do
    local v = rawget(t, i)
    if v == nil then
      for k in next, t do
        if math.type(k) ~= "integer" then
          return ("%s: an array has the key %s as well: mixed keys"):format(path, below("", k))
        end
      end
      return ("%s: an array has no element %d but later ones (json.null can stand for it)"):format(path, i)
    end
    local reason = why(v, below(path, i), depth, above)
    if reason then return reason end
  end
  return nil
end

local function why_object(t, path, depth, above)
  for k, v in next, t do
    if type(k) ~= "string" then
      return ("%s: an object has the key [%s], a %s; keys must be strings"):format(path, tostring(k), type(k))
    end
    if not unicode.valid(k) then return bad_text(path, k, "the key " .. ("%q"):format(k)) end
    local reason = why(v, below(path, k), depth, above)
    if reason then return reason end
  end
  return nil
end

-- The reason that lies in v or below it, or nil. `above` holds the tables on the
-- way down to v.
function why(v, path, depth, above)
  local of = type(v)
  if of == "string" then
    return not unicode.valid(v) and bad_text(path, v, "a string") or nil
  elseif of == "number" then
    return v - v ~= 0 and ("%s: %s is no JSON number"):format(path, v ~= v and "NaN" or "infinity") or nil
  elseif of == "boolean" or rawequal(v, null) then
    return nil
  elseif of ~= "table" then
    return ("%s: a %s cannot be written as JSON"):format(path, of)
  elseif above[v] then
    return ("%s: the table contains itself: it is %s again"):format(path, above[v])
  elseif depth == 0 then
    return ("%s: too many levels of arrays and objects"):format(path)
  end
  above[v] = path
  local reason = (kind.is_array(v) and why_array or why_object)(v, path, depth - 1, above)
  above[v] = nil
  return reason
end

--- Why a value cannot be written.
-- @param v
-- @tparam integer depth levels of arrays and objects allowed
-- @treturn string the path of the fault, from `$`, with Lua's indices, and the reason
return function(v, depth)
  return why(v, "$", depth, {}) or "$: changed while it was written"
end
