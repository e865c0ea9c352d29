--- Stands in for the rock dkjson 2.6 where that is not installed: the same calls, over this project's `json`.
--
--    local json = require "dkjson"
--    json.encode({ 1, 2, { a = json.null } }, { indent = true })
--    local value, position, message = json.decode('{"a":[]}', 1, nil)
--
-- docs/rocks.md lists in what the two differ.
--
-- @module dkjson

local encoder = require "dkjson.encoder"
local quotestring = require "dkjson.quote"

local dkjson = {
  version = "dkjson 2.6",
  --- Stands for null.
  null = require "json.null",
  encode = encoder.encode,
  addnewline = encoder.addnewline,
  quotestring = quotestring,
  decode = require "dkjson.decoder",
}

--- For the option `exception`: what cannot be written becomes a string that says so.
-- @tparam string reason
-- @param value
-- @tparam table state
-- @tparam string message
-- @treturn string
function dkjson.encodeexception(reason, value, state, message)
  return quotestring("<" .. message .. ">")
end

--- The same module, which says that it uses LPeg. (It is faster than LPeg without it.)
-- @treturn table
function dkjson.use_lpeg()
  local copy = {}
  for name, member in pairs(dkjson) do copy[name] = member end
  copy.using_lpeg = true
  copy.use_lpeg = function() return copy end
  return copy
end

return dkjson
