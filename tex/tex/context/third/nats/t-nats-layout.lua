--- Lays out what came back: prints a reply, or copies a template for each row of it.

local part = ...

local settings = part "settings"
local replies = part "replies"
local data = part "data"
local text = part "text"
local scan = part "scan"
local row = part "row"
local failure = part "failure"
local kv = part "kv"

local layout = {}

local given = {}          -- token lists of the command that is running, by key: mark, template, ...
local pending             -- what \clf_natsemit does next

--- Takes a token list for the command that is running.
-- @tparam string key
-- @tparam {token,...} list
function layout.take(key, list)
  given[key] = key == "template" and scan.trim(list) or list
end

local function put_mark(reference, reason)
  failure.put(reference, reason, settings.onerror(), given.mark or {})
end

local function put_empty(reference)
  local out = {}
  scan.bind(out, given.empty or {}, reference)
  scan.put(out)
end

-- One copy of the template for each row, with the row at hand while TeX reads it. Around them stand
-- before= and after=, and between= among them, where the list itself is meant.
local function put_rows(rows, reference, copy)
  local out = {}
  scan.bind(out, given.before or {}, reference)
  for i, one in ipairs(rows) do
    if i > 1 then scan.bind(out, given.between or {}, reference) end
    scan.call(out, "clf_natsenter", one)
    copy(out, one)
  end
  scan.call(out, "clf_natsenter", row.current())
  scan.bind(out, given.after or {}, reference)
  scan.put(out)
end

local function template(list)
  return function(out, reference) scan.bind(out, list, reference) end
end

local function call_of(command)
  return function(out, reference)
    table.move(command, 1, #command, #out + 1, out)
    scan.braced(out, reference)
  end
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

local as = {}             -- what is done with a reply, by the setting as=

function as.verbatim(reply) text.typeset(reply, settings.limit()) end

function as.typing(reply) text.typing(reply, settings.limit()) end

-- A trusted answer is read as source. One of several lines is read as a file, so that \starttyping
-- and its like find their lines.
function as.context(reply)
  reply = text.valid(reply)
  if reply:find("\n") then context.viafile(reply, "nats") else context.sprint(reply) end
end

function as.json(_, reference)
  local command = given.command or {}
  if #command == 0 then return put_mark(reference, "as=json needs command=") end
  local value, reason, inside = data.value(reference, settings.get("path") or "")
  if reason then return put_mark(reference, reason) end
  local rows = data.kind(value) == "array" and data.elements(value, inside) or { inside }
  if #rows == 0 then return put_empty(inside) end
  given.before, given.between, given.after = nil, nil, nil
  if not is_template(command) then return put_rows(rows, inside, call_of(command)) end
  pending = function(list) put_rows(rows, inside, template(list)) end
  scan.put_text_of("clf_natslayrows", command[1])
end

-- A request with the settings of the command that is running.
local function asking(subject, payload)
  return {
    subject = subject, payload = settings.payload(payload), headers = settings.headers(),
    timeout = settings.get("timeout"), id = settings.get("id"),
  }
end

--- Names a request, for \startnatsdata and the commands that take a name.
-- @tparam string name
function layout.define(name)
  data.define(name, asking(settings.get("subject") or name, settings.get("payload") or ""))
end

--- Gets a reply, to be printed by `emit`.
local function get(request)
  local outcome, key = replies.get(request)
  pending = function()
    if outcome.reply then
      as[settings.get("as") or "verbatim"](outcome.reply, "@" .. key)
    else
      put_mark("@" .. key, outcome.failure)
    end
  end
end

--- Gets the reply of \natsrequest.
-- @tparam string subject
-- @tparam string payload
function layout.request(subject, payload) get(asking(subject, payload)) end

--- Gets the value of \natskv.
-- @tparam string bucket "": that of \setupnats
-- @tparam string key
function layout.kv(bucket, key)
  local request = kv.request(bucket, key)
  request.timeout, request.id = settings.get("timeout"), settings.get("id")
  get(request)
end

--- Gets the data of \startnatsdata, whose rows `emit` lays out.
-- @tparam string name of data, a subject, or a reference
function layout.data(name)
  local reference = name
  if name:sub(1, 1) ~= "@" then
    reference = data.reference(data.request(name) or asking(name, settings.get("payload") or ""))
  end
  local path = settings.get("path") or ""
  local value, reason, inside = data.value(reference, path)
  local rows = not reason and data.elements(value, inside)
  pending = function()
    if reason then return put_mark(reference, reason) end
    if not rows then return put_mark(reference, ("there is no list at '%s' in the reply"):format(path)) end
    rows = chosen(rows)
    if #rows == 0 then return put_empty(inside) end
    put_rows(rows, inside, template(given.template or {}))
  end
end

local function go_on(...)
  local action = pending
  pending = nil
  if action then action(...) end
end

--- Prints what the command before prepared.
function layout.emit() go_on() end

--- Goes on with a command= that is a template, whose text follows.
function layout.rows() go_on(scan.tokens()) end

--- \natsforeach[name]{path}{template}: the template for each element at a path.
-- @tparam string name a reference, the name of data, or "" for the row at hand
-- @tparam string path
function layout.foreach(name, path)
  local list = scan.tokens()
  local reference = row.meant(name, "natsforeach")
  if not reference then return end
  local value, reason, inside = data.value(reference, path)
  if reason then return failure.show(inside, reason, settings.base_onerror()) end
  given.before, given.between, given.after = nil, nil, nil
  put_rows(data.elements(value, inside) or {}, inside, template(list))
end

return layout
