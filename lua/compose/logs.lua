--- What containers have written, and what they write: lines of several, each with the name of its container.
--
-- @module compose.logs

local podman = require "compose.podman"

local logs = {}

-- Colours of names in turn (ECMA-48, SGR): cyan, yellow, green, magenta, blue, and the bright ones.
local COLOURS = { 36, 33, 32, 35, 34, 96, 93, 92, 95, 94 }

-- What stands before each line, by place in the list.
local function prefixes(list, options)
  local width, found = 0, {}
  for _, item in ipairs(list) do width = math.max(width, #item.shown) end
  for i, item in ipairs(list) do
    local text = item.shown .. (" "):rep(width - #item.shown) .. "  | "
    if options.plain then
      text = ""
    elseif options.colour then
      text = ("\27[%dm%s\27[0m"):format(COLOURS[(i - 1) % #COLOURS + 1], text)
    end
    found[i] = text
  end
  return found
end

local function call(item, options, more)
  local list = { "logs", host = item.container.host }
  for _, word in ipairs(more) do list[#list + 1] = word end
  if options.tail then list[#list + 1] = "--tail=" .. options.tail end
  if options.since then list[#list + 1] = "--since=" .. options.since end
  if options.until_time then list[#list + 1] = "--until=" .. options.until_time end
  list[#list + 1] = item.container.name
  return list
end

-- Lines of a log with times, each with what it is sorted by. Times of one machine have the same zone and form, but for
-- zeros at the end of their fraction; a line without one belongs to the line before it.
local function timed(text, place, into)
  local last = ""
  for line in text:gmatch "([^\n]*)\n?" do
    local second, fraction, zone, rest = line:match "^(%d+%-%d+%-%d+T%d+:%d+:%d+)%.?(%d*)(%S*) (.*)$"
    if second then last = second .. "." .. fraction .. ("0"):rep(9 - #fraction) .. zone end
    if second or line ~= "" then
      into[#into + 1] = { at = last, order = #into, place = place, time = second and line:match "^%S+", text = rest or line }
    end
  end
end

--- Writes what containers have written so far, in the order of time.
-- @tparam table runner
-- @tparam {table,...} list { container=, shown= }: a container of compose.state with its `host`, and what it is called
-- @tparam table options `tail`, `since`, `until_time`: as podman logs has them; `timestamps`; `plain`: without names;
--   `colour`: names in colours
-- @tparam function write
-- @treturn ?string what podman says where it fails, for the first that does
function logs.print(runner, list, options, write)
  local calls, lines = {}, {}
  for i, item in ipairs(list) do calls[i] = call(item, options, { "--timestamps" }) end
  local failure
  for i, result in ipairs(runner:all(calls)) do
    timed(result.out, i, lines)
    if result.status == 0 then
      timed(result.err, i, lines)
    else
      failure = failure or list[i].shown .. ": " .. result.err:match "^%s*(.-)%s*$"
    end
  end
  table.sort(lines, function(a, b)
    if a.at ~= b.at then return a.at < b.at end
    return a.order < b.order
  end)
  local prefix = prefixes(list, options)
  for _, line in ipairs(lines) do
    write(prefix[line.place], options.timestamps and line.time and line.time .. " " or "", line.text, "\n")
  end
  return failure
end

--- Writes what containers have written and what they write, until all have ended or Ctrl-C is pressed. The lines go
-- straight to standard output, in the foreground: a script that waits for a line could not be interrupted in every engine.
-- @tparam table runner
-- @tparam {table,...} list
-- @tparam table options as for `print`
-- @treturn integer 0, or 130 after Ctrl-C
function logs.follow(runner, list, options)
  if #list == 0 then return 0 end
  local calls, filters, prefix = {}, {}, prefixes(list, options)
  for i, item in ipairs(list) do
    calls[i] = call(item, options, options.timestamps and { "--follow", "--timestamps" } or { "--follow" })
    filters[i] = prefix[i] ~= "" and "LC_ALL=C sed -u " .. podman.quote("s/^/" .. prefix[i]:gsub("[/&\\]", "\\%0") .. "/")
  end
  return runner:show(calls, filters)
end

return logs
