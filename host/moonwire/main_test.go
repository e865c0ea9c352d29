package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// asCommand makes the test binary the command itself, so that tests need no build of it.
const asCommand = "MOONWIRE_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(run(append([]string{"moonwire"}, os.Args[1:]...)))
	}
	os.Exit(m.Run())
}

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// outcome is what a process left behind.
type outcome struct {
	stdout, stderr string
	status         int
}

// process is a command that a test starts.
type process struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
	rest           <-chan string // what is read of the output elsewhere; nil: stdout has it
}

func newProcess(program string, args ...string) *process {
	p := &process{Cmd: exec.Command(program, args...)}
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	p.WaitDelay = patience
	return p
}

// command is moonwire.
func command(args ...string) *process {
	p := newProcess(os.Args[0], args...)
	// The race detector sleeps for a second at the end, unless told not to.
	p.Env = append(os.Environ(), asCommand+"=1", "GORACE=atexit_sleep_ms=0")
	return p
}

// finish waits for a started process, and ends it when it takes too long.
func (p *process) finish(t *testing.T) outcome {
	t.Helper()
	var rest string
	late := time.AfterFunc(patience, func() { _ = p.Process.Kill() })
	if p.rest != nil {
		rest = <-p.rest // Wait closes the pipe
	}
	err := p.Wait()
	if !late.Stop() {
		t.Fatalf("still running after %v; stdout %q, stderr %q", patience, p.stdout.String(), p.stderr.String())
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{p.stdout.String() + rest, p.stderr.String(), p.ProcessState.ExitCode()}
}

func (p *process) begin(t *testing.T) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
}

func (p *process) result(t *testing.T) outcome {
	t.Helper()
	p.begin(t)
	return p.finish(t)
}

// script writes a file for a test and returns its path.
func script(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// both runs the same command line under lua5.4 and under moonwire.
type both struct {
	args  []string
	stdin string
	env   []string
	dir   string
}

func (b both) run(t *testing.T) (stock, ours outcome) {
	t.Helper()
	stockLua, err := exec.LookPath("lua5.4")
	if err != nil {
		t.Fatal("lua5.4 is needed to compare with: install the package lua5.4")
	}
	outcomes := [2]outcome{}
	for i, p := range []*process{newProcess(stockLua, b.args...), command(b.args...)} {
		if p.Env == nil {
			p.Env = os.Environ()
		}
		p.Args[0] = []string{"lua5.4", "moonwire"}[i]
		p.Env = append(p.Env, b.env...)
		p.Stdin = strings.NewReader(b.stdin)
		p.Dir = b.dir
		outcomes[i] = p.result(t)
	}
	return outcomes[0], outcomes[1]
}

// asOurs is what stock lua printed, had its name been moonwire.
func asOurs(text string) string { return strings.ReplaceAll(text, "lua5.4", "moonwire") }

// same fails unless both command lines did exactly the same.
func (b both) same(t *testing.T) {
	t.Helper()
	stock, ours := b.run(t)
	stock.stdout, stock.stderr = asOurs(stock.stdout), asOurs(stock.stderr)
	if stock != ours {
		t.Errorf("args %q, stdin %q\nlua5.4:   status %d, stdout %q, stderr\n%s\nmoonwire: status %d, stdout %q, stderr\n%s",
			b.args, b.stdin, stock.status, stock.stdout, stock.stderr, ours.status, ours.stdout, ours.stderr)
	}
}

func TestTheManualNamesEveryCommand(t *testing.T) {
	manual, err := os.ReadFile("../../docs/moonwire.1")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(manual), "\n.SH COMMANDS\n")
	list, _, _ = strings.Cut(list, "\n.SH ")
	named := map[string]bool{}
	for _, entry := range strings.Split(list, "\n.TP\n") {
		title, _, _ := strings.Cut(entry, "\n")
		for _, word := range strings.FieldsFunc(title, func(r rune) bool { return strings.ContainsRune(` ",`, r) }) {
			named[word] = true
		}
	}
	for _, command := range commands {
		if (native[command[0]] != nil || isLuaCommand(command[0])) && !named[command[0]] {
			t.Errorf("%s is not there", command[0])
		}
	}
}
