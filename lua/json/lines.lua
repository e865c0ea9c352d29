--- JSON lines: a value on each line of a text that comes in chunks.
--
-- What is held is a chunk and the longest line.
--
-- @module json.lines

local decoder = require "json.decoder"
local unicode = require "json.unicode"

local find, sub, concat = string.find, string.sub, table.concat

-- A function that gives the lines of a source, one each time it is called; nil at the end, and what the source said
-- then. A line of more than `limit` bytes comes as false.
local function splitter(source, limit)
  local text, at = "", 1

  -- What begins at `at` and goes on in the chunks that follow.
  local function gathered()
    local pieces, size = { sub(text, at) }, #text - at + 1
    while true do
      local chunk, err = source()
      local newline = chunk and find(chunk, "\n", 1, true)
      local piece = newline and sub(chunk, 1, newline - 1) or chunk or ""
      size = size + #piece
      if size > limit then pieces = {} else pieces[#pieces + 1] = piece end
      if not chunk then
        text, at = "", 1
        if size == 0 then return nil, err end
        -- The end is looked at again for what the source says.
        source = function() return nil, err end
      elseif newline then
        text, at = chunk, newline + 1
      end
      if newline or not chunk then return size <= limit and concat(pieces) end
    end
  end

  return function()
    local newline = find(text, "\n", at, true)
    if not newline then return gathered() end
    local line = sub(text, at, newline - 1)
    at = newline + 1
    return #line <= limit and line
  end
end

--- An iterator over the values of lines. Blank lines are counted and skipped.
-- @tparam function source gives chunks, then nil, and a message where it failed
-- @tparam table settings what `decoder.settings` made
-- @tparam integer limit bytes that a line may have
-- @treturn function gives the number of a line (from 1) and its value, or the number, nil and a message
return function(source, settings, limit)
  local next_line = splitter(source, limit)
  local number, ended = 0, false
  return function()
    while not ended do
      local line, err = next_line()
      number = number + 1
      if line == nil then
        ended = true
        if err == nil then return nil end
        return number, nil, ("cannot be read: %s at line %d"):format(tostring(err), number)
      elseif not line then
        return number, nil, ("more than %d bytes at line %d"):format(limit, number)
      elseif find(line, "[^ \t\r]") then
        local fine, value = decoder.document(line, settings)
        if fine then return number, value end
        local _, column = unicode.place(line, value.at)
        return number, nil, ("%s at line %d column %d"):format(value.what, number, column)
      end
    end
    return nil
  end
end
