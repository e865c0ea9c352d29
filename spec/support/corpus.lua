--- The corpus of compose files in spec/compose/cases, and what the reference loader makes of them.
--
-- A case is a file NAME.yaml or a folder NAME, whose case.json may say which files, profiles, variables and name it
-- has. expected.json is written by spec/compose/oracle. differences.json has where we differ, and why.
local compose = require "compose"
local files = require "compose.files"
local json = require "json"
local render = require "compose.render"

local corpus = {}

local FOLDER = "spec/compose/"

local function read_json(path)
  local text = files.read(path)
  return text and assert(json.decode(text))
end

--- What the reference loader says: { project = tree } or { error = text } by the name of the case.
-- @treturn table
function corpus.expected() return read_json(FOLDER .. "expected.json") end

--- Where we differ, by the name of the case: `reason`, and `ours`, values by path, or `error` = true, or `loads` = true.
-- @treturn table
function corpus.differences() return read_json(FOLDER .. "differences.json") end

--- The options of compose.load for a case.
-- @tparam string name
-- @treturn table
function corpus.options(name)
  local root = files.current() .. "/" .. FOLDER .. "cases"
  local environment = read_json(FOLDER .. "environment.json")
  environment.HOME = "/home/user"
  local options = { environment = environment, current = root }
  if files.kind(root .. "/" .. name) == "directory" then
    options.current = root .. "/" .. name
    local own = read_json(options.current .. "/case.json") or {}
    options.files, options.profiles, options.env_files, options.name = own.files, own.profiles, own.env_files, own.name
    for key, value in pairs(own.env or {}) do environment[key] = value end
  else
    options.files = { name .. ".yaml" }
  end
  return options, root
end

-- Plain replacement: a path may have characters that mean something in patterns.
local function replace(text, old, new)
  local start = 1
  while true do
    local first, last = text:find(old, start, true)
    if not first then return text end
    text = text:sub(1, first - 1) .. new .. text:sub(last + 1)
    start = first + #new
  end
end

--- Loads a case.
-- @tparam string name
-- @treturn ?table the project as `config --format json` has it, its paths from /corpus (or /above it); nil where it is refused
-- @treturn ?string then: what is wrong
function corpus.load(name)
  local options, root = corpus.options(name)
  local project, err = compose.load(options)
  if not project then return nil, err end
  local text = replace(render.json(project), root, "/corpus")
  return assert(json.decode(replace(text, root:match "^(.*)/", "/above")))
end

local function shown(value)
  if value == nil then return "nothing" end
  return json.encode(value, { sort = true })
end

--- Where two trees differ.
-- @param ours
-- @param theirs
-- @tparam[opt] string path
-- @tparam[opt] {string,...} found
-- @treturn {string,...} "path: ours, theirs"
function corpus.compare(ours, theirs, path, found)
  path, found = path or "", found or {}
  if type(ours) == "table" and type(theirs) == "table" and ours ~= json.null and theirs ~= json.null then
    local keys = {}
    for key in pairs(ours) do keys[key] = true end
    for key in pairs(theirs) do keys[key] = true end
    for key in pairs(keys) do corpus.compare(ours[key], theirs[key], path .. "/" .. tostring(key), found) end
    if next(ours) == nil and next(theirs) == nil and json.kind(ours) ~= json.kind(theirs) then
      found[#found + 1] = path .. ": [] is not {}"
    end
  elseif ours ~= theirs then
    found[#found + 1] = ("%s: ours %s, theirs %s"):format(path, shown(ours), shown(theirs))
  end
  return found
end

--- Replaces values of a tree by those that we have.
-- @tparam table theirs
-- @tparam table ours values by path, such as /services/web/image; null removes
function corpus.patch(theirs, ours)
  for path, value in pairs(ours) do
    local holder, last = theirs, nil
    for key in path:gmatch "[^/]+" do
      if last ~= nil then
        if holder[last] == nil then holder[last] = {} end
        holder = holder[last]
      end
      last = json.kind(holder) == "array" and tonumber(key) or key
    end
    if value == json.null then holder[last] = nil else holder[last] = value end
  end
end

return corpus
