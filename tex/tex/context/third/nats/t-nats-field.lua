--- What an author asks of one row: its fields, its number, whether something is there.
--
-- Everywhere `name` is a reference, the name of data, or "" for the row at hand, and `path` goes on from
-- there, as in `data.value`.

local part = ...

local report = part "report"
local settings = part "settings"
local data = part "data"
local text = part "text"
local row = part "row"
local failure = part "failure"

local field = {}

local asked = {}          -- by "KEY path": how often a field was found and missed, and where first

-- Counts what was found, so that a field that no row has can be told from one that some rows lack.
local function count(reference, path, value, last)
  local id = reference:match("^@%w+") .. " " .. path
  local entry = asked[id] or { found = 0, missed = 0, path = path, subject = data.subject(reference) }
  asked[id] = entry
  if value ~= nil then
    entry.found = entry.found + 1
  else
    entry.missed = entry.missed + 1
    entry.place = entry.place or report.place()
    if data.kind(last) == "object" then entry.names = last end
  end
end

-- The value that a command means. Where the reply cannot be had, `failed` is told, or the log.
local function value_of(name, path, command, failed)
  local reference = row.meant(name, command)
  if not reference then return nil end
  local value, reason, inside, last = data.value(reference, path)
  if reason then
    local tell = failed or failure.say
    tell(inside, reason, settings.base_onerror())
    return nil
  end
  count(inside, path, value, last)
  return value
end

--- \natsfield: the value at a path as text, or the mark of a reply that cannot be had.
function field.typeset(name, path)
  local value = value_of(name, path, "natsfield", failure.show)
  local s = data.text(value, settings.base("separator") or ", ")
  if s then
    text.typeset(s, settings.base_limit())
  else
    report.say(("\\natsfield{%s} is an object, which has no text: name one of its fields"):format(path))
  end
end

--- \natsword: a value that is harmless even where TeX expands it, or nothing.
function field.word(name, path)
  local s = data.text(value_of(name, path, "natsword"), "")
  if s and s:find("^[%w._+-]*$") then
    context.sprint(s)
  else
    report.say(("\\natsword{%s} is not of letters, digits and . _ + - only, and is left out"):format(path))
  end
end

--- \doifelsenatsfield: whether there is something at a path: not null, false, "", [] or {}.
-- @treturn boolean
function field.present(name, path)
  local value = value_of(name, path, "doifelsenatsfield")
  if type(value) == "table" then return data.kind(value) ~= nil and next(value) ~= nil end
  return value ~= nil and value ~= false and value ~= ""
end

--- \natscount: how many elements there are at a path.
-- @treturn integer
function field.count(name, path)
  local list = data.elements(value_of(name, path, "natscount"), "")
  return list and #list or 0
end

--- lua.mp.natsnumber: a number, 0 where there is none.
-- @tparam ?number divisor of the number; nil: 1
-- @treturn number
function field.number(name, path, divisor)
  local value = value_of(name, path, "natsnumber")
  if type(value) == "number" then return value / (divisor or 1) end
  if value ~= nil then report.say(("natsnumber: what is at '%s' is no number"):format(path)) end
  return 0
end

local numbers = {}        -- by the reference of an object: how many members it has, and the number of each

-- In order of their names. Kept, since each row of a list asks for its number.
local function numbers_of(value, reference)
  local known = numbers[reference]
  if not known then
    known = { all = 0 }
    for i, member in ipairs(data.elements(value, reference) or {}) do
      known.all, known[member] = i, i
    end
    numbers[reference] = known
  end
  return known
end

-- The number of a row in the list that it is in, and how many there are; 0 and 0 for what is no row.
local function place(name, command)
  local reference = row.meant(name, command)
  local parent = reference and data.parent(reference)
  if parent == reference or reference:sub(1, 1) ~= "@" then return 0, 0 end
  local value = data.value(parent, "")
  if data.kind(value) == "array" then
    local number = math.tointeger(tonumber(data.step(reference))) or 0
    return number <= #value and number or 0, #value
  end
  local known = numbers_of(value, parent)
  return known[reference] or 0, known.all
end

--- \natsrow: the number of a row in its list, from 1; 0 for what is no row.
-- @treturn integer
function field.row(name)
  return (place(name, "natsrow"))
end

--- \natsrows: how many rows there are in a row's list.
-- @treturn integer
function field.rows(name)
  return (select(2, place(name, "natsrows")))
end

--- \natskey: the name of a member of an object, the number of an element of an array.
function field.key(name)
  local reference = row.meant(name, "natskey")
  if reference then text.typeset(data.step(reference), settings.base_limit()) end
end

--- \natssubject, for marks.
function field.subject(name)
  local reference = row.meant(name, "natssubject")
  if reference then text.typeset(data.subject(reference), 1000) end
end

--- \natsreason, for marks.
function field.reason(name)
  local reference = row.meant(name, "natsreason")
  if reference then text.typeset(data.reason(reference), 1000) end
end

--- Tells which fields no row had: most often a misspelt name.
function field.finish()
  for _, entry in table.sortedhash(asked) do
    if entry.found == 0 and entry.missed > 0 then
      local near = entry.names and require("nats.check").nearest(entry.path:match("[^.]*$"), entry.names)
      report.note(("nothing in the reply on '%s' has the field '%s'%s%s"):format(entry.subject, entry.path,
        near and (", did you mean '" .. near .. "'?") or "", entry.place))
    end
  end
end

return field
