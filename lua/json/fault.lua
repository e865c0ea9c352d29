--- Faults of a text: raised where they are found, caught where reading began.
--
-- @module json.fault

local find, sub, byte = string.find, string.sub, string.byte
local error, getmetatable, setmetatable, pcall = error, getmetatable, setmetatable, pcall

local Fault = { __name = "json.fault" }

local fault = {}

--- Give up on a text.
-- @tparam integer at the byte where it is wrong
-- @tparam string what the message
-- @raise a fault: a table with these two
function fault.raise(at, what)
  error(setmetatable({ at = at, what = what }, Fault), 0)
end

--- A character as a message shows it.
-- @tparam string text
-- @tparam integer at its byte
-- @treturn string
function fault.shown(text, at)
  local c = sub(text, at, at)
  if c == "" then return "the end of the text" end
  if find(c, "[%c\128-\255]") then return ("byte 0x%02X"):format(byte(c)) end
  return "'" .. c .. "'"
end

--- Give up because another token was expected.
-- @tparam string text
-- @tparam integer at where the token could begin, after white space or at once
-- @tparam string what the token expected
-- @raise a fault
function fault.expected(text, at, what)
  local _, last = find(text, "^[ \n\r\t]*", at)
  fault.raise(last + 1, ("expected %s, got %s"):format(what, fault.shown(text, last + 1)))
end

--- Call a reader of text.
-- @tparam function reader
-- @param ... what it is called with
-- @treturn boolean whether it read without a fault
-- @return its first result, or the fault
-- @return its second result
-- @raise any other error of the reader
function fault.try(reader, ...)
  local fine, result, last = pcall(reader, ...)
  if not fine and getmetatable(result) ~= Fault then error(result, 0) end
  return fine, result, last
end

return fault
