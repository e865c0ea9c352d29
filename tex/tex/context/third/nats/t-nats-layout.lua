--- Lays out what came back: prints a reply, copies a template for each row, answers for one field.

local part = ...

local report = part "report"
local settings = part "settings"
local replies = part "replies"
local data = part "data"
local text = part "text"
local scan = part "scan"

local layout = {}

local given = {}          -- token lists of the command that is running, by key: mark, template, ...
local pending             -- what \clf_natsemit does next
local current = ""        -- the reference of the row that TeX is reading; "" outside of rows
local reported = {}       -- references whose failure has been said in this pass
local asked = {}          -- by "KEY path": how often a field was found and missed

--- Takes a token list for the command that is running.
-- @tparam string key
-- @tparam {token,...} list
function layout.take(key, list)
  given[key] = scan.trim(list)
end

--- Makes a row the one at hand.
-- @tparam string reference "" for none
function layout.enter(reference)
  current = reference
end

-- The row that a command means: the one it names, else the one at hand.
local function at(reference, command)
  if reference ~= "" then return reference end
  if current == "" then report.say("\\" .. command .. " stands outside of a row, and names no data") end
  return current
end

local function say_failure(reference, message, onerror)
  if reported[reference] then return end
  reported[reference] = true
  report.failure(message, onerror)
end

-- Puts the mark of a failure where the reply would stand.
local function put_mark(reference, reason)
  local onerror = settings.onerror()
  local subject = data.failure(reference)
  data.fail(reference, reason)
  say_failure(reference, ("no reply on '%s': %s"):format(subject, reason), onerror)
  if onerror == "ignore" then return end
  local out = {}
  scan.bind(out, given.mark or {}, reference)
  scan.put(out)
end

