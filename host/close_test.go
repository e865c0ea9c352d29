package host

import (
	"testing"
	"time"
)

func TestClosersRunOnceTheLastFirst(t *testing.T) {
	h := openHost(t, Config{})
	var order []string
	for _, name := range []string{"a", "b", "c"} {
		h.onClose(func() { order = append(order, name) })
	}
	h.Close()
	h.Close()
	if len(order) != 3 || order[0] != "c" || order[2] != "a" {
		t.Errorf("order %q", order)
	}
}

func TestACloserThatHangsIsLeftBehind(t *testing.T) {
	h := openHost(t, Config{CloseTimeout: 50 * time.Millisecond})
	release := make(chan struct{})
	defer close(release)
	h.onClose(func() { <-release })
	begin := time.Now()
	h.Close()
	if took := time.Since(begin); took < 40*time.Millisecond || took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestWhoComesSecondWaitsForTheFirst(t *testing.T) {
	var c closers
	begun, release := make(chan struct{}), make(chan struct{})
	c.list = []func(){func() { close(begun); <-release }}
	first, second := make(chan struct{}), make(chan struct{})
	go func() { c.run(time.Minute); close(first) }()
	<-begun
	go func() { c.run(time.Minute); close(second) }()
	select {
	case <-second:
		t.Error("the second did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	close(release)
	<-first
	<-second
}

func TestFinalizersRunAtClose(t *testing.T) {
	path := t.TempDir() + "/out"
	h := openHost(t, Config{})
	runCode(t, h, `
		local file = io.open(..., "w")
		kept = setmetatable({}, {__gc = function() file:write "closed" file:flush() end})`, path)
	h.Close()
	other := openHost(t, Config{})
	if got := runCode(t, other, "return io.open(...):read 'a'", path)[0]; got != "closed" {
		t.Errorf("got %q", got)
	}
}
