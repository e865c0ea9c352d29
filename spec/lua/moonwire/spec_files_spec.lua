-- Which spec files a path stands for.
local files = require "moonwire.spec.files"
local shell = require "spec.support.shell"
local has_lfs, lfs = pcall(require, "lfs")

local OPTIONS = { pattern = { "_spec" }, ["exclude-pattern"] = {}, recursive = true }

describe("spec files", function()
  local folder

  before_each(function()
    folder = shell.read("mktemp -d")
    shell.read("cd " .. folder .. " && mkdir -p a/closed b && touch a/closed/x_spec.lua a/y_spec.lua b/z_spec.lua")
  end)
  after_each(function() shell.read("rm -rf " .. shell.quote(folder)) end)

  local function found()
    local complaints = {}
    local list = files.find({ folder }, OPTIONS, function(path, message) complaints[#complaints + 1] = { path, message } end)
    for i, path in ipairs(list) do list[i] = path:sub(#folder + 2) end
    return list, complaints
  end

  it("are found in folders of folders, by name", function()
    assert.same({ "a/closed/x_spec.lua", "a/y_spec.lua", "b/z_spec.lua" }, (found()))
  end)

  it("are found beside a folder that cannot be read, which is named", function()
    if not has_lfs then return pending("folders are read with lfs") end
    -- A mode that forbids reading would not stop root.
    local dir = lfs.dir
    finally(function() lfs.dir = dir end) -- luacheck: ignore 122
    lfs.dir = function(path) -- luacheck: ignore 122
      if path:find("closed$") then error("cannot open " .. path .. ": Permission denied") end
      return dir(path)
    end
    local list, complaints = found()
    assert.same({ "a/y_spec.lua", "b/z_spec.lua" }, list)
    local closed = folder .. "/a/closed"
    assert.same({ { closed, "cannot read the folder " .. closed .. ": Permission denied" } }, complaints)
  end)
end)
