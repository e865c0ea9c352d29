--- The row at hand: what a command without [REFERENCE] means.

local part = ...

local report = part "report"

local row = {}

local current = ""        -- a reference; "" outside of rows

--- Makes a row the one at hand.
-- @tparam string reference "" for none
function row.enter(reference)
  current = reference
end

--- The reference of the row at hand, "" outside of rows.
function row.current()
  return current
end

--- What a command means: what it names, else the row at hand.
-- @tparam string name a reference, the name of data, or ""
-- @tparam string command the command's own name, for the message that there is no row
-- @treturn ?string nil: nothing is meant
function row.meant(name, command)
  if name ~= "" then return name end
  if current ~= "" then return current end
  report.say("\\" .. command .. " stands outside of a row, and names no data")
  return nil
end

return row
