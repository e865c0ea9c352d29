package host

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// startServer starts a NATS server on a free port of this machine and returns it with its URL.
func startServer(t testing.TB, change ...func(*server.Options)) (*server.Server, string) {
	t.Helper()
	opts := &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true}
	for _, f := range change {
		f(opts)
	}
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not start")
	}
	t.Cleanup(s.Shutdown)
	return s, s.ClientURL()
}

func newHost(t testing.TB) *Host {
	t.Helper()
	h, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// options are the JSON that host.nats.connect takes for one server.
func options(url string, more ...any) string {
	m := map[string]any{"servers": []any{map[string]any{"url": url}}, "connect_timeout": 2}
	for i := 0; i < len(more); i += 2 {
		m[more[i].(string)] = more[i+1]
	}
	text, _ := json.Marshal(m)
	return string(text)
}

// run runs a script with connect(), which connects with options.
func run(t testing.TB, h *Host, options, script string, args ...string) []string {
	t.Helper()
	results, err := h.DoString(`local options = ...
local connect = function(o) return assert(require("host.nats").connect(o or options)) end
`+script, append([]string{options}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestAMessageComesWithWhatItWasPublishedWith(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(7, "a.>")
c:publish("a.b", "answer.here", "NATS/1.0\r\nK: v\r\n\r\n", "x\0\r\ny")
local sid, subject, reply, headers, payload = c:poll(2)
return sid, subject, reply, headers, payload, tostring(c)`)
	want := []string{"7", "a.b", "answer.here", "NATS/1.0\r\nK: v\r\n\r\n", "x\x00\r\ny", "host.nats: " + url + " (connected)"}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}
