--- What computes a digest in this engine: Go's code in the host, LuaTeX's and LuaMetaTeX's own C code, OpenSSL
-- where plain Lua has the rock luaossl (Debian: lua-luaossl), else Lua.
--
-- Each is asked for the digest of "abc" first: a module that bears a known name and is something else, or a
-- library that is set not to compute MD5, is passed by.
--
-- @module digest.source
local algorithms = require "digest.algorithms"
local hex = require "digest.hex"
local pure = require "digest.pure"

local source = {}

-- Kinds of sources, the first that has a digest wins. Each is a function that takes the digest's name and returns
-- `from` (whose code it is), `sum(data)` and `new()`, or nil.
local kinds = {}

kinds[1] = function(name)
  if not rawget(package.preload, "host.digest") then return nil end
  local host = require "host.digest"
  return "host.digest", function(data) return host.sum(name, data) end, function() return host.new(name) end
end

-- Globals of the TeX engines, and not by `require`: that might find a file beside the document.
local ENGINE = {
  md5 = { "md5", "sum" },
  sha256 = { "sha2", "digest256" },
  sha384 = { "sha2", "digest384" },
  sha512 = { "sha2", "digest512" },
}

kinds[2] = function(name)
  local place = ENGINE[name]
  local library = place and rawget(_G, place[1])
  local sum = type(library) == "table" and library[place[2]]
  if not sum or type(rawget(_G, "status")) ~= "table" then return nil end
  return place[1], sum, function() return require("digest.buffered").new(name, sum) end
end

kinds[3] = function(name)
  if type(rawget(_G, "status")) == "table" then return nil end  -- no C rock loads in TeX
  local found, openssl = pcall(require, "openssl.digest")
  if not found or type(openssl) ~= "table" then return nil end
  local function new() return openssl.new(name) end
  return "openssl", function(data) return new():final(data) end, new
end

kinds[4] = function(name)
  return "lua", function(data) return pure.sum(name, data) end, function() return pure.new(name) end
end

local function proven(name, sum, new)
  local expected = algorithms[name].abc
  local state = new()
  state:update("a")
  state:update("bc")
  return hex.encode(sum("abc")) == expected and hex.encode(state:final()) == expected
end

local function choose(name)
  for _, kind in ipairs(kinds) do
    local from, sum, new = kind(name)
    if from then
      local fine, right = pcall(proven, name, sum, new)
      if fine and right then return { from = from, sum = sum, new = new } end
    end
  end
  error("digest: no code computes " .. name .. " right, not even our own")
end

local chosen = {}

--- The source of a digest.
-- @tparam string name such as "sha256"
-- @treturn table `from`: "host.digest", "md5" or "sha2" (TeX engines), "openssl" or "lua"; `sum(data)` gives the
--   digest's bytes; `new()` gives an object with `update(chunk)` and `final()`. None checks what it is given.
function source.of(name)
  local found = chosen[name] or choose(name)
  chosen[name] = found
  return found
end

return source
