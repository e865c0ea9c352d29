-- The commands `moonwire yaml` and `moonwire json`.
local moonwire = require "spec.support.moonwire"
local shell = require "spec.support.shell"

-- Runs a command on a text in a file of that name.
local function run(arguments, text)
  local folder = shell.read "mktemp -d"
  finally(function() os.execute("rm -rf " .. shell.quote(folder)) end)
  local file = assert(io.open(folder .. "/in", "wb"))
  file:write(text)
  file:close()
  local output, status = moonwire.run(arguments .. " " .. shell.quote(folder .. "/in"))
  return (output:gsub("%S*/in:", "in:")), status
end

local function command(name, body)
  it(name, function()
    if not moonwire.command then return pending(moonwire.reason) end
    body()
  end)
end

describe("moonwire yaml", function()
  command("writes YAML in the author's order", function()
    local output, status = run("yaml", "b: {y: 'no'}\na: [1,\n 2]\n")
    assert.equal("b:\n  'y': 'no'\na:\n  - 1\n  - 2", output)
    assert.equal(0, status)
  end)

  command("writes JSON, a document a value", function()
    assert.equal('{"z":[1,1.5,null],"a":{}}\n[]', (run("yaml --json --indent 0", "z: [1, 1.5, ~]\na: {}\n--- []\n")))
    assert.equal('{\n  "a": [\n    true\n  ]\n}', (run("yaml --json", "a: [true]")))
  end)

  command("sorts keys", function()
    assert.equal("a: 1\nb: 2", (run("yaml --sort", "b: 2\na: 1\n")))
    assert.equal('{"a":1,"b":2}', (run("yaml --sort --json --indent=0", "b: 2\na: 1\n")))
  end)

  command("writes events", function()
    assert.equal("+STR\n+DOC\n+SEQ\n=VAL :a\n-SEQ\n-DOC\n-STR", (run("yaml --events", "- a\n")))
  end)

  command("checks only, where it is told to", function()
    local output, status = run("yaml --check", "a: 1")
    assert.equal("", output)
    assert.equal(0, status)
  end)

  command("has status 1 and says what is wrong", function()
    local output, status = run("yaml --check", "a: 1\na: 2\n")
    assert.matches('^in:2:1: the key "a" is given twice\n    2 | a: 2\n', output)
    assert.equal(1, status)
  end)

  command("has status 1 for what JSON does not have", function()
    local output, status = run("yaml --json", "[a]: 1")
    assert.equal("a collection is a key, which JSON does not have", output)
    assert.equal(1, status)
  end)

  command("has status 1 for a file that is not there", function()
    local output, status = moonwire.run "yaml /nowhere/x.yaml"
    assert.matches("^/nowhere/x.yaml: No such file", output)
    assert.equal(1, status)
  end)

  command("has status 2 for an option that it does not have", function()
    local output, status = moonwire.run "yaml --frob"
    assert.equal("moonwire yaml: unknown option --frob (--help lists the options)", output)
    assert.equal(2, status)
  end)
end)

describe("moonwire json", function()
  command("writes JSON in the author's order", function()
    assert.equal('{\n  "b": 1.0,\n  "a": [\n    {}\n  ]\n}', (run("json", '{"b":1.0,"a":[{}]}')))
  end)

  command("writes YAML", function()
    assert.equal("b: 1\na:\n  - 'no'", (run("json --yaml", '{"b":1,"a":["no"]}')))
  end)

  command("has status 1 for YAML that is no JSON", function()
    local output, status = run("json", "a: 1")
    assert.matches("^in: ", output)
    assert.equal(1, status)
  end)
end)
