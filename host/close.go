package host

import (
	"sync"
	"time"
)

// exitTimeout bounds what closing may take: long enough for a flush over a slow network, short enough
// for whoever waits for the process to end.
const exitTimeout = 2 * time.Second

// closers are functions to run before the state or the process ends.
type closers struct {
	mutex sync.Mutex
	next  int
	list  []closer
}

type closer struct {
	id int
	f  func()
}

// onClose has f run at Close, os.exit and SIGTERM, the last one first. At SIGTERM the script may still
// run on another goroutine, so f must not touch Lua and must allow for that. All of them together have
// exitTimeout; what is not done then is left. The function returned takes f off the list.
func (h *Host) onClose(f func()) (remove func()) { return h.closers.add(f) }

func (c *closers) add(f func()) (remove func()) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.next++
	id := c.next
	c.list = append(c.list, closer{id, f})
	return func() { c.remove(id) }
}

func (c *closers) remove(id int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for i := range c.list {
		if c.list[i].id == id {
			c.list = append(c.list[:i], c.list[i+1:]...)
			return
		}
	}
}

// take empties the list.
func (c *closers) take() []closer {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	list := c.list
	c.list = nil
	return list
}

// run calls the functions and waits for them, at most for timeout.
func (c *closers) run(timeout time.Duration) {
	list := c.take()
	if len(list) == 0 {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := len(list) - 1; i >= 0; i-- {
			list[i].f()
		}
	}()
	select {
	case <-done:
	case <-time.After(timeout):
	}
}
