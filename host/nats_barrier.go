package host

import (
	"sync"

	"golang.org/x/sys/unix"
)

// A publish and the sender that goes to sleep must not miss each other: each writes one word and then
// reads the other's. That takes a barrier on both sides, and the one in a publish would cost as much as
// all the rest of it. Linux can have the sender make the barrier for all threads of the process
// (membarrier(2), since 4.14); then a publish needs none.

// Commands of membarrier(2), which golang.org/x/sys does not name.
const (
	membarrierExpedited         = 1 << 3
	membarrierRegisterExpedited = 1 << 4
)

var hasBarrier = sync.OnceValue(func() bool {
	return membarrier(membarrierRegisterExpedited)
})

// barrier orders the memory of every thread; it is only to be called when hasBarrier.
func barrier() {
	if !membarrier(membarrierExpedited) {
		panic("membarrier: registered, and then refused")
	}
}

func membarrier(command uintptr) bool {
	_, _, number := unix.Syscall(unix.SYS_MEMBARRIER, command, 0, 0)
	return number == 0
}
