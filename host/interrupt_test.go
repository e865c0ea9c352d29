package host

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// interruptSoon interrupts until stopped: a script may not have begun yet when the first one comes.
func interruptSoon(h *Host) (stop func()) {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
				h.Interrupt()
			}
		}
	}()
	return func() { close(done) }
}

func TestInterruptRaisesWhereTheScriptIs(t *testing.T) {
	for name, code := range map[string]string{
		"main":          "while true do end",
		"coroutine":     "coroutine.wrap(function() while true do end end)()",
		"deep":          "local function f(n) if n > 0 then return coroutine.wrap(f)(n - 1) end while true do end end f(50)",
		"alternating":   "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
		"new each time": "while true do coroutine.wrap(function() end)() end",
		"sleeping":      "require 'socket'.sleep(0.05) while true do end",
	} {
		t.Run(name, func(t *testing.T) {
			h := openHost(t, Config{})
			stop := interruptSoon(h)
			_, err := h.DoString(code)
			stop()
			if err == nil || !strings.Contains(err.Error(), "interrupted!") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOneInterruptRaisesOnce(t *testing.T) {
	h := openHost(t, Config{})
	first := make(chan bool, 1)
	go func() {
		for !h.Interrupt() { // until the script runs
			time.Sleep(time.Millisecond)
		}
		first <- true
	}()
	got := runCode(t, h, `
		local ok, message = pcall(function() while true do end end)
		local again = 0
		local c = coroutine.wrap(function() for i = 1, 100 do coroutine.yield() end end)
		for i = 1, 100 do if not pcall(c) then again = again + 1 end end
		for i = 1, 1e5 do local ok = pcall(tostring, i) if not ok then again = again + 1 end end
		return ok, message, again, debug.gethook() == nil`)
	<-first
	if strings.Join(got, "|") != "false|interrupted!|0|true" {
		t.Errorf("got %q", got)
	}
}

func TestAnInterruptIsForgottenWhenTheScriptEnds(t *testing.T) {
	h := openHost(t, Config{})
	stop := interruptSoon(h)
	_, _ = h.DoString("while true do end")
	stop()
	time.Sleep(10 * time.Millisecond) // the last one may be on its way
	for i := 0; i < 100; i++ {
		runCode(t, h, "for i = 1, 100 do end return debug.gethook()")
	}
}

func TestWithoutAScriptThereIsNothingToInterrupt(t *testing.T) {
	h := openHost(t, Config{})
	if h.Interrupt() {
		t.Error("something was interrupted")
	}
	runCode(t, h, "for i = 1, 1e4 do end")
}

func TestInterruptsComeWhileCoroutinesAreBornAndDie(t *testing.T) {
	h := openHost(t, Config{})
	stop := interruptSoon(h)
	defer stop()
	hits := 0
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		_, err := h.DoString(`
			for i = 1, 1000 do coroutine.wrap(function() coroutine.yield() end)() end
			collectgarbage()`)
		if err != nil {
			if !strings.Contains(err.Error(), "interrupted!") {
				t.Fatal(err)
			}
			hits++
		}
	}
	if hits == 0 {
		t.Error("no interrupt came through in a second")
	}
}

func TestHostsAreIndependent(t *testing.T) {
	var all sync.WaitGroup
	for n := 0; n < 8; n++ {
		all.Add(1)
		go func() {
			defer all.Done()
			h, err := New(Config{Modules: library})
			if err != nil {
				t.Error(err)
				return
			}
			defer h.Close()
			for i := 0; i < 50; i++ {
				results, err := h.DoString("x = (x or 0) + 1 require 'beta' coroutine.wrap(pcall)(error, {}) return x, require 'alpha'.name")
				if err != nil || results[1] != "alpha" {
					t.Errorf("%q, %v", results, err)
					return
				}
			}
			if results, _ := h.DoString("return x"); results[0] != "50" {
				t.Errorf("x is %q", results)
			}
		}()
	}
	all.Wait()
}

func TestAHostServesManyGoroutinesInTurn(t *testing.T) {
	h := openHost(t, Config{})
	var all sync.WaitGroup
	for n := 0; n < 8; n++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; i < 50; i++ {
				if _, err := h.DoString("x = (x or 0) + 1 for i = 1, 100 do end"); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	all.Wait()
	if got := runCode(t, h, "return x")[0]; got != "400" {
		t.Errorf("x is %s", got)
	}
}

func TestAnInterruptHitsOnlyItsOwnHost(t *testing.T) {
	victim, other := openHost(t, Config{}), openHost(t, Config{})
	done := make(chan error, 1)
	go func() {
		_, err := other.DoString("local stop = os.clock() + 0.3 while os.clock() < stop do end")
		done <- err
	}()
	stop := interruptSoon(victim)
	_, err := victim.DoString("while true do end")
	stop()
	if err == nil {
		t.Error("the victim was not interrupted")
	}
	if err := <-done; err != nil {
		t.Errorf("the other one was: %v", err)
	}
}
