--- `moonwire compose port`: where a port of a container can be reached.
local faults = require "compose.faults"
local session = require "compose.session"
local targets = require "compose.targets"

return {
  summary = "show where a port of a service can be reached",
  usage = "[options] SERVICE PORT",
  options = {
    { "index", value = "N", help = "the container with this number (default: the first that runs)" },
    { "protocol", value = "PROTOCOL", one_of = { "tcp", "udp", "sctp" }, help = "tcp (default), udp or sctp" },
  },
  run = function(values, rest, cx)
    local port = math.tointeger(tonumber(rest[2]))
    if #rest ~= 2 or not port then faults.raise(nil, nil, "port: name a service and a port of its containers, such as: port web 80") end
    local container = targets.one(cx, session.project(cx), rest[1], { index = targets.index("index", values.index) })
    local protocol = values.protocol or "tcp"
    for _, one in ipairs(container.ports) do
      local offset = port - one.container_port
      if offset >= 0 and offset < (one.range or 1) and one.protocol == protocol then
        local ip = one.host_ip == "" and "0.0.0.0" or one.host_ip
        if ip:find(":", 1, true) then ip = "[" .. ip .. "]" end
        io.write(("%s:%d\n"):format(ip, one.host_port + offset))
        return 0
      end
    end
    faults.raise(nil, nil, ("%s publishes no port for %d/%s"):format(container.name, port, protocol))
  end,
}
