rockspec_format = "3.0"
package = "moonwire-uuid"
version = "scm-1"
source = { url = "git+https://github.com/moonwire/moonwire.git" }
description = {
  summary = "Stand-in for uuid",
  detailed = "Part of moonwire: one Lua script in a Go program, in plain Lua and in ConTeXt documents.",
  homepage = "https://github.com/moonwire/moonwire",
  license = "MIT",
}
dependencies = { "lua >= 5.3, < 5.6" }
build = {
  type = "none",
  install = {
    lua = {
      ["uuid"] = "rocks/uuid.lua",
      ["uuid.rng"] = "rocks/uuid/rng.lua",
      ["digest.algorithms"] = "lua/digest/algorithms.lua",
      ["digest.base32"] = "lua/digest/base32.lua",
      ["digest.base64"] = "lua/digest/base64.lua",
      ["digest.buffered"] = "lua/digest/buffered.lua",
      ["digest.crc16"] = "lua/digest/crc16.lua",
      ["digest.crc32"] = "lua/digest/crc32.lua",
      ["digest.ed25519"] = "lua/digest/ed25519.lua",
      ["digest.ed25519.field"] = "lua/digest/ed25519/field.lua",
      ["digest.ed25519.point"] = "lua/digest/ed25519/point.lua",
      ["digest.ed25519.scalar"] = "lua/digest/ed25519/scalar.lua",
      ["digest.hex"] = "lua/digest/hex.lua",
      ["digest.hmac"] = "lua/digest/hmac.lua",
      ["digest.init"] = "lua/digest/init.lua",
      ["digest.pure"] = "lua/digest/pure.lua",
      ["digest.pure.md5"] = "lua/digest/pure/md5.lua",
      ["digest.pure.sha1"] = "lua/digest/pure/sha1.lua",
      ["digest.pure.sha256"] = "lua/digest/pure/sha256.lua",
      ["digest.pure.sha512"] = "lua/digest/pure/sha512.lua",
      ["digest.pure.unrolled"] = "lua/digest/pure/unrolled.lua",
      ["digest.random"] = "lua/digest/random.lua",
      ["digest.source"] = "lua/digest/source.lua",
    },
  },
}
