--- Running podman: the only file that does. Portable Lua, so that the same commands run in every engine.
--
--     local runner = podman.open {}
--     local result = runner:run { "ps", "--format", "json", host = project.hosts.lab }
--     print(result.status, result.out, result.err)
--     runner:close()
--
-- A call is a table: the arguments of podman in its list part, none of which a shell ever reads as text, and
--
--     host        a machine (an entry of project.hosts: connection or url, identity); nil for this one
--     changes     true where the call changes something: a dry run prints it and runs nothing
--     timeout     seconds, after which it is ended (status 124); nil: podman.TIMEOUT for a machine, else no limit
--     input       text that it reads, without NUL; not in the process list, and not in a dry run (`input_shown` is, if given: a shell
--                 command that writes it, such as 'printf %s "$TOKEN"')
--     input_file  a file that it reads
--     env         variables for podman itself, by name
--     lines       function(line): is given what it prints, errors too, line by line as it comes
--     follows     true where it runs until it is ended (`logs -f`): it is ended when the runner is closed
--     program     another program than podman, found by PATH; without host
--
-- A result has `status` (125 podman's own errors, 126 and 127 where a program cannot start, 124 out of time), `out` and
-- `err` (texts; with `lines`, both empty). A result of a dry run has status 0 and empty texts, and `dry`.
--
-- One shell, started by `open`, runs all calls: it reads commands from a pipe, as each is wanted, and says in another one
-- when each has ended. So calls run at the same time, commands may be longer than the 128 KiB that one argument of a
-- process may have, and no command line shows in the process list but podman's own. The shell is a session of its own:
-- Ctrl-C reaches the script, which decides what to do, and not a podman in the middle of something. When the script is
-- killed, what is running ends as it would (what `follows` is ended), and the shell removes its folder.
--
-- @module compose.podman

local tree = require "compose.tree"

local podman = {}

--- How long a call to another machine may take where it does not say so, in seconds: a silent socket hangs for ever.
podman.TIMEOUT = 60

-- Time between asking a program to end and ending it, in seconds.
local GRACE = 5

--- A word, quoted for a POSIX shell.
-- @tparam string word without NUL
-- @treturn string
-- @raise where it has a NUL, which no argument can have
function podman.quote(word)
  if word:find("\0", 1, true) then error("an argument of a program cannot have a NUL", 2) end
  if word ~= "" and not word:find "[^%w%%+,./:=@_-]" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

--- A field of an option that podman reads as CSV (--annotation, --mount, --secret, --network, ...).
-- @tparam string text
-- @treturn string quoted where it must be
function podman.csv(text)
  if not text:find '[",\r\n]' and not text:find "^%s" then return text end
  return '"' .. text:gsub('"', '""') .. '"'
end

-- The words of a call before podman's arguments.
local function head(call)
  if call.program then return { call.program } end
  local words = { "podman" }
  local host = call.host
  if host then
    if host.connection then
      words[2], words[3] = "--connection", host.connection
    else
      words[2], words[3] = "--url", host.url
    end
    if host.identity then words[4], words[5] = "--identity", host.identity end
  end
  return words
end

local function words_of(call)
  local words = head(call)
  table.move(call, 1, #call, #words + 1, words)
  for i, word in ipairs(words) do words[i] = podman.quote(word) end
  return table.concat(words, " ")
end

local function assignments(call)
  local list = {}
  for name, value in tree.each(call.env or {}) do
    if not name:find "^[%a_][%w_]*$" then error(("%q is no name of a variable"):format(name), 3) end
    list[#list + 1] = name .. "=" .. podman.quote(value) .. " "
  end
  return table.concat(list)
end

--- A call as a command that can be pasted into a shell. What it reads as `input` and its `env` are not shown.
-- @tparam table call
-- @treturn string
function podman.command(call)
  local text = words_of(call)
  if call.input_file then text = text .. " < " .. podman.quote(call.input_file) end
  if call.input then text = (call.input_shown or "printf %s '(hidden)'") .. " | " .. text end
  return text
end

local runner = {}
runner.__index = runner
runner.__name = "compose.podman.runner"

-- Makes a folder with a pipe in it, and tells what stderr is.
local OPEN = [[d=$(mktemp -d "${TMPDIR:-/tmp}/moonwire.XXXXXX") && mkfifo "$d/pipe" && printf '%s\n' "$d"
if test -t 2; then stty size 2>/dev/null <&2 || echo 24 80; fi]]

-- What the shell does when the script is gone or closes it: wait for what runs, end what follows, clean up.
local SHELL = [[
d=%s
trap '' INT HUP PIPE
end_followers() { for f in "$d"/*.pid; do [ -e "$f" ] && kill $(cat "$f"); done; }
trap 'end_followers; wait; [ -e "$d/last" ] && sh "$d/last"; rm -rf "$d"' EXIT
]]

--- Starts a shell.
-- @tparam[opt] table options `dry`: whether calls that change something are printed instead; `print`: function(command)
--   that prints them (default: a line on standard output)
-- @treturn table a runner: `terminal` is true where standard error is a terminal, of `rows` and `columns`
-- @raise where no shell can be started: there is no folder for temporary files
function podman.open(options)
  options = options or {}
  local pipe = io.popen(OPEN)
  local folder = pipe:read "l"
  local size = pipe:read "l" -- rows and columns
  pipe:close()
  if not folder then error("compose: no temporary folder can be made; set TMPDIR to one that can be written", 0) end
  local self = setmetatable({
    dry = options.dry or false, -- whether calls that change something are only printed
    print = options.print or function(command) io.write(command, "\n") end,
    folder = folder,            -- of the pipe, and of what calls print
    terminal = size ~= nil,
    rows = size and tonumber(size:match "^%d+") or nil,
    columns = size and tonumber(size:match "%d+$") or nil,
    last = 0,                   -- number of the last call
    calls = {},                 -- running calls by number
    ended = {},                 -- { number, result } of calls that ended and that nobody was told of
    partial = {},               -- what has come of a line, by number of the call
    running = 0,
  }, runner)
  local place = podman.quote(folder)
  self.input = io.popen(("if command -v setsid >/dev/null; then exec setsid sh >%s/pipe 2>%s/sh.err; fi; exec sh >%s/pipe 2>%s/sh.err")
    :format(place, place, place, place), "w")
  self.output = assert(io.open(folder .. "/pipe", "rb"))
  self.input:write(SHELL:format(place))
  return self
end

-- Lines of 4,000 bytes at most, each with the number of its call, so that each is one write into the pipe: writes of up
-- to 4,096 bytes of several programs do not mix (POSIX, PIPE_BUF). "+" marks a part of a line, "." its end.
local NUMBERED = [[LC_ALL=C sed -u -e :a -e '/^.\{4000\}./{s/^.\{4000\}/%d+&\n/;P;s/^[^\n]*\n//;ba' -e '}' -e 's/^/%d./']]

local function script(self, number, call)
  local at = self.folder .. "/" .. number
  local name = podman.quote(at)
  local text = words_of(call)
  local limit = call.timeout or call.host and not call.follows and podman.TIMEOUT
  if limit then text = ("timeout -k %d %s %s"):format(GRACE, ("%.3f"):format(limit), text) end
  text = assignments(call) .. text
  local reads = " </dev/null"
  if call.input_file then reads = " <" .. podman.quote(call.input_file) end
  if call.input then
    text = ("printf %%s %s | %s"):format(podman.quote(call.input), text)
    reads = ""
  end
  if call.follows then
    text = ("{ %s%s & echo $! >%s.pid; wait $!; s=$?; rm -f %s.pid; echo $s >%s.st; } 2>&1"):format(text, reads, name, name, name)
  elseif call.lines then
    text = ("{ %s%s; echo $? >%s.st; } 2>&1"):format(text, reads, name)
  else
    return ("{ { %s%s; } >%s.out 2>%s.err; echo \"%d=$?\"; } &\n"):format(text, reads, name, name, number)
  end
  -- The last line of a program may have no end.
  return ("{ %s | %s; printf '\\n%d=%%s\\n' \"$(cat %s.st)\"; } &\n"):format(text, NUMBERED:format(number, number), number, name)
end

--- Begins a call.
-- @tparam table call
-- @treturn integer its number, which `next` tells when it has ended
function runner:spawn(call)
  local number = self.last + 1
  self.last = number
  if call.changes and self.dry then
    self.print(podman.command(call))
    self.ended[#self.ended + 1] = { number, { status = 0, out = "", err = "", dry = true } }
    return number
  end
  self.calls[number] = call
  self.running = self.running + 1
  self.input:write(script(self, number, call))
  self.input:flush()
  return number
end

--- Begins to wait.
-- @tparam number seconds
-- @treturn integer a number, which `next` tells when they are over
function runner:sleep(seconds)
  local number = self.last + 1
  self.last = number
  self.calls[number] = { sleeps = true }
  self.running = self.running + 1
  self.input:write(("{ sleep %.3f; echo \"%d=0\"; } &\n"):format(seconds, number))
  self.input:flush()
  return number
end

local function contents(path)
  local file = io.open(path, "rb")
  if not file then return "" end
  local text = file:read "a"
  file:close()
  os.remove(path)
  return text
end

-- Reads one line of the shell's; true where a call has ended.
local function step(self)
  local line = self.output:read "l"
  if not line then error("compose: the shell that runs podman has ended: " .. contents(self.folder .. "/sh.err"), 0) end
  local number, mark, text = line:match "^(%d+)([=.+])(.*)$"
  number = tonumber(number)
  local call = number and self.calls[number]
  if not call then return false end
  if mark == "+" then
    self.partial[number] = (self.partial[number] or "") .. text
    return false
  elseif mark == "." then
    text = (self.partial[number] or "") .. text
    self.partial[number] = nil
    call.lines(text)
    return false
  end
  local at = self.folder .. "/" .. number
  local result = { status = tonumber(text) or 1, out = "", err = "" }
  if call.lines then
    os.remove(at .. ".st")
  elseif not call.sleeps then
    result.out, result.err = contents(at .. ".out"), contents(at .. ".err")
  end
  self.calls[number] = nil
  self.running = self.running - 1
  self.ended[#self.ended + 1] = { number, result }
  return true
end

--- Waits until a call has ended, whichever ends first.
-- @treturn ?integer its number; nil where no call is running
-- @treturn ?table its result
function runner:next()
  while #self.ended == 0 do
    if self.running == 0 then return nil end
    step(self)
  end
  local first = table.remove(self.ended, 1)
  return first[1], first[2]
end

--- Runs a call and waits for it; others go on.
-- @tparam table call
-- @treturn table its result
function runner:run(call)
  return self:all({ call })[1]
end

--- Runs calls at the same time and waits for all of them.
-- @tparam {table,...} calls
-- @tparam[opt] integer limit how many at once (default: all)
-- @treturn {table,...} their results, in the order of the calls
function runner:all(calls, limit)
  local results, index, begun, open = {}, {}, 0, 0
  limit = limit or math.huge
  local at = 1
  while true do
    while open < limit and begun < #calls do
      begun = begun + 1
      index[self:spawn(calls[begun])] = begun
      open = open + 1
    end
    if open == 0 then return results end
    -- What others wait for stays in the queue.
    while at > #self.ended do step(self) end
    local place = index[self.ended[at][1]]
    if place then
      results[place] = table.remove(self.ended, at)[2]
      open = open - 1
    else
      at = at + 1
    end
  end
end

--- Runs a call in the foreground: the terminal, and all that the caller's standard input and output are, is podman's, and
-- so is Ctrl-C. `lines`, `input` and `timeout` are not for this.
-- @tparam table call
-- @treturn integer its status; 128 and the number of the signal where one ended it
function runner:foreground(call)
  if call.changes and self.dry then
    self.print(podman.command(call))
    return 0
  end
  return self:shell(assignments(call) .. words_of(call))
end

--- Runs a shell command in the foreground, in every engine with its status.
-- @tparam string text made of `podman.quote` and of words of our own only
-- @treturn integer its status
function runner:shell(text)
  io.stdout:flush()
  io.stderr:flush()
  local at = self.folder .. "/status"
  -- The shell that Lua starts must not end before it has written the status.
  os.execute(("trap : INT; (%s); echo $? >%s"):format(text, podman.quote(at)))
  return tonumber(contents(at)) or 130
end

--- Whether files of this process are terminals.
-- @tparam integer ... 0 for standard input, 1 for standard output, 2 for standard error
-- @treturn boolean
function runner:is_terminal(...)
  local tests = {}
  for i, file in ipairs { ... } do tests[i] = ("test -t %d"):format(file) end
  return self:shell(table.concat(tests, " && ")) == 0
end

-- A shell command that runs calls side by side until all have ended, or until Ctrl-C, which ends them with status 130.
-- What a script starts in the background ignores Ctrl-C, so that they must be told.
local function together(self, calls, filters)
  local pids = podman.quote(self.folder .. "/together")
  local parts = { ("rm -f %s; trap 'kill $(cat %s) 2>/dev/null; exit 130' INT"):format(pids, pids) }
  for i, call in ipairs(calls) do
    local filter = filters and filters[i]
    parts[#parts + 1] = ("{ { %s%s </dev/null 2>&1 & echo $! >>%s; wait; }%s; } &"):format(assignments(call), words_of(call), pids,
      filter and " | " .. filter or "")
  end
  parts[#parts + 1] = "wait"
  return table.concat(parts, "\n")
end

--- Runs calls in the foreground until all have ended or Ctrl-C is pressed, which ends them; what they print, errors too, goes
-- to standard output.
-- @tparam {table,...} calls
-- @tparam[opt] {string,...} filters a shell command for each call that its output goes through, as for `shell`
-- @treturn integer 0, or 130 after Ctrl-C
function runner:show(calls, filters)
  return self:shell(together(self, calls, filters))
end

--- Runs calls in the foreground until all have ended or Ctrl-C is pressed, which ends them, and hands over their lines.
-- @tparam {table,...} calls
-- @tparam function lines function(line)
-- @treturn boolean false where Ctrl-C ended them
function runner:stream(calls, lines)
  io.stdout:flush()
  local pipe = io.popen(together(self, calls), "r")
  -- An engine that knows Ctrl-C raises an error at the next line.
  local ok, err = pcall(function()
    for line in pipe:lines() do lines(line) end
  end)
  local _, _, status = pipe:close()
  if ok then return status ~= 130 end
  if not tostring(err):find "interrupted!" then error(err, 0) end
  return false
end

--- Says what the shell runs when the script is killed before it closes the runner: the shell outlives it.
-- @tparam ?table call nil: nothing
function runner:at_death(call)
  local path = self.folder .. "/last"
  if not call then
    os.remove(path)
    return
  end
  local file = assert(io.open(path .. ".new", "wb"))
  file:write(words_of(call), " >/dev/null 2>&1 </dev/null\n")
  file:close()
  os.rename(path .. ".new", path)
end

--- Ends a call that follows.
-- @tparam integer number of the call
function runner:stop(number)
  self.input:write(("[ -e \"$d/%d.pid\" ] && kill $(cat \"$d/%d.pid\")\n"):format(number, number))
  self.input:flush()
end

--- Ends what still follows, waits for what runs, and removes the folder. Afterwards the runner cannot be used.
function runner:close()
  if not self.input then return end
  self:at_death(nil)
  self.output:close()
  self.input:close()
  self.input = nil
end

return podman
