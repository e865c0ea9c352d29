package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/moonwire/moonwire"
)

func TestCommandLinesDoWhatTheyDoInLua(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"args.lua":   `print(#arg, arg[0], ...) for i = -3, 3 do io.write(tostring(arg[i]), " ") end`,
		"error.lua":  "local function deep()\n  error 'no such thing'\nend\ndeep()\n",
		"syntax.lua": "x = = 1\n",
		"return.lua": `return setmetatable({}, {__tostring = function() error "never asked" end})`,
		"mod.lua":    `print("mod loaded as", ...) return {answer = 42}`,
		"-dash.lua":  `print "dash"`,
		"env.lua":    `print(package.path) print(package.cpath)`,
		"shebang":    "#!/usr/bin/env moonwire\nprint 'shebang'\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines := []both{
		{args: []string{"args.lua"}},
		{args: []string{"args.lua", "a", "", "b c", "ü"}},
		{args: []string{"-e", "x=1", "-W", "args.lua", "-e", "y"}},
		{args: []string{"-e", "arg[2] = 'changed'", "args.lua", "a", "b"}},
		{args: []string{"-e", "arg = 1", "args.lua"}},
		{args: []string{"-e", "print(arg[0], arg[1], arg[-1], arg[-2] ~= nil)"}},
		{args: []string{"shebang"}},
		{args: []string{"error.lua"}},
		{args: []string{"syntax.lua"}},
		{args: []string{"return.lua"}},
		{args: []string{"--", "-dash.lua"}},
		{args: []string{"--", "-"}},
		{args: []string{"--"}, stdin: "print 'from stdin'"},
		{args: []string{"-"}, stdin: "print('stdin', ...)"},
		{args: []string{"-", "a", "b"}, stdin: "print(..., arg[0], arg[-1])"},
		{args: []string{"-"}, stdin: "error 'in stdin'"},
		{stdin: "print(...) print(arg[0], #arg)"},
		{args: []string{"-e", "print(1)", "-e", "print(2)"}},
		{args: []string{"-eprint(1)"}},
		{args: []string{"-e", "return error_free"}},
		{args: []string{"-e", "error()"}},
		{args: []string{"-e", "error(nil)"}},
		{args: []string{"-e", "error(42)"}},
		{args: []string{"-e", "error({})"}},
		{args: []string{"-e", "error(setmetatable({}, {__tostring = function() return 'an object' end}))"}},
		{args: []string{"-e", "error(setmetatable({}, {__tostring = function() return 1 end}))"}},
		{args: []string{"-e", "error(setmetatable({}, {__tostring = function() error 'worse' end}))"}},
		{args: []string{"-e", "error('a\\nb')"}},
		{args: []string{"-e", "error('a\\0b')"}},
		{args: []string{"-e", "error('x', 0)"}},
		{args: []string{"-e", "local t = nil; t.x = 1"}},
		{args: []string{"-e", "x ="}},
		{args: []string{"-l", "string"}},
		{args: []string{"-lmod", "-e", "print(mod.answer)"}},
		{args: []string{"-l", "m=mod", "-e", "print(m.answer, mod)"}},
		{args: []string{"-W", "-e", "warn('care')"}},
		{args: []string{"-e", "warn('care')"}},
		{args: []string{"-e", "warn('@on')", "-e", "warn('care')"}},
		{args: []string{"nosuch.lua"}},
		{args: []string{"-e", "print(package.path)", "-e", "print(package.cpath)"}},
		{args: []string{"env.lua"}, env: []string{"LUA_PATH=/a/?.lua;;", "LUA_CPATH=/b/?.so"}},
		{args: []string{"env.lua"}, env: []string{"LUA_PATH_5_4=/c/?.lua", "LUA_PATH=/a/?.lua"}},
		{args: []string{"-E", "env.lua"}, env: []string{"LUA_PATH=/a/?.lua", "LUA_CPATH=/b/?.so", "LUA_INIT=error()"}},
		{args: []string{"-e", "print(x)"}, env: []string{"LUA_INIT=x = 'init'"}},
		{args: []string{"-e", "print(x)"}, env: []string{"LUA_INIT_5_4=x = '5.4'", "LUA_INIT=x = 'init'"}},
		{args: []string{"-e", "print(x)"}, env: []string{"LUA_INIT=error 'a'"}},
		{args: []string{"-e", "print(x)"}, env: []string{"LUA_INIT=@mod.lua"}},
		{args: []string{"-e", "print(x)"}, env: []string{"LUA_INIT=@nosuch.lua"}},
		{args: []string{"-e", "os.exit(3)"}},
		{args: []string{"-e", "os.exit(false)"}},
		{args: []string{"-e", "os.exit(true)"}},
		{args: []string{"-e", "os.exit('a')"}},
		{args: []string{"-e", "setmetatable({}, {__gc = function() print 'collected' end}) os.exit(7, true)"}},
		{args: []string{"-e", "setmetatable({}, {__gc = function() print 'collected' end})"}},
		{args: []string{"-e", "coroutine.wrap(function() os.exit(5, true) end)()"}},
		{args: []string{"-e", "io.write 'no newline'"}},
		{args: []string{"-e", "io.stderr:write 'to stderr' io.stdout:write 'to stdout'"}},
		{args: []string{"-e", "print(io.read('n', 'l', 'a'))"}, stdin: "12 rest\nmore\n"},
		{args: []string{"-e", "print(os.execute('exit 3'))", "-e", "print(io.popen('echo hi'):read('a'))"}},
	}
	for _, line := range lines {
		line.dir = dir
		t.Run(strings.Join(line.args, " "), func(t *testing.T) { line.same(t) })
	}
}

