package host

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/moonwire/moonwire"
)

// openHost returns a host that the test closes.
func openHost(t testing.TB, config Config) *Host {
	t.Helper()
	h, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// runCode fails the test when code fails, and returns what code returns.
func runCode(t testing.TB, h *Host, code string, args ...string) []string {
	t.Helper()
	results, err := h.DoString(code, args...)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// recorded replaces print by one that keeps lines, and runs the file given.
const recorded = `local lines, file = {}, ...
arg = {} -- the lua command makes it
function print(...)
  local values = table.pack(...)
  for i = 1, values.n do values[i] = tostring(values[i]) end
  lines[#lines + 1] = table.concat(values, "\t")
end
dofile(file)
return table.concat(lines, "\n")`

func TestTheLanguageIsThatOfStockLua(t *testing.T) {
	const file = "testdata/language.lua"
	out, err := exec.Command("lua5.4", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	got := strings.Split(runCode(t, openHost(t, Config{}), recorded, file)[0], "\n")
	compareLines(t, got, want)
}

func TestTheLanguageIsTheSameOnAnyGoroutine(t *testing.T) {
	h := openHost(t, Config{})
	want := runCode(t, h, recorded, "testdata/language.lua")[0]
	got := make(chan string)
	go func() { // on a thread that Go has made, whose stack may be another size
		h2, err := New(Config{})
		if err != nil {
			got <- err.Error()
			return
		}
		defer h2.Close()
		results, err := h2.DoString(recorded, "testdata/language.lua")
		if err != nil {
			got <- err.Error()
			return
		}
		got <- results[0]
	}()
	compareLines(t, strings.Split(<-got, "\n"), strings.Split(want, "\n"))
}

func TestTheLanguageIsTheSameWithAConnectionOpen(t *testing.T) {
	_, url := startServer(t)
	h := openHost(t, Config{Modules: moonwire.Modules})
	got, err := h.DoFile("testdata/connected.lua", url)
	if err != nil || got[0] != "well" {
		t.Errorf("got %q, %v", got, err)
	}
}

// compareLines leaves tracebacks out: below another test they begin elsewhere.
func compareLines(t *testing.T, got, want []string) {
	t.Helper()
	got, want = withoutTracebacks(got), withoutTracebacks(want)
	if len(want) < 50 {
		t.Fatalf("only %d lines: %q", len(want), want)
	}
	for i := range want {
		if i >= len(got) {
			t.Fatalf("the line %q and those after it are missing", want[i])
		}
		if got[i] != want[i] {
			t.Errorf("got  %q\nwant %q", got[i], want[i])
		}
	}
}

func withoutTracebacks(lines []string) (kept []string) {
	for _, line := range lines {
		if !strings.HasPrefix(line, "\t") {
			kept = append(kept, line)
		}
	}
	return kept
}

func TestGoluaLeavesNothingBehind(t *testing.T) {
	h := openHost(t, Config{})
	got := runCode(t, h, `
		local left = {}
		for name in pairs(debug.getregistry()) do
			if tostring(name):lower():find "golua" then left[#left + 1] = name end
		end
		return unsafe_pcall, unsafe_xpcall, golua_default_msghandler, table.concat(left, " ")`)
	if strings.Join(got, "|") != "nil|nil|nil|" {
		t.Errorf("got %q", got)
	}
}

func TestCRocksOfTheSystemLoadAndWork(t *testing.T) {
	h := openHost(t, Config{})
	for name, c := range map[string]struct{ code, want string }{
		"lfs":    {`local lfs = require "lfs" return lfs.attributes("testdata", "mode")`, "directory"},
		"socket": {`local s = require "socket" local server = s.bind("127.0.0.1", 0) local ip, port = server:getsockname() local c = s.connect(ip, port) server:settimeout(5) server:accept():send "hello\n" return c:receive()`, "hello"},
		"cjson":  {`return require "cjson".encode({1, 2})`, "[1,2]"},
		"lpeg":   {`local lpeg = require "lpeg" return lpeg.match(lpeg.C(lpeg.R "az" ^ 1), "abc1")`, "abc"},
		"ssl":    {`local ssl = require "ssl" return type(ssl.newcontext { mode = "client", protocol = "any", verify = "none" })`, "userdata"},
	} {
		if got := runCode(t, h, c.code)[0]; got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestAnErrorHasMessageAndTraceback(t *testing.T) {
	h := openHost(t, Config{})
	_, err := h.DoString("local function f() error 'no such thing' end\nf()")
	e, ok := err.(*Error)
	if !ok {
		t.Fatalf("got %T: %v", err, err)
	}
	if e.Message != `[string "local function f() error 'no such thing' end..."]:1: no such thing` {
		t.Errorf("message %q", e.Message)
	}
	if !strings.HasPrefix(e.Traceback, "stack traceback:\n\t[C]: in function 'error'\n") {
		t.Errorf("traceback %q", e.Traceback)
	}
}

func TestAnErrorThatQuotesATracebackKeepsItInItsMessage(t *testing.T) {
	h := openHost(t, Config{})
	_, err := h.DoString(`error("a\nstack traceback:\nb", 0)`)
	if e := err.(*Error); e.Message != "a\nstack traceback:\nb" || e.Traceback == "" {
		t.Errorf("got %#v", e)
	}
}

func TestAFailedScriptLeavesTheStateUsable(t *testing.T) {
	h := openHost(t, Config{})
	for i := 0; i < 1000; i++ {
		if _, err := h.DoString("x = (x or 0) + 1 error {}"); err == nil {
			t.Fatal("no error")
		}
	}
	if got := runCode(t, h, "return x")[0]; got != "1000" {
		t.Errorf("x is %s", got)
	}
}

func TestBytesPassUnchanged(t *testing.T) {
	h := openHost(t, Config{})
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	if got := runCode(t, h, "return ...", string(all), ""); len(got) != 2 || got[0] != string(all) || got[1] != "" {
		t.Errorf("got %q", got)
	}
}

func TestResultsReadAsTostringShowsThem(t *testing.T) {
	h := openHost(t, Config{})
	got := runCode(t, h, "return nil, true, 1, 1.0, 'x', setmetatable({}, {__tostring = function() return 'object' end})")
	if want := "nil|true|1|1.0|x|object"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}

func TestAClosedHostSaysSo(t *testing.T) {
	h := openHost(t, Config{})
	h.Close()
	if _, err := h.DoString("return 1"); err != ErrClosed {
		t.Errorf("got %v", err)
	}
	if err := h.Close(); err != nil {
		t.Errorf("closing again: %v", err)
	}
	h.Interrupt()
	h.Warnings()
}

func TestAFileRuns(t *testing.T) {
	path := t.TempDir() + "/script.lua"
	if err := os.WriteFile(path, []byte("#!/usr/bin/env moonwire\nreturn ..., select('#', ...)"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := openHost(t, Config{})
	got, err := h.DoFile(path, "a", "b")
	if err != nil || len(got) != 2 || got[0] != "a" || got[1] != "2" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := h.DoFile("/no/such/file.lua"); err == nil || !strings.Contains(err.Error(), "/no/such/file.lua") {
		t.Errorf("a missing file: %v", err)
	}
}
