rockspec_format = "3.0"
package = "moonwire-yaml"
version = "scm-1"
source = { url = "git+https://github.com/moonwire/moonwire.git" }
description = {
  summary = "YAML 1.2 in pure Lua",
  detailed = "Part of moonwire: one Lua script in a Go program, in plain Lua and in ConTeXt documents.",
  homepage = "https://github.com/moonwire/moonwire",
  license = "MIT",
}
dependencies = { "lua >= 5.3, < 5.6" }
build = {
  type = "none",
  install = {
    lua = {
      ["yaml.block"] = "lua/yaml/block.lua",
      ["yaml.composer"] = "lua/yaml/composer.lua",
      ["yaml.constructor"] = "lua/yaml/constructor.lua",
      ["yaml.emitter"] = "lua/yaml/emitter.lua",
      ["yaml.errors"] = "lua/yaml/errors.lua",
      ["yaml.events"] = "lua/yaml/events.lua",
      ["yaml.exosite"] = "lua/yaml/exosite.lua",
      ["yaml.flow"] = "lua/yaml/flow.lua",
      ["yaml.init"] = "lua/yaml/init.lua",
      ["yaml.node"] = "lua/yaml/node.lua",
      ["yaml.parser"] = "lua/yaml/parser.lua",
      ["yaml.reader"] = "lua/yaml/reader.lua",
      ["yaml.representer"] = "lua/yaml/representer.lua",
      ["yaml.scanner"] = "lua/yaml/scanner.lua",
      ["yaml.schemas"] = "lua/yaml/schemas.lua",
      ["yaml.types"] = "lua/yaml/types.lua",
    },
  },
}
