--- A cjson with settings of its own.
--
-- @module cjson.codec

local decode = require "cjson.decoder"
local encode = require "cjson.encoder"
local kind = require "json.kind"
local marks = require "cjson.marks"
local setters = require "cjson.setters"

local select, pcall, error = select, pcall, error

-- A function of one argument that raises the text of its error at the caller's line, or returns it.
local function called(name, settings, convert, safe)
  return function(...)
    if select("#", ...) ~= 1 then error(("bad argument #1 to '%s' (expected 1 argument)"):format(name), 2) end
    local fine, result = pcall(convert, ..., settings)
    if fine then return result end
    if safe then return nil, result end
    error(result, 2)
  end
end

local function new(safe)
  local settings = setters.defaults()
  local cjson = {
    _NAME = "cjson",
    _VERSION = "2.1.0",
    --- What null becomes, and is written as null.
    null = marks.null,
    --- Is written as `[]`.
    empty_array = marks.empty_array,
    --- The metatable of tables that are arrays whatever is in them.
    array_mt = kind.array,
    --- The metatable of tables that are arrays when they are empty.
    empty_array_mt = marks.empty_array_mt,
    encode = called("encode", settings, encode, safe),
    decode = called("decode", settings, decode, safe),
    --- Another cjson, with the settings that are there at the beginning.
    new = function() return new(safe) end,
  }
  for name, setter in pairs(setters.functions) do
    cjson[name] = function(...) return setter(settings, ...) end
  end
  return cjson
end

--- A cjson with the settings that are there at the beginning.
-- @tparam boolean safe whether encode and decode return nil and a message instead of raising
-- @treturn table
return new
