package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a person at a terminal, in front of the command.
type terminal struct {
	t       *testing.T
	p       *process
	master  *os.File
	output  chan string
	printed string // since the last expect
}

// openTerminal runs the command on a new pseudo-terminal, with a history file of its own.
func openTerminal(t *testing.T, history string) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 25, Col: 80})
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	p := command()
	p.Env = append(p.Env, "TERM=xterm", "MOONWIRE_HISTORY="+history)
	p.Stdin, p.Stdout, p.Stderr = slave, slave, slave
	p.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p.begin(t)
	s := &terminal{t: t, p: p, master: master, output: make(chan string, 100)}
	go s.read()
	return s
}

func (s *terminal) read() {
	defer close(s.output)
	buffer := make([]byte, 4096)
	for {
		n, err := s.master.Read(buffer)
		if err != nil { // EIO: the command has closed it
			return
		}
		s.output <- string(buffer[:n])
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]|\r")

// expect waits until text was printed after what was expected before.
func (s *terminal) expect(text string) {
	s.t.Helper()
	late := time.After(patience)
	for {
		s.printed = escapes.ReplaceAllString(s.printed, "")
		if _, after, found := strings.Cut(s.printed, text); found {
			s.printed = after
			return
		}
		select {
		case more, open := <-s.output:
			if !open {
				s.t.Fatalf("the end comes before %q; there is %q", text, s.printed)
			}
			s.printed += more
		case <-late:
			s.t.Fatalf("no %q within %v; there is %q", text, patience, s.printed)
		}
	}
}

func (s *terminal) enter(keys string) {
	s.t.Helper()
	if _, err := s.master.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// mode is the terminal's local mode flags.
func (s *terminal) mode() uint32 {
	s.t.Helper()
	mode, err := unix.IoctlGetTermios(int(s.master.Fd()), unix.TCGETS)
	if err != nil {
		s.t.Fatal(err)
	}
	return mode.Lflag
}

const up, ctrlC, ctrlD, left = "\x1b[A", "\x03", "\x04", "\x1b[D"

func TestASessionAtATerminal(t *testing.T) {
	history := filepath.Join(t.TempDir(), "new", "history")
	s := openTerminal(t, history)
	s.expect("Lua 5.4")
	s.expect("> ")
	s.enter("1 + 1\r")
	s.expect("\n2\n> ")
	s.enter("4" + left + "2\r") // edited: 24
	s.expect("\n24\n> ")
	s.enter("for i = 8, 9 do\r")
	s.expect(">> ")
	s.enter("print(i) end\r")
	s.expect("\n8\n9\n> ")
	s.enter("forgotten" + ctrlC)
	s.expect("^C\n")
	s.expect("> ")
	s.enter("while true do end\r")
	s.expect("while true do end\n")
	time.Sleep(50 * time.Millisecond)
	s.enter(ctrlC)
	s.expect("interrupted!\nstack traceback:")
	s.expect("> ")
	s.enter("io.write 'name? ' io.flush() print(io.read())\r")
	s.expect("\nname? ")
	s.enter("typed\r") // a script finds a terminal that edits lines and echoes
	s.expect("typed\ntyped\n> ")
	s.enter(up + up + up + "\r") // back to the loop of two lines, kept as one
	s.expect("\n8\n9\n> ")
	s.enter(ctrlD)
	if err := s.p.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}

	s = openTerminal(t, history)
	s.expect("> ")
	s.enter(up + "\r")
	s.expect("\n8\n9\n> ")
	s.enter(ctrlD)
	if err := s.p.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func TestATerminatedSessionLeavesItsHistoryAndTheTerminalAsItWas(t *testing.T) {
	history := filepath.Join(t.TempDir(), "history")
	s := openTerminal(t, history)
	s.expect("> ")
	s.enter("1 + 1\r")
	s.expect("\n2\n> ")
	s.enter("x") // the prompt edits: it is not the terminal that echoes
	s.expect("x")
	raw := s.mode()
	s.p.signal(t, syscall.SIGTERM)
	_ = s.p.Wait()
	if status := s.p.ProcessState.ExitCode(); status != 143 {
		t.Errorf("ended with %v", s.p.ProcessState)
	}
	if raw&unix.ECHO != 0 || s.mode()&(unix.ECHO|unix.ICANON|unix.ISIG) != unix.ECHO|unix.ICANON|unix.ISIG {
		t.Errorf("local modes %#o, then %#o", raw, s.mode())
	}
	if kept, err := os.ReadFile(history); err != nil || string(kept) != "1 + 1\n" {
		t.Errorf("history %q, %v", kept, err)
	}
}
