--- `moonwire compose unpause`: let paused containers go on.
local session = require "compose.session"

return session.each { action = "unpause", summary = "let paused containers go on" }
