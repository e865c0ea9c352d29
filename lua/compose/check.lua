--- Whether a tree has the forms that compose.schema allows.
--
-- @module compose.check

local faults = require "compose.faults"
local scalars = require "compose.scalars"
local schema = require "compose.schema"
local tree = require "compose.tree"

local check = {}

-- More lines of errors than anybody reads.
local MAX_FAULTS = 20

-- Checks that the forms name: a message, or nil.
local checks = {}

function checks.pull_policy(value)
  local words = { always = 1, never = 1, build = 1, if_not_present = 1, missing = 1, refresh = 1, daily = 1, weekly = 1 }
  if words[value] then return nil end
  local every = value:match "^every_(.+)$"
  if every and every:gsub("%d+[wdhms]", "") == "" then return nil end
  return ('"%s" is no pull policy; there are always, never, build, missing, refresh, daily, weekly and every_<duration>%s')
    :format(value, faults.did_you_mean(value, words))
end

function checks.container_name(value)
  if value:find "[%w][%w_.-]+" then return nil end
  return ('"%s" is no name for a container: letters, digits, "_", "." and "-", at least two'):format(value)
end

-- Quoted booleans are read, since a variable gives one.
function checks.boolean(value)
  local _, err = scalars.boolean(value)
  return err
end

local KINDS = { string = "a string", integer = "an integer", number = "a number", boolean = "a boolean", null = "null" }

local function or_list(words)
  if #words == 1 then return words[1] end
  return table.concat(words, ", ", 1, #words - 1) .. " or " .. words[#words]
end

local function wanted(form)
  local words = {}
  for kind in (form.kinds or ""):gmatch "%a+" do
    if kind ~= "null" then words[#words + 1] = KINDS[kind] end
  end
  if form.fields or form.each then words[#words + 1] = "a mapping" end
  if form.list then words[#words + 1] = "a list" end
  return or_list(words)
end

local function allows(form, kind, value)
  if kind == "map" then return form.fields or form.each end
  if kind == "list" then return form.list end
  for word in (form.kinds or ""):gmatch "%a+" do
    if word == kind or word == "number" and kind == "integer" then return true end
    if word == "integer" and kind == "number" and math.tointeger(value) then return true end
  end
  return false
end

-- What the value is, for people.
local function shown(value, kind)
  if kind == "map" then return "a mapping" end
  if kind == "list" then return "a list" end
  if kind == "null" then return "nothing" end
  if kind == "string" then return ('"%s"'):format(#value > 40 and value:sub(1, 40) .. "..." or value) end
  return tostring(value)
end

local function quote_hint(form, kind, value)
  if (kind == "integer" or kind == "number" or kind == "boolean") and form.is == "text" then
    return ('; write it in quotes: "%s"'):format(scalars.text(value))
  end
  return ""
end

--- Checks a value against a form.
-- @tparam table form
-- @param value
-- @tparam ?table place the place of the value
-- @tparam string path
-- @tparam {table,...} found faults are added to it
-- @tparam[opt] boolean raw whether variables stand as they are written: a text with one may become anything
function check.form(form, value, place, path, found, raw)
  local function fault(message, at, where)
    if #found < MAX_FAULTS then found[#found + 1] = faults.new(at or place, where or path, message) end
  end
  local kind = tree.kind(value)
  if raw and kind == "string" and value:find("$", 1, true) then return end
  -- Lua does not tell an empty list from an empty map (see compose.script).
  if kind == "map" and form.list and getmetatable(value).either and next(value) == nil then
    getmetatable(value).__jsontype, kind = "array", "list"
  end
  if not allows(form, kind, value) then
    return fault(("must be %s, not %s%s"):format(wanted(form), shown(value, kind), quote_hint(form, kind, value)))
  end
  if kind == "map" then
    if form.each then
      for key, item in tree.each(value) do
        local at = tree.place(value, key) or place
        if form.names and not key:find(form.names) then
          fault(('"%s" is no name: letters, digits, "_", "." and "-" only'):format(key), at)
        else
          check.form(form.each, item, at, tree.join(path, key), found, raw)
        end
      end
      return
    end
    for key, item in tree.each(value) do
      local at = tree.place(value, key) or place
      local field = form.fields[key]
      if field then
        check.form(field, item, at, tree.join(path, key), found, raw)
      elseif form.plain or key:sub(1, 2) ~= "x-" then
        fault(("unknown attribute%s"):format(faults.did_you_mean(key, form.fields)), at, tree.join(path, key))
      end
    end
    for _, key in ipairs(form.required or {}) do
      if value[key] == nil then fault(('the attribute "%s" is missing'):format(key)) end
    end
  elseif kind == "list" then
    for i = 1, #value do
      local at, here = tree.place(value, i) or place, tree.join(path, i)
      check.form(form.list, value[i], at, here, found, raw)
      if form.unique then
        for j = 1, i - 1 do
          if tree.equal(value[i], value[j]) then
            fault(("the same as %s"):format(tree.join(path, j)), at, here)
            break
          end
        end
      end
    end
  elseif kind ~= "null" then
    if form.one_of then
      local words = {}
      for _, word in ipairs(form.one_of) do words[word] = true end
      if not words[value] then
        fault(('must be %s, not "%s"%s')
          :format(or_list(form.one_of), scalars.text(value), faults.did_you_mean(scalars.text(value), words)))
      end
    end
    if type(value) == "number" then
      if form.least and value < form.least then fault(("must be %d or more, not %s")
        :format(form.least, scalars.text(value))) end
      if form.most and value > form.most then fault(("must be %d or less, not %s")
        :format(form.most, scalars.text(value))) end
    end
    local message = form.check and checks[form.check](value)
    if message then fault(message) end
  end
end

--- Checks a project.
-- @tparam table project
-- @tparam[opt] boolean raw as above
-- @raise a fault, of all that is wrong
function check.project(project, raw)
  local found = {}
  check.form(schema.project, project, nil, "", found, raw)
  local first = {}
  for i, fault in ipairs(found) do first[fault] = i end
  local function at(fault) return fault.place and (fault.place.at or fault.place.line) or 0 end
  local function name(fault) return fault.place and fault.place.file.name or "" end
  table.sort(found, function(a, b)
    if name(a) ~= name(b) then return name(a) < name(b) end
    if at(a) ~= at(b) then return at(a) < at(b) end
    return first[a] < first[b]
  end)
  faults.raise_all(found)
end

return check
