package host

/*
#include "interrupt.h"
*/
import "C"

import (
	"runtime"
	"sync"
)

// thread is where a script runs now, if one does.
type thread struct {
	mutex  sync.Mutex
	active bool
	id     C.pthread_t
}

func (h *Host) enter() {
	runtime.LockOSThread()
	h.thread.mutex.Lock()
	defer h.thread.mutex.Unlock()
	select { // an interrupt that came too late for the script before
	case <-h.wake:
	default:
	}
	h.thread.id = C.mw_enter(h.c)
	h.thread.active = true
}

func (h *Host) leave() {
	h.thread.mutex.Lock()
	defer h.thread.mutex.Unlock()
	h.thread.active = false
	C.mw_leave(h.c)
	runtime.UnlockOSThread()
}

// Interrupt raises the error "interrupted!" in the script that runs now, also when it waits in a call
// of the host or in a system call; a coroutine that runs is where it is raised. Nothing happens when no
// script runs. It may be called from any goroutine.
func (h *Host) Interrupt() {
	h.thread.mutex.Lock()
	defer h.thread.mutex.Unlock()
	if !h.thread.active {
		return
	}
	C.mw_interrupt(h.c, h.thread.id)
	select {
	case h.wake <- struct{}{}:
	default: // one is there already
	}
}
