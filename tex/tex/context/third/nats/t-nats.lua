--- What \usemodule[nats] loads: where our modules are, and the commands that TeX sees.
--
-- The parts of the module stand beside this file, each called t-nats-NAME.lua.

local source = debug.getinfo(1, "S").source:sub(2)
local folder = file.collapsepath(file.pathpart(source), true)

local parts = {}

local function part(name)
  if parts[name] == nil then
    parts[name] = assert(loadfile(folder .. "/t-nats-" .. name .. ".lua"))(part)
  end
  return parts[name]
end

-- The Lua modules are in ROOT/lua, where this file is ROOT/tex/tex/context/third/nats/t-nats.lua;
-- MOONWIRE_HOME names another ROOT.
local function install_modules()
  local root = os.getenv("MOONWIRE_HOME") or folder:match("^(.*)/tex/tex/context/third/nats$")
    or folder .. "/../../../../.."
  local found = root .. "/lua/moonwire/loader.lua"
  local chunk, err = loadfile(found)
  if chunk then return chunk("moonwire.loader", found).install(root) end
  logs.reporter("nats")("the Lua modules are not there: %s; set MOONWIRE_HOME to the folder that has lua/moonwire in it",
    err)
end

install_modules()

local report = part "report"
local settings = part "settings"
local link = part "link"
local data = part "data"
local scan = part "scan"
local row = part "row"
local layout = part "layout"
local field = part "field"
local publish = part "publish"
local kv = part "kv"
local errors = part "errors"
local events = part "events"

local implement = interfaces.implement

local function strings(...)
  local fields = {}
  for i, name in ipairs { ... } do fields[i] = { name } end
  return { fields }
end

implement { name = "natshere", actions = report.here }
implement { name = "natscheck", arguments = "2 strings", actions = settings.check }
implement {
  name = "natssettings",
  arguments = strings("url", "name", "timeout", "onerror", "progress", "limit", "separator", "as", "id",
    "header", "buffer", "payload", "subject", "pass", "path", "first", "last", "kv"),
  actions = settings.take,
}
implement {
  name = "natssetup",
  actions = function()
    settings.keep()
    if settings.get("progress") then errors.watch() end
    link.setup { url = settings.get("url"), name = settings.get("name"), timeout = settings.get("timeout") }
    kv.feed()
  end,
}
implement { name = "natstokens", arguments = "string", actions = function(key) layout.take(key, scan.tokens()) end }
implement {
  name = "natsbound",
  arguments = "string",
  actions = function(reference)
    local out = {}
    scan.bind(out, scan.tokens(), reference)
    scan.put(out)
  end,
}
implement { name = "natsunopened", arguments = "string", actions = function(name)
  report.here()
  report.say("\\" .. name .. " without a beginning")
end }

implement { name = "natspublish", arguments = "2 strings", actions = publish.run }
implement { name = "natsrequest", arguments = "2 strings", actions = layout.request }
implement { name = "natskv", arguments = "2 strings", actions = layout.kv }
implement { name = "natsdefinedata", arguments = "string", actions = layout.define }
implement { name = "natsdata", arguments = "string", actions = layout.data }
implement { name = "natsemit", actions = layout.emit }
implement { name = "natslayrows", actions = layout.rows }
implement { name = "natsenter", arguments = "string", actions = row.enter }

-- Commands for authors: \command[REFERENCE]{path}, the reference being optional. Those that typeset
-- are protected, so that they stay what they are in titles and other texts that are written to a file;
-- those that give digits or a plain word expand.
local function define(name, protected, action)
  implement {
    name = name, public = true, protected = protected,
    actions = function()
      report.here()
      return action()
    end,
  }
end

-- A function of name and path, and one of name alone.
local function of_path(action)
  return function()
    local name = scan.optional()
    return action(name, scan.argument())
  end
end
local function of_row(action) return function() return action(scan.optional()) end end
local function printed(action) return function() context.sprint(tostring(action())) end end

define("natsfield", true, of_path(field.typeset))
define("natsword", false, of_path(field.word))
define("natscount", false, printed(of_path(field.count)))
define("natsrow", false, printed(of_row(field.row)))
define("natsrows", false, printed(of_row(field.rows)))
define("natskey", true, of_row(field.key))
define("natsforeach", true, of_path(layout.foreach))
define("natssubject", true, of_row(field.subject))
define("natsreason", true, of_row(field.reason))
define("doifelsenatsfield", true, function() commands.doifelse(of_path(field.present)()) end)

--- For Lua in the document: moduledata.nats.
moduledata.nats = {
  --- The data of a name that \definenatsdata gave, or of a subject.
  -- @tparam string name
  -- @tparam[opt=""] string path such as "items.1.name"
  -- @treturn ?any what json.decode makes of the reply, or of what is at the path in it
  -- @treturn ?string why there is none
  data = function(name, path)
    local value, failure = data.value(name, path or "")
    return value, failure
  end,
  --- The document's connection, opened if need be; it is closed at the end of the run.
  -- @treturn ?table a client of `nats`
  -- @treturn ?string why there is none
  client = link.client,
}

-- For MetaPost: lua.mp.natscount("name", "path") and lua.mp.natsnumber("name", "path", divisor).
-- Texts are for textext("\natsfield[name]{path}"), which typesets them safely.
function mp.natscount(name, path)
  mp.print(field.count(name, path or ""))
end

function mp.natsnumber(name, path, divisor)
  mp.print(field.number(name, path or "", divisor))
end

events.install()
