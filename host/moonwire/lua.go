package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/moonwire/moonwire/host"
	"github.com/moonwire/moonwire/host/internal/console"
)

// options is a command line in lua's manner.
type options struct {
	ignoreEnvironment, interactive, showVersion bool

	actions []action // in the order given
	code    bool     // one of them is -e
	script  int      // where in argv the script is; len(argv): none
}

// action is -e, -l or -W with what follows it.
type action struct {
	option byte
	value  string
}

// parse reads the options. The error is one line.
func parse(argv []string) (options, error) {
	o := options{script: len(argv)}
	for i := 1; i < len(argv); i++ {
		arg := argv[i]
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			o.script = i
			return o, nil
		}
		option, rest := arg[1], arg[2:]
		if strings.IndexByte("-EivW", option) >= 0 && rest != "" {
			return o, fmt.Errorf("unrecognized option '%s'", arg)
		}
		switch option {
		case '-':
			o.script = i + 1
			return o, nil
		case 'E':
			o.ignoreEnvironment = true
		case 'i':
			o.interactive, o.showVersion = true, true
		case 'v':
			o.showVersion = true
		case 'W':
			o.actions = append(o.actions, action{option: 'W'})
		case 'e', 'l':
			if rest == "" {
				i++
				if i == len(argv) || strings.HasPrefix(argv[i], "-") {
					return o, fmt.Errorf("'%s' needs argument", arg)
				}
				rest = argv[i]
			}
			o.code = o.code || option == 'e'
			o.actions = append(o.actions, action{option, rest})
		default:
			return o, fmt.Errorf("unrecognized option '%s'", arg)
		}
	}
	return o, nil
}

// runLua is what the lua command does.
func runLua(argv []string) int {
	o, err := parse(argv)
	if err != nil {
		return complain(fmt.Sprintf("%v (moonwire --help lists what there is)", err))
	}
	if o.showVersion {
		printVersion()
	}
	h, environment, err := newHost(o.ignoreEnvironment)
	if err != nil {
		return complain(err)
	}
	defer h.Close()
	if err := perform(h, o, argv); err != nil {
		return complain(hint(err, argv))
	}
	switch {
	case o.interactive:
		converse(h, environment.History)
	case o.script < len(argv) || o.code || o.showVersion:
	case console.IsTerminal(os.Stdin):
		printVersion()
		converse(h, environment.History)
	default:
		if err := h.RunScript(""); err != nil {
			return complain(err)
		}
	}
	return 0
}

// perform does everything up to the end of the script.
func perform(h *host.Host, o options, argv []string) error {
	script := o.script
	if script == len(argv) {
		script = 0 // the program takes its place in arg
	}
	if err := h.SetArg(argv, script); err != nil {
		return err
	}
	if !o.ignoreEnvironment {
		if err := runInit(h); err != nil {
			return err
		}
	}
	for _, a := range o.actions {
		if err := a.perform(h); err != nil {
			return err
		}
	}
	if o.script == len(argv) {
		return nil
	}
	path := argv[o.script]
	if path == "-" && argv[o.script-1] != "--" {
		path = "" // standard input
	}
	return h.RunScript(path)
}

// runInit runs what LUA_INIT holds: code, or @ and a file's name.
func runInit(h *host.Host) error {
	for _, name := range []string{"LUA_INIT_5_4", "LUA_INIT"} {
		value, found := os.LookupEnv(name)
		if !found {
			continue
		}
		if path, isFile := strings.CutPrefix(value, "@"); isFile {
			return h.RunFile(path)
		}
		return h.RunChunk(value, name)
	}
	return nil
}

func (a action) perform(h *host.Host) error {
	switch a.option {
	case 'e':
		return h.RunChunk(a.value, "(command line)")
	case 'l':
		global, module, both := strings.Cut(a.value, "=")
		if !both {
			module = global
		}
		return h.Require(module, global)
	default:
		h.Warnings()
		return nil
	}
}

// hint adds to the error of a script that is not there what else its name may have been meant for.
func hint(err error, argv []string) error {
	if len(argv) < 2 || strings.ContainsAny(argv[1], "./-") || !strings.HasPrefix(err.Error(), "cannot open "+argv[1]) {
		return err
	}
	return fmt.Errorf("%w; and no command has that name (moonwire help lists them)", err)
}
