--- `moonwire compose restart`: restart containers.
local session = require "compose.session"

return session.each { action = "restart", summary = "restart containers", option = session.TIMEOUT, given = session.timeout }
