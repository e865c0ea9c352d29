-- compose.lua: projects as programs, in a sandbox.
local composed = require "spec.support.composed"

local function load(text, more)
  return composed.load({ ["compose.lua"] = text }, more)
end

local function refused(message, text)
  local project, err = load(text)
  assert.is_nil(project)
  assert.equal(message, err)
end

describe("compose.lua", function()
  it("returns the table that YAML would be", function()
    local project = assert(load 'return { services = { web = { image = "x", ports = { "80:80" } } } }')
    assert.equal("80", project.services.web.ports[1].published)
  end)

  it("calls helpers in loops and functions of its own", function()
    local project = assert(load [[
local function web(i) return { image = "x", ports = { 8080 + i .. ":80" } } end
for i = 1, 3 do service("web" .. i, web(i)) end
pod("front", { services = { "web1", "web2" } })
volume "data"
network("net", { internal = true })
host("h", "connection")
]])
    assert.equal("8082", project.pods.front.ports[2].published)
    assert.equal("web3", project.services.web3.key)
    assert.equal("p_data", project.volumes.data.name)
    assert.is_true(project.networks.net.internal)
    assert.equal("connection", project.hosts.h.connection)
  end)

  it("may do both", function()
    local project = assert(load 'service("a", { image = "x" }) return { services = { b = { image = "y" } }, name = "q" }')
    assert.equal("x", project.services.a.image)
    assert.equal("y", project.services.b.image)
  end)

  it("asks for variables of the project", function()
    local project = assert(load('service("a", { image = env("IMAGE", "none") .. env("OTHER", "-") .. (os.getenv "IMAGE") })',
      { environment = { IMAGE = "i" } }))
    assert.equal("i-i", project.services.a.image)
  end)

  it("has null and empty lists", function()
    local project = assert(load 'service("a", { image = "x", command = list {}, entrypoint = null, ports = {}, labels = {} })')
    assert.same({}, project.services.a.command)
    assert.is_nil(project.services.a.entrypoint)
  end)

  it("is overridden by YAML and overrides it", function()
    local project = assert(composed.load({
      ["compose.lua"] = 'service("a", { image = "x", environment = { A = "1" } })',
      ["more.yaml"] = "services: {a: {environment: {B: '2'}}}\n",
    }, { files = { "compose.lua", "more.yaml" } }))
    assert.same({ A = "1", B = "2" }, project.services.a.environment)
  end)
end)

describe("faults of compose.lua carry the line:", function()
  it("of wrong syntax", function()
    local _, err = load "x = = 1"
    assert.matches("^compose%.lua:1: unexpected symbol near '='$", err)
  end)

  it("of an error", function()
    refused("compose.lua:2: attempt to index a nil value (global 'nothing')", "\nreturn nothing.here")
  end)

  it("of an error of its own", function()
    refused("compose.lua:1: set TAG", 'error "set TAG"')
  end)

  it("of the helper that made what is wrong", function()
    refused('compose.lua:3: services.web.imgae: unknown attribute; did you mean "image"?',
      '\n\nservice("web", { imgae = "x" })')
  end)

  it("of a helper that is called twice with one name", function()
    refused('compose.lua:2: service: there is one with the name "a" already', 'service("a", { image = "x" })\nservice("a", {})')
  end)

  it("of values that no file has", function()
    refused("compose.lua:1: services.a.image: is a function; a project is made of tables, texts, numbers and booleans",
      'service("a", { image = print or string.len })')
  end)

  it("of a table inside of itself", function()
    refused("compose.lua:1: services.a.labels: contains itself", 'local t = { image = "x" } t.labels = t service("a", t)')
  end)

  it("but for what is returned, which has none", function()
    refused('compose.lua: services.web.imgae: unknown attribute; did you mean "image"?', 'return { services = { web = { imgae = "x" } } }')
  end)
end)

