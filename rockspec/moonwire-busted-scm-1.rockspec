rockspec_format = "3.0"
package = "moonwire-busted"
version = "scm-1"
source = { url = "git+https://github.com/moonwire/moonwire.git" }
description = {
  summary = "Portable runner of busted's specs",
  detailed = "Part of moonwire: one Lua script in a Go program, in plain Lua and in ConTeXt documents.",
  homepage = "https://github.com/moonwire/moonwire",
  license = "MIT",
}
dependencies = { "lua >= 5.3, < 5.6" }
build = {
  type = "none",
  install = {
    lua = {
      ["busted.init"] = "rocks/busted/init.lua",
      ["busted.portable.arguments"] = "rocks/busted/portable/arguments.lua",
      ["busted.portable.assert"] = "rocks/busted/portable/assert.lua",
      ["busted.portable.assertions"] = "rocks/busted/portable/assertions.lua",
      ["busted.portable.bindfenv"] = "rocks/busted/portable/bindfenv.lua",
      ["busted.portable.clock"] = "rocks/busted/portable/clock.lua",
      ["busted.portable.compare"] = "rocks/busted/portable/compare.lua",
      ["busted.portable.core"] = "rocks/busted/portable/core.lua",
      ["busted.portable.events"] = "rocks/busted/portable/events.lua",
      ["busted.portable.fixtures"] = "rocks/busted/portable/fixtures.lua",
      ["busted.portable.luassert"] = "rocks/busted/portable/luassert.lua",
      ["busted.portable.matchers"] = "rocks/busted/portable/matchers.lua",
      ["busted.portable.outcome"] = "rocks/busted/portable/outcome.lua",
      ["busted.portable.output.json"] = "rocks/busted/portable/output/json.lua",
      ["busted.portable.output.junit"] = "rocks/busted/portable/output/junit.lua",
      ["busted.portable.output.tap"] = "rocks/busted/portable/output/tap.lua",
      ["busted.portable.output.terminal"] = "rocks/busted/portable/output/terminal.lua",
      ["busted.portable.results"] = "rocks/busted/portable/results.lua",
      ["busted.portable.sandbox"] = "rocks/busted/portable/sandbox.lua",
      ["busted.portable.say"] = "rocks/busted/portable/say.lua",
      ["busted.portable.shared"] = "rocks/busted/portable/shared.lua",
      ["busted.portable.snapshots"] = "rocks/busted/portable/snapshots.lua",
      ["busted.portable.spies"] = "rocks/busted/portable/spies.lua",
      ["busted.portable.text"] = "rocks/busted/portable/text.lua",
      ["busted.portable.trace"] = "rocks/busted/portable/trace.lua",
      ["busted.portable.watch"] = "rocks/busted/portable/watch.lua",
      ["busted.runner"] = "rocks/busted/runner.lua",
      ["luassert.assert"] = "rocks/luassert/assert.lua",
      ["luassert.init"] = "rocks/luassert/init.lua",
      ["luassert.match"] = "rocks/luassert/match.lua",
      ["luassert.mock"] = "rocks/luassert/mock.lua",
      ["luassert.spy"] = "rocks/luassert/spy.lua",
      ["luassert.stub"] = "rocks/luassert/stub.lua",
      ["luassert.util"] = "rocks/luassert/util.lua",
      ["say"] = "rocks/say.lua",
    },
  },
}
