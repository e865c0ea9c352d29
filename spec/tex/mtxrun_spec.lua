local document = require "spec.tex.document"
local shell = require "spec.support.shell"

local SCRIPT = [[
local json = require "json"
print(json.encode({ arguments = json.array { table.unpack(arg) }, dots = select("#", ...), script = arg[0] }, { sort = true }))
if arg[1] == "exit" then os.exit(7) end
if arg[1] == "fail" then error("went wrong") end
]]

describe("mtxrun --script moonwire", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end
    local folder, mtxrun
    local root = shell.read("pwd")

    lazy_setup(function()
      folder = shell.read("mktemp -d")
      local file = assert(io.open(folder .. "/script.lua", "w"))
      file:write(SCRIPT)
      file:close()
      local programs = engine.context:match("^(.*)/")
      mtxrun = ("cd %s && TEXMFHOME=%s PATH=%s:$PATH %s --script moonwire "):format(shell.quote(folder),
        shell.quote(root .. "/tex"), shell.quote(programs), shell.quote(programs .. "/mtxrun"))
    end)

    it("runs a script with its arguments in their order, options too", function()
      local output, status = shell.read(mtxrun .. "script.lua first --second=2 'third one' --noconsole")
      assert.are.equal(0, status)
      assert(document.has(output,
        '{"arguments":["first","--second=2","third one","--noconsole"],"dots":4,"script":"script.lua"}'))
    end)
    it("ends with the status of os.exit", function()
      assert.are.equal(7, select(2, shell.read(mtxrun .. "script.lua exit")))
    end)
    it("ends with status 1 and a traceback after an error", function()
      local output, status = shell.read(mtxrun .. "script.lua fail 2>&1")
      assert.are.equal(1, status)
      assert(document.has(output, "moonwire: script.lua:4: went wrong\nstack traceback:"))
    end)
    it("says which script is not there", function()
      local output, status = shell.read(mtxrun .. "nosuch.lua 2>&1")
      assert.are.equal(1, status)
      assert(document.has(output, "nosuch.lua"))
    end)
    it("runs the commands", function()
      local output, status = shell.read(mtxrun .. "spec --help")
      assert.are.equal(0, status)
      assert(document.has(output, "usage: moonwire spec"))
    end)
    it("lists them with --help", function()
      local output, status = shell.read(mtxrun .. "--help")
      assert.are.equal(0, status)
      assert(document.has(output, "commands:"))
    end)
  end) end
end)
