--- The command `moonwire completion`: completion of command lines for bash, zsh and fish.
--
-- The scripts ask `moonwire completion --words` what can stand at the cursor, so that they need not know any option.
local commands = require "moonwire.commands"
local complete = require "compose.complete"
local engine = require "moonwire.engine"

local SCRIPTS = {}

SCRIPTS.bash = [=[
# Completion of moonwire for bash, written by `moonwire completion bash`.
_moonwire() {
  local line=${COMP_LINE:0:COMP_POINT} word candidate paths= words
  read -ra words <<< "$line"
  case $line in *[[:space:]]) words+=("") ;; esac
  word=${words[-1]}
  COMPREPLY=()
  while IFS=$'\t' read -r candidate _; do
    case $candidate in
      :files) paths=-f ;;
      :folders) paths=-d ;;
      *) COMPREPLY+=("$candidate") ;;
    esac
  done < <("${words[0]}" completion --words "${words[@]:1}" 2> /dev/null)
  if [ -n "$paths" ]; then
    compopt -o filenames
    while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen "$paths" -- "${word#*=}")
  elif [[ $word == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then
    # Bash takes "--option=" for a word of its own.
    COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*[=:]}"}"}")
  fi
}
complete -F _moonwire moonwire
]=]

SCRIPTS.zsh = [=[
#compdef moonwire
# Completion of moonwire for zsh, written by `moonwire completion zsh`.
_moonwire() {
  local candidate text paths
  local -a candidates
  while IFS=$'\t' read -r candidate text; do
    case $candidate in
      :files) paths=files ;;
      :folders) paths=folders ;;
      *) candidates+=("${candidate//:/\\:}:$text") ;;
    esac
  done < <("${words[1]}" completion --words "${(@)words[2,CURRENT]}" 2> /dev/null)
  (( $#candidates )) && _describe moonwire candidates
  case $paths in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _moonwire ]; then _moonwire "$@"; else compdef _moonwire moonwire; fi
]=]

SCRIPTS.fish = [=[
# Completion of moonwire for fish, written by `moonwire completion fish`.
function __moonwire_candidates
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in ($words[1] completion --words $words[2..-1] "$word" 2> /dev/null)
        switch $line
            case ':files*'
                __fish_complete_path (string replace -r -- '^--[^=]*=' '' "$word")
            case ':folders*'
                __fish_complete_directories (string replace -r -- '^--[^=]*=' '' "$word")
            case '*'
                echo $line
        end
    end
end
complete -c moonwire -f -a '(__moonwire_candidates)'
]=]

local NATIVE = {
  { "serve", "run a NATS server, for development and tests" },
  { "proxy", "lend TLS and credentials to clients that have none" }, { "version", "show what this program is made of" },
  { "help", "show this, or the help of a command" },
}

local USAGE = [[
usage: moonwire completion bash|zsh|fish
Write completion of command lines for a shell. `make install` puts it where the shells look; by hand:

  bash  moonwire completion bash > ~/.local/share/bash-completion/completions/moonwire
  zsh   moonwire completion zsh > DIR/_moonwire, where DIR is a folder of $fpath
  fish  moonwire completion fish > ~/.config/fish/completions/moonwire.fish
]]

-- What can stand in place of the last word of a command line, as complete.candidates has it.
local function candidates(words)
  if words[1] == "compose" and #words > 1 then return complete.candidates(table.move(words, 2, #words, 1, {})) end
  local word, found = words[#words] or "", {}
  local function add(list)
    for _, command in ipairs(list) do
      if command[1]:sub(1, #word) == word then found[#found + 1] = command end
    end
  end
  if #words > 1 then
    if words[1] ~= "completion" then return {}, "files" end
    add { { "bash", "" }, { "fish", "" }, { "zsh", "" } }
    return found
  end
  add(commands.list())
  if engine == "host" then add(NATIVE) end
  return found, "files" -- a script
end

--- Runs the command.
-- @tparam {string,...} args `bash`, `zsh` or `fish`; or `--words` and the words of a command line behind `moonwire`
-- @treturn integer status: 0, 2 where the command line is wrong
return function(args)
  if args[1] == "--words" then
    local list, paths = candidates(table.move(args, 2, #args, 1, {}))
    for _, candidate in ipairs(list) do io.write(candidate[1], "\t", candidate[2], "\n") end
    if paths then io.write(":", paths, "\n") end
    return 0
  end
  if args[1] == "--help" or args[1] == "-h" then
    io.write(USAGE)
    return 0
  end
  local script = #args == 1 and SCRIPTS[args[1]]
  if not script then
    io.stderr:write("moonwire completion: name a shell: bash, zsh or fish\n")
    return 2
  end
  io.write(script)
  return 0
end
