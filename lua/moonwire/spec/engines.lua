--- The engines: how each is found and started.
local current = require "moonwire.engine"
local files = require "moonwire.spec.files"
local loader = require "moonwire.loader"

local quote = files.quote

local engines = {}

-- The first line that a shell command prints.
local function ask(command)
  local pipe = io.popen(command .. " 2>/dev/null")
  local answer = pipe:read("l")
  pipe:close()
  return answer ~= "" and answer or nil
end

local function which(program) return ask("command -v " .. program) end

local function in_folder(folder, program)
  local path = folder .. "/" .. program
  return files.mode(path) and path or nil
end

-- A program of LMTX: in MOONWIRE_LMTX, where `make lmtx` puts it, or the only ConTeXt of this machine.
local function lmtx(root, program)
  for _, folder in ipairs { os.getenv("MOONWIRE_LMTX") or "", root and root .. "/.cache/lmtx" or "" } do
    if folder ~= "" then
      local path = in_folder(folder, program) or in_folder(folder .. "/bin", program)
      if path then return path end
    end
  end
  if program == "luametatex" then return which("luametatex") end
  -- `context` beside luametatex is LMTX's
  local beside = which("luametatex")
  return beside and in_folder(beside:match("^(.*)/"), program)
end

-- MkIV's `context`: where LMTX is on the PATH too, the one without luametatex beside it.
local function mkiv()
  for folder in (os.getenv("PATH") or ""):gmatch("[^:]+") do
    local path = in_folder(folder, "context")
    if path and not in_folder(folder, "luametatex") then return path end
  end
end

-- The moonwire binary: the one that runs this, the one that is named, that of the checkout.
local function moonwire(root)
  if current == "host" then
    local path = ask("readlink /proc/$PPID/exe")
    if path then return path end
  end
  local given = os.getenv("MOONWIRE_BIN")
  if given and given ~= "" and files.mode(given) then return given end
  return root and in_folder(root, "bin/moonwire") or which("moonwire")
end

-- A document that runs the specs while it is typeset: a page has begun, and is shipped out after them.
local DOCUMENT = [[
\starttext
This page was begun, then the specs ran, and now it goes on.
\ctxlua{dofile("document.lua")}
\stoptext
]]

local DOCUMENT_LUA = [[
local root, work, folder = %q, %q, %q
local chdir = lfs.chdir
dofile(root .. "/lua/moonwire/loader.lua").install(root)
chdir(work)
local _, results = require("moonwire.spec.worker").run(folder)
chdir(folder)
if results then
  context("%%d passed, %%d failed.", results.successesCount, results.failuresCount + results.errorsCount)
end
]]

-- command(path, place): a shell command. place: root, folder (of the run), work (where specs run).

local function script(option)
  return function(found, place)
    return quote(found) .. option .. " " .. quote(place.root .. "/lua/moonwire/main.lua")
      .. " spec --worker " .. quote(place.folder)
  end
end

local function document(found, place)
  local function write(name, text)
    local file = assert(io.open(place.folder .. "/" .. name, "wb"))
    file:write(text)
    file:close()
  end
  write("document.tex", DOCUMENT)
  write("document.lua", DOCUMENT_LUA:format(place.root, place.work, place.folder))
  return "cd " .. quote(place.folder) .. " && PATH=" .. quote(found:match("^(.*)/")) .. ":$PATH "
    .. quote(found) .. " --once --batchmode --noconsole document.tex"
end

-- name; find(root) -> the program's path; command; missing: how to get it; tex: it is a document.
local ENGINES = {
  {
    "host", find = moonwire, missing = "make build, or set MOONWIRE_BIN",
    command = function(found, place)
      return quote(found) .. " spec --worker " .. quote(place.folder)
    end,
  },
  {
    "lua54", find = function() return which("lua5.4") end, missing = "install lua5.4, lua-socket, lua-filesystem",
    command = script "",
  },
  {
    "texlua", find = function() return which("texlua") end, missing = "install ConTeXt MkIV (Debian: context)",
    command = script "",
  },
  {
    "mkiv", find = mkiv,
    missing = "install ConTeXt MkIV (Debian: context)", command = document, tex = true,
  },
  {
    "luametatex", find = function(root) return lmtx(root, "luametatex") end,
    missing = "make lmtx, or set MOONWIRE_LMTX to the folder of LMTX's programs",
    command = script " --luaonly",
  },
  {
    "lmtx", find = function(root) return lmtx(root, "context") end,
    missing = "make lmtx, or set MOONWIRE_LMTX to the folder of LMTX's programs", command = document, tex = true,
  },
}

local by_name = {}
for _, engine in ipairs(ENGINES) do by_name[engine[1]] = engine end

--- The folder with lua/ and rocks/ in files, for engines that read files.
-- @treturn ?string an absolute path; nil where there is none
function engines.root()
  local function absolute(path)
    if path:sub(1, 1) == "/" then return path end
    local here = files.currentdir() or "."
    return path == "." and here or here .. "/" .. path
  end
  local candidates = { os.getenv("MOONWIRE_HOME") or "" }
  local source = debug.getinfo(1, "S").source
  if source:sub(1, 1) == "@" then candidates[#candidates + 1] = loader.root_of(source:gsub("/spec/engines%.lua$", "/spec.lua")) end
  local binary = moonwire()
  if binary then
    local folder = binary:match("^(.*)/") or "."
    candidates[#candidates + 1] = folder .. "/.."
    candidates[#candidates + 1] = folder .. "/../share/moonwire"
  end
  candidates[#candidates + 1] = "."
  for _, candidate in ipairs(candidates) do
    if candidate ~= "" and files.mode(candidate .. "/lua/moonwire/main.lua") then return absolute(candidate) end
  end
end

--- The engines that names stand for.
-- @tparam {string,...} names "all" is all of them
-- @treturn ?{table,...}
-- @treturn ?string what is wrong with the names
function engines.named(names)
  local list, seen = {}, {}
  for _, name in ipairs(names) do
    if name == "all" then
      for _, engine in ipairs(ENGINES) do
        if seen[engine[1]] then return nil, "--engine names " .. engine[1] .. " twice" end
        seen[engine[1]] = true
        list[#list + 1] = engine
      end
    else
      if not by_name[name] then
        local known = {}
        for i, engine in ipairs(ENGINES) do known[i] = engine[1] end
        return nil, "there is no engine '" .. name .. "'; there are " .. table.concat(known, ", ") .. " and all"
      end
      if seen[name] then return nil, "--engine names " .. name .. " twice" end
      seen[name] = true
      list[#list + 1] = by_name[name]
    end
  end
  if #list == 0 then return nil, "--engine takes a name, or all" end
  return list
end

engines.ask = ask

return engines
