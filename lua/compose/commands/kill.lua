--- `moonwire compose kill`: send containers a signal.
local session = require "compose.session"

return session.each {
  action = "kill",
  summary = "send containers a signal",
  option = { "signal", short = "s", value = "SIGNAL", help = "which one (default: KILL)" },
  given = function(values) return { signal = values.signal } end,
}
