package host

/*
#include "interrupt.h"
*/
import "C"

import (
	"runtime"
	"sync"
	"time"
)

// nudgeEvery is how often the signal is sent again until the script has taken its interrupt.
const nudgeEvery = 20 * time.Millisecond

// thread is where a script runs now, if one does.
type thread struct {
	mutex       sync.Mutex
	active      bool
	interrupted bool // since it became active
	nudging     bool // a goroutine runs nudge
	id          C.pthread_t
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
	h.thread.active, h.thread.interrupted = true, false
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
// script runs. It may be called from any goroutine. It reports whether this is the first time since the
// script began: a script may catch the error and go on.
func (h *Host) Interrupt() (first bool) {
	h.thread.mutex.Lock()
	defer h.thread.mutex.Unlock()
	if !h.thread.active {
		return false
	}
	first, h.thread.interrupted = !h.thread.interrupted, true
	C.mw_interrupt(h.c, h.thread.id)
	if !h.thread.nudging {
		h.thread.nudging = true
		go h.nudge()
	}
	select {
	case h.wake <- struct{}{}:
	default: // one is there already
	}
	return first
}

// nudge sends the signal again and again until the script has taken its interrupt. One is not enough
// where the script waits in a system call: Ctrl-C's own SIGINT may take that thread out of the call,
// and while it is on its way back in, the signal that should end the call finds nothing to end.
func (h *Host) nudge() {
	for {
		time.Sleep(nudgeEvery)
		if !h.nudgeOnce() {
			return
		}
	}
}

func (h *Host) nudgeOnce() (again bool) {
	h.thread.mutex.Lock()
	defer h.thread.mutex.Unlock()
	h.thread.nudging = h.thread.active && C.mw_nudge(h.c, h.thread.id) != 0
	return h.thread.nudging
}
