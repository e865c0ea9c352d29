--- Numbers from ranges such as "1-3,7". There is a bug in it, in some engines only: run the specs.
local ranges = {}

--- Expands ranges.
-- @tparam string text numbers and pairs of numbers, separated by commas: "1-3,7"
-- @treturn {integer,...} in the order of the text: 1, 2, 3, 7
function ranges.expand(text)
  local list = {}
  for first, last in text:gmatch("(%d+)%-?(%d*)") do
    first = tonumber(first)
    for n = first, tonumber(last) or first do list[#list + 1] = n end
  end
  return list
end

return ranges
