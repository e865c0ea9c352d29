local document = require "spec.tex.document"
local nats = require "nats"
local shell = require "spec.support.shell"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- The documents of the guide, by the heading that each stands under, and those of the examples.
local function documents()
  local list = {}
  local heading, block
  for line in read("docs/context.md"):gmatch("([^\n]*)\n") do
    if line:find("^## ") then heading = line:sub(4) end
    if line == "```tex" then
      block = {}
    elseif line == "```" and block then
      list[#list + 1] = { name = ("number %d of the guide, under '%s'"):format(#list + 1, heading),
        source = table.concat(block, "\n") .. "\n" }
      block = nil
    elseif block then
      block[#block + 1] = line
    end
  end
  for _, name in ipairs { "greeting", "mountains" } do
    local path = "examples/context/" .. name .. ".tex"
    list[#list + 1] = { name = path, source = read(path) }
  end
  return list
end

local url = os.getenv("MOONWIRE_TEST_NATS_URL")

-- Starts the examples' service; its process id.
local function start_service()
  local pid = shell.read(("NATS_URL=%s LUA_PATH='lua/?.lua;lua/?/init.lua;rocks/?.lua;;' lua5.4 examples/context/service.lua "
    .. "> /dev/null 2>&1 & echo $!"):format(shell.quote(url)))
  local nc = assert(nats.connect(url))
  local tries = 50
  while not nc:request("demo.greeting", "spec", 1) do
    tries = tries - 1
    assert(tries > 0, "the service does not answer")
    shell.read("sleep 0.1")
  end
  nc:close()
  return pid
end

describe("the guide to ConTeXt", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end
    local service

    lazy_setup(function() service = start_service() end)
    lazy_teardown(function() shell.read("kill " .. service) end)

    for _, example in ipairs(documents()) do
      it("has a document that is typeset: " .. example.name, function()
        local run = document.run(engine, {
          source = example.source, environment = "NATS_URL=" .. shell.quote(url), arguments = "--once",
        })
        assert.are.equal(0, run.status, run.output)
        assert.is_string(run.text)
        if not example.source:find("demo.nobody", 1, true) then
          assert.are.equal("", run.said)
        end
      end)
    end
  end) end
end)
