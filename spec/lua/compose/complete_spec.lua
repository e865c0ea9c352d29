-- What can stand at a place of a command line.
local complete = require "compose.complete"
local composed = require "spec.support.composed"

local function words(line)
  local list = {}
  for word in (line .. " "):gmatch "([^ ]*) " do list[#list + 1] = word end
  return list
end

-- The candidates for the last word of a line, and ":files" or ":folders".
local function candidates(line)
  local list, paths = complete.candidates(words(line))
  local names = {}
  for i, candidate in ipairs(list) do names[i] = candidate[1] end
  if paths then names[#names + 1] = ":" .. paths end
  return table.concat(names, " ")
end

describe("a command line of compose is completed:", function()
  it("commands", function()
    assert.equal("config", candidates "conf")
    assert.equal("config", candidates "-p x --profile y conf")
  end)

  it("options before the command", function()
    assert.equal("--project-name --project-directory", candidates "--proj")
    assert.matches("^%-%-file %-f ", candidates "-")
  end)

  it("options of the command", function()
    assert.equal("--format", candidates "config --for")
    assert.equal("--help", candidates "config --he")
  end)

  it("words that are values of options", function()
    assert.equal("yaml json", candidates "config --format ")
    assert.equal("--format=json", candidates "config --format=j")
  end)

  it("paths", function()
    assert.equal(":files", candidates "-f ")
    assert.equal(":files", candidates "--env-file=x")
    assert.equal(":folders", candidates "--project-directory ")
    assert.equal(":files", candidates "config -o ")
  end)

  it("nothing where nothing is known", function()
    assert.equal("", candidates "-p ")
    assert.equal("", candidates "nosuch x")
  end)

  it("services, those of profiles too, but for those that are there", function()
    local folder = composed.folder()
    finally(function() composed.remove(folder) end)
    composed.write(folder, { ["c.yaml"] = "services: {web: {image: x}, worker: {image: x, profiles: [p]}, db: {image: x}}\n" })
    assert.equal("web worker", candidates("-f " .. folder .. "/c.yaml config w"))
    assert.equal("db web", candidates("--file=" .. folder .. "/c.yaml config worker "))
    assert.equal("", candidates("-f " .. folder .. "/missing.yaml config "))
  end)
end)
