// Command moonwire runs Lua scripts that speak NATS, and the small programs that belong to it.
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/moonwire/moonwire"
	"github.com/moonwire/moonwire/host"
)

// version is set by the linker.
var version = "unknown"

// Exit statuses beside those of a script's own.
const (
	statusFailure = 1 // a script failed, or could not be read
	statusUsage   = 2 // a command was called wrongly
)

func init() {
	// Scripts run on the process's main thread, as they do under lua: some C libraries insist on it.
	runtime.LockOSThread()
}

func main() { os.Exit(run(os.Args)) }

// run dispatches: the first argument is a command's name, or everything is as lua has it.
func run(argv []string) int {
	if len(argv) > 1 {
		name, args := argv[1], argv[2:]
		switch {
		case name == "--help" || name == "-h":
			return help(nil)
		case name == "--version":
			return showVersion(nil)
		case native[name] != nil:
			return native[name](args)
		case isLuaCommand(name):
			return runLuaCommand(name, args)
		}
	}
	return runLua(argv)
}

// newHost makes the host of this process.
func newHost(ignoreEnvironment bool) (*host.Host, host.Environment, error) {
	var environment host.Environment
	if !ignoreEnvironment {
		var err error
		if environment, err = host.ReadEnvironment(); err != nil {
			return nil, environment, err
		}
	}
	h, err := host.New(host.Config{
		Modules:           moonwire.Modules,
		IgnoreEnvironment: ignoreEnvironment,
		CloseTimeout:      time.Duration(environment.CloseTimeout),
	})
	if err == nil {
		h.HandleSignals()
	}
	return h, environment, err
}

// complain writes a message the way lua does, and returns the status that goes with it.
func complain(what any) int {
	fmt.Fprintf(os.Stderr, "moonwire: %v\n", what)
	return statusFailure
}

// misuse says what is wrong with a command line.
func misuse(format string, values ...any) int {
	fmt.Fprintf(os.Stderr, "moonwire: "+format+"\n", values...)
	return statusUsage
}
