rockspec_format = "3.0"
package = "moonwire-dkjson"
version = "scm-1"
source = { url = "git+https://github.com/moonwire/moonwire.git" }
description = {
  summary = "Stand-in for dkjson",
  detailed = "Part of moonwire: one Lua script in a Go program, in plain Lua and in ConTeXt documents.",
  homepage = "https://github.com/moonwire/moonwire",
  license = "MIT",
}
dependencies = { "lua >= 5.3, < 5.6" }
build = {
  type = "none",
  install = {
    lua = {
      ["dkjson"] = "rocks/dkjson.lua",
      ["dkjson.decoder"] = "rocks/dkjson/decoder.lua",
      ["dkjson.encoder"] = "rocks/dkjson/encoder.lua",
      ["dkjson.quote"] = "rocks/dkjson/quote.lua",
      ["dkjson.tolerant"] = "rocks/dkjson/tolerant.lua",
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
