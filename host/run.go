package host

/*
#include <stdio.h>
#include <stdlib.h>
#include "run.h"

static void flush_stdout(void) { fflush(stdout); }
*/
import "C"

import (
	"strings"
	"unsafe"
)

// Error is an error that a script raised, or that Lua found in it.
type Error struct {
	Message   string // as the lua command prints it, with the position: "script.lua:3: no such thing"
	Traceback string // "stack traceback:\n\t...", empty for a syntax error or an error object
}

// Error returns the message and the traceback below it.
func (e *Error) Error() string {
	if e.Traceback == "" {
		return e.Message
	}
	return e.Message + "\n" + e.Traceback
}

// DoFile runs a Lua file, whose ... are args, and returns what it returns, as tostring shows it.
// A failure is an *Error.
func (h *Host) DoFile(path string, args ...string) ([]string, error) {
	return h.run(&request{kind: C.MW_FILE, text: path, args: args, results: true})
}

// DoString runs Lua code, whose ... are args, and returns what it returns, as tostring shows it.
// A failure is an *Error.
func (h *Host) DoString(code string, args ...string) ([]string, error) {
	return h.run(&request{kind: C.MW_STRING, text: code, name: code, args: args, results: true})
}

// SetArg makes the global table arg as the lua command does: argv[script] at 0, what follows from 1,
// what comes before at negative indices.
func (h *Host) SetArg(argv []string, script int) error {
	_, err := h.run(&request{kind: C.MW_ARGUMENTS, args: argv, first: script})
	return err
}

// RunScript runs a file as the lua command runs its script: its ... is the global arg, and what it
// returns is dropped. The path "" stands for standard input.
func (h *Host) RunScript(path string) error {
	kind := C.mw_kind(C.MW_SCRIPT)
	if path == "" {
		kind = C.MW_STDIN
	}
	_, err := h.run(&request{kind: kind, text: path})
	return err
}

// RunFile runs a file without arguments, and drops what it returns.
func (h *Host) RunFile(path string) error {
	_, err := h.run(&request{kind: C.MW_FILE, text: path})
	return err
}

// RunChunk runs code that errors call name, and drops what it returns.
func (h *Host) RunChunk(code, name string) error {
	_, err := h.run(&request{kind: C.MW_STRING, text: code, name: "=" + name})
	return err
}

// RunCommand runs require(module)(args), args being a table, and returns what that returns, as tostring
// shows it.
func (h *Host) RunCommand(module string, args []string) (string, error) {
	results, err := h.run(&request{kind: C.MW_COMMAND, text: module, args: args})
	if err != nil {
		return "", err
	}
	return results[0], nil
}

// RunLine runs a line of an interactive session and prints its values. incomplete says that the line
// is the beginning of something longer; err is then what Lua found missing.
func (h *Host) RunLine(line string) (incomplete bool, err error) {
	r := &request{kind: C.MW_LINE, text: line}
	_, err = h.run(r)
	return r.incomplete, err
}

// Require puts what require(module) returns into a global variable.
func (h *Host) Require(module, global string) error {
	_, err := h.run(&request{kind: C.MW_REQUIRE, text: module, name: global})
	return err
}

// Warnings turns Lua's warnings on.
func (h *Host) Warnings() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if !h.closed {
		C.mw_warnings(h.state)
	}
}

// For files that do not import C.
const kindString = C.MW_STRING

// request is a C.mw_request in the making.
type request struct {
	kind       C.mw_kind
	text, name string
	args       []string
	first      int
	results    bool // what a chunk returns is wanted
	incomplete bool
}

func (h *Host) run(r *request) ([]string, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	texts := newTexts(append([]string{r.text, r.name}, r.args...))
	defer texts.free()
	c := (*C.mw_request)(C.calloc(1, C.sizeof_mw_request))
	defer C.free(unsafe.Pointer(c))
	*c = C.mw_request{
		kind: r.kind, text: texts.at(0), name: texts.at(1),
		argc: C.int(len(r.args)), argv: texts.from(2), first: C.int(r.first),
	}
	if r.results {
		c.nresults = C.LUA_MULTRET
	}

	h.enter()
	defer h.leave()
	defer C.flush_stdout() // a Go program that exits would lose what C holds
	if C.mw_run(h.state, c) != C.LUA_OK {
		r.incomplete = c.incomplete != 0
		return nil, h.failure()
	}
	results := make([]string, int(C.lua_gettop(h.state)))
	for i := range results {
		results[i] = h.result(i + 1)
	}
	C.lua_settop(h.state, 0)
	return results, nil
}

func (h *Host) result(index int) string {
	t := C.mw_result(h.state, C.int(index))
	return string(unsafe.Slice((*byte)(unsafe.Pointer(t.data)), t.size))
}

// failure takes the error that a call of C left on the stack.
func (h *Host) failure() error {
	text, size := h.result(-1), int(h.c.message_size)
	C.lua_settop(h.state, 0)
	if size > 0 && size < len(text) && strings.HasPrefix(text[size:], "\nstack traceback:") {
		return &Error{Message: text[:size], Traceback: text[size+1:]}
	}
	return &Error{Message: text}
}

// texts are strings in C memory, in one array.
type texts []C.mw_text

func newTexts(strings []string) texts {
	base := (*C.mw_text)(C.malloc(C.size_t(len(strings)) * C.sizeof_mw_text))
	t := texts(unsafe.Slice(base, len(strings)))
	for i, s := range strings {
		t[i] = C.mw_text{data: C.CString(s), size: C.size_t(len(s))}
	}
	return t
}

func (t texts) at(i int) C.mw_text { return t[i] }

// from returns the array that begins at i, which may be its end.
func (t texts) from(i int) *C.mw_text {
	return (*C.mw_text)(unsafe.Add(unsafe.Pointer(&t[0]), i*C.sizeof_mw_text))
}

func (t texts) free() {
	for _, text := range t {
		C.free(unsafe.Pointer(text.data))
	}
	C.free(unsafe.Pointer(&t[0]))
}
