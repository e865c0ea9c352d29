package main

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/moonwire/moonwire"
	"github.com/moonwire/moonwire/host"
)

// commands are the names and purposes, in the order in which help lists them. Those that are neither
// native nor in the embedded tree are left out.
var commands = [][2]string{
	{"serve", "run a NATS server, for development and tests"},
	{"spec", "run specs written for busted, in one engine or in all"},
	{"compose", "start and stop what a compose file describes, with podman"},
	{"press", "typeset one large document in parts"},
	{"proxy", "lend TLS and credentials to clients that have none"},
	{"topology", "configure NATS servers that stand together, from one table"},
	{"yaml", "read, check and convert YAML"},
	{"json", "read, check and convert JSON"},
	{"rocks", "show which file each rock comes from"},
	{"completion", "write completion of command lines for a shell"},
	{"version", "show what this program is made of"},
	{"help", "show this, or the help of a command"},
}

// native are the commands that are not Lua.
var native map[string]func(args []string) int

func init() { // not above, since help refers to native
	native = map[string]func(args []string) int{"serve": serve, "proxy": runProxy, "version": showVersion, "help": help}
}

// isLuaCommand tells whether name is a command that the embedded tree holds.
func isLuaCommand(name string) bool {
	for _, command := range commands {
		if command[0] == name {
			_, err := fs.Stat(moonwire.Modules, "lua/moonwire/"+name+".lua")
			return err == nil
		}
	}
	return false
}

func runLuaCommand(name string, args []string) int {
	h, _, err := newHost(false)
	if err != nil {
		return complain(err)
	}
	defer h.Close()
	if err := h.SetArg(append([]string{"moonwire", name}, args...), 1); err != nil {
		return complain(err)
	}
	result, err := h.RunCommand("moonwire."+name, args)
	if err != nil {
		return complain(err)
	}
	return exitStatus(result)
}

// exitStatus reads what a command returned as os.exit reads its argument.
func exitStatus(result string) int {
	switch result {
	case "nil", "true":
		return 0
	case "false":
		return statusFailure
	}
	status, err := strconv.ParseFloat(result, 64)
	if err != nil {
		return complain("a command must return its exit status, not " + result)
	}
	return int(status)
}

const usage = `usage: moonwire [options] [script.lua [arguments]]
       moonwire COMMAND [arguments]

options, as lua has them:
  -e CODE    run CODE
  -l MODULE  load MODULE into the global variable of that name
  -l G=M     load module M into the global variable G
  -i         interactive mode, after the script
  -v         show the version
  -W         turn warnings on
  -E         ignore environment variables
  --         end of options
  -          end of options; the script is standard input

commands (a script of such a name: moonwire ./NAME):
`

func help(args []string) int {
	if len(args) > 0 && args[0] != "--help" && args[0] != "-h" {
		if native[args[0]] == nil && !isLuaCommand(args[0]) {
			return misuse("help: there is no command '%s' (moonwire help lists them)", args[0])
		}
		return run([]string{"moonwire", args[0], "--help"})
	}
	fmt.Print(usage)
	for _, command := range commands {
		if native[command[0]] != nil || isLuaCommand(command[0]) {
			fmt.Printf("  %-10s %s\n", command[0], command[1])
		}
	}
	fmt.Print("\nmoonwire COMMAND --help tells more of each.\n")
	return 0
}

const versionUsage = `usage: moonwire version [--rocks]

Shows the version of moonwire, of its Lua and of the libraries in it.

  --rocks   which file each rock comes from, instead
`

func showVersion(args []string) int {
	if len(args) > 0 {
		if args[0] == "--help" || args[0] == "-h" {
			fmt.Print(versionUsage)
			return 0
		}
		if args[0] == "--rocks" {
			return runLuaCommand("rocks", args[1:])
		}
		return misuse("version: unexpected argument '%s'", args[0])
	}
	fmt.Printf("moonwire %s\n", version)
	fmt.Printf("  %s\n", host.LuaRelease)
	fmt.Printf("  %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if strings.HasPrefix(module.Path, "github.com/nats-io/nats") {
				fmt.Printf("  %s %s\n", strings.TrimPrefix(module.Path, "github.com/nats-io/"), module.Version)
			}
		}
	}
	return 0
}

// printVersion is the line of -v and of the interactive mode.
func printVersion() {
	fmt.Fprintf(os.Stdout, "moonwire %s, %s\n", version, host.LuaCopyright)
}
