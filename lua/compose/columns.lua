--- Rows of texts as columns, for people.
--
-- @module compose.columns

local columns = {}

local GAP = "   "

-- Letters, not bytes; a text that is not UTF-8 is as long as it is.
local function width_of(text) return utf8.len(text) or #text end

--- Lines in which the cells of each column stand below each other.
-- @tparam {{string,...},...} rows the first one is the heading
-- @treturn {string,...}
function columns.lines(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, width_of(cell)) end
  end
  for n, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do cells[i] = i == #row and cell or cell .. (" "):rep(widths[i] - width_of(cell)) end
    lines[n] = table.concat(cells, GAP):gsub(" +$", "")
  end
  return lines
end

return columns
