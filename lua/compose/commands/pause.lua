--- `moonwire compose pause`: stop the clock of containers.
local session = require "compose.session"

return session.each { action = "pause", summary = "stop the clock of containers" }
