--- Ends what the time limit cannot interrupt: a test that waits in a C function. A shell script beside the run
-- looks each second at a file in which the run says what it is doing.
local files = require "moonwire.spec.files"

local quote = files.quote

local GRACE = 3  -- seconds beyond the time limit after which a block is taken to hang

-- The file's line: a word ("busy" or "idle"), a number that is another one for each block, how many tests passed,
-- failed and were skipped, and the block's name. What the block waits for may be a process that it has started:
-- those are ended first, with which the test fails and the run goes on. Where that does not help, the run ends.
-- The script itself ends when it reads a line, or when the run is gone; Ctrl-C is the run's affair, and `sleep` must
-- not keep the run's output open.
local SCRIPT = [[
trap '' INT
run=$PPID self=$$ seconds=0 last=
children() {
  ps -A -o pid= -o ppid= 2> /dev/null | awk -v top=$run -v self=$self '
    { parent[$1] = $2 }
    END {
      for (pid in parent) {
        above = pid
        while (above in parent && above != top && above != self) above = parent[above]
        if (above == top && pid != top) print pid
      }
    }'
}
watch() {
  while sleep 1 > /dev/null 2>&1 && kill -0 $run 2> /dev/null; do
    read -r state < FILE || state=
    case $state in busy*) ;; *) state= ;; esac
    if [ -z "$state" ] || [ "$state" != "$last" ]; then seconds=0 last=$state; continue; fi
    seconds=$((seconds + 1))
    if [ $seconds = LIMIT ]; then kill $(children) 2> /dev/null; fi
    if [ $seconds -gt $((LIMIT + 2)) ]; then
      read -r word number passed failed skipped name < FILE
      printf '\nmoonwire spec: ended after %s seconds in a C function: %s\n' $seconds "$name" >&2
      printf '%s passed, %s failed, %s skipped\n' $passed $((failed + 1)) $skipped >&OUT
      kill -9 $run
    fi
  done
  rm -f FILE
  kill $self
}
watch &
watcher=$!
read -r _
kill $watcher
rm -f FILE
]]

--- Watches over a run in this process.
-- @tparam table runner
-- @tparam table results
-- @tparam number limit seconds that each block has; 0: nothing is watched over
-- @tparam boolean quiet whether stdout is for the output alone
-- @treturn function ends the watch
return function(runner, results, limit, quiet)
  local function unwatched() end
  if limit <= 0 then return unwatched end
  -- A machine without room for a file runs its specs all the same.
  local has_path, path = pcall(os.tmpname)
  local file = has_path and io.open(path, "wb")
  if not file then return unwatched end
  local pipe = io.popen((SCRIPT:gsub("%f[%a]%u%u+%f[%A]", {
    FILE = quote(path), LIMIT = ("%d"):format(math.ceil(limit) + GRACE), OUT = quiet and "2" or "1",
  })), "w")
  local put, flush, seek = file.write, file.flush, file.seek
  local number = 0

  local function tell(word, name)
    number = number + 1
    seek(file, "set")
    put(file, ("%s %d %d %d %d %s\n"):format(word, number, results.successesCount,
      results.failuresCount + results.errorsCount, results.pendingsCount, name))
    flush(file)
  end

  local function idle() tell("idle", "") end
  results.on({ "limit", "start" }, function(element)
    local name = element.descriptor == "file" and element.name or runner.full_name(element)
    tell("busy", (tostring(name):gsub("%c", " ")))
  end)
  -- What writes about a test may have to wait for its reader.
  for _, channel in ipairs { "test", "suite", "error", "failure", "pending" } do
    results.on(channel == "test" and { "test", "end" } or { channel }, idle)
  end

  return function()
    pipe:write("\n")
    pipe:close()
    file:close()
  end
end
