--- `moonwire compose images`: the images that the project's containers are of.
local columns = require "compose.columns"
local json = require "json"
local session = require "compose.session"
local tree = require "compose.tree"

-- Bytes as people read them, as docker writes them: thousands, not 1,024s.
local function size_text(bytes)
  local units = { "B", "kB", "MB", "GB", "TB" }
  local at = 1
  while bytes >= 1000 and at < #units do
    bytes, at = bytes / 1000, at + 1
  end
  return at == 1 and ("%dB"):format(bytes) or ("%.4g%s"):format(bytes, units[at])
end

return {
  summary = "list the images of containers",
  usage = "[options] [SERVICE...]",
  options = {
    { "format", value = "FORMAT", one_of = { "table", "json" }, help = "table (default) or json" },
    { "quiet", short = "q", help = "only IDs" },
  },
  run = function(values, rest, cx)
    local project = session.project(cx)
    local states = session.states(cx.runner(), project, { "pods", "containers", "images" })
    session.check(project, rest, states)
    local chosen = #rest > 0 and {} or nil
    for _, key in ipairs(rest) do chosen[key] = true end
    local rows, list, seen = { { "CONTAINER", "REPOSITORY", "TAG", "IMAGE ID", "SIZE" } }, json.array {}, {}
    for host_key, now in tree.each(states) do
      local sizes = {}
      for _, image in ipairs(now.image_list) do sizes[image.id] = image.size end
      for _, container in ipairs(now.containers) do
        if not chosen or chosen[container.service] then
          local repository, tag = container.image:match "^(.-):([^:/]+)$"
          repository, tag = repository or container.image, tag or "latest"
          local bytes = sizes[container.image_id]
          rows[#rows + 1] = { container.name, repository, tag, container.image_id:sub(1, 12), bytes and size_text(bytes) or "" }
          list[#list + 1] = {
            ContainerName = container.name, Repository = repository, Tag = tag, ID = container.image_id, Size = bytes,
            Host = host_key ~= "" and host_key or nil,
          }
          if values.quiet and not seen[container.image_id] then
            seen[container.image_id] = true
            io.write(container.image_id, "\n")
          end
        end
      end
    end
    if values.quiet then return 0 end
    if values.format == "json" then
      io.write(json.encode(list, { sort = true }), "\n")
    else
      io.write(table.concat(columns.lines(rows), "\n"), "\n")
    end
    return 0
  end,
}
