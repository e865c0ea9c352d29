--- What is to be done so that podman has what a project says: operations with reasons, as data.
--
-- A plan is a table of `operations`, `warnings` (lines), and `recreated` (names of containers that are made anew). An
-- operation is a table of
--
--     id       its place in the list
--     action   "create", "remove", "start", "stop", "restart", "unpause", "pull", "build", "push", "mkdir", "exec", or what
--              it waits for: "healthy", "completed", "running"
--     kind     "Network", "Volume", "Secret", "Image", "Pod", "Container", "Folder"
--     name     podman's name of the thing
--     needs    ids of operations that must have ended before; smaller than its own
--     why      a list of reasons, such as "environment.FOO"; empty where the thing is simply not there
--     service  the key of the service, or nil
--     host     the machine (an entry of project.hosts), or nil for this one
--     call     the call of compose.podman; nil for what is waited for. `name` is its last word where `batch` is true: then
--              calls with the same words may be made as one
--     before   a call that is made before it, whatever comes of it; it ends in `name`, too
--     check    the health check that is waited for
--     remake   the call that makes a container that is started, for one that cannot be started again
--     unused   true for a container that is started, was there before, and has never run: what is wrong with it may be
--              that its making was killed
--     infra    podman's name of the infra container of the pod that is made, or that a container is started in
--     optional true where its failure is only told
--
-- A plan is made of a project and of what podman has (compose.state); nothing is run.
--
-- @module compose.plan

local down = require "compose.plan.down"
local each = require "compose.plan.each"
local images = require "compose.plan.images"
local resources = require "compose.plan.resources"
local up = require "compose.plan.up"

return {
  select = up.select,
  refuse = up.refuse,
  secrets = resources.secrets,
  images = images.get,
  push = images.push,
  up = up.plan,
  down = down.plan,
  each = each.plan,
  start = each.start,
}
