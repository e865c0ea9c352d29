package host

import (
	"sync"
	"time"
)

// DefaultCloseTimeout is long enough for a flush over a slow network and short enough for whoever
// waits for the process to end.
const DefaultCloseTimeout = 2 * time.Second

const exitTimeout = DefaultCloseTimeout

// closers are functions to run before the state or the process ends.
type closers struct {
	mutex sync.Mutex
	list  []func()
	done  chan struct{} // closed when all have run; nil until they begin
}

// OnClose has f run once, when the host or the process ends: at Close, os.exit or a signal that
// HandleSignals handles, the last one first. f must not use the host. All such functions and the
// connections together have Config.CloseTimeout.
func (h *Host) OnClose(f func()) { h.onClose(f) }

// onClose has f run once, at Close, os.exit or SIGTERM, the last one first. At SIGTERM the script may
// still run on another goroutine, so f must not touch Lua and must allow for that. All of them together
// have Config.CloseTimeout; what is not done then is left.
func (h *Host) onClose(f func()) {
	h.closers.mutex.Lock()
	defer h.closers.mutex.Unlock()
	h.closers.list = append(h.closers.list, f)
}

// begin has the functions run, unless someone has done so before.
func (c *closers) begin() (done chan struct{}) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.done == nil {
		list := c.list
		c.done = make(chan struct{})
		go func() {
			defer close(c.done)
			for i := len(list) - 1; i >= 0; i-- {
				list[i]()
			}
		}()
	}
	return c.done
}

// run calls the functions and waits for them, at most for timeout.
func (c *closers) run(timeout time.Duration) {
	select {
	case <-c.begin():
	case <-time.After(timeout):
	}
}
