local podman = require "spec.support.podman"
local shell = require "spec.support.shell"

if podman.missing then
  describe("compose up, killed", function() pending("is not tried", function() end, podman.missing) end)
  return
end

local TEXT = [[
services:
  a: { image: IMAGE, command: STAYS, depends_on: [b], volumes: ["vol:/v"], secrets: [s] }
  b: { image: IMAGE, command: STAYS }
  c: { image: IMAGE, command: STAYS, networks: [other] }
volumes: { vol: {} }
networks: { other: {} }
secrets: { s: { file: ./secret } }
x-pods:
  q: { services: [a, b], ports: ["127.0.0.1::80"] }
]]

-- Kills the command and every podman that it has started, but not what holds containers that run (conmon): they are
-- podman's own business, as after a crash. A variable marks them.
local KILL = [[for p in $(grep -lsz '^%s$' /proc/[0-9]*/environ | cut -d/ -f3); do
  case $(cat /proc/$p/comm 2>/dev/null) in conmon|'') ;; *) kill -9 $p 2>/dev/null ;; esac
done]]

local POINTS = 20

describe("compose up, killed", function()
  local project
  setup(function() project = podman.project("crkill", { ["compose.yaml"] = TEXT, secret = "x" }) end)
  teardown(function() project:close() end)

  -- Runs `up -d` and kills it after so many lines of its progress, and a moment later than that.
  local function killed(lines, moment)
    local mark = ("MOONWIRE_SPEC_KILL=%d-%d"):format(lines, moment)
    local pipe = io.popen(("exec 2>/dev/null; %s TMPDIR=%s sh -c %s"):format(mark, shell.quote(project.folder),
      shell.quote(project:command "up -d" .. " 2>&1")), "r")
    for _ = 1, lines do pipe:read "l" end
    if moment > 0 then shell.read(("sleep 0.%02d"):format(moment)) end
    shell.read(KILL:format(mark) .. "\n" .. KILL:format(mark))
    pipe:close()
  end

  -- podman may still be letting go of what the killed one held, and say so once: then the same command again finishes it.
  local function finish(arguments)
    local text, status = project:compose(arguments)
    if status ~= 0 then
      shell.read "sleep 1"
      local first = text
      text, status = project:compose(arguments)
      text = first .. "\nand then:\n" .. text
    end
    assert.equal(0, status, text)
  end

  for point = 1, POINTS do
    local lines, moment = (point - 1) % 10 + 1, point > 10 and 3 * (point - 10) or 0
    local after = ("line %d%s"):format(lines, moment > 0 and (" and %d ms"):format(moment * 10) or "")
    if point % 3 == 0 then
      it("leaves nothing that down does not remove, after " .. after, function()
        killed(lines, moment)
        finish "down -v -t 0"
        assert.equal("0 0 0 0 0", podman.count "crkill")
      end)
    else
      it("is finished by the next up, after " .. after, function()
        killed(lines, moment)
        finish "up -d"
        assert.equal("crkill: nothing to do; 3 services are as they should be", (project:compose "plan"))
        assert.equal("a\nb\nc", (shell.read(project:command "ps --services")))
        podman.clean "crkill"
      end)
    end
  end
end)