func TestAMissingModuleIsReportedAsInLuaWithOurOwnPlacesAdded(t *testing.T) {
	stock, ours := both{args: []string{"-l", "nosuch"}}.run(t)
	var rest []string
	for _, line := range strings.Split(ours.stderr, "\n") {
		if !strings.HasPrefix(line, "\tno module 'nosuch' in moonwire's own ") {
			rest = append(rest, line)
		}
	}
	if got := strings.Join(rest, "\n"); got != asOurs(stock.stderr) || ours.status != stock.status {
		t.Errorf("status %d, stderr\n%s\nwant status %d and\n%s", ours.status, ours.stderr, stock.status, asOurs(stock.stderr))
	}
	if n := strings.Count(ours.stderr, "\n") - strings.Count(stock.stderr, "\n"); n != 2 {
		t.Errorf("%d lines about our own modules, want 2:\n%s", n, ours.stderr)
	}
}

func TestAWrongOptionIsOneLineWithTheStatusOfLua(t *testing.T) {
	for _, args := range [][]string{{"-q"}, {"-ee"}, {"-vx"}, {"-e"}, {"-l"}, {"-e", "-v"}, {"--nosuch"}, {"-Ex"}, {"-ix"}} {
		stock, ours := both{args: args}.run(t)
		if stock.status != ours.status || stock.stdout != ours.stdout {
			t.Errorf("%q: status %d, stdout %q; lua5.4 has %d, %q", args, ours.status, ours.stdout, stock.status, stock.stdout)
		}
		first, _, _ := strings.Cut(stock.stderr, "\n")
		want := asOurs(first) + " (moonwire --help lists what there is)\n"
		if len(args) > 0 && args[0] == "-ee" { // the code is "e", which is no statement
			want = asOurs(stock.stderr)
		}
		if ours.stderr != want {
			t.Errorf("%q: stderr %q, want %q", args, ours.stderr, want)
		}
	}
}

