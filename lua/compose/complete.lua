--- What can stand at a place of a command line of `moonwire compose`: for completion in shells.
--
-- It comes from the commands' own tables of options, so it is never out of date.
--
-- @module compose.complete

local commands = require "compose.commands"
local compose = require "compose"
local options = require "compose.options"
local tree = require "compose.tree"

local complete = {}

-- What a value of an option is, by what the help calls it.
local VALUES = { FILE = "files", PATH = "files", DIR = "folders" }

-- What an argument of a command is, by what its usage calls it; the first that the usage has counts.
local ARGUMENTS = { "SERVICE", "PATH", "FILE" }

local function add_options(list, word, out)
  for _, option in ipairs(list) do
    out[#out + 1] = { "--" .. option[1], option.help }
    if option.short and word == "-" then out[#out + 1] = { "-" .. option.short, option.help } end
  end
end

-- The option that a word is, with what stands behind "=" in it.
local function option_of(list, word)
  local name, value = word:match "^%-%-([^=]+)=(.*)$"
  name = name or word:match "^%-%-(.+)$"
  local letter = not name and word:match "^%-.*(%a)$"
  for _, option in ipairs(list) do
    if option[1] == name or letter and option.short == letter then return option, value end
  end
end

-- What comes for the value of an option.
local function values_of(option, prefix, out)
  for _, value in ipairs(option.one_of or {}) do out[#out + 1] = { prefix .. value, option.help } end
  return not option.one_of and VALUES[option.value] or nil
end

-- What comes for a word that begins with "-".
local function add_option(list, word, out)
  if not word:find "^%-%-[^=]+=" then
    add_options(list, word, out)
    return nil
  end
  local option = option_of(list, word)
  return option and values_of(option, word:match "^[^=]*=", out)
end

-- Reads words up to the last but one: values of options by name, the other words, and the option that waits for a value.
local function read(list, words, from, stop)
  local given, rest, waiting = {}, {}, nil
  for i = from, #words - 1 do
    local word = words[i]
    if waiting then
      given[waiting[1]] = given[waiting[1]] or {}
      table.insert(given[waiting[1]], word)
      waiting = nil
    elseif word:find "^%-." then
      local option, value = option_of(list, word)
      if option and option.value then
        if value then
          given[option[1]] = given[option[1]] or {}
          table.insert(given[option[1]], value)
        else
          waiting = option
        end
      end
    elseif stop then
      return given, rest, nil, i
    else
      rest[#rest + 1] = word
    end
  end
  return given, rest, waiting, nil
end

local function add_services(given, used, out)
  local function last(name) return given[name] and given[name][#given[name]] end
  local ok, project = pcall(compose.load, {
    files = given.file, name = last "project-name", folder = last "project-directory", profiles = given.profile or { "*" },
    env_files = given["env-file"],
  })
  if not ok or not project then return end
  local seen = {}
  for _, word in ipairs(used) do seen[word] = true end
  for name, service in tree.each(project.services) do
    if not seen[name] then out[#out + 1] = { name, service.image or "" } end
  end
end

--- What can stand in place of the last word.
-- @tparam {string,...} words those behind `compose`; the last one is the one to be completed, and may be empty
-- @treturn {{string,string},...} candidates that begin with it, each with what it is
-- @treturn ?string "files" or "folders" where paths can stand there, too
function complete.candidates(words)
  local word = words[#words] or ""
  local out, paths = {}, nil
  local function done()
    local list = {}
    for _, candidate in ipairs(out) do
      if candidate[1]:sub(1, #word) == word then list[#list + 1] = candidate end
    end
    return list, paths
  end

  local given, _, waiting, at = read(options, words, 1, true)
  if waiting then
    paths = values_of(waiting, "", out)
    return done()
  end
  if not at then
    if word:sub(1, 1) == "-" then
      paths = add_option(options, word, out)
    else
      for _, name in ipairs(commands.names()) do out[#out + 1] = { name, commands.find(name).summary } end
    end
    return done()
  end

  local command = commands.find(words[at])
  if not command then return {} end
  local rest
  _, rest, waiting = read(command.options, words, at + 1)
  if waiting then
    paths = values_of(waiting, "", out)
  elseif word:sub(1, 1) == "-" then
    paths = add_option(command.options, word, out)
    out[#out + 1] = { "--help", "this text" }
  else
    for _, kind in ipairs(ARGUMENTS) do
      if command.usage:find(kind, 1, true) then
        -- Behind the service of `exec` and `run` a command of the container's stands.
        if kind == "SERVICE" and not (command.stop and #rest > 0) then
          add_services(given, rest, out)
        elseif kind ~= "SERVICE" then
          paths = "files"
        end
      end
    end
  end
  return done()
end

return complete
