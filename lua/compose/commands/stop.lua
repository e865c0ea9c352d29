--- `moonwire compose stop`: stop containers.
local session = require "compose.session"

return session.each { action = "stop", summary = "stop containers", option = session.TIMEOUT, given = session.timeout }
