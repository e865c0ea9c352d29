-- Completion in the shells that are there.
local composed = require "spec.support.composed"
local moonwire = require "spec.support.moonwire"
local shell = require "spec.support.shell"

-- What a script of a shell prints, with `moonwire` on its PATH and a compose file beside it.
local function run(program, script)
  if not moonwire.command then return pending(moonwire.reason) end
  if not shell.which(program:match "^%S+") then return pending("there is no " .. program) end
  local folder = composed.folder()
  finally(function() composed.remove(folder) end)
  composed.write(folder, {
    moonwire = ("#!/bin/sh\nexec %s \"$@\"\n"):format(moonwire.absolute()), script = script,
    ["compose.yaml"] = "services: {web: {image: 'x:1'}, worker: {image: x}}\n",
  })
  local output, status = shell.read(("cd %s && chmod +x moonwire && PATH=$PWD:$PATH HOME=$PWD %s script 2>&1"):format(folder, program))
  assert.equal(0, status, output)
  return output
end

describe("completion", function()
  it("in bash", function()
    local output = run("bash --norc", [[
source <(moonwire completion bash)
compopt() { :; } # it works within a completion only
try() { COMP_LINE=$1 COMP_POINT=${#1}; _moonwire; echo "${COMPREPLY[*]}"; }
complete -p moonwire
try "moonwire comple"
try "moonwire compose config --format=j"
try "moonwire compose config w"
try "moonwire compose -f comp"
try "moonwire completion z"
]])
    assert.equal("complete -F _moonwire moonwire\ncompletion\njson\nweb worker\ncompose.yaml\nzsh", output)
  end)

  it("in zsh", function()
    local output = run("zsh -f", [[
autoload -Uz compinit && compinit -u -D
source <(moonwire completion zsh)
_describe() { print -l -- ${(P)2} }
_files() { echo files $@ }
words=(moonwire compose config w) CURRENT=4; _moonwire
words=(moonwire compose --project-directory "") CURRENT=4; _moonwire
echo $_comps[moonwire]
]])
    assert.equal("web:x:1\nworker:x\nfiles -/\n_moonwire", output)
  end)

  it("in fish", function()
    local output = run("fish --no-config", [[
moonwire completion fish | source
complete -C "moonwire compose config w"
complete -C "moonwire compose -f comp"
]])
    assert.equal("web\tx:1\nworker\tx\ncompose.yaml", output)
  end)

  it("of a shell that there is not", function()
    if not moonwire.command then return pending(moonwire.reason) end
    local output, status = moonwire.run "completion csh"
    assert.equal("moonwire completion: name a shell: bash, zsh or fish", output)
    assert.equal(2, status)
  end)
end)
