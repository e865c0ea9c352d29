-- Writes the rockspecs: `lua5.4 rockspec/make.lua` in the root of the checkout, after files have come or gone.
--
-- Each rock holds all it needs, the modules of other rocks of this project too, so that any of them can be installed
-- alone and offline: `luarocks make rockspec/moonwire-NAME-scm-1.rockspec`. LuaRocks keeps count of files that two
-- rocks have. The build type is "none" because "builtin" would install the whole folder lua/ with each.

-- A rock's name, what it is, and the folders and files whose modules it has.
local ROCKS = {
  { "nats", "NATS client over luasocket", { "lua/nats", "lua/json", "lua/digest" }, "It needs luasocket when it connects." },
  { "json", "JSON codec with integers, null, streams and one meaning in every engine", { "lua/json" } },
  { "yaml", "YAML 1.2 in pure Lua", { "lua/yaml" } },
  { "digest", "SHA-1, SHA-2, MD5, HMAC, CRC, base64 in pure Lua, or by the engine's own C code", { "lua/digest" } },
  { "compose", "Compose files to podman pods", { "lua/compose", "lua/yaml", "lua/json" } },
  { "lunajson", "Stand-in for lunajson", { "rocks/lunajson.lua", "rocks/lunajson", "lua/json" } },
  { "dkjson", "Stand-in for dkjson", { "rocks/dkjson.lua", "rocks/dkjson", "lua/json" } },
  { "cjson", "Stand-in for lua-cjson in pure Lua", { "rocks/cjson.lua", "rocks/cjson", "lua/json" } },
  { "uuid", "Stand-in for uuid", { "rocks/uuid.lua", "rocks/uuid", "lua/digest" } },
  { "busted", "Portable runner of busted's specs", { "rocks/busted", "rocks/luassert", "rocks/say.lua" } },
}

local TEMPLATE = [[
rockspec_format = "3.0"
package = "moonwire-%s"
version = "scm-1"
source = { url = "git+https://github.com/moonwire/moonwire.git" }
description = {
  summary = "%s",
  detailed = "Part of moonwire: one Lua script in a Go program, in plain Lua and in ConTeXt documents.%s",
  homepage = "https://github.com/moonwire/moonwire",
  license = "MIT",
}
dependencies = { "lua >= 5.3, < 5.6" }
build = {
  type = "none",
  install = {
    lua = {
%s
    },
  },
}
]]

-- The Lua files of a folder, or the file, in order.
local function files(path)
  local list = {}
  local pipe = assert(io.popen("find " .. path .. " -name '*.lua' 2>/dev/null | LC_ALL=C sort"))
  for file in pipe:lines() do list[#list + 1] = file end
  pipe:close()
  return list
end

local function entries(paths)
  local lines = {}
  for _, path in ipairs(paths) do
    for _, file in ipairs(files(path)) do
      local module = file:gsub("^%w+/", ""):gsub("%.lua$", ""):gsub("/", ".")
      lines[#lines + 1] = ('      ["%s"] = "%s",'):format(module, file)
    end
  end
  return table.concat(lines, "\n")
end

local make = {}

--- The rockspecs: a list of tables with `module`, `file` and `text`.
-- @treturn table
function make.all()
  local list = {}
  for i, rock in ipairs(ROCKS) do
    local name, summary, paths, note = table.unpack(rock)
    list[i] = {
      module = name,
      file = ("rockspec/moonwire-%s-scm-1.rockspec"):format(name),
      text = TEMPLATE:format(name, summary, note and " " .. note or "", entries(paths)),
    }
  end
  return list
end

if ... == "rockspec.make" then return make end

for _, rock in ipairs(make.all()) do
  local file = assert(io.open(rock.file, "wb"))
  file:write(rock.text)
  file:close()
end
