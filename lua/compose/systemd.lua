--- A project as a unit of systemd, so that it is there after a boot.
--
-- One unit starts all of it and waits until it is healthy, with the rules of `up`: systemd would know nothing of
-- depends_on with conditions. It works with every version of podman.
--
-- @module compose.systemd

local systemd = {}

-- A word of a setting that takes several.
local function quoted(word)
  local text = word:gsub("%%", "%%%%")
  if text ~= "" and not text:find "[%s'\"\\;%c]" then return text end
  text = text:gsub('["\\]', "\\%0"):gsub("%c", function(c) return ("\\x%02x"):format(c:byte()) end)
  return '"' .. text .. '"'
end

--- A word of a command line in a unit (systemd.service(5), "Command lines").
-- @tparam string word
-- @treturn string
function systemd.word(word) return quoted((word:gsub("%$", "$$"))) end

--- A value of a setting that is no command line: `%` begins a specifier in it, and it ends with the line.
-- @tparam string text
-- @treturn string
function systemd.value(text)
  return (text:gsub("%%", "%%%%"):gsub("%c", " "))
end

local function words(list)
  local all = {}
  for i, word in ipairs(list) do all[i] = systemd.word(word) end
  return table.concat(all, " ")
end

--- The name of a project's unit.
-- @tparam table project
-- @treturn string
function systemd.name(project) return "moonwire-" .. project.name .. ".service" end

--- The command that each line of the unit begins with: the same files, name, profiles and variables as now.
-- @tparam table project
-- @tparam {string,...} program the command moonwire
-- @treturn {string,...}
function systemd.command(project, program)
  local list = table.move(program, 1, #program, 1, {})
  local function add(...)
    for _, word in ipairs { ... } do list[#list + 1] = word end
  end
  add("compose", "--project-name", project.name, "--project-directory", project.folder)
  for _, path in ipairs(project.files) do add("--file", path) end
  for _, path in ipairs(project.env_files) do add("--env-file", path) end
  for _, profile in ipairs(project.profiles) do add("--profile", profile) end
  return list
end

--- The unit.
-- @tparam table project
-- @tparam table options `program`: the command moonwire, as words; `user`: whether it is for the user's own systemd;
--   `timeout`: seconds that starting may take (default: no limit)
-- @treturn string
function systemd.unit(project, options)
  local base = systemd.command(project, options.program)
  local function command(...) return words(table.move({ ... }, 1, select("#", ...), #base + 1, table.move(base, 1, #base, 1, {}))) end
  local lines = {
    "# Written by moonwire compose systemd; write it anew when files, name or profiles change.",
    "[Unit]",
    "Description=" .. systemd.value("The compose project " .. project.name),
  }
  local function add(line) lines[#lines + 1] = line end
  -- The user's own systemd has no network-online.target.
  if not options.user then
    add "Wants=network-online.target"
    add "After=network-online.target"
  end
  add("RequiresMountsFor=" .. quoted(project.folder))
  add ""
  add "[Service]"
  add "Type=oneshot"
  add "RemainAfterExit=yes"
  add("WorkingDirectory=" .. systemd.value(project.folder))
  add("ExecStart=" .. command("up", "--detach", "--wait"))
  add("ExecReload=" .. command("up", "--detach", "--wait"))
  add("ExecStop=" .. command "stop")
  add("TimeoutStartSec=" .. (options.timeout and ("%g"):format(options.timeout) or "infinity"))
  add ""
  add "[Install]"
  add("WantedBy=" .. (options.user and "default.target" or "multi-user.target"))
  return table.concat(lines, "\n") .. "\n"
end

return systemd
