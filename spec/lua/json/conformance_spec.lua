-- JSONTestSuite, where it is at hand: in ../shared/conformance/json, or where
-- MOONWIRE_CONFORMANCE says.

local json = require "json"

local function contents(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function files(folder)
  local names = {}
  local list = io.popen(("ls '%s' 2>/dev/null"):format(folder))
  for name in list:lines() do
    if name:find("%.json$") then names[#names + 1] = name end
  end
  list:close()
  return names
end

local folder = (os.getenv("MOONWIRE_CONFORMANCE") or "../shared/conformance") .. "/json"
local names = files(folder)

describe("JSONTestSuite", function()
  if #names == 0 then
    it("is at hand", function()
      return pending("no suite in " .. folder .. " (MOONWIRE_CONFORMANCE says where else)")
    end)
  end

  for _, name in ipairs(names) do
    local expectation = name:sub(1, 1)
    it((expectation == "y" and "accepts " or expectation == "n" and "rejects " or "survives ") .. name, function()
      local value, err = json.decode(contents(folder .. "/" .. name))
      if expectation == "y" then assert.is_nil(err) end
      if expectation == "n" then assert.is_string(err) end
      if err then
        assert.matches(" at line %d+ column %d+$", err)
      else
        local text = json.encode(value)
        assert.equal(json.encode(value, { sort = true }), json.encode(json.decode(text), { sort = true }))
      end
    end)
  end
end)
