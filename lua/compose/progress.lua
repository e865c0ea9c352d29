--- Telling how a plan goes: on a terminal a line for each pod, container, image, with its state and time, elsewhere a
-- line when something has been done.
--
-- @module compose.progress

local apply = require "compose.apply"

local progress = {}

-- What is said while and after each action.
local WORDS = {
  create = { "Creating", "Created" }, remove = { "Removing", "Removed" }, start = { "Starting", "Started" },
  stop = { "Stopping", "Stopped" }, restart = { "Restarting", "Restarted" }, pause = { "Pausing", "Paused" },
  unpause = { "Unpausing", "Unpaused" }, kill = { "Killing", "Killed" }, pull = { "Pulling", "Pulled" },
  build = { "Building", "Built" }, push = { "Pushing", "Pushed" }, mkdir = { "Creating", "Created" },
  exec = { "Running a command", "Ran a command" }, run = { "Running", "Ran" }, healthy = { "Waiting", "Healthy" },
  completed = { "Waiting", "Completed" }, running = { "Waiting", "Running" },
}

-- Actions that may take long, of which a log without a terminal tells the beginning, too.
local LONG = { pull = true, build = true, push = true, healthy = true, completed = true, run = true, exec = true }

--- What an operation comes to, in a word.
-- @tparam table operation of compose.plan
-- @tparam[opt] boolean done whether it has ended
-- @treturn string
function progress.word(operation, done)
  local words = WORDS[operation.action]
  return words[done and 2 or 1]
end

local function where(operation)
  return operation.host and ("%s: "):format(operation.host.key) or ""
end

local function first_line(text) return text:match "^[^\n]*" end

--- Tells how a plan goes.
-- @tparam table runner of compose.podman: whether there is a terminal
-- @tparam[opt] function write write(text) (default: to standard error)
-- @treturn ?function for compose.apply; nil in a dry run, which prints commands
function progress.new(runner, write)
  if runner.dry then return nil end
  write = write or function(text)
    io.stderr:write(text)
    io.stderr:flush()
  end

  local function plain(operation, event, text)
    local name = ("%s%s %s"):format(where(operation), operation.kind, operation.name)
    if event == "begin" and LONG[operation.action] then
      write(("%s  %s\n"):format(name, progress.word(operation)))
    elseif event == "done" then
      write(("%s  %s\n"):format(name, progress.word(operation, true)))
    elseif event == "failed" then
      write(("%s  Error: %s\n"):format(name, first_line(text)))
    elseif event == "optional" then
      write(("%s  Warning: %s\n"):format(name, first_line(text)))
    elseif event == "output" then
      write(("%s  | %s\n"):format(operation.name, text))
    end
  end
  if not runner.terminal then return plain end

  local rows, shown = {}, 0
  local index = {}
  local function draw()
    local lines = {}
    if shown > 0 then lines[1] = ("\27[%dA"):format(shown) end
    local most = (runner.rows or 24) - 2
    local from = math.max(1, #rows - most + 1)
    local columns = (runner.columns or 80) - 1
    for i = from, #rows do
      local row = rows[i]
      local seconds = ("%.1fs"):format((row.ended or apply.clock()) - row.began)
      local text = (" %s %-40s %s"):format(row.mark, row.name, row.text):gsub("[%z\1-\31\127]", "?")
      text = text:sub(1, columns - #seconds - 1)
      lines[#lines + 1] = ("\27[2K%s%s%s%s\27[0m\n"):format(row.colour, text, (" "):rep(columns - #text - #seconds), seconds)
    end
    shown = #rows - from + 1
    write(table.concat(lines))
  end
  return function(operation, event, text)
    if event == "skipped" then return end
    local name = ("%s%s %s"):format(where(operation), operation.kind, operation.name)
    local row = index[name]
    if not row then
      row = { name = name, began = apply.clock() }
      rows[#rows + 1], index[name] = row, row
    end
    row.ended = nil
    row.mark, row.colour = "-", ""
    if event == "begin" then
      row.text = progress.word(operation)
    elseif event == "output" then
      row.text = progress.word(operation) .. ": " .. text
    else
      row.ended = apply.clock()
      if event == "done" then
        row.text, row.mark, row.colour = progress.word(operation, true), "+", "\27[32m"
      elseif event == "failed" then
        row.text, row.mark, row.colour = "Error: " .. first_line(text), "x", "\27[31m"
      else
        row.text, row.mark, row.colour = "Warning: " .. first_line(text), "!", "\27[33m"
      end
    end
    draw()
  end
end

return progress
