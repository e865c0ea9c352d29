--- `moonwire compose quadlet`: units for podman's generator of systemd services.
local files = require "compose.files"
local quadlet = require "compose.quadlet"

-- Whether a version is not older than another one: "5.10" than "5.9".
local function is_at_least(version, least)
  local major, minor = version:match "^(%d+)%.(%d+)"
  local wanted_major, wanted_minor = least:match "^(%d+)%.(%d+)"
  major, minor, wanted_major, wanted_minor = tonumber(major), tonumber(minor), tonumber(wanted_major), tonumber(wanted_minor)
  return major ~= nil and (major > wanted_major or major == wanted_major and minor >= wanted_minor)
end

return {
  summary = "write units of Quadlet, for podman 5.0 and later",
  usage = "[options]",
  options = {
    { "output", short = "o", value = "DIR", help = "write files into a folder, such as /etc/containers/systemd (default: print them)" },
    { "for", value = "VERSION", help = "write them for a machine with this version of podman (default: that of this machine)" },
  },
  run = function(values, _, cx)
    local version = values["for"]
    if not version then
      local result = cx.runner():run { "version", "--format", "{{.Client.Version}}" }
      version = result.out:match "%S+" or "none"
    end
    if not is_at_least(version, quadlet.SINCE) then
      cx.fail(("podman %s has no Quadlet that knows pods; %s and later have. Write a unit with `moonwire compose systemd`, "
        .. "or say --for %s for another machine"):format(version, quadlet.SINCE, quadlet.SINCE))
    end
    local units, lines = quadlet.units(cx.load())
    for _, line in ipairs(lines) do cx.warn(line) end
    for i, unit in ipairs(units) do
      if values.output then
        files.write(values.output .. "/" .. unit.name, unit.text)
        io.write(unit.name, "\n")
      else
        io.write(i > 1 and "\n" or "", "# ", unit.name, "\n", unit.text)
      end
    end
    return 0
  end,
}
