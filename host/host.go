// Package host is the native host of moonwire: a Lua 5.4 state with a NATS driver in it, for the
// moonwire command and for Go programs.
package host

/*
#cgo CFLAGS: -I/usr/include/lua5.4 -Wall -Wextra
#cgo LDFLAGS: -rdynamic
#include <stdlib.h>
#include "run.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/cgo"
	"strings"
	"sync"
	"unsafe"

	"github.com/aarzilli/golua/lua"
)

// ErrClosed is what a Host returns after Close.
var ErrClosed = errors.New("moonwire: the host is closed")

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

// Config says what a Host is made of. The zero value is a plain Lua 5.4 with the module host.nats.
type Config struct {
	// Modules holds modules of Lua below lua/ and rocks/. Those below lua/ are found before any file
	// on package.path, those below rocks/ after everything else. Nil: none.
	Modules fs.FS
}

// Host is one Lua state. Its methods may be called from any goroutine and wait for each other;
// hosts are independent of one another.
type Host struct {
	config Config
	lua    *lua.State
	state  *C.lua_State
	c      *C.mw_host // the part that C sees
	handle cgo.Handle // of this Host, for C
	mutex  sync.Mutex // held while Lua runs
	closed bool

	thread  thread
	wake    chan struct{} // what a native wait selects on beside its own event, see bridge.h
	closers closers
}

// New returns a host with the standard libraries opened.
func New(config Config) (*Host, error) {
	h := &Host{config: config, wake: make(chan struct{}, 1), lua: lua.NewState()}
	if h.lua == nil {
		return nil, errors.New("moonwire: not enough memory for a Lua state")
	}
	h.state = (*C.lua_State)(unsafe.Pointer(h.lua.GetState()))
	h.handle = cgo.NewHandle(h)
	h.c = (*C.mw_host)(C.calloc(1, C.sizeof_mw_host))
	h.c.handle = C.uintptr_t(h.handle)
	h.lua.OpenLibs()
	if C.mw_open(h.state, h.c, 0) != C.LUA_OK {
		err := h.failure()
		h.free()
		return nil, err
	}
	openNATS(h)
	return h, nil
}

// hostOf returns the Host that C knows by handle.
func hostOf(handle C.uintptr_t) *Host { return cgo.Handle(handle).Value().(*Host) }

// guard is deferred by every function that C calls: a panic becomes a message for mw_check.
func guard(failure **C.char) {
	if r := recover(); r != nil {
		*failure = C.CString(fmt.Sprintf("moonwire: internal error: %v", r))
	}
}

// preload makes require(name) call open, a lua_CFunction. name must be a constant.
func (h *Host) preload(name string, open C.lua_CFunction) {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	if C.mw_add(h.state, text, open) != C.LUA_OK {
		panic(h.failure())
	}
}

// DoFile runs a Lua file, whose ... are args, and returns what it returns, as tostring shows it.
// A failure is an *Error.
func (h *Host) DoFile(path string, args ...string) ([]string, error) {
	return h.run(C.MW_FILE, path, "", args)
}

// DoString runs Lua code, whose ... are args, and returns what it returns, as tostring shows it.
// A failure is an *Error.
func (h *Host) DoString(code string, args ...string) ([]string, error) {
	return h.run(C.MW_STRING, code, code, args)
}

func (h *Host) run(kind C.mw_kind, text, name string, args []string) ([]string, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return nil, ErrClosed
	}
	request := (*C.mw_request)(C.calloc(1, C.sizeof_mw_request))
	defer C.free(unsafe.Pointer(request))
	texts := newTexts(append([]string{text, name}, args...))
	defer texts.free()
	request.kind = kind
	request.text, request.name = texts.at(0), texts.at(1)
	request.argc, request.argv = C.int(len(args)), texts.from(2)

	h.enter()
	defer h.leave()
	if C.mw_run(h.state, request) != C.LUA_OK {
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
	return C.GoStringN(t.data, C.int(t.size))
}

// failure takes the error that mw_run left on the stack.
func (h *Host) failure() error {
	text := h.result(-1)
	size := int(h.c.message_size)
	C.lua_settop(h.state, 0)
	if size == 0 || size > len(text) {
		return &Error{Message: text}
	}
	return &Error{Message: text[:size], Traceback: strings.TrimPrefix(text[size:], "\n")}
}

// Close sends what connections still hold, within a bounded time, and frees the state. It waits for a
// running script to end (see Interrupt). Idempotent.
func (h *Host) Close() error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	h.closers.run(exitTimeout)
	h.free()
	return nil
}

func (h *Host) free() {
	h.lua.Close()
	h.handle.Delete()
	C.free(unsafe.Pointer(h.c))
}

// texts are strings in C memory, in one array.
type texts struct {
	array []C.mw_text
	base  *C.mw_text
}

func newTexts(strings []string) texts {
	base := (*C.mw_text)(C.malloc(C.size_t(len(strings)) * C.sizeof_mw_text))
	t := texts{unsafe.Slice(base, len(strings)), base}
	for i, s := range strings {
		t.array[i] = C.mw_text{data: C.CString(s), size: C.size_t(len(s))}
	}
	return t
}

func (t texts) at(i int) C.mw_text { return t.array[i] }

func (t texts) from(i int) *C.mw_text {
	return (*C.mw_text)(unsafe.Add(unsafe.Pointer(t.base), i*C.sizeof_mw_text))
}

func (t texts) free() {
	for _, text := range t.array {
		C.free(unsafe.Pointer(text.data))
	}
	C.free(unsafe.Pointer(t.base))
}
