rockspec_format = "3.0"
package = "moonwire-lunajson"
version = "scm-1"
source = { url = "git+https://github.com/moonwire/moonwire.git" }
description = {
  summary = "Stand-in for lunajson",
  detailed = "Part of moonwire: one Lua script in a Go program, in plain Lua and in ConTeXt documents.",
  homepage = "https://github.com/moonwire/moonwire",
  license = "MIT",
}
dependencies = { "lua >= 5.3, < 5.6" }
build = {
  type = "none",
  install = {
    lua = {
      ["lunajson"] = "rocks/lunajson.lua",
      ["lunajson.decoder"] = "rocks/lunajson/decoder.lua",
      ["lunajson.encoder"] = "rocks/lunajson/encoder.lua",
      ["lunajson.reasons"] = "rocks/lunajson/reasons.lua",
      ["lunajson.sax"] = "rocks/lunajson/sax.lua",
      ["json.blame"] = "lua/json/blame.lua",
      ["json.decoder"] = "lua/json/decoder.lua",
      ["json.digits"] = "lua/json/digits.lua",
      ["json.encoder"] = "lua/json/encoder.lua",
      ["json.escapes"] = "lua/json/escapes.lua",
      ["json.fault"] = "lua/json/fault.lua",
      ["json.grammar"] = "lua/json/grammar.lua",
      ["json.init"] = "lua/json/init.lua",
      ["json.kind"] = "lua/json/kind.lua",
      ["json.layout"] = "lua/json/layout.lua",
      ["json.lines"] = "lua/json/lines.lua",
      ["json.null"] = "lua/json/null.lua",
      ["json.number"] = "lua/json/number.lua",
      ["json.quote"] = "lua/json/quote.lua",
      ["json.reader"] = "lua/json/reader.lua",
      ["json.scalar"] = "lua/json/scalar.lua",
      ["json.shape"] = "lua/json/shape.lua",
      ["json.source"] = "lua/json/source.lua",
      ["json.unicode"] = "lua/json/unicode.lua",
    },
  },
}
