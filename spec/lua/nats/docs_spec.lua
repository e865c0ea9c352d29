--- The examples of docs/nats.md, run one by one: what they print is what the page says.
local support = require "spec.lua.nats.support"
local nats = require "nats"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

--- The examples: heading, code and what they print.
local function examples(text)
  local list, heading = {}, nil
  local code
  for line in (text .. "\n"):gmatch("(.-)\n") do
    if code then
      if line == "```" then
        local printed = {}
        for said in (code .. "\n"):gmatch("%-%-> ([^\n]*)") do printed[#printed + 1] = said end
        list[#list + 1] = { heading = heading, code = code, printed = table.concat(printed, "\n") }
        code = nil
      else
        code = code .. line .. "\n"
      end
    elseif line:find("^## ") then
      heading = line:sub(4)
    elseif line == "```lua" then
      code = ""
    end
  end
  return list
end

local URL = os.getenv "MOONWIRE_TEST_NATS_URL"

-- Calls whose first argument is a subject.
local SUBJECTS = { subscribe = true, publish = true, publish_json = true, request = true, request_json = true, request_many = true }

describe("docs/nats.md", function()
  local count = {}
  for _, example in ipairs(examples(read "docs/nats.md")) do
    count[example.heading] = (count[example.heading] or 0) + 1
    it(("tells what happens: %s, example %d"):format(example.heading, count[example.heading]), function()
      if not URL then return pending "MOONWIRE_TEST_NATS_URL is not set" end
      -- Subjects get a prefix of their own, so that examples in several engines do not hear each other.
      local prefix = support.subject() .. "."
      local code = example.code
        :gsub('(:[%a_]+%("?)([%a]+[%a.*>]*)(")', function(call, subject, quote)
          if SUBJECTS[call:match("^:([%a_]+)")] then
            return call .. prefix .. subject .. quote
          end
        end)
      local printed = {}
      local nc = assert(nats.connect(URL))
      local env = setmetatable({ nats = setmetatable({
        connect = function(first, ...)
          if first == nil then first = URL end
          return nats.connect(first, ...)
        end }, { __index = nats }), nc = nc,
        print = function(...)
          local list = table.pack(...)
          for i = 1, list.n do list[i] = tostring(list[i]) end
          printed[#printed + 1] = table.concat(list, "\t")
        end }, { __index = _G })
      local chunk = assert(load(code, "=example", "t", env))
      chunk()
      nc:close()
      assert.are.equal(example.printed, (table.concat(printed, "\n"):gsub(prefix:gsub("%p", "%%%0"), "")))
    end)
  end
end)
