--- An output for `--output` that the genuine busted and the portable one both load, built as outputs of
-- other people's are: a line for each result, with what the two must agree on.
local lines = {}

-- The words of the two runners differ, their positions and what a spec itself says must not.
local WORDS = {
  -- Of a failed assertion where it is an error: outside tests.
  "^Expected ", "^The %a+ should ", "not supported inside", "cannot stand inside", "^luassert: unknown modifier",
  "^[Cc]annot spy on", "must be chained after", "stands after", "must not be the original", "wants the spy itself",
  "^expected parameter table", "^say: ",
}

local function short(message)
  message = tostring(message):gsub("\n.*", ""):gsub("0x%x+", "ADDRESS")
  local place, words = message:match("^(.-:%d+: )(.*)$")
  for _, pattern in ipairs(WORDS) do
    if place and words:find(pattern) then return place .. "..." end
  end
  return message
end

--- The lines of a run.
-- @tparam table results successes, pendings, failures, errors
-- @treturn {string,...}
function lines.of(results)
  local list = {}
  for _, kind in ipairs { "successes", "pendings", "failures", "errors" } do
    for _, entry in ipairs(results[kind]) do
      local place = entry.element.trace or {}
      local message = kind == "failures" and "" or short(entry.message)
      list[#list + 1] = table.concat({ kind, entry.name, place.currentline or "", message }, " | ")
    end
  end
  return list
end

return setmetatable(lines, { __call = function()
  local busted = require "busted"
  local handler = require "busted.outputHandlers.base"()
  busted.subscribe({ "suite", "end" }, function()
    io.write(table.concat(lines.of(handler), "\n"), "\n")
    return nil, true
  end)
  return handler
end })