-- One copy of the template for each row, with the row at hand while TeX reads it.
local function put_rows(list, rows, reference, command)
  local out, outer = {}, current
  scan.bind(out, given.before or {}, reference)
  for _, row in ipairs(rows) do
    scan.call(out, "clf_natsenter", row)
    if command then
      table.move(list, 1, #list, #out + 1, out)
      scan.braced(out, row)
    else
      scan.bind(out, list, row)
    end
  end
  scan.call(out, "clf_natsenter", outer)
  scan.bind(out, given.after or {}, reference)
  scan.put(out)
end

local function put_empty(reference)
  local out = {}
  scan.bind(out, given.empty or {}, reference)
  scan.put(out)
end

-- The rows from first= to last=.
local function chosen(rows)
  local first, last = settings.get("first") or 1, settings.get("last") or #rows
  if first <= 1 and last >= #rows then return rows end
  return table.move(rows, math.max(first, 1), math.min(last, #rows), 1, {})
end

-- A command= that is one macro without parameters is a template; any other gets the row's reference.
local function is_template(command)
  local name = #command == 1 and command[1].csname
  local body = name and token.get_macro(name)
  if not body then return false end
  local meaning = token.get_meaning(name)
  return meaning == body or meaning == "->" .. body      -- LuaMetaTeX, LuaTeX
end

local as = {}

function as.verbatim(reply) text.typeset(reply, settings.get("limit") or 0) end

function as.typing(reply) text.typing(reply, settings.get("limit") or 0) end

-- A trusted answer is read as source. One of several lines is read as a file, so that \starttyping
-- and its like find their lines.
function as.context(reply)
  reply = text.valid(reply)
  if reply:find("\n") then context.viafile(reply, "nats") else context.sprint(reply) end
end

function as.json(_, reference)
  local command = given.command or {}
  if #command == 0 then return put_mark(reference, "as=json needs command=") end
  local value, failure, inside = data.value(reference, settings.get("path") or "")
  if failure then return put_mark(reference, failure) end
  local rows = data.kind(value) == "array" and data.elements(value, inside) or { inside }
  if #rows == 0 then return put_empty(inside) end
  if not is_template(command) then return put_rows(command, rows, inside, true) end
  -- \expandafter\clf_natsrows\expandafter{\command}: its text is the template
  pending = function(list) put_rows(list, rows, inside) end
  scan.put_text_of("clf_natslayrows", command[1])
end

-- A request with the settings of the command that is running.
local function asking(subject, payload)
  return {
    subject = subject, payload = settings.payload(payload), headers = settings.headers(),
    timeout = settings.get("timeout"), id = settings.get("id"),
  }
end

--- Gets the reply of \natsrequest, to be printed by `emit`.
-- @tparam string subject
-- @tparam string payload
function layout.request(subject, payload)
  local outcome, key = replies.get(asking(subject, payload))
  pending = function()
    if outcome.reply then
      as[settings.get("as") or "verbatim"](outcome.reply, "@" .. key)
    else
      put_mark("@" .. key, outcome.failure)
    end
  end
end

--- Names a request, for \startnatsdata and the commands that take a name.
-- @tparam string name
function layout.define(name)
  data.define(name, asking(settings.get("subject") or name, settings.get("payload") or ""))
end

--- Gets the data of \startnatsdata, whose rows `emit` lays out.
-- @tparam string name of data, a subject, or a reference
function layout.data(name)
  local reference = name
  if name:sub(1, 1) ~= "@" then
    reference = data.reference(data.request(name) or asking(name, settings.get("payload") or ""))
  end
  local path = settings.get("path") or ""
  local value, failure, inside = data.value(reference, path)
  local rows = not failure and data.elements(value, inside)
  pending = function()
    if failure then return put_mark(reference, failure) end
    if not rows then return put_mark(reference, ("there is no list at '%s' in the reply"):format(path)) end
    rows = chosen(rows)
    if #rows == 0 then return put_empty(inside) end
    put_rows(given.template or {}, rows, inside)
  end
end

--- Prints what the command before prepared.
function layout.emit()
  local action = pending
  pending = nil
  if action then action() end
end

--- Lays out rows with the template that follows, for a command= that is a template.
function layout.rows()
  local action = pending
  pending = nil
  action(scan.trim(scan.tokens()))
end

--- \natsforeach: the template that follows, for each element at a path.
-- @tparam string name a reference, the name of data, or "" for the row at hand
-- @tparam string path
function layout.foreach(name, path)
  local list = scan.trim(scan.tokens())
  local reference = at(name, "natsforeach")
  if reference == "" then return end
  given.before, given.after = nil, nil
  local value, failure, inside = data.value(reference, path)
  local rows = not failure and data.elements(value, inside)
  if failure then layout.failed(reference, failure) elseif rows then put_rows(list, rows, inside) end
end

--- Shows the mark of the current settings, for a field of a reply that cannot be had.
-- @tparam string reference
-- @tparam string reason
function layout.failed(reference, reason)
  local subject = data.failure(reference)
  local onerror = settings.base("onerror") or "warn"
  say_failure(reference, ("no reply on '%s': %s"):format(subject, reason), onerror)
  if onerror ~= "ignore" then context.sprint("\\natsshowmark{" .. reference .. "}") end
end

-- Counts what was found, so that a field that no row has can be told from one that some rows lack.
local function count_field(reference, path, value, last)
  local id = reference:match("^@%w+") .. " " .. path
  local entry = asked[id] or { found = 0, missed = 0, path = path, subject = data.failure(reference) }
  asked[id] = entry
  if value ~= nil then
    entry.found = entry.found + 1
  else
    entry.missed = entry.missed + 1
    entry.place = entry.place or report.place()
    if data.kind(last) == "object" then entry.names = last end
  end
end

--- The value that a command means; nil where there is none, which is then said or marked.
-- @tparam string name a reference, the name of data, or "" for the row at hand
-- @tparam string path
-- @tparam string command
-- @treturn ?any
-- @treturn ?string the value's reference
function layout.value(name, path, command)
  local reference = at(name, command)
  if reference == "" then return nil end
  local value, failure, inside, last = data.value(reference, path)
  if failure then
    layout.failed(inside or reference, failure)
    return nil
  end
  count_field(inside, path, value, last)
  return value, inside
end

--- \natsfield: the value at a path as text.
-- @tparam string name as for `value`
-- @tparam string path
function layout.field(name, path)
  local value = layout.value(name, path, "natsfield")
  if value == nil then return end
  local s = data.text(value, settings.base("separator") or ", ")
  if s then
    text.typeset(s, settings.base("limit") or 0)
  else
    report.say(("\\natsfield{%s} is an object, which has no text: name one of its fields"):format(path))
  end
end

--- \natsword: a value that is harmless even where TeX expands it, or nothing.
-- @tparam string name as for `value`
-- @tparam string path
function layout.word(name, path)
  local value = layout.value(name, path, "natsword")
  local s = value ~= nil and data.text(value, "") or ""
  if s and s:find("^[%w._+-]*$") then
    context.sprint(s)
  else
    report.say(("\\natsword{%s} is not of letters, digits and . _ + - only, and is left out"):format(path))
  end
end

--- \doifelsenatsfield: whether there is something at a path: not null, false, "", [] or {}.
-- @tparam string name as for `value`
-- @tparam string path
-- @treturn boolean
function layout.present(name, path)
  local reference = at(name, "doifelsenatsfield")
  local value = reference ~= "" and data.value(reference, path)
  if type(value) == "table" then
    local list = data.elements(value, "")
    return list ~= nil and #list > 0
  end
  return value ~= nil and value ~= false and value ~= ""
end

--- \natscount: how many elements there are at a path.
-- @tparam string name as for `value`
-- @tparam string path
-- @treturn integer
function layout.count(name, path)
  local reference = at(name, "natscount")
  local list = reference ~= "" and data.elements(data.value(reference, path), "")
  return list and #list or 0
end

-- The elements of what a row is in, and the row's reference.
local function siblings(name, command)
  local reference = at(name, command)
  local parent = data.parent(reference)
  if reference == "" or parent == reference then return {}, reference end
  return data.elements(data.value(parent, ""), parent) or {}, reference
end

--- \natsrow: the number of a row in its list, from 1; 0 outside of rows.
function layout.row(name)
  local list, reference = siblings(name, "natsrow")
  local number = math.tointeger(tonumber(data.step(reference)))
  if number and list[number] == reference then return number end
  for i, sibling in ipairs(list) do
    if sibling == reference then return i end
  end
  return 0
end

--- \natsrows: how many rows there are in a row's list.
function layout.rowcount(name)
  return #siblings(name, "natsrows")
end

--- \natskey: the name of a member of an object, the number of an element of an array.
function layout.key(name)
  text.typeset(data.step(at(name, "natskey")), settings.base("limit") or 0)
end

--- \natssubject and \natsreason, for marks.
-- @tparam string name as for `value`
-- @tparam integer which 1: the subject, 2: the reason
function layout.mark(name, which)
  local reference = at(name, "natsreason")
  if reference ~= "" then text.typeset((select(which, data.failure(reference))), 1000) end
end

--- Tells which fields no row had: most often a misspelt name.
function layout.finish()
  for _, entry in table.sortedhash(asked) do
    if entry.found == 0 and entry.missed > 0 then
      local near = entry.names and settings.nearest(entry.path:match("[^.]*$"), entry.names)
      report.note(("nothing in the reply on '%s' has the field '%s'%s, %s"):format(entry.subject, entry.path,
        near and (", did you mean '" .. near .. "'?") or "", entry.place))
    end
  end
end

return layout
