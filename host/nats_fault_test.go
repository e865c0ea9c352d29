package host

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// failure runs a script and returns the message of the error that it ends with.
func failure(t testing.TB, h *Host, script string, args ...string) string {
	t.Helper()
	_, err := h.DoString(script, args...)
	if err == nil {
		t.Fatal("no error")
	}
	return err.(*Error).Message
}

// restart stops a server, and starts another on the same port when the function returned is called.
func restart(t *testing.T, s *server.Server) (start func()) {
	port := s.Addr().(*net.TCPAddr).Port
	s.Shutdown()
	s.WaitForShutdown()
	return func() {
		startServer(t, func(o *server.Options) { o.Port = port })
	}
}

// stuckServer takes connections, answers up to the first PONG, then reads no more.
func stuckServer(t *testing.T) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			fmt.Fprintf(conn, "INFO {\"server_id\":\"x\",\"version\":\"2.10.0\",\"proto\":1,\"max_payload\":1048576,\"headers\":true}\r\n")
			r := bufio.NewReader(conn)
			for line := ""; !strings.HasPrefix(line, "PING"); {
				line, err = r.ReadString('\n')
				if err != nil {
					return
				}
			}
			fmt.Fprintf(conn, "PONG\r\n")
		}
	}()
	return "nats://" + l.Addr().String()
}

func TestNoServerIsAnErrorWithEachReason(t *testing.T) {
	got := run(t, newHost(t), "", `
return require("host.nats").connect('{"servers":[{"url":"nats://u:s3cret@127.0.0.1:1"},{"url":"nats://127.0.0.1:2"}],"no_randomize":true}')`)
	expect(t, got, "nil", "no servers", "nats://127.0.0.1:1 (connection refused), nats://127.0.0.1:2 (connection refused)")
}

func TestAWrongPasswordIsAnAuthorizationError(t *testing.T) {
	_, url := startServer(t, func(o *server.Options) { o.Username, o.Password = "u", "right" })
	got := run(t, newHost(t), options(strings.Replace(url, "://", "://u:wrong@", 1)), `
return require("host.nats").connect(options)`)
	expect(t, got, "nil", "authorization", "authorization violation")
}

func TestAServerThatSaysNothingIsGivenUpInTime(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	began := time.Now()
	got := run(t, newHost(t), options("nats://"+l.Addr().String(), "connect_timeout", 0.3), `
return require("host.nats").connect(options)`)
	expect(t, got, "nil", "no servers", "nats://"+l.Addr().String()+" (no answer within the time limit)")
	if d := time.Since(began); d > 2*time.Second {
		t.Fatalf("after %v", d)
	}
}

func TestWrongOptionsAreAConfigurationError(t *testing.T) {
	h := newHost(t)
	for text, want := range map[string]string{
		`{"servers":1}`:         "options: json: cannot unmarshal number",
		`{"creds":"/no/such"}`:  "creds: stat /no/such: no such file or directory",
		`{"nkey":"/no/such"}`:   "nkey /no/such: ",
		`{"tls_ca":"/no/such"}`: "tls_ca: open /no/such: no such file or directory",
		`{"tls_cert":"x"}`:      "tls_cert and tls_key: one is useless without the other",
	} {
		got := run(t, h, text, `return require("host.nats").connect(options)`)
		if got[0] != "nil" || got[1] != "configuration" || !strings.HasPrefix(got[2], want) {
			t.Errorf("%s: got %q", text, got)
		}
	}
}

func TestAConnectionComesBackWithItsSubscriptions(t *testing.T) {
	s, url := startServer(t)
	h := newHost(t)
	run(t, h, options(url, "reconnect_wait", 0.05), `
C = connect()
C:subscribe(1, "a")
C:publish("a", nil, nil, "before")
C:ping()
repeat local _, event = C:poll(2) until event == "pong"`)
	start := restart(t, s)
	expect(t, run(t, h, "", `local _, event = C:poll(5) return event, C:info().status`), "disconnected", "reconnecting")
	run(t, h, "", `for i = 1, 100 do assert(C:publish("a", nil, nil, "meanwhile")) end`)
	start()
	got := run(t, h, "", `
local n, seen = 0, {}
repeat
  local sid, event, _, _, payload = C:poll(10)
  if sid then n = n + 1 else seen[#seen + 1] = event end
until n == 100 or event == "timeout"
C:publish("a", nil, nil, "after")
return n, table.concat(seen, " "), select(5, C:poll(5))`)
	expect(t, got, "100", "reconnected", "after")
}