describe("the sandbox of compose.lua", function()
  it("has no files, no processes, no modules, no way to run texts", function()
    for _, name in ipairs { "io", "require", "dofile", "loadfile", "load", "debug", "package", "coroutine", "collectgarbage", "print" } do
      local project = assert(load('service("a", { image = "x", labels = { is = type(' .. name .. ") } })"))
      assert.equal("nil", project.services.a.labels.is)
    end
    local project = assert(load [[
local names = {}
for name in pairs(os) do names[#names + 1] = name end
service("a", { image = names[1] .. #names })
]])
    assert.equal("getenv1", project.services.a.image)
  end)

  it("ends a program that does not end", function()
    local _, err = load "while true do end"
    assert.equal("compose.lua:1: the program does not come to an end: more than 5000000 steps", err)
  end)

  it("ends it behind pcall, too", function()
    local _, err = load "while true do pcall(function() while true do end end) end"
    assert.equal("compose.lua:1: the program does not come to an end: more than 5000000 steps", err)
  end)

  it("bounds texts", function()
    local _, err = load 'local t = ("x"):rep(1 << 40)'
    assert.equal("compose.lua:1: string.rep: the text would be longer than 1048576 bytes", err)
  end)

  it("bounds memory", function()
    local _, err = load 'local s = "0123456789" while true do s = s .. s end'
    assert.equal("compose.lua:1: the program takes more than 2 MiB in one step", err)
    _, err = load 'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(10000) .. i end'
    assert.equal("compose.lua:1: the program takes more than 64 MiB", err)
  end)

  -- What would keep a function of the libraries busy, or a limit from being looked at.
  local END = "the program does not come to an end: more than 5000000 steps"
  for name, case in pairs {
    ["a pattern that tries for years"] = { 'local s = ("a"):rep(1 << 17) s:find((".-"):rep(30) .. "b")', "1: " .. END },
    ["table.move of everything"] = { "table.move({}, 1, 1 << 40, 1, {})", "1: " .. END },
    ["the same as a tail call"] = { "return table.move({}, 1, 1 << 40, 1, {})", " " .. END },
    ["table.insert into a table with a length of its own"] =
      { "table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 2)", "1: " .. END },
    ["table.remove"] = { "table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)", "1: " .. END },
    ["table.concat of one text many times"] = {
      'local t = {} local s = ("x"):rep(1 << 20) for i = 1, 5000 do t[i] = s end table.concat(t)',
      "1: table.concat: the text would be longer than 1048576 bytes",
    },
    ["gsub that makes a long text"] = { '("x"):rep(5000):gsub("x", ("y"):rep(5000))',
      " string.gsub: the text would be longer than 1048576 bytes" },
    ["string.rep of a count in words"] = { 'string.rep("x", "9999999999")', "1: string.rep: the text would be longer than 1048576 bytes" },
    ["the handler of xpcall"] =
      { "xpcall(function() while true do end end, function() while true do end end)", "1: " .. END },
    ["calls without end"] = { "local function f() return f() + 1 end f()", "1: calls are nested deeper than 1000" },
    ["an error with a way to be shown"] = { "error(setmetatable({}, { __tostring = function() while true do end end }))",
      " the program raises a table, which is no message" },
    ["a table with a way to be read"] = {
      "return setmetatable({}, { __index = function() while true do end end, __len = function() while true do end end })",
      " the compose file is empty" },
    ["tables in tables"] = { "local t = {} for i = 1, 5000 do t = { a = t } end return { services = { a = t } }",
      " services.a" .. (".a"):rep(98) .. ": is nested deeper than 100 tables" },
    ["one table in many places"] = { "local t = {} for i = 1, 50 do t = { t, t } end service('a', t)", "1: " .. END },
  } do
    it("ends " .. name, function()
      local project, err = load(case[1])
      assert.is_nil(project)
      assert.equal("compose.lua:" .. case[2], err)
    end)
  end

  it("has no metatable of the host's", function()
    local project = assert(load [[
local ok, fault = pcall(function() service("b", { image = error }) end)
service("a", { image = "x", labels = { text = tostring(getmetatable "x"), null = tostring(getmetatable(null)), fault = type(fault) } })
rawset(null, "x", 1)
]])
    assert.same({ text = "nil", null = "null", fault = "string" }, project.services.a.labels)
    assert.is_nil(rawget(require "json".null, "x"))
  end)

  it("has methods of texts that a program cannot change for the helpers", function()
    local _, err = load 'string.format = function() return {} end service("a", { image = assert })'
    assert.equal("compose.lua:1: services.a.image: is a function; a project is made of tables, texts, numbers and booleans", err)
  end)

  it("collects garbage again afterwards", function()
    load "return {}"
    assert.is_true(collectgarbage "isrunning")
  end)

  it("leaves strings as they were", function()
    load 'string.upper = nil local t = ("x"):rep(1 << 40)'
    assert.equal("XX", ("x"):rep(2):upper())
  end)

  it("keeps what it is given from being changed for others", function()
    load "table.insert = nil math.huge = nil _G.pairs = nil"
    assert.is_function(table.insert)
    assert.is_function(pairs)
    assert.is_number(math.huge)
  end)

  it("refuses finalizers", function()
    local _, err = load "setmetatable({}, { __gc = function() end })"
    assert.equal("compose.lua:1: setmetatable: __gc, __close and __mode are not for compose files", err)
  end)
end)
