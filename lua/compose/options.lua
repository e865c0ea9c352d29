--- The options of `moonwire compose` that stand before the command, as in compose.cli.
--
-- @module compose.options

return {
  { "file", short = "f", value = "FILE", many = true, help = "a compose file, YAML or Lua, - for standard input; several are merged" },
  { "project-name", short = "p", value = "NAME", help = "the project's name (default: name: in the file, or the folder's)" },
  { "project-directory", value = "DIR", help = "what relative paths are from (default: the folder of the first file)" },
  { "profile", value = "NAME", many = true, help = "activate a profile; \"*\" activates all" },
  { "env-file", value = "FILE", many = true, help = "a file of variables (default: .env)" },
  { "dry-run", help = "print the podman commands that would change something, and run none of them" },
  { "help", short = "h", help = "this text" },
}
