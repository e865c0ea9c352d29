package main

import (
	"bufio"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running starts code that prints a line when it is where the test wants it, and waits for that line.
func running(t *testing.T, code string) (p *process, stdin io.WriteCloser) {
	t.Helper()
	p = command("-e", code)
	p.Stdout = nil
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if stdin, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	p.begin(t)
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatalf("%v; stderr %q", err, p.stderr.String())
	}
	rest := make(chan string, 1)
	go func() { text, _ := io.ReadAll(lines); rest <- string(text) }()
	p.rest = rest
	return p, stdin
}

const ready = "io.stdout:setvbuf 'line' print 'ready' "

func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// insist presses Ctrl-C until the process ends: two signals that come at once may count as one.
func (p *process) insist() {
	for p.Process.Signal(syscall.SIGINT) == nil {
		time.Sleep(50 * time.Millisecond)
	}
}

func TestCtrlCInterruptsWhateverRuns(t *testing.T) {
	for name, code := range map[string]string{
		"a tight loop":              "while true do end",
		"a call in a loop":          "local s = ('a'):rep(1000) while true do s:find '.-b' end",
		"a resumed coroutine":       "assert(coroutine.resume(coroutine.create(function() while true do end end)))",
		"a wrapped coroutine":       "coroutine.wrap(function() while true do end end)()",
		"nested coroutines":         "coroutine.wrap(function() coroutine.wrap(function() while true do end end)() end)()",
		"coroutines that alternate": "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
		"coroutines that are born":  "while true do coroutine.wrap(function() end)() end",
		"a metamethod":              "local t = setmetatable({}, {__index = function() while true do end end}) print(t.x)",
		"a sort":                    "table.sort({1, 2, 3}, function() while true do end end)",
		"a read":                    "io.read()",
	} {
		t.Run(name, func(t *testing.T) {
			p, stdin := running(t, ready+code)
			defer stdin.Close()
			time.Sleep(50 * time.Millisecond)
			p.signal(t, syscall.SIGINT)
			got := p.finish(t)
			if got.status != 1 || !strings.Contains(got.stderr, "interrupted!\nstack traceback:\n") || !strings.Contains(got.stderr, "(command line):1: in") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAScriptMayCatchTheFirstCtrlC(t *testing.T) {
	p, stdin := running(t, "print(pcall(function() "+ready+"while true do end end)) for i = 1, 1e6 do local x = {} end print 'on'")
	defer stdin.Close()
	time.Sleep(50 * time.Millisecond)
	p.signal(t, syscall.SIGINT)
	if got := p.finish(t); got.status != 0 || got.stdout != "false\tinterrupted!\non\n" {
		t.Errorf("got %+v", got)
	}
}

func TestASecondCtrlCEndsTheProcess(t *testing.T) {
	p, stdin := running(t, ready+"while true do pcall(function() while true do end end) end")
	defer stdin.Close()
	time.Sleep(50 * time.Millisecond)
	go p.insist()
	if got := p.finish(t); got.status != 130 {
		t.Errorf("got %+v", got)
	}
}

func TestASecondCtrlCEndsACallThatDoesNotReturn(t *testing.T) {
	p, stdin := running(t, ready+"local s = ('a'):rep(40) s:find(('.-'):rep(38) .. 'b')")
	defer stdin.Close()
	time.Sleep(200 * time.Millisecond) // until find has begun
	go p.insist()
	if got := p.finish(t); got.status != 130 {
		t.Errorf("got %+v", got)
	}
}

func TestSigtermEndsTheProcessAndKeepsWhatWasWritten(t *testing.T) {
	p, stdin := running(t, "print 'ready' io.flush() io.write 'kept' while true do end")
	defer stdin.Close()
	time.Sleep(50 * time.Millisecond)
	p.signal(t, syscall.SIGTERM)
	if got := p.finish(t); got.status != 143 || got.stdout != "kept" {
		t.Errorf("got %+v", got)
	}
}

func TestAClosedStandardOutputEndsTheProcessAsItEndsLua(t *testing.T) {
	p := command("-e", "while true do print 'y' end")
	p.Stdout = nil
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.begin(t)
	out.Close()
	p.finish(t)
	if state := p.ProcessState.Sys().(syscall.WaitStatus); !state.Signaled() || state.Signal() != syscall.SIGPIPE {
		t.Errorf("ended with %v", p.ProcessState)
	}
}

func TestAPipeOfTheScriptsOwnThatNoOneReadsIsAnError(t *testing.T) {
	got := command("-e", "local p = io.popen('true', 'w') local ok, err repeat ok, err = p:write(('x'):rep(100000)) until not ok print(err)").result(t)
	if got.stdout != "Broken pipe\n" || got.status != 0 {
		t.Errorf("got %+v", got)
	}
}
