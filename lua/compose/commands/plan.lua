--- `moonwire compose plan`: what `up` would do, and why.
local json = require "json"
local plan_of = require "compose.plan"
local podman = require "compose.podman"
local session = require "compose.session"
local tree = require "compose.tree"

-- The sign of an action in a diff.
local SIGNS = { create = "+", mkdir = "+", pull = "+", build = "+", remove = "-" }

-- What is removed and made again is one line.
local function lines_of(operations)
  local rows, index = {}, {}
  for _, operation in ipairs(operations) do
    local key = ("%s %s %s"):format(operation.host and operation.host.key or "", operation.kind, operation.name)
    local row = index[key]
    if not row then
      row = { operation = operation, actions = {}, why = {} }
      rows[#rows + 1], index[key] = row, row
    end
    row.actions[#row.actions + 1] = operation.action
    for _, reason in ipairs(operation.why) do
      if not row.why[reason] then
        row.why[reason] = true
        row.why[#row.why + 1] = reason
      end
    end
  end
  local lines = {}
  for _, row in ipairs(rows) do
    local first = row.operation
    local has = {}
    for _, action in ipairs(row.actions) do has[action] = true end
    local sign = has.create and has.remove and "~" or SIGNS[first.action] or ">"
    local shown, told = {}, {}
    for _, action in ipairs(row.actions) do
      if not (has.create and has.remove and action == "remove") and not told[action] then
        told[action] = true
        shown[#shown + 1] = has.create and has.remove and action == "create" and "recreate" or action
      end
    end
    lines[#lines + 1] = ("%s %s%s %s: %s%s"):format(sign, first.host and first.host.key .. ": " or "", first.kind:lower(), first.name,
      table.concat(shown, ", "), #row.why > 0 and " (" .. table.concat(row.why, ", ") .. ")" or "")
  end
  return lines
end

return {
  summary = "say what `up` would do, and why",
  usage = "[options] [SERVICE...]",
  options = {
    { "format", value = "FORMAT", one_of = { "text", "json" }, help = "text (default) or json" },
    { "build", help = "as if images were built" },
    { "pull", value = "POLICY", one_of = { "always", "missing", "never" }, help = "as if images were pulled" },
    { "force-recreate", help = "as if everything were made anew" },
    { "no-recreate", help = "as if nothing were made anew" },
    { "no-deps", help = "without the services that the named ones depend on" },
    { "remove-orphans", help = "as if containers of services that are not in the files were removed" },
    { "scale", value = "SERVICE=NUMBER", many = true, help = "as if there were so many containers" },
    { "quiet", short = "q", help = "only the status: 0 where there is nothing to do, 2 where there is something" },
  },
  lines = lines_of,
  run = function(values, rest, cx)
    local project = cx.load {}
    session.check(project, rest)
    local states = session.states(cx.runner(), project)
    local chosen = plan_of.select(project, rest, values["no-deps"])
    local images = plan_of.images(project, states, { services = chosen, pull = values.pull, build = values.build })
    local plan = session.plan(cx, project, states, {
      services = rest, no_deps = values["no-deps"], scale = session.scale(values.scale, project),
      recreate = values["force-recreate"] and "always" or values["no-recreate"] and "never" or "changed",
      remove_orphans = values["remove-orphans"],
    })
    for _, line in ipairs(plan.warnings) do cx.warn(line) end
    local operations = images.operations
    table.move(plan.operations, 1, #plan.operations, #operations + 1, operations)
    if values.quiet then
      return #operations > 0 and 2 or 0
    elseif values.format == "json" then
      local list = json.array {}
      for i, operation in ipairs(operations) do
        list[i] = {
          action = operation.action, kind = operation.kind:lower(), name = operation.name, service = operation.service,
          host = operation.host and operation.host.key, why = json.array(operation.why),
          command = operation.call and podman.command(operation.call) or nil,
        }
      end
      io.write(json.encode(list, { indent = 2, sort = true }), "\n")
    elseif #operations == 0 then
      local count = 0
      for _ in tree.each(project.services) do count = count + 1 end
      io.write(("%s: nothing to do; %d services are as they should be\n"):format(project.name, count))
    else
      io.write(table.concat(lines_of(operations), "\n"), "\n")
    end
    return #operations > 0 and 2 or 0
  end,
}