func TestAPongTellsWhichPingItAnswers(t *testing.T) {
	s, url := startServer(t)
	h := newHost(t)
	run(t, h, options(url, "reconnect_wait", 0.05), `C = connect() C:ping() assert(select(3, C:poll(5)) == 1)`)
	start := restart(t, s)
	start()
	got := run(t, h, "", `
C:ping() C:ping()                       -- the script has not heard that the connection is lost
local event, number
repeat
  local _
  _, event = C:poll(5)
until event == "reconnected" or event == "timeout"
C:ping()
repeat
  local _
  _, event, number = C:poll(5)
until number == 4 or event == "timeout"
return event, math.type(number), (select(2, C:poll(0.2)))`)
	expect(t, got, "pong", "integer", "timeout")
}

func TestAConnectionThatMayNotComeBackIsClosed(t *testing.T) {
	s, url := startServer(t)
	h := newHost(t)
	run(t, h, options(url, "allow_reconnect", false), `C = connect()`)
	s.Shutdown()
	got := run(t, h, "", `
local seen = {}
repeat
  local _, event = C:poll(5)
  seen[#seen + 1] = event
until event == "closed" or event == "timeout"
return table.concat(seen, " "), select(2, C:poll()), select(2, C:publish("a", nil, nil, "x")), C:info().status`)
	expect(t, got, "disconnected closed", "closed", "closed", "closed")
}

func TestAnErrorOfTheServerComesBeforeThePong(t *testing.T) {
	_, url := startServer(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "u", Password: "p", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Deny: []string{"secret.>"}},
		}}}
	})
	h := newHost(t)
	for range 20 {
		got := run(t, h, options(strings.Replace(url, "://", "://u:p@", 1)), `
local c = connect()
c:publish("secret.x", nil, nil, "")
c:ping()
local _, event, detail = c:poll(5)
return event, detail, (select(2, c:poll(5)))`)
		expect(t, got, "error", `permissions violation for publish to "secret.x"`, "pong")
	}
}

func TestAFloodOfErrorsLosesNoMessage(t *testing.T) {
	_, url := startServer(t, func(o *server.Options) {
		o.Users = []*server.User{{Username: "u", Password: "p", Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Deny: []string{"secret.>"}},
		}}}
	})
	got := run(t, newHost(t), options(strings.Replace(url, "://", "://u:p@", 1)), `
local c = connect()
c:subscribe(1, "a")
for _ = 1, 5000 do c:publish("secret.x", nil, nil, "") c:publish("a", nil, nil, "x") end
c:ping()
local messages, errors = 0, 0
while true do
  local sid, event = c:poll(10)
  if sid then messages = messages + 1 elseif event == "error" then errors = errors + 1 else return messages, errors, event end
end`)
	expect(t, got, "5000", "5000", "pong")
}

func TestWhatOvertakesAReportWaitsForItInOrder(t *testing.T) {
	_, url := startServer(t)
	h := newHost(t)
	run(t, h, options(url), `C = connect()`)
	r := &connections.of(h)[0].receiver
	for _, event := range []string{
		eventDisconnected + " 1", markRedial, eventError + " 1", eventError + " 2",
		markRedial + " 2", eventError + " 3", // of the connection after the next, all before the reports
		eventReconnected + " 1", eventDisconnected + " late", eventReconnected + " 2", eventError + " 4",
	} {
		name, detail, _ := strings.Cut(event, " ")
		if name == eventError {
			r.errors <- struct{}{}
		}
		r.mark(name, detail)
	}
	got := run(t, h, "", `
local seen = {}
repeat
  local _, event, detail = C:poll(0)
  seen[#seen + 1] = event .. " " .. tostring(detail)
until event == "timeout"
return table.concat(seen, ", ")`)
	expect(t, got, "disconnected 1, reconnected 1, error 1, error 2, disconnected 2, reconnected 2, error 3, error 4, timeout nil")
}

func TestAnInterruptEndsPollAndLeavesTheConnection(t *testing.T) {
	_, url := startServer(t)
	h := newHost(t)
	run(t, h, options(url), `C = connect() C:subscribe(1, "a")`)
	go func() {
		time.Sleep(100 * time.Millisecond)
		h.Interrupt()
	}()
	if got := failure(t, h, `C:poll()`); !strings.HasSuffix(got, "interrupted!") {
		t.Fatalf("got %q", got)
	}
	expect(t, run(t, h, "", `C:publish("a", nil, nil, "still here") return select(5, C:poll(5))`), "still here")
}

func TestAnInterruptCanBeCaught(t *testing.T) {
	_, url := startServer(t)
	h := newHost(t)
	go func() {
		time.Sleep(300 * time.Millisecond)
		h.Interrupt()
	}()
	got := run(t, h, options(url), `
local c = connect()
return coroutine.wrap(function()
  local ok, err = pcall(c.poll, c)
  return ok, err, select(2, c:poll(0.1))
end)()`)
	expect(t, got, "false", "interrupted!", "timeout")
}

func TestAnInterruptEndsTheWaitForAServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h := newHost(t)
	go func() {
		time.Sleep(100 * time.Millisecond)
		h.Interrupt()
	}()
	began := time.Now()
	got := failure(t, h, `require("host.nats").connect(...)`, options("nats://"+l.Addr().String(), "connect_timeout", 30))
	if !strings.HasSuffix(got, "interrupted!") || time.Since(began) > 5*time.Second {
		t.Fatalf("%q after %v", got, time.Since(began))
	}
}

func TestAnInterruptEndsPublishingToAServerThatDoesNotRead(t *testing.T) {
	h := newHost(t)
	run(t, h, options(stuckServer(t)), `C = connect()`)
	go func() {
		time.Sleep(700 * time.Millisecond)
		h.Interrupt()
	}()
	began := time.Now()
	for _, size := range []string{"100", "200000"} {
		got := failure(t, h, `
local payload = ("x"):rep(tonumber(...))
while true do assert(C:publish("a", nil, nil, payload)) end`, size)
		if !strings.HasSuffix(got, "interrupted!") {
			t.Fatalf("got %q", got)
		}
		go func() {
			time.Sleep(200 * time.Millisecond)
			h.Interrupt()
		}()
	}
	if d := time.Since(began); d > 10*time.Second {
		t.Fatalf("after %v", d)
	}
	time.Sleep(300 * time.Millisecond)
	// Nothing but a close waits for it then, and that for no longer than it says.
	began = time.Now()
	run(t, h, "", `C:poll(0) C:info() C:close()`)
	if d := time.Since(began); d > closeTimeout+2*time.Second {
		t.Fatalf("closing took %v", d)
	}
}

// flooded runs a test with a connection that has a subscription to "a" and may hold no more: more than
// it may, count messages, are on their way. Over TLS nats.go reads them, else a stream does.
func flooded(t *testing.T, test func(t *testing.T, h *Host, c *natsConn, count int)) {
	pair, ca := certificate(t)
	s, _ := startServer(t, func(o *server.Options) {
		o.TLS, o.TLSConfig, o.TLSTimeout = true, &tls.Config{Certificates: []tls.Certificate{pair}}, 5
		o.AllowNonTLS = true
		o.MaxPending = 256 << 20
	})
	url := "nats://" + s.Addr().String()
	for _, kind := range []struct {
		name  string
		size  int // of a message, of which count are sent
		count int
		more  []any
	}{
		{"plain", 1000, queueBytes/1000 + 20000, nil},
		{"TLS, many", 10, queueLimit + 50000, []any{"tls_ca", ca}},
		{"TLS, large", 10000, queueBytes/10000 + 2000, []any{"tls_ca", ca}},
	} {
		t.Run(kind.name, func(t *testing.T) {
			h := newHost(t)
			run(t, h, options(url, kind.more...), `
C = connect()
C:subscribe(1, "a")
C:ping()
C:poll(5)`)
			nc, err := nats.Connect(url)
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			for i := range kind.count {
				nc.Publish("a", fmt.Appendf(nil, "%-*d", kind.size, i))
			}
			if err := nc.Flush(); err != nil {
				t.Fatal(err)
			}
			c := connections.of(h)[0]
			for deadline := time.Now().Add(20 * time.Second); !c.receiver.waiting.Load(); time.Sleep(10 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the reader does not stop")
				}
			}
			test(t, h, c, kind.count)
		})
	}
}

func TestAScriptThatDoesNotPollHoldsTheServerBack(t *testing.T) {
	flooded(t, func(t *testing.T, h *Host, c *natsConn, count int) {
		r := &c.receiver
		if n := len(r.queue); n >= queueLimit+queueRoom {
			t.Fatalf("%d messages are queued", n)
		}
		if n := r.stored.Load() + r.queued(c.nc); n > queueBytes+1<<20 {
			t.Fatalf("%d bytes are queued", n)
		}
		got := run(t, h, "", `
local count = tonumber((select(2, ...)))
for i = 0, count - 1 do
  local sid, event, _, _, payload = C:poll(10)
  if not sid or tonumber(payload) ~= i then return i, sid, event, payload end
end
return "all"`, fmt.Sprint(count))
		expect(t, got, "all")
	})
}

func TestADrainEndsThoughTheQueueIsFull(t *testing.T) {
	flooded(t, func(t *testing.T, h *Host, c *natsConn, count int) {
		run(t, h, "", `C:drain(1)`)
		for deadline := time.Now().Add(10 * time.Second); c.receiver.draining.Load() > 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("it has not ended")
			}
		}
		got := run(t, h, "", `
C:ping()
local n = 0
while true do
  local sid, event = C:poll(10)
  if not sid then return n, event end
  n = n + 1
end`)
		expect(t, got, fmt.Sprint(count), "pong")
	})
}
