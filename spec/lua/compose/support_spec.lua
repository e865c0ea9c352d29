-- Every attribute of the specification has a fate.
local composed = require "spec.support.composed"
local schema = require "compose.schema"
local support = require "compose.support"

describe("each attribute of a service", function()
  it("is a flag of podman's, the pod's, the tool's own work, or refused", function()
    local fates = { flag = true, pod = true, tool = true, none = true }
    for name in pairs(schema.service.fields) do
      assert.is_true(fates[support.service[name]] or false, name)
    end
  end)

  it("that has a fate is in the schema", function()
    for name in pairs(support.service) do assert.is_table(schema.service.fields[name], name) end
  end)

  it("that nothing does is told, with what to do", function()
    local values = {
      cpu_count = "1", cpu_percent = "1", credential_spec = "{file: x}", domainname = "d", gpus = "all", isolation = "x",
      models = "[m]", provider = "{type: x}", external_links = "[y]", storage_opt = "{size: 1g}",
    }
    for name, fate in pairs(support.service) do
      if fate == "none" then
        local project = assert(composed.load(("services: {a: {image: x, %s: %s}}\nmodels: {m: {model: x}}\n"):format(name, values[name])))
        local told = false
        for _, line in ipairs(project.unsupported) do
          if line.level == "error" and line.text:find("services.a." .. name .. ":", 1, true) then told = true end
        end
        assert.is_true(told, name)
      end
    end
  end)
end)

describe("what podman does not have", function()
  local function told(text)
    local project = assert(composed.load(text))
    local lines = {}
    for i, line in ipairs(project.unsupported) do lines[i] = line.level .. " " .. line.text end
    return table.concat(lines, "\n")
  end

  it("is told of parts of attributes", function()
    assert.equal("error compose.yaml:1:51: services.a.healthcheck.start_interval: podman 4.3 has no start_interval; "
      .. "leave it out: checks begin with interval",
      told "services: {a: {image: x, healthcheck: {test: 'x', start_interval: 1s}}}\n")
    assert.matches("^error .*subpath: podman 4%.3 has no subpath for volumes", told(
      "services: {a: {image: x, volumes: [{type: volume, source: v, target: /v, volume: {subpath: s}}]}}\nvolumes: {v: }\n"))
  end)

  it("is told of values", function()
    assert.matches('^error .*logging.driver: podman has no log driver "syslog"',
      told "services: {a: {image: x, logging: {driver: syslog}}}\n")
    assert.equal("", told "services: {a: {image: x, logging: {driver: journald}}}\n")
  end)

  it("is a warning where it says nothing", function()
    assert.matches("^warning .*update_config: is for Docker Swarm",
      told "services: {a: {image: x, deploy: {update_config: {order: stop-first}}}}\n")
  end)

  it("is not told of services that are not active", function()
    assert.equal("", told "services: {a: {image: x}, b: {image: x, gpus: all, profiles: [p]}}\n")
  end)
end)
