--- The examples of the guides, run one by one: what they print is what the page says.
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

-- Each page, and how its names become ones of the test's own, so that examples in several engines do not meet.
local PAGES = {
  ["docs/nats.md"] = function(code, own)
    local prefix = own .. "."
    return code:gsub('(:[%a_]+%("?)([%a]+[%a.*>]*)(")', function(call, subject, quote)
      if SUBJECTS[call:match("^:([%a_]+)")] then return call .. prefix .. subject .. quote end
    end), prefix
  end,
}

-- Streams, their subjects and buckets, which a test removes at its end.
local function words(...)
  local names = { ... }
  return function(code, own)
    local tail = "_" .. own:gsub("%p", "")
    for _, name in ipairs(names) do code = code:gsub("%f[%w_]" .. name .. "%f[^%w_]", name .. tail) end
    return code, tail
  end
end
PAGES["docs/jetstream.md"] = words("ORDERS", "orders", "JOBS", "jobs", "HITS", "hits")
PAGES["docs/kv.md"] = words("prices", "jobs")

--- Removes what an example made.
local function clean(js, tail)
  for _, name in ipairs(js:stream_names() or {}) do
    if name:find(tail, 1, true) then js:delete_stream(name) end
  end
end

local function run(example, rename)
  local code, own = rename(example.code, support.subject())
  local printed = {}
  local nc = assert(nats.connect(URL))
  local js = nc:jetstream()
  local env = setmetatable({ nats = setmetatable({
    connect = function(first, ...)
      if first == nil then first = URL end
      return nats.connect(first, ...)
    end }, { __index = nats }), nc = nc, js = js,
    print = function(...)
      local list = table.pack(...)
      for i = 1, list.n do list[i] = tostring(list[i]) end
      printed[#printed + 1] = table.concat(list, "\t")
    end }, { __index = _G })
  local fine, err = pcall(assert(load(code, "=example", "t", env)))
  if own:sub(1, 1) == "_" then clean(js, own) end
  nc:close()
  if not fine then error(err, 0) end
  return (table.concat(printed, "\n"):gsub(own:gsub("%p", "%%%0"), ""))
end

for page, rename in pairs(PAGES) do
  describe(page, function()
    local count = {}
    for _, example in ipairs(examples(read(page))) do
      count[example.heading] = (count[example.heading] or 0) + 1
      it(("tells what happens: %s, example %d"):format(example.heading, count[example.heading]), function()
        if not URL then return pending "MOONWIRE_TEST_NATS_URL is not set" end
        assert.are.equal(example.printed, run(example, rename))
      end)
    end
  end)
end
