// Package host is the native host of moonwire: a Lua 5.4 state with a NATS driver in it, for the
// moonwire command and for Go programs.
//
// A [Host] is one Lua state. [Host.DoString] and [Host.DoFile] run code in it, and hand strings in and
// out; [Host.DoJSON] does so with structured values. A script that is given [Config.Modules] has the
// modules that the moonwire command carries, such as nats and json.
//
// Everything that stock Lua 5.4 has works as there: pcall, xpcall, error objects, coroutines, C rocks.
// To keep that so, no Go function is ever registered with Lua, and Lua never calls back into the Go
// program: a script and its program exchange data by these calls, or by messages over NATS.
//
// Build with -tags lua54 for a binary that loads liblua5.4, or with -tags lua54,luaa for one that
// holds it (liblua.a must then be on the linker's path).
package host

/*
#cgo CFLAGS: -I/usr/include/lua5.4 -Wall
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
	"sync"
	"time"
	"unsafe"

	"github.com/aarzilli/golua/lua"
)

// LuaRelease names the Lua that this package was compiled against: "Lua 5.4.4".
const LuaRelease = C.LUA_RELEASE

// LuaCopyright is the line with which that Lua introduces itself.
const LuaCopyright = C.LUA_COPYRIGHT

// ErrClosed is what a Host returns after Close.
var ErrClosed = errors.New("moonwire: the host is closed")

// Config says what a Host is made of. The zero value is a plain Lua 5.4 with the module host.nats.
type Config struct {
	// Modules holds modules of Lua below lua/ and rocks/. Those below lua/ are found before any file
	// on package.path, those below rocks/ after everything else. Nil: none.
	Modules fs.FS

	// IgnoreEnvironment has package.path and package.cpath ignore LUA_PATH and LUA_CPATH.
	IgnoreEnvironment bool

	// CloseTimeout bounds how long Close, os.exit and signals wait for connections to send what they
	// hold. 0: DefaultCloseTimeout.
	CloseTimeout time.Duration
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

// New returns a host with the standard libraries opened. Close it when it is no longer needed: the
// garbage collector does not.
func New(config Config) (*Host, error) {
	if config.CloseTimeout == 0 {
		config.CloseTimeout = DefaultCloseTimeout
	}
	h := &Host{config: config, wake: make(chan struct{}, 1), lua: lua.NewState()}
	if h.lua == nil {
		return nil, errors.New("moonwire: not enough memory for a Lua state")
	}
	h.state = (*C.lua_State)(unsafe.Pointer(h.lua.GetState()))
	h.handle = cgo.NewHandle(h)
	h.c = (*C.mw_host)(C.calloc(1, C.sizeof_mw_host))
	h.c.handle = C.uintptr_t(h.handle)
	if err := h.open(); err != nil {
		h.free()
		return nil, err
	}
	return h, nil
}

func (h *Host) open() error {
	var ignore C.int
	if h.config.IgnoreEnvironment {
		ignore = 1
	}
	if C.mw_begin(h.state, h.c, ignore) != C.LUA_OK {
		return h.failure()
	}
	h.lua.OpenLibs()
	if C.mw_open(h.state) != C.LUA_OK {
		return h.failure()
	}
	openNATS(h)
	openDigest(h)
	return nil
}

// Close sends what connections still hold, within Config.CloseTimeout, and frees the state. It waits
// for a running script to end (see Interrupt). Idempotent.
func (h *Host) Close() error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	h.closers.run(h.config.CloseTimeout)
	h.free()
	return nil
}

func (h *Host) free() {
	h.lua.Close()
	h.handle.Delete()
	C.free(unsafe.Pointer(h.c))
}

// hostOf returns the Host that C knows by handle.
func hostOf(handle C.uintptr_t) *Host { return cgo.Handle(handle).Value().(*Host) }

// guard is deferred by every function that C calls: a panic becomes a message for mw_check.
func guard(failure **C.char) {
	if r := recover(); r != nil {
		*failure = C.CString(fmt.Sprintf("moonwire: internal error: %v", r))
	}
}

// preload makes require(name) call open.
func (h *Host) preload(name string, open C.lua_CFunction) {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	if C.mw_add(h.state, text, open) != C.LUA_OK {
		panic(h.failure()) // no memory for a few bytes, in a state that was just made
	}
}
