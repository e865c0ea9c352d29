--- compose.lua: a project as a Lua program that returns the table which a YAML file would be.
--
--     for i = 1, 3 do
--       service("web" .. i, { image = "nginx:" .. env("TAG", "1.27"), ports = { 8080 + i .. ":80" } })
--     end
--     pod("front", { services = { "web1", "web2" } })
--
-- A program may return the table, call the helpers, or both. It runs in a sandbox: pure functions of Lua, no files, no
-- processes, no clock, limits on its steps and its memory.
--
-- @module compose.script

local faults = require "compose.faults"
local tree = require "compose.tree"

local script = {}

-- Steps of the Lua machine: a second or so of work, and many times what a project needs.
local MAX_STEPS = 5000000

-- So many steps apart the limits are looked at, since a text can double with every four.
local STEP = 8

-- KiB that a program may take.
local MAX_MEMORY = 64 * 1024

-- The longest text that string.rep gives: a program could fill the memory in one step otherwise.
local MAX_TEXT = 1 << 20

-- Functions that a program may use, by library.
local ALLOWED = {
  _G = { "assert", "error", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "rawset", "select", "tonumber",
    "tostring", "type", "xpcall" },
  string = { "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "reverse", "sub", "upper" },
  table = { "concat", "insert", "move", "pack", "remove", "sort", "unpack" },
  math = { "abs", "ceil", "floor", "fmod", "huge", "max", "maxinteger", "min", "mininteger", "modf", "pi", "sqrt",
    "tointeger", "type", "ult" },
  utf8 = { "char", "charpattern", "codepoint", "codes", "len", "offset" },
}

local function copy_of(library, names)
  local copy = {}
  for _, name in ipairs(names) do copy[name] = library[name] end
  return copy
end

local function bounded_rep(text, count, separator)
  if type(count) == "number" and (#tostring(text) + #(separator or "")) * count > MAX_TEXT then
    error(("string.rep: the text would be longer than %d bytes"):format(MAX_TEXT), 2)
  end
  return string.rep(text, count, separator)
end

-- Metatables without finalizers, which would run outside of the sandbox.
local function bounded_setmetatable(object, meta)
  if type(meta) == "table" and (rawget(meta, "__gc") ~= nil or rawget(meta, "__close") ~= nil or rawget(meta, "__mode") ~= nil) then
    error("setmetatable: __gc, __close and __mode are not for compose files", 2)
  end
  return setmetatable(object, meta)
end

-- Calls with a string library in which rep is bounded, for methods such as ("x"):rep(n).
local function with_strings(strings, call)
  local meta = getmetatable("")
  local before = meta.__index
  meta.__index = strings
  local ok, result = call()
  meta.__index = before
  return ok, result
end

local SECTIONS = {
  service = "services", pod = "x-pods", network = "networks", volume = "volumes", secret = "secrets", config = "configs",
  host = "x-hosts",
}

-- The line of the program that calls a helper.
local function line_of(level, chunk)
  for at = level, level + 10 do
    local info = debug.getinfo(at, "Sl")
    if not info then return nil end
    if info.source == chunk then return info.currentline end
  end
end

-- A table of Lua as a tree; `place` is the place of all in it.
local function to_tree(value, place, path, open)
  local kind = type(value)
  if kind == "string" or kind == "boolean" or kind == "number" or value == tree.null then
    if value ~= value or value == math.huge or value == -math.huge then faults.raise(place, path, "is no number that a file can have") end
    return value
  end
  if kind ~= "table" then faults.raise(place, path, ("is a %s; a project is made of tables, texts, numbers and booleans")
    :format(kind)) end
  if open[value] then faults.raise(place, path, "contains itself") end
  open[value] = true
  local n = #value
  local result
  if n > 0 then
    result = tree.list()
    for key in next, value do
      if math.type(key) ~= "integer" or key < 1 or key > n then
        faults.raise(place, path, ("is a list, but has the key %s too"):format(tostring(key)))
      end
    end
    for i = 1, n do tree.append(result, to_tree(value[i], place, tree.join(path, i), open), place) end
  else
    local meta = getmetatable(value)
    result = type(meta) == "table" and meta.__jsontype == "array" and tree.list() or tree.map()
    getmetatable(result).either = true
    for key, item in next, value do
      if type(key) ~= "string" then
        faults.raise(place, path, ("has the key %s, which is no text"):format(tostring(key)))
      end
      tree.set(result, key, to_tree(item, place, tree.join(path, key), open), place)
    end
  end
  open[value] = nil
  return result
end

--- Runs a program.
-- @tparam string text
-- @tparam string name the file's name, for messages
-- @tparam function lookup gives the value of a variable of the project, or nil
-- @treturn {table,...} one document, as compose.source gives them
-- @raise a fault, with the line of the program where one is known
function script.read(text, name, lookup)
  local file = { name = name, text = text }
  local chunk_name = "@" .. name
  local document = tree.map()
  local sandbox = copy_of(_G, ALLOWED._G)
  for library, names in pairs(ALLOWED) do
    if library ~= "_G" then sandbox[library] = copy_of(_G[library], names) end
  end
  sandbox.string.rep, sandbox.setmetatable = bounded_rep, bounded_setmetatable
  sandbox.getmetatable = function(object)
    if type(object) == "table" then return getmetatable(object) end
    return nil
  end
  sandbox._G, sandbox._VERSION, sandbox.null = sandbox, _VERSION, tree.null
  sandbox.list = function(items) return setmetatable(items or {}, { __jsontype = "array" }) end

  function sandbox.env(variable, default)
    if type(variable) ~= "string" then error("env: the name of a variable is missing", 2) end
    local value = lookup(variable)
    if value == nil then return default end
    return value
  end
  sandbox.os = { getenv = function(variable) return sandbox.env(variable) end }

  for helper, section in pairs(SECTIONS) do
    sandbox[helper] = function(key, value)
      local place = { file = file, line = line_of(2, chunk_name) }
      if type(key) ~= "string" then error(("%s: the first argument is its name, a text"):format(helper), 2) end
      if value == nil then value = {} end
      if not document[section] then tree.set(document, section, tree.map(), place) end
      if document[section][key] ~= nil then error(("%s: there is one with the name %q already"):format(helper, key), 2) end
      tree.set(document[section], key, to_tree(value, place, section .. "." .. key, {}), place)
      return value
    end
  end

  local function fail(message)
    if faults.is_fault(message) then error(message, 0) end
    local at, rest = tostring(message):match "^[^\n]-:(%d+): (.*)$"
    if tostring(message):sub(1, #name + 1) == name .. ":" then
      faults.raise({ file = file, line = math.tointeger(tonumber(at)) }, nil, rest)
    end
    faults.raise({ file = file }, nil, tostring(message))
  end

  local chunk, err = _G.load(text, chunk_name, "t", sandbox)
  if not chunk then fail(err) end

  local steps, before = 0, collectgarbage "count"
  local function count()
    steps = steps + STEP
    local message
    if steps > MAX_STEPS then
      message = ("the program does not come to an end: more than %d steps"):format(MAX_STEPS)
    else
      local now = collectgarbage "count"
      if now < before then
        before = now -- there was garbage before the program began
      elseif now - before > MAX_MEMORY then
        collectgarbage()
        now = collectgarbage "count"
        if now - before > MAX_MEMORY then
          message = ("the program takes more than %d MiB"):format(MAX_MEMORY // 1024)
          steps = MAX_STEPS
        end
      end
    end
    if not message then
      -- Begin to count anew: Lua has counted the steps of this function, too.
      debug.sethook(count, "", STEP)
      return
    end
    local line = line_of(2, chunk_name)
    if not line then return end -- the program has been left
    -- At every step from now on, so that no pcall of the program goes on.
    debug.sethook(count, "", 1)
    error(faults.new({ file = file, line = line }, nil, message), 0)
  end
  local hook, mask, interval
  if debug.gethook then hook, mask, interval = debug.gethook() end
  local ok, result = with_strings(sandbox.string, function()
    debug.sethook(count, "", STEP)
    local ok, result = pcall(chunk)
    if hook then debug.sethook(hook, mask, interval) else debug.sethook() end
    return ok, result
  end)
  if not ok then fail(result) end
  if result ~= nil then
    local place = { file = file }
    if type(result) ~= "table" then
      faults.raise(place, nil, ("the program returns a %s, and not the table of a project"):format(type(result)))
    end
    for key, value in tree.each(to_tree(result, place, "", {})) do
      if tree.is_map(document[key]) and tree.is_map(value) then
        for entry, item in tree.each(value) do
          if document[key][entry] ~= nil then
            faults.raise(tree.place(document[key], entry), tree.join(key, entry), "is made by a helper and returned, too")
          end
          tree.set(document[key], entry, item, place)
        end
      else
        tree.set(document, key, value, place)
      end
    end
  end
  return { { tree = document, resets = {}, place = { file = file } } }
end

return script
