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

-- Runs a command on several texts, each in a file of its own.
local function run_all(arguments, ...)
  local folder = shell.read "mktemp -d"
  finally(function() os.execute("rm -rf " .. shell.quote(folder)) end)
  for i, text in ipairs { ... } do
    local path = folder .. "/" .. i
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    arguments = arguments .. " " .. shell.quote(path)
  end
  return moonwire.run(arguments)
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
    assert.equal("in: a collection is a key, which JSON does not have", output)
    assert.equal(1, status)
    assert.matches("^in: .*nan cannot be written as JSON$", (run("yaml --json", ".nan")))
  end)

  command("keeps tags, anchors, merge keys and the spelling of numbers", function()
    local text = "base: &b\n  size: 0x1F\nweb:\n  <<: *b\n  ports: !reset null\n  id: 123456789012345678901234567890\n  none: null"
    assert.equal(text, (run("yaml", text)))
  end)

  command("writes the values of YAML 1.1 as YAML 1.2 reads them", function()
    assert.equal("a: true\nb: 8", (run("yaml", "%YAML 1.1\n---\na: yes\nb: 010\n")))
    assert.equal("a: true\nb: 8", (run("yaml --schema 1.1", "a: yes\nb: 010\n")))
  end)

  command("quotes texts that readers of YAML 1.1 would not read as texts", function()
    assert.equal("a: 'yes'\nb: '2026-01-01'\nc: |-\n  x\n  y\nd: plain", (run("yaml", 'a: yes\nb: 2026-01-01\nc: "x\\ny"\nd: "plain"\n')))
  end)

  command("keeps the documents of several files apart", function()
    assert.equal("a: 1\n---\nb: 2\n---\nc: 3", (run_all("yaml", "a: 1\n", "b: 2\n--- {c: 3}\n")))
    assert.equal("a: 1\n---\nb: 2", (run_all("yaml --sort", "a: 1\n", "# nothing\n", "b: 2\n")))
    assert.equal("a: 1\n---\nb: 2", (run_all("json --yaml", '{"a":1}', '{"b":2}')))
  end)

  command("refuses to indent more than a thousand times, but not to check or to write JSON", function()
    local text = ("["):rep(1001) .. ("]"):rep(1001)
    for _, arguments in ipairs { "yaml", "yaml --sort" } do
      local output, status = run(arguments, text)
      assert.matches("^in:1:1001: collections are nested deeper than max_depth = 1000\n", output)
      assert.equal(1, status)
    end
    assert.equal("", (run("yaml --check", text)))
    assert.equal(text, (run("yaml --json --indent 0", text)))
  end)

  command("has status 1 where it cannot write", function()
    if not io.open("/dev/full", "w") then return pending "there is no /dev/full here" end
    local folder = shell.read "mktemp -d"
    finally(function() os.execute("rm -rf " .. shell.quote(folder)) end)
    local output, status = moonwire.run("yaml /dev/null; echo a | " .. moonwire.command .. " yaml 2>&1 > /dev/full")
    assert.matches("^moonwire yaml: cannot write: No space left", output)
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
    assert.matches("^in:1:1: expected a value, got 'a'\n    1 | a: 1\n      | ^$", output)
    assert.equal(1, status)
  end)

  command("shows the line of an error", function()
    assert.matches('^in:2:6: [^\n]*\n    2 | "é", %]\n      |      ^$', (run("json", '["é",\n"é", ]')))
  end)

  command("keeps the digits of numbers", function()
    assert.equal("[12345678901234567890123,1e2,-0,0.10]", (run("json --indent 0", "[12345678901234567890123, 1e2, -0, 0.10]")))
  end)
end)
