--- Real podman for specs: projects of their own, that leave nothing behind.
--
-- `scripts/test podman` makes podman ready (scripts/podman) and sets MOONWIRE_TEST_PODMAN to an image of busybox.
local composed = require "spec.support.composed"
local moonwire = require "spec.support.moonwire"
local shell = require "spec.support.shell"

local podman = {}

--- Why specs with podman are pending, or nil.
podman.missing = not os.getenv "MOONWIRE_TEST_PODMAN"
  and "podman is run where MOONWIRE_TEST_PODMAN is set, as `scripts/test podman` does" or moonwire.command == nil and moonwire.reason or nil

--- An image of busybox, with sh.
podman.image = os.getenv "MOONWIRE_TEST_PODMAN"

--- A command that runs until it is told to stop, and then stops at once.
podman.STAYS = [==[["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"]]==]

local project = {}
project.__index = project

--- Writes compose files into a folder of their own. IMAGE and STAYS in the texts are replaced.
-- @tparam string name of the project; what a killed run left of it is removed
-- @tparam string|table texts the text of compose.yaml, or texts by the name of the file
-- @treturn table a project: `folder`
function podman.project(name, texts)
  local self = setmetatable({ name = name, folder = composed.folder() }, project)
  self:write(texts)
  podman.clean(name)
  return self
end

--- Writes files anew.
-- @tparam string|table texts
function project:write(texts)
  local filled = {}
  for file, text in pairs(type(texts) == "string" and { ["compose.yaml"] = texts } or texts) do
    filled[file] = text:gsub("IMAGE", (podman.image:gsub("%%", "%%%%"))):gsub("STAYS", (podman.STAYS:gsub("%%", "%%%%")))
  end
  composed.write(self.folder, filled)
end

--- The shell command of `moonwire compose` for this project.
-- @tparam string arguments as the shell takes them
-- @treturn string
function project:command(arguments)
  return ("cd %s && %s compose -p %s %s"):format(shell.quote(self.folder), moonwire.absolute(), self.name, arguments)
end

--- Runs `moonwire compose`.
-- @tparam string arguments as the shell takes them
-- @treturn string what it prints, errors too
-- @treturn integer its status
function project:compose(arguments)
  return shell.read("{ " .. self:command(arguments) .. "; } 2>&1 </dev/null")
end

--- Runs it, and complains where its status is not 0.
-- @tparam string arguments
-- @treturn string
function project:ok(arguments)
  local text, status = self:compose(arguments)
  if status ~= 0 then error(("compose %s: status %d:\n%s"):format(arguments, status, text), 2) end
  return text
end

--- The ID of a container.
-- @tparam string container without the name of the project: "web-1"
-- @treturn ?string nil where there is none
function project:id(container)
  local text, status = shell.read(("podman inspect --type container --format '{{.Id}}' %s-%s 2>/dev/null"):format(self.name, container))
  return status == 0 and text or nil
end

--- Runs a shell command in a container.
-- @tparam string container "web-1"
-- @tparam string command for sh
-- @treturn string what it prints
-- @treturn integer its status
function project:sh(container, command)
  return shell.read(("podman exec %s-%s sh -c %s 2>&1"):format(self.name, container, shell.quote(command)))
end

--- Removes all that podman has of it, and the folder.
function project:close()
  podman.clean(self.name)
  composed.remove(self.folder)
end

--- Makes a second machine of this one (spec/support/machine), which has the image too.
-- @treturn table `folder`, with podman.sock in it; `address`, where its ports are reached; `podman(command)`, which runs a
--   command of its podman and gives what that prints, and the status; `stop()`
function podman.machine()
  local folder = composed.folder()
  local self = { folder = folder }
  function self.podman(command) return shell.read(("podman --url unix://%s/podman.sock %s 2>&1"):format(folder, command)) end
  function self.stop() shell.read("spec/support/machine stop " .. folder) end
  local said, status = shell.read("spec/support/machine start " .. folder .. " 2>&1")
  if status ~= 0 then error(said, 0) end
  self.address = shell.read("cat " .. folder .. "/address")
  said, status = shell.read(("podman save %s 2>/dev/null | podman --url unix://%s/podman.sock load 2>&1"):format(podman.image, folder))
  if status ~= 0 then
    self.stop()
    error("the second podman took no image: " .. said, 0)
  end
  return self
end

local CLEAN = [[f=label=com.docker.compose.project=%s
ids=$(podman ps -aq --filter $f) && [ -n "$ids" ] && podman rm -f -v -t 0 $ids
pods=$(podman pod ps -q --filter $f) && [ -n "$pods" ] && podman pod rm -f -t 0 $pods
for n in $(podman network ls -q --filter $f); do podman network rm -f $n; done
for v in $(podman volume ls -q --filter $f); do podman volume rm -f $v; done
for i in $(podman images -q --filter $f); do podman rmi -f $i; done
for s in $(podman secret ls --format '{{.Name}}' | grep '^%s\.'); do podman secret rm $s; done]]

--- Removes all that podman has of a project.
-- @tparam string name
function podman.clean(name)
  shell.read("{ " .. CLEAN:format(name, name) .. "; } >/dev/null 2>&1")
end

--- How many things of a project podman has: containers, pods, networks, volumes, secrets.
-- @tparam string name
-- @treturn string five numbers
function podman.count(name)
  return (shell.read(([[f=label=com.docker.compose.project=%s
echo $(podman ps -aq --filter $f | wc -l) $(podman pod ps -q --filter $f | wc -l) $(podman network ls -q --filter $f | wc -l) \
$(podman volume ls -q --filter $f | wc -l) $(podman secret ls --format '{{.Name}}' | grep -c '^%s\.')]]):format(name, name)))
end

return podman
