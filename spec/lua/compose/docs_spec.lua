-- The examples of docs/compose.md are what they say.
local composed = require "spec.support.composed"
local files = require "compose.files"

local text = assert(files.read "docs/compose.md"):gsub("\n    ", "\n\t")

-- The indented block that begins with a line.
local function block(first)
  local start = assert(text:find("\t" .. first, 1, true), first)
  local lines = {}
  for line in text:sub(start):gmatch "([^\n]*)\n" do
    if line ~= "" and line:sub(1, 1) ~= "\t" then break end
    lines[#lines + 1] = line:sub(2)
  end
  return table.concat(lines, "\n") .. "\n"
end

describe("docs/compose.md", function()
  it("has a file that is right", function()
    local project = assert(composed.load((block("# compose.yaml"):gsub("\nmoonwire .*", ""))))
    assert.same({ "web", "app" }, project.pods.front.services)
  end)

  it("has a program that is right", function()
    local project = assert(composed.load { ["compose.lua"] = block "-- compose.lua" })
    assert.equal(3, #project.pods.front.ports)
  end)

  it("has several machines that are right", function()
    local project = assert(composed.load(block "x-hosts:"))
    assert.equal("postgres://10.0.0.7:5432/app", project.services.app.environment.DB)
  end)
end)
