-- What a script may rely on of Lua 5.4 itself. The test runs this under lua5.4 and in the host, and
-- compares what is printed.

local function show(name, ...)
  local values = table.pack(...)
  for i = 1, values.n do values[i] = tostring(values[i]):gsub("0x%x+", "ADDRESS") end
  print(name, table.concat(values, " | "))
end

-- pcall and xpcall
show("pcall", pcall(error, "message", 0))
show("pcall position", pcall(function() error "here" end))
show("pcall nothing", pcall(error))
show("pcall value", pcall(function(...) return select("#", ...), ... end, nil, 1, nil))
show("pcall no function", pcall(nil))
show("nested", pcall(pcall, pcall, error, "deep"))
local object = setmetatable({ code = 7 }, { __tostring = function(e) return "object " .. e.code end })
local ok, caught = pcall(error, object)
show("error object", ok, caught == object, caught.code, caught)
show("xpcall", xpcall(function() error(object) end, function(e) return e, e == object end))
show("xpcall arguments", xpcall(function(...) return ... end, print, 1, nil, 3))
show("handler fails", xpcall(error, function() error "again" end, "first"))
show("traceback handler", xpcall(function() local x = nil; return x.y end, debug.traceback))
show("runtime error", pcall(function() return 1 + {} end))
show("integer division", pcall(function() return 1 // 0 end))
show("rethrow", pcall(function() local _, e = pcall(error, object) error(e) end))
show("assert", pcall(assert, false, object))

-- coroutines
local co = coroutine.create(function(a, b)
  local c = coroutine.yield(a + b)
  local d, e = coroutine.yield(c * 2)
  return d + e
end)
show("resume", coroutine.resume(co, 1, 2))
show("resume", coroutine.resume(co, 10))
show("status", coroutine.status(co), coroutine.isyieldable(), coroutine.isyieldable(co))
show("resume", coroutine.resume(co, 3, 4))
show("dead", coroutine.resume(co))
show("status", coroutine.status(co))
show("resume no coroutine", pcall(coroutine.resume, 1))
show("resume nothing", pcall(coroutine.resume))
show("resume itself", coroutine.resume((coroutine.running())))
show("running", coroutine.running())
show("error in coroutine", coroutine.resume(coroutine.create(function() error "inside" end)))
show("object in coroutine", select(2, coroutine.resume(coroutine.create(function() error(object) end))) == object)
show("wrap", coroutine.wrap(function(...) return ... end)(1, nil, 3))
show("wrap error", pcall(coroutine.wrap(function() error "inside" end)))
show("wrap error object", pcall(coroutine.wrap(function() error(object) end)))
show("wrap error number", pcall(coroutine.wrap(function() error(12) end)))
show("wrap called by Lua", pcall(function() coroutine.wrap(function() error "inside" end)() end))
local once = coroutine.wrap(function() end)
show("wrap dead", pcall(function() once() once() end))
show("wrap no function", pcall(coroutine.wrap, 1))
local itself
itself = coroutine.wrap(function() return pcall(itself) end)
show("wrap itself", itself())
show("yield across pcall", coroutine.wrap(function()
  return pcall(function() return coroutine.yield "out" end)
end)())
local generator = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end)
show("generator", generator(), generator(), generator())
show("yield outside", pcall(coroutine.yield, 1))
show("yield across C", coroutine.resume(coroutine.create(function() table.sort({ 2, 1 }, coroutine.yield) end)))
local many = {}
for i = 1, 200 do many[i] = i end
show("many values", select("#", coroutine.wrap(function(...) return ... end)(table.unpack(many))))
show("too many values", pcall(coroutine.wrap(function() return table.unpack({}, 1, 1e6 - 10) end)))
local function nest(n)
  if n == 0 then return "bottom" end
  return coroutine.wrap(nest)(n - 1)
end
show("nested coroutines", nest(100))
local deep_ok, deep = pcall(nest, 1000)
show("too many nested coroutines", deep_ok, deep:match "C stack overflow")
show("traceback of a coroutine", debug.traceback(co))
show("traceback inside", coroutine.wrap(function() return debug.traceback "inside" end)())

-- to-be-closed variables
local function closing(name) return setmetatable({}, { __close = function(_, e) show("closes " .. name, e) end }) end
do local a <close>, b = closing "a", 1 end
show("close on error", pcall(function() local c <close> = closing "c" error "through" end))
local suspended = coroutine.create(function() local d <close> = closing "d" coroutine.yield() end)
coroutine.resume(suspended)
show("coroutine.close", coroutine.close(suspended), coroutine.status(suspended))
show("close a dead one", coroutine.close(suspended))
show("close with error", coroutine.close((function()
  local t = coroutine.create(function()
    local e <close> = setmetatable({}, { __close = function() error "in close" end })
    coroutine.yield()
  end)
  coroutine.resume(t)
  return t
end)()))
show("wrap closes", pcall(coroutine.wrap(function() local f <close> = closing "f" error "in wrap" end)))
show("wrap close fails", pcall(coroutine.wrap(function()
  local g <close> = setmetatable({}, { __close = function() error "in close" end })
  error "first"
end)))
show("for closes", pcall(function()
  for _ in function(_, i) return not i or nil end, nil, nil, closing "for" do break end
end))
show("not closable", pcall(load "local x <close> = 42"))

-- functions as data
local function fact(n) return n <= 1 and 1 or n * fact(n - 1) end
show("string.dump", load(string.dump(function(x) return x * 2 end), "dump", "b")(21))
show("load text only", load(string.dump(function() end), "dump", "t"))
show("strip", load(string.dump(function() error "no lines" end, true)))
show("factorial", fact(20))
show("upvalues", pcall(load, "return 1", "=chunk", "t", {}))
show("syntax", load("x =", "=chunk"))
show("global", rawget(_G, "unsafe_pcall"), rawget(_G, "unsafe_xpcall"), rawget(_G, "golua_default_msghandler"))
local names = {}
for name in pairs(_G) do names[#names + 1] = name end
table.sort(names)
show("globals", table.concat(names, " "))
for _, library in ipairs { "coroutine", "debug", "io", "math", "os", "package", "string", "table", "utf8" } do
  local members = {}
  for name in pairs(_G[library]) do members[#members + 1] = name end
  table.sort(members)
  show(library, table.concat(members, " "))
end

-- limits
local function forever() return 1 + forever() end
local message = select(2, pcall(forever))
show("stack overflow", message:match "stack overflow")
show("after it", pcall(fact, 5))
local function in_pcall() return pcall(in_pcall) end
show("pcall recursion ends", type(in_pcall()))
show("overflow in a coroutine", (select(2, coroutine.resume(coroutine.create(forever))):match "stack overflow"))
show("overflow in a handler", xpcall(forever, function(e) return (e:match "stack overflow") end))
show("C stack", pcall(string.gsub, "x", ("(x"):rep(300), ""))
show("pattern", pcall(string.find, ("a"):rep(300000), (".-"):rep(201) .. "b"))
show("long string", pcall(string.rep, "x", 1 << 62))
local function too_big() return io.open "/dev/null":read(1 << 46) end
show("no memory", pcall(too_big))
show("no memory in a coroutine", coroutine.resume(coroutine.create(too_big)))
show("no memory in a wrap", pcall(coroutine.wrap(too_big)))
show("no memory in a handler", xpcall(too_big, function(e) return "handled " .. e end))
show("nested code", load(("("):rep(300), "=deep"))

-- the collector and finalizers
show("mode", collectgarbage "incremental")
collectgarbage "generational"
do local garbage = setmetatable({}, { __gc = function() error "in a finalizer" end }) end
collectgarbage()
local order = {}
for i = 1, 3 do setmetatable({}, { __gc = function() order[#order + 1] = i end }) end
collectgarbage()
show("finalizers", table.concat(order, " "))
local weak = setmetatable({ {} }, { __mode = "v" })
collectgarbage()
show("weak", #weak)

-- hooks
local lines = 0
debug.sethook(function() lines = lines + 1 end, "l")
local x = 1
x = x + 1
debug.sethook()
show("line hook", lines, debug.gethook())
show("count hook", pcall(function()
  debug.sethook(function() error "time is up" end, "", 1000)
  while true do end
end))
debug.sethook()

-- require
package.preload.early = function(...) return { ... } end
show("preload", require "early"[1], require "early"[2], select(2, require "early"))
show("searchers", type(package.searchers[1]))
show("require fails", (select(2, pcall(require, "no.such")):match "^module 'no.such' not found:\n\tno field package.preload%['no.such'%]\n"))

-- numbers and text
show("numbers", 1e15, 2^53, 1e100, 0.1, -0.0, 1/0, 3 // 2, 3.0 // 2, 7 % -3, 1 << 63, math.maxinteger + 1 == math.mininteger)
show("formats", ("%q %a %5.2f %s %d"):format("a\nb\0", 1.5, 2.345, nil, 3))
show("utf8", utf8.char(0x20AC), utf8.len "€uro", utf8.codepoint("€", 1))
show("pack", string.unpack("<i4", string.pack("<i4", -2)))
show("locale", os.setlocale())
show("time", os.time { year = 2020, month = 1, day = 1, hour = 12 })
