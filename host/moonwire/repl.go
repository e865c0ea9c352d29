package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/moonwire/moonwire/host"
	"github.com/moonwire/moonwire/host/internal/console"
	"github.com/peterh/liner"
)

// reader asks for a line. io.EOF: there is none left; errAborted: forget the lines of this chunk.
type reader interface {
	read(prompt string) (string, error)
	remember(chunk string)
	close()
}

var errAborted = errors.New("aborted")

// converse is the interactive mode: it runs what is typed until the end of the input.
func converse(h *host.Host, history string) {
	var r reader = plain{}
	if console.IsTerminal(os.Stdin) && console.Columns(os.Stdout) > 0 && liner.TerminalSupported() {
		e := newEditor(history)
		h.OnClose(e.giveBack)
		r = e
	}
	defer r.close()
	for {
		err := exchange(h, r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil && !errors.Is(err, errAborted) {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	console.Print("\n")
}

// exchange reads one chunk, of as many lines as it takes, and runs it.
func exchange(h *host.Host, r reader) error {
	chunk, err := r.read(prompt(h, "_PROMPT", "> "))
	if err != nil {
		return err
	}
	if expression, ok := strings.CutPrefix(chunk, "="); ok {
		chunk = "return " + expression
	}
	for {
		incomplete, err := h.RunLine(chunk)
		if !incomplete {
			r.remember(chunk)
			return err
		}
		line, readErr := r.read(prompt(h, "_PROMPT2", ">> "))
		if errors.Is(readErr, io.EOF) {
			return err // that it is incomplete; the next read ends the session
		}
		if readErr != nil {
			return readErr
		}
		chunk += "\n" + line
	}
}

// prompt is what a global variable says, or the usual one.
func prompt(h *host.Host, variable, usual string) string {
	results, err := h.DoString("return _ENV[...]", variable)
	if err != nil || len(results) == 0 || results[0] == "nil" {
		return usual
	}
	return results[0]
}

// plain reads standard input as it comes, in step with what a script reads of it.
type plain struct{}

func (plain) read(prompt string) (string, error) {
	console.Print(prompt)
	return console.ReadLine()
}

func (plain) remember(string) {}
func (plain) close()          {}

// editor reads a terminal, with editing and a history. A script finds the terminal as we found it.
type editor struct {
	line             *liner.State
	path             string            // of the history; empty: none is kept
	found, whileOurs liner.ModeApplier // the terminal's modes
}

func newEditor(path string) *editor {
	e := &editor{path: path}
	e.found, _ = liner.TerminalMode() // no error: it is a terminal
	e.line = liner.NewLiner()
	console.KeysWithoutSignals(os.Stdin) // liner does so only after it has printed the prompt
	e.whileOurs, _ = liner.TerminalMode()
	if e.path == "" {
		e.path = historyPath()
	}
	e.line.SetCtrlCAborts(true)
	e.line.SetMultiLineMode(true)
	if file, err := os.Open(e.path); err == nil {
		_, _ = e.line.ReadHistory(file) // a history that cannot be read is only a loss of comfort
		_ = file.Close()
	}
	return e
}

// historyPath is where the XDG base directory specification puts such a file.
func historyPath() string {
	state := os.Getenv("XDG_STATE_HOME")
	if state == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "moonwire", "history")
}

func (e *editor) read(prompt string) (string, error) {
	console.Print("") // what the script has written comes before the prompt
	_ = e.whileOurs.ApplyMode()
	defer e.giveBack()
	line, err := e.line.Prompt(prompt)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errAborted
	}
	return line, err
}

// giveBack leaves the terminal as we found it.
func (e *editor) giveBack() { _ = e.found.ApplyMode() }

// remember keeps a chunk as one line, on disk at once: a script may end the process.
func (e *editor) remember(chunk string) {
	if strings.TrimSpace(chunk) == "" {
		return
	}
	e.line.AppendHistory(strings.ReplaceAll(chunk, "\n", " "))
	if e.path == "" || os.MkdirAll(filepath.Dir(e.path), 0o700) != nil {
		return
	}
	if file, err := os.OpenFile(e.path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err == nil {
		_, _ = e.line.WriteHistory(file)
		_ = file.Close()
	}
}

func (e *editor) close() { _ = e.line.Close() }
