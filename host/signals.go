package host

/*
#include "signals.h"
*/
import "C"

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Exit statuses of a process that a signal ended, as a shell reports them.
const (
	statusInterrupted = 128 + int(syscall.SIGINT)
	statusTerminated  = 128 + int(syscall.SIGTERM)
)

// flushTimeout bounds the wait for whoever should read our standard output.
const flushTimeout = 200 * time.Millisecond

// HandleSignals has signals treat the process as if it were this host, as the moonwire command does:
//
//   - SIGINT (Ctrl-C) interrupts the script (see Interrupt); a second one, or one while no script runs,
//     ends the process with status 130,
//   - SIGTERM ends the process with status 143,
//   - SIGPIPE ends it as usual if it is standard output or standard error that no one reads; scripts
//     that write to a pipe of their own get an error.
//
// Before the process ends, connections send what they hold, within Config.CloseTimeout. The function
// returned stops all that.
func (h *Host) HandleSignals() (stop func()) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGPIPE)
	go func() {
		for s := range signals {
			h.onSignal(s)
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
	}
}

func (h *Host) onSignal(s os.Signal) {
	switch s {
	case syscall.SIGINT:
		if !h.Interrupt() {
			h.exit(statusInterrupted)
		}
	case syscall.SIGTERM:
		h.exit(statusTerminated)
	case syscall.SIGPIPE:
		if C.mw_broken(1) != 0 || C.mw_broken(2) != 0 {
			h.closers.run(h.config.CloseTimeout)
			C.mw_die_of_broken_pipe()
		}
	}
}

func (h *Host) exit(status int) {
	h.closers.run(h.config.CloseTimeout)
	flushed := make(chan struct{})
	go func() {
		C.mw_flush_stdout()
		close(flushed)
	}()
	select {
	case <-flushed:
	case <-time.After(flushTimeout):
	}
	os.Exit(status)
}
