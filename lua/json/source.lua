--- Where text comes from in chunks: a function, a file, or the text itself.
--
-- @module json.source

local type = type

-- Bytes asked of a file at a time: beyond 64 KiB reading is no faster.
local CHUNK = 65536

local source = {}

--- A function that gives the next chunk each time it is called, and nil at the end.
-- @param from a function of that kind (nil and a message where it fails); a file, or anything that has its method
--   `read`; or a string
-- @treturn ?function nil where it is none of these
function source.chunks(from)
  if type(from) == "function" then return from end
  if type(from) == "string" then
    return function()
      local text = from
      from = nil
      return text
    end
  end
  local fine, read = pcall(function() return from.read end)
  if not fine or type(read) ~= "function" then return nil end
  return function() return read(from, CHUNK) end
end

return source
