-- luacheck's rules: what all engines have in common may be read, nothing global may be written.
std = "lua53" -- the oldest of them
max_line_length = 140
unused_args = false -- a function of a contract keeps the contract's arguments

files["spec"] = { std = "lua53+busted" }
files["rocks/busted"] = { std = "lua53+busted" }
files["examples/specs"] = { std = "lua53+busted" }

-- Specs and scripts that break rules on purpose, to see what becomes of them.
exclude_files = { "spec/rocks/busted/corpus", "host/testdata" }

-- Inside documents, and under mtxrun. The second list holds tables that are there for modules to fill.
files["tex"] = {
  read_globals = {
    "attributes", "buffers", "callback", "callbacks", "catcodes", "commands", "context", "dir", "directives", "document",
    "environment", "file", "fonts", "graphics", "interfaces", "io", "language", "languages", "lfs", "logs", "lpeg",
    "lua", "luatex", "md5", "metapost", "nodes", "number", "os", "pages", "resolvers", "scripts", "sort", "status",
    "storage", "string", "structures", "table", "tex", "texconfig", "texio", "token", "tokens", "trackers", "typesetters",
    "utf", "utilities", "xml", "application", "CONTEXTLMTXMODE", "LUATEXENGINE",
  },
  globals = { "job", "moduledata", "mp", "thirddata", "userdata" },
}
