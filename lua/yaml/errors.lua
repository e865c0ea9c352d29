--- What is wrong with a text, where, and what to do about it.
--
-- The layers below `yaml` raise a fault: a table with the place as a byte offset. `yaml.load` and its
-- like catch it and hand it to `render`, which makes of it what a person reads:
--
--     compose.yaml:3:5: a tab is used for indentation
--       3 | →   image: nats
--         | ^
--     hint: YAML indents with spaces only
--
-- @module yaml.errors

local find, sub, rep, format = string.find, string.sub, string.rep, string.format

local errors = {}

--- Columns of source shown of a long line, so that the caret stays on a person's screen.
local SHOWN_COLUMNS = 76

local fault_meta = {
  __name = "yaml.fault",
  __tostring = function(fault) return fault.message end,
}

--- Raises a fault.
-- @tparam integer offset where it is, in bytes of the decoded text, from 1
-- @tparam string message what is wrong, without the place
-- @tparam[opt] string hint what to do about it
-- @tparam[opt] {offset=integer,message=string} also a second place, such as that of the first of two equal keys
function errors.raise(offset, message, hint, also)
  error(setmetatable({ offset = offset, message = message, hint = hint, also = also }, fault_meta), 0)
end

--- Raises the fault of a tab where a line's indentation should be.
-- @tparam integer offset where the tab is
-- @tparam[opt] {offset=integer,message=string} also a second place
function errors.raise_tab(offset, also)
  errors.raise(offset, "a tab is used for indentation", "YAML indents with spaces only", also)
end

--- Whether a caught error is one that `raise` made.
-- @param value what pcall gave
-- @treturn boolean
function errors.is_fault(value)
  return getmetatable(value) == fault_meta
end

--- The line and the column of a byte.
-- @tparam string text
-- @tparam integer offset in bytes, from 1
-- @treturn integer the line, from 1
-- @treturn integer the column in characters, from 1
-- @treturn integer the offset at which the line begins
function errors.position(text, offset)
  if offset > #text + 1 then offset = #text + 1 end
  local line, start = 1, 1
  while true do
    local e = find(text, "\n", start, true)
    if not e or e >= offset then break end
    line, start = line + 1, e + 1
  end
  local before = sub(text, start, offset - 1)
  return line, (utf8.len(before) or #before) + 1, start
end

-- The characters of a line from column `first` on, at most `count`, and with tabs made visible.
local function clip(line, first, count)
  local characters = {}
  local column = 0
  for character in line:gmatch("[\0\1-\127\192-\255][\128-\191]*") do
    column = column + 1
    if column >= first + count then break end
    if column >= first then
      characters[#characters + 1] = character == "\t" and "→" or find(character, "^%c$") and "?" or character
    end
  end
  return table.concat(characters)
end

-- The source line with a caret below the place.
local function excerpt(text, line, column, start)
  local stop = find(text, "\n", start, true) or #text + 1
  -- A column near the right end of a long line: show the part round it.
  local first = 1
  if column > SHOWN_COLUMNS - 8 then first = column - SHOWN_COLUMNS // 2 end
  -- Bytes enough for the columns wanted; a line may be a megabyte long.
  local from, upto = start, stop - 1
  if first > 1 then from = utf8.offset(text, first, start) or start end
  if upto > from + 4 * SHOWN_COLUMNS then upto = from + 4 * SHOWN_COLUMNS end
  local shown = clip(sub(text, from, upto), 1, SHOWN_COLUMNS)
  local number = format("%5d", line)
  local lead = first > 1 and "..." or ""
  return format("%s | %s%s\n%s | %s^", number, lead, shown, rep(" ", #number), rep(" ", #lead + column - first))
end

--- A fault as text, and as data.
-- @tparam table fault what `raise` raised
-- @tparam string text the decoded text
-- @tparam string name the file's name
-- @treturn string `file:line:column: what is wrong`, the line with a caret, a hint where there is one
-- @treturn table the same as fields: file, line, column, offset (bytes), message, hint
function errors.render(fault, text, name)
  local line, column, start = errors.position(text, fault.offset)
  local parts = {
    format("%s:%d:%d: %s", name, line, column, fault.message),
    excerpt(text, line, column, start),
  }
  local also = fault.also
  if also then
    local l, c, s = errors.position(text, also.offset)
    parts[#parts + 1] = format("%s:%d:%d: %s", name, l, c, also.message)
    parts[#parts + 1] = excerpt(text, l, c, s)
  end
  if fault.hint then parts[#parts + 1] = "hint: " .. fault.hint end
  return table.concat(parts, "\n"), {
    file = name, line = line, column = column, offset = fault.offset, message = fault.message, hint = fault.hint,
  }
end

return errors
