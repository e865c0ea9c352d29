--- Variables in values: $A, ${A}, ${A:-default}, ${A-default}, ${A:?message}, ${A?message}, ${A:+other}, ${A+other}, $$.
--
-- What stands behind an operator may have variables itself. Keys are never touched. (Compose Specification,
-- "Interpolation".)
--
-- @module compose.interpolate

local faults = require "compose.faults"
local tree = require "compose.tree"

local find, sub, match = string.find, string.sub, string.match

local interpolate = {}

-- As many nodes a document may have when its aliases are written out.
local MAX_NODES = 500000

-- The "}" that closes the "{" at a position.
local function closing(text, open)
  local depth, at = 0, open
  while true do
    at = find(text, "[{}]", at)
    if not at then return nil end
    depth = depth + (sub(text, at, at) == "{" and 1 or -1)
    if depth == 0 then return at end
    at = at + 1
  end
end

local substitute

-- What ${...} stands for; nil and a message where it is wrong.
local function braced(inside, variables)
  local name, operator, rest = match(inside, "^([%a_][%w_]*)(:?[-?+])([^\n]*)$")
  if not name then
    name = match(inside, "^[%a_][%w_]*$")
    if not name then return nil, "malformed" end
    local value = variables.lookup(name)
    if not value then variables.unset(name) end
    return value or ""
  end
  local value = variables.lookup(name)
  local given = value ~= nil and (sub(operator, 1, 1) ~= ":" or value ~= "")
  operator = sub(operator, -1)
  if operator == "+" then
    if given then return substitute(rest, variables) end
    return value or ""
  end
  if given then return value end
  local other, err = substitute(rest, variables)
  if not other then return nil, err end
  if operator == "-" then return other end
  return nil, ("the variable %s is required%s"):format(name, other ~= "" and ": " .. other or " and has no value")
end

--- Replaces the variables in a text.
-- @tparam string text
-- @tparam table variables `lookup(name)` gives the value or nil; `unset(name)` is told of variables without one
-- @treturn ?string
-- @treturn ?string what is wrong; "malformed" where `$` begins no variable
function substitute(text, variables)
  local at = find(text, "$", 1, true)
  if not at then return text end
  local out, n, from = {}, 0, 1
  while at do
    local value, stop
    local name = match(text, "^[%a_][%w_]*", at + 1)
    local following = sub(text, at + 1, at + 1)
    if name then
      value, stop = variables.lookup(name), at + #name
      if not value then
        variables.unset(name)
        value = ""
      end
    elseif following == "$" then
      value, stop = "$", at + 1
    elseif following == "{" then
      local close = closing(text, at + 1)
      if not close then return nil, "malformed" end
      local err
      value, err = braced(sub(text, at + 2, close - 1), variables)
      if not value then return nil, err end
      stop = close
    end
    if value then
      out[n + 1], out[n + 2] = sub(text, from, at - 1), value
      n, from = n + 2, stop + 1
    end
    at = find(text, "$", stop and stop + 1 or at + 1, true)
  end
  out[n + 1] = sub(text, from)
  return table.concat(out)
end

interpolate.text = substitute

--- The variables in a text, those in what stands behind operators, too.
-- @tparam string text
-- @tparam function tell function(name, operator, rest): operator is nil, or ":-", "-", ":?", "?", ":+", "+"; rest is what
--   stands behind it
function interpolate.each(text, tell)
  local at = find(text, "$", 1, true)
  while at do
    local name = match(text, "^[%a_][%w_]*", at + 1)
    local following = sub(text, at + 1, at + 1)
    local close = following == "{" and closing(text, at + 1)
    if name then
      tell(name)
    elseif close then
      local inside = sub(text, at + 2, close - 1)
      local operator, rest
      name, operator, rest = match(inside, "^([%a_][%w_]*)(:?[-?+])([^\n]*)$")
      name = name or match(inside, "^[%a_][%w_]*$")
      if name then tell(name, operator, rest) end
      if rest then interpolate.each(rest, tell) end
    end
    at = find(text, "$", (close or following == "$" and at + 1 or at) + 1, true)
  end
end

--- Makes a copy of a tree in which all variables are replaced.
-- @tparam table document a map
-- @tparam ?table variables as for `text`; nil copies only
-- @treturn table
-- @raise a fault with the place of the value that is wrong
function interpolate.tree(document, variables)
  local nodes = 0
  local function copy(value, place, path)
    nodes = nodes + 1
    if nodes > MAX_NODES then
      faults.raise(place, nil, ("the aliases of this file stand for more than %d values"):format(MAX_NODES))
    end
    if type(value) == "string" then
      if not variables then return value end
      local text, err = substitute(value, variables)
      if text then return text end
      if err == "malformed" then
        err = ('"%s" has a $ that begins no variable; write $$ for a $ itself'):format(value)
      end
      faults.raise(place, path, err)
    end
    if type(value) ~= "table" or value == tree.null then return value end
    local twin = tree.is_list(value) and tree.list() or tree.map()
    getmetatable(twin).either = getmetatable(value).either -- see compose.script
    if tree.is_list(value) then
      for i = 1, #value do
        local at = tree.place(value, i)
        tree.set(twin, i, copy(value[i], at, tree.join(path, i)), at)
      end
    else
      for key, item in tree.each(value) do
        local at = tree.place(value, key)
        tree.set(twin, key, copy(item, at, tree.join(path, key)), at)
      end
    end
    return twin
  end
  return copy(document, nil, "")
end

return interpolate
