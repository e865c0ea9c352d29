--- `moonwire compose version`.
local json = require "json"

-- What the files are read as (https://compose-spec.io), and by which reference loader that is proved.
local SPECIFICATION = "Compose Specification as of compose-go 2.16.2"

return {
  summary = "say which Compose Specification this is",
  usage = "[options]",
  options = {
    { "format", short = "f", value = "FORMAT", one_of = { "pretty", "json" }, help = "pretty (default) or json" },
    { "short", help = "only the version of the specification's loader" },
  },
  run = function(values)
    if values.short then
      io.write("2.16.2\n")
    elseif values.format == "json" then
      io.write(json.encode({ specification = SPECIFICATION, lua = _VERSION }, { sort = true }), "\n")
    else
      io.write("moonwire compose, ", SPECIFICATION, ", ", _VERSION, "\n")
    end
    return 0
  end,
}
