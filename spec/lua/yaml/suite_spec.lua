-- yaml-test-suite (data release), where it is there: in the folder named by MOONWIRE_YAML_SUITE, or beside the project.
local json = require "json"
local shell = require "spec.support.shell"
local yaml = require "yaml"

local FOLDER = os.getenv "MOONWIRE_YAML_SUITE" or "../shared/conformance/yaml"

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

-- Where the string ends that begins at a quote.
local function string_end(text, at)
  local p = at + 1
  while true do
    local e = text:find('["\\]', p)
    if text:sub(e, e) == '"' then return e end
    p = e + 2
  end
end

-- Where the array or object ends that begins at a bracket.
local function collection_end(text, at)
  local depth, p = 0, at
  repeat
    p = text:find('[%[%]{}"]', p)
    local c = text:sub(p, p)
    if c == '"' then
      p = string_end(text, p)
    else
      depth = depth + ((c == "{" or c == "[") and 1 or -1)
    end
    p = p + 1
  until depth == 0
  return p - 1
end

-- The JSON documents that stand one after the other in a text.
local function json_documents(text)
  local documents = {}
  local at = text:find "%S"
  while at do
    local first = text:sub(at, at)
    local stop
    if first == "{" or first == "[" then stop = collection_end(text, at)
    elseif first == '"' then stop = string_end(text, at)
    else stop = select(2, text:find("^%S+", at)) end
    documents[#documents + 1] = assert(json.decode(text:sub(at, stop)))
    at = text:find("%S", stop + 1)
  end
  return documents
end

-- Equal, and empty sequences are no empty mappings. (json.null and yaml.null are one.)
local function equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  if a == b then return true end
  if next(a) == nil and next(b) == nil and getmetatable(a).__jsontype ~= (json.kind(b) or "object") then return false end
  for key, value in pairs(a) do
    if not equal(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

local function events(text)
  local list = {}
  for event in yaml.events(text) do list[#list + 1] = yaml.event_line(event) end
  return table.concat(list, "\n") .. "\n"
end

local function check(folder)
  local text = read(folder .. "/in.yaml")
  local documents, err = yaml.load_all(text)
  if read(folder .. "/error") then
    assert.is_nil(documents)
    assert.matches("^yaml:%d+:%d+: ", err)
    return
  end
  assert.is_nil(err)
  local wanted = read(folder .. "/in.json")
  if wanted then
    wanted = json_documents(wanted)
    assert.equal(#wanted, #documents)
    for i = 1, #wanted do assert.is_true(equal(documents[i], wanted[i])) end
  end
  wanted = read(folder .. "/test.event")
  if wanted then assert.equal(wanted, events(text)) end
  -- What was read is written, and read again.
  local again = assert(yaml.load_all(yaml.dump_all(documents)))
  assert.equal(#documents, #again)
  if read(folder .. "/in.json") then
    for i = 1, #documents do assert.is_true(equal(again[i], documents[i])) end
  end
end

describe("yaml-test-suite", function()
  local folders = shell.lines("find -L '" .. FOLDER .. "' -name in.yaml 2> /dev/null | sort")
  if #folders == 0 then
    pending("is not there: name its folder in MOONWIRE_YAML_SUITE")
  end
  for _, path in ipairs(folders) do
    local folder = path:match "^(.*)/in%.yaml$"
    -- The data release has each case by tag and by name, too.
    local id = folder:sub(#FOLDER + 2)
    if not id:find "^name/" and not id:find "^tags/" then
      local title = (read(folder .. "/title") or read(folder .. "/===") or ""):gsub("%s+$", "")
      it(id .. " " .. title, function() check(folder) end)
    end
  end
end)
