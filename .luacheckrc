-- luacheck's rules: what all engines have in common may be read, nothing global may be written.
std = "lua53" -- the oldest of them
max_line_length = 140
unused_args = false -- a function of a contract keeps the contract's arguments

files["spec"] = { std = "lua53+busted" }
files["rocks/busted"] = { std = "lua53+busted" }

-- Inside documents, and under mtxrun.
files["tex"] = {
  read_globals = {
    "attributes", "buffers", "callbacks", "commands", "context", "dir", "directives", "document", "environment", "file",
    "fonts", "graphics", "interfaces", "io", "job", "language", "languages", "lfs", "logs", "lpeg", "lua", "luatex", "metapost", "mp",
    "nodes", "number", "os", "pages", "resolvers", "scripts", "sort", "status", "storage", "string", "structures", "table", "tex",
    "texconfig", "texio", "token", "tokens", "trackers", "tracers", "typesetters", "userdata", "utf", "utilities", "xml",
    "application", "moduledata", "thirddata", "CONTEXTLMTXMODE", "LUATEXENGINE",
  },
}
