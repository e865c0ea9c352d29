--- What is wrong with a project, in one line each: file:line:column: where: what, and what to do.
--
-- @module compose.faults

local yaml_errors = require "yaml.errors"

local faults = {}

local meta = { __name = "compose.fault" }
meta.__tostring = function(fault) return faults.render(fault) end

--- Makes a fault without raising it.
-- @tparam ?table place as in compose.tree; nil where there is none
-- @tparam ?string path which part of the project, such as services.web.ports[0]
-- @tparam string message what is wrong
-- @treturn table
function faults.new(place, path, message)
  return setmetatable({ place = place, path = path, message = message }, meta)
end

--- Raises a fault.
-- @tparam ?table place
-- @tparam ?string path
-- @tparam string message
function faults.raise(place, path, message)
  error(faults.new(place, path, message), 0)
end

--- Raises several faults as one, or none.
-- @tparam {table,...} list
function faults.raise_all(list)
  if #list == 0 then return end
  if #list == 1 then error(list[1], 0) end
  error(setmetatable({ list = list }, meta), 0)
end

--- Whether a caught error is a fault.
-- @param value
-- @treturn boolean
function faults.is_fault(value)
  return getmetatable(value) == meta
end

local function position(place)
  if place.line or not place.at then return place.line, place.column end
  local line, column = yaml_errors.position(place.file.text, place.at)
  return line, column
end

--- The place as people write it.
-- @tparam table place
-- @treturn string file:line:column
function faults.location(place)
  local line, column = position(place)
  local text = place.file.name
  if line then text = text .. ":" .. line end
  if column then text = text .. ":" .. column end
  return text
end

-- Line breaks in a value would make two lines of one message.
local function one_line(text)
  return (text:gsub("%c", function(c) return c == "\n" and "\\n" or c == "\t" and "\\t" or ("\\x%02X"):format(c:byte()) end))
end

--- A fault as text.
-- @tparam table fault
-- @treturn string a line, or several where there are several faults
function faults.render(fault)
  if fault.list then
    local lines = {}
    for i, one in ipairs(fault.list) do lines[i] = faults.render(one) end
    return table.concat(lines, "\n")
  end
  local text = fault.message
  if fault.path and fault.path ~= "" then text = fault.path .. ": " .. text end
  if fault.place then text = faults.location(fault.place) .. ": " .. text end
  return one_line(text)
end

-- How many keys a key is compared with: more than any mapping of the specification has.
local COMPARED = 200

-- The number of letters to add, leave out, change or swap between two words.
local function distance(a, b)
  local before, row = nil, {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local new = { [0] = i }
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(new[j - 1] + 1, row[j] + 1, row[j - 1] + cost)
      if before and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        best = math.min(best, before[j - 2] + 1)
      end
      new[j] = best
    end
    before, row = row, new
  end
  return row[#b]
end

--- The word that is nearest to one that is not known, if any is near.
-- @tparam string word
-- @tparam table words words as keys
-- @treturn ?string
function faults.nearest(word, words)
  if #word > 64 then return nil end
  local limit = #word < 4 and 1 or #word < 8 and 2 or 3
  local best, best_distance, compared = nil, limit + 1, 0
  local plain = word:lower():gsub("[-_. ]", "")
  for other in pairs(words) do
    compared = compared + 1
    if compared > COMPARED then break end
    if type(other) == "string" and math.abs(#other - #word) <= limit then
      local d = other:gsub("[-_. ]", "") == plain and 0 or distance(word, other)
      if d < #word and (d < best_distance or d == best_distance and best and other < best) then
        best, best_distance = other, d
      end
    end
  end
  return best
end

--- A hint for a word that is not known: which one may have been meant.
-- @tparam string word
-- @tparam table words words as keys
-- @treturn string `; did you mean "x"?`, or empty
function faults.did_you_mean(word, words)
  local other = faults.nearest(word, words)
  return other and ('; did you mean "%s"?'):format(other) or ""
end

return faults
