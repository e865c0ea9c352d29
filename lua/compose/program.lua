--- The command that runs now, as other programs can call it.
--
-- @module compose.program

local files = require "compose.files"

local program = {}

-- The words of the process that asks, with its program as a path first.
local QUESTION = [[readlink "/proc/$PPID/exe" && tr '\0' '\n' < "/proc/$PPID/cmdline"]]

--- The words that stand before "compose" on the command line of this process: `/usr/bin/moonwire`, or an interpreter with
-- the path of a script.
-- @treturn {string,...} `moonwire` alone where the system does not tell
function program.command()
  local pipe = io.popen(QUESTION .. " 2>/dev/null")
  local words = {}
  for line in pipe:lines() do words[#words + 1] = line end
  pipe:close()
  local list = { words[1] }
  local i = 3 -- the second one is the program as it was called
  while words[i] and words[i] ~= "compose" do
    local word = words[i]
    list[#list + 1] = files.kind(word) == "file" and files.join(files.current(), word) or word
    i = i + 1
  end
  if not words[i] or not list[1] then return { "moonwire" } end
  return list
end

return program
