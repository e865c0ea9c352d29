-- The entry for commands and scripts, in engines that read files; the binary has its own.
local moonwire = require "spec.support.moonwire"
local shell = require "spec.support.shell"

local function command(name, body)
  it(name, function()
    if not moonwire.command then return pending(moonwire.reason) end
    body()
  end)
end

describe("moonwire", function()
  command("runs a command", function()
    local text, status = moonwire.run("spec --no-such-option")
    assert.matches("^moonwire spec: unknown option", text)
    assert.equal(2, status)
  end)

  command("lists the commands", function()
    local text, status = moonwire.run("-h")
    assert.matches("\n +spec +", text)
    assert.equal(0, status)
  end)

  command("runs a script with its arguments", function()
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    local file = assert(io.open(path, "w"))
    file:write("print(arg[0], #arg, arg[1], ...) os.exit(3)")
    file:close()
    local text, status = moonwire.run(path .. " a 'b c'")
    assert.equal(path .. "\t2\ta\ta\tb c", text)
    assert.equal(3, status)
  end)

  command("shows a script's error with a traceback, and has status 1", function()
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    local file = assert(io.open(path, "w"))
    file:write("local function f() error('deep') end\nf()")
    file:close()
    local text, status = moonwire.run(path)
    assert.matches(path .. ":1: deep\nstack traceback:", text, 1, true)
    assert.equal(1, status)
  end)

  command("names a script that is not there", function()
    local text, status = moonwire.run("/nowhere/script.lua")
    assert.matches("^moonwire: cannot open [^\n]*/nowhere/script.lua[^\n]*$", text)
    assert.equal(1, status)
  end)

  command("finds its modules from any folder", function()
    if moonwire.command:find("moonwire$") then return pending("the binary has its modules inside") end
    assert.matches("^moonwire spec: unknown option", (shell.read("cd /; " .. moonwire.absolute() .. " spec --no-such-option 2>&1")))
  end)
end)