func TestAMistypedCommandIsOneLine(t *testing.T) {
	got := command("serv").result(t)
	want := outcome{status: 1, stderr: "moonwire: cannot open serv: No such file or directory; and no command has that name (moonwire help lists them)\n"}
	if got.status != want.status || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, "no command has that name") {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAScriptNamedLikeACommandRunsByItsPath(t *testing.T) {
	path := script(t, "serve", "print 'not the command'")
	p := command("./serve")
	p.Dir = filepath.Dir(path)
	if got := p.result(t); got.stdout != "not the command\n" {
		t.Errorf("got %+v", got)
	}
}

func TestTheVersionNamesMoonwireAndLua(t *testing.T) {
	stock, ours := both{args: []string{"-v"}}.run(t)
	if want := fmt.Sprintf("moonwire %s, %s", version, stock.stdout); ours.stdout != want || ours.status != 0 {
		t.Errorf("got %+v, want stdout %q", ours, want)
	}
	got := command("version").result(t)
	for _, part := range []string{"moonwire " + version + "\n", "Lua 5.4", "nats.go v", "nats-server/v2 v"} {
		if !strings.Contains(got.stdout, part) {
			t.Errorf("version prints %q, without %q", got.stdout, part)
		}
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range commands {
		name := c[0]
		if native[name] == nil && !isLuaCommand(name) {
			continue
		}
		for _, args := range [][]string{{name, "--help"}, {"help", name}} {
			got := command(args...).result(t)
			if got.status != 0 || !strings.Contains(got.stdout, "usage") || got.stderr != "" {
				t.Errorf("%q: %+v", args, got)
			}
		}
		if list := command("help").result(t).stdout; !strings.Contains(list, "\n  "+name+" ") {
			t.Errorf("help does not list %s:\n%s", name, list)
		}
	}
}

func TestHelpForNoCommandIsOneLine(t *testing.T) {
	want := outcome{"", "moonwire: help: there is no command 'nosuch' (moonwire help lists them)\n", 2}
	if got := command("help", "nosuch").result(t); got != want {
		t.Errorf("got %+v", got)
	}
}

// Other engines list the commands from lua/moonwire/commands.lua, and have to say the same of each.
func TestTheCommandsInLuaAreListedAsThere(t *testing.T) {
	source, err := moonwire.Modules.ReadFile("lua/moonwire/commands.lua")
	if err != nil {
		t.Fatal(err)
	}
	theirs := regexp.MustCompile(`(?m)^  \{ "(\w+)", "(.+)" \},$`).FindAllSubmatch(source, -1)
	if len(theirs) < 3 {
		t.Fatalf("only %d commands found", len(theirs))
	}
	ours := map[string]string{}
	for _, c := range commands {
		ours[c[0]] = c[1]
	}
	for _, c := range theirs {
		if name, purpose := string(c[1]), string(c[2]); ours[name] != purpose {
			t.Errorf("%s: %q here, %q in commands.lua", name, ours[name], purpose)
		}
	}
}

func TestASessionRunsWhatIsTypedAndPrintsItsValues(t *testing.T) {
	const traceback = "\nstack traceback:\n\t[C]: in function 'error'\n\tstdin:1: in main chunk\n\t[C]: in ?\n"
	for _, c := range []struct{ stdin, stdout, stderr string }{
		{"1+1\n", "> 2\n> \n", ""},
		{"=1+1\n", "> 2\n> \n", ""},
		{"x = 5\nx\nreturn x, nil\n", "> > 5\n> 5\tnil\n> \n", ""},
		{"for i = 1, 2 do\nprint(i)\nend\n", "> >> >> 1\n2\n> \n", ""},
		{"error 'oops'\n'next'\n", "> > next\n> \n", "stdin:1: oops" + traceback},
		{"error({})\n", "> > \n", "(error object is a table value)" + traceback},
		{"x = = 1\n'next'\n", "> > next\n> \n", "stdin:1: unexpected symbol near '='\n"},
		{"io.read()\nread by the script\n'next'\n", "> read by the script\n> next\n> \n", ""},
		{"_PROMPT = '? '\n_PROMPT2 = '! '\nfor i = 1, 1 do\nend\n", "> ? ? ! ? \n", ""},
		{"print = nil\n1\n", "> > > \n", "error calling 'print' (attempt to call a nil value)\n"},
		{"setmetatable({}, {__tostring = function() error 'x' end})\n", "> > \n", "error calling 'print' (stdin:1: x)\n"},
		{"'no newline at the end'", "> no newline at the end\n> \n", ""},
	} {
		p := command("-i")
		p.Stdin = strings.NewReader(c.stdin)
		got := p.result(t)
		_, stdout, _ := strings.Cut(got.stdout, "\n") // the version
		if stdout != c.stdout || got.stderr != c.stderr || got.status != 0 {
			t.Errorf("%q: stdout %q, stderr %q, status %d; want %q, %q", c.stdin, stdout, got.stderr, got.status, c.stdout, c.stderr)
		}
	}
}

func TestAnUnfinishedSessionReportsWhatIsMissing(t *testing.T) {
	p := command("-i")
	p.Stdin = strings.NewReader("for i = 1, 2 do\n")
	got := p.result(t)
	if !strings.Contains(got.stderr, "'end' expected near <eof>") {
		t.Errorf("got %+v", got)
	}
}
