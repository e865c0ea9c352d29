package host

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
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

// expect compares what a script returned.
func expect(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("got  %q\nwant %q", got, want)
	}
}

// observe subscribes with nats.go and returns what comes.
func observe(t testing.TB, url, subject string) <-chan *nats.Msg {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	messages := make(chan *nats.Msg, 1<<20)
	if _, err := nc.ChanSubscribe(subject, messages); err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	return messages
}

func receive(t testing.TB, messages <-chan *nats.Msg) *nats.Msg {
	t.Helper()
	select {
	case m := <-messages:
		return m
	case <-time.After(5 * time.Second):
		t.Fatal("no message within 5 s")
		return nil
	}
}

func TestAMessageComesWithWhatItWasPublishedWith(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(7, "a.>")
c:publish("a.b", "answer.here", "NATS/1.0\r\nK: v\r\n\r\n", "x\0\r\ny")
return c:poll(2)`)
	expect(t, got, "7", "a.b", "answer.here", "NATS/1.0\r\nK: v\r\n\r\n", "x\x00\r\ny")
}

func TestWhatAMessageDoesNotHaveIsNil(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
c:publish("a", nil, nil, "")
return c:poll(2)`)
	expect(t, got, "1", "a", "nil", "nil", "")
}

func TestHeadersOfAMessageComeAsTheyWere(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
c:publish("a", nil, "NATS/1.0\r\nb: 2\r\nA: x\r\nb: 1\r\n\r\n", "p")
return select(4, c:poll(2))`)
	expect(t, got, "NATS/1.0\r\nb: 2\r\nA: x\r\nb: 1\r\n\r\n", "p")
}

func TestAStatusIsInTheFirstLineOfTheHeaders(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "inbox")
c:publish("nobody", "inbox", nil, "question")
return c:poll(2)`)
	expect(t, got, "1", "inbox", "nil", "NATS/1.0 503\r\nNats-Subject: nobody\r\n\r\n", "")
}

func TestASubscriptionGetsNothingThatWasPublishedBeforeIt(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
for round = 1, 50 do
  for _ = 1, 200 do c:publish("a", nil, nil, "early") end
  c:subscribe(round, "a")
  c:publish("a", nil, nil, "due")
  local sid, _, _, _, payload = c:poll(2)
  if sid ~= round or payload ~= "due" then return sid, payload end
  c:unsubscribe(round)
end
return "fine"`)
	expect(t, got, "fine")
}

func TestAPongComesAfterAllThatWasPublishedBeforeThePing(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
for round = 1, 50 do
  for _ = 1, 200 do c:publish("a", nil, nil, "x") end
  c:ping()
  for i = 1, 200 do
    local sid, event = c:poll(2)
    if not sid then return i, event end
  end
  assert(select(2, c:poll(2)) == "pong")
end
return "fine"`)
	expect(t, got, "fine")
}

func TestASubscriptionEndsAfterItsMaximum(t *testing.T) {
	s, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
c:unsubscribe(1, 3)
for i = 1, 5 do c:publish("a", nil, nil, tostring(i)) end
c:ping()
local seen = {}
repeat
  local sid, event, _, _, payload = c:poll(2)
  seen[#seen + 1] = sid and payload or event
until not sid
return table.concat(seen, " ")`)
	expect(t, got, "1 2 3 pong")
	if n := s.NumSubscriptions(); n > 60 { // the system account has its own
		t.Fatalf("%d subscriptions are left", n)
	}
}

func TestAMaximumThatWasReachedEndsASubscriptionAtOnce(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
for i = 1, 2 do c:publish("a", nil, nil, "x") end
c:poll(2) c:poll(2)
c:unsubscribe(1, 2)
c:publish("a", nil, nil, "late")
c:ping()
return c:poll(2)`)
	expect(t, got, "nil", "pong", "1")
}

func TestADrainedSubscriptionGivesWhatWasSentBefore(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
for i = 1, 1000 do c:publish("a", nil, nil, "x") end
c:drain(1)
for i = 1, 1000 do c:publish("a", nil, nil, "late") end
c:ping()
local early, late = 0, 0
while true do
  local sid, event, _, _, payload = c:poll(2)
  if not sid then return early, late, event end
  if payload == "x" then early = early + 1 else late = late + 1 end
end`)
	expect(t, got, "1000", "0", "pong")
}

func TestPollGivesUpAfterItsTime(t *testing.T) {
	_, url := startServer(t)
	began := time.Now()
	expect(t, run(t, newHost(t), options(url), `return connect():poll(0.2)`), "nil", "timeout")
	if d := time.Since(began); d < 200*time.Millisecond || d > 2*time.Second {
		t.Fatalf("after %v", d)
	}
}

func TestTheClockGoesOnAsTimeDoes(t *testing.T) {
	got := run(t, newHost(t), "", `
local now = require("host.nats").now
local began = now()
os.execute "sleep 0.05" -- not os.clock, which adds up what all threads of the process take
local took = now() - began
return took >= 0.05 and took < 5, math.type(began)`)
	expect(t, got, "true", "float")
}

func TestPollOfNoTimeDoesNotWait(t *testing.T) {
	_, url := startServer(t)
	began := time.Now()
	run(t, newHost(t), options(url), `local c = connect() for _ = 1, 1000 do assert(c:poll(0) == nil) end`)
	if d := time.Since(began); d > 2*time.Second {
		t.Fatalf("1000 polls took %v", d)
	}
}

func TestAMessageThatIsTooLargeIsRefused(t *testing.T) {
	_, url := startServer(t, func(o *server.Options) { o.MaxPayload = 1000 })
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
local results = table.pack(c:publish("a", nil, nil, ("x"):rep(1001)))
assert(c:publish("a", nil, nil, ("x"):rep(1000)))
return results[1], results[2], #select(5, c:poll(2))`)
	expect(t, got, "nil", "maximum payload exceeded", "1000")
}

func TestASubjectThatWouldBreakTheProtocolRaises(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
local fine = {}
for _, bad in ipairs { "a b", "a\r\nPUB x 0\r\n", "", "a\0", "sixteen.letters\n", "the.last.of.many\t" } do
  fine[#fine + 1] = tostring(pcall(c.publish, c, bad, nil, nil, ""))
  fine[#fine + 1] = tostring(pcall(c.publish, c, "a", bad, nil, ""))
  fine[#fine + 1] = tostring(pcall(c.subscribe, c, 1, bad))
  fine[#fine + 1] = tostring(pcall(c.subscribe, c, 1, "a", bad))
end
return table.concat(fine):gsub("false", "f")`)
	expect(t, got, "ffffffffffffffffffffffff", "24")
}

func TestASubjectMayHaveAnyByteAboveASpace(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, ">")
local fine = 0
for _, tail in ipairs { "", ".12345678" } do
  for byte = 33, 255 do
    local char = string.char(byte)
    if not char:find "[.*>]" then
      c:publish("a" .. char .. tail, nil, nil, "")
      if select(2, c:poll(2)) == "a" .. char .. tail then fine = fine + 1 end
    end
  end
end
return fine`)
	expect(t, got, "440")
}

func TestAfterCloseEveryCallReturnsClosed(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
c:publish("a", nil, nil, "x")
c:close()
c:close()
local out = { c:info().status }
for _, call in ipairs {
  { "publish", "a", nil, nil, "" }, { "subscribe", 1, "a" }, { "unsubscribe", 1 }, { "drain", 1 },
  { "ping" }, { "poll" }, { "cork", true },
} do
  local ok, err = c[call[1]](c, table.unpack(call, 2, 5))
  out[#out + 1] = tostring(ok) .. " " .. tostring(err)
end
return table.concat(out, ", "), tostring(c)`)
	expect(t, got, "closed, nil closed, nil closed, nil closed, nil closed, nil closed, nil closed, nil closed",
		"host.nats: (closed)")
}

func TestAnotherValueForAHandleRaises(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
local out = {}
for _, value in ipairs { 1, "x", io.stdout, setmetatable({}, { __name = "host.nats" }) } do
  out[#out + 1] = tostring(pcall(c.poll, value, 0))
end
return table.concat(out, " "), select(2, pcall(function() c.poll(io.stdout) end)):match("bad.*")`)
	expect(t, got, "false false false false", "bad argument #1 to 'poll' (host.nats expected, got FILE*)")
}

func TestAMessageLeavesWhileTheScriptComputes(t *testing.T) {
	_, url := startServer(t)
	messages := observe(t, url, "a")
	h := newHost(t)
	run(t, h, options(url), `C = connect()`)
	const count = 40 // more than go without the ring
	for attempt := 1; ; attempt++ {
		ended := make(chan error, 1)
		go func() {
			_, err := h.DoString(`
for _ = 1, 40 do C:publish("a", nil, nil, "x") end
local n = 0
local stop = os.clock() + 0.3
while os.clock() < stop do n = n + 1 end`)
			ended <- err
		}()
		receive(t, messages)
		first := time.Now()
		for range count - 1 {
			receive(t, messages)
		}
		took := time.Since(first)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if total := time.Since(first); total < 200*time.Millisecond {
			t.Fatalf("the script ended after %v", total)
		}
		if took <= 5*time.Millisecond {
			return
		}
		if attempt == 5 { // the machine may be busy
			t.Fatalf("the last message came %v after the first", took)
		}
	}
}

func TestWhatWasPublishedGoesOutWhenTheHostCloses(t *testing.T) {
	_, url := startServer(t)
	messages := observe(t, url, "a")
	h := newHost(t)
	run(t, h, options(url), `
local c = connect()
for i = 1, 20000 do c:publish("a", nil, nil, tostring(i)) end`)
	h.Close()
	for i := 1; i <= 20000; i++ {
		if got := string(receive(t, messages).Data); got != strconv.Itoa(i) {
			t.Fatalf("message %d is %s", i, got)
		}
	}
}

func TestAHandleThatIsCollectedClosesItsConnection(t *testing.T) {
	s, url := startServer(t)
	h := newHost(t)
	run(t, h, options(url), `connect():publish("a", nil, nil, "x") collectgarbage() collectgarbage()`)
	for deadline := time.Now().Add(5 * time.Second); s.NumClients() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it is still there")
		}
	}
}

func TestAToBeClosedHandleClosesItsConnection(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c
do
  local closing <close> = connect()
  c = closing
end
return c:ping()`)
	expect(t, got, "nil", "closed")
}

func TestInfoCountsWhatWasPublished(t *testing.T) {
	_, url := startServer(t, func(o *server.Options) { o.MaxPayload = 200000 })
	got := run(t, newHost(t), options(url), `
local c = connect()
c:publish("a", nil, nil, "123")
c:publish("a", nil, "NATS/1.0\r\n\r\n", "4")
c:publish("a", nil, nil, ("x"):rep(100000))
c:publish("a", nil, nil, ("x"):rep(200001))
c:close()
c:publish("a", nil, nil, "5")
return c:info().out_msgs, c:info().out_bytes`)
	expect(t, got, "3", "100016")
}

func TestInfoTellsOfTheServerWithoutSecrets(t *testing.T) {
	_, url := startServer(t, func(o *server.Options) {
		o.Username, o.Password, o.ServerName = "someone", "s3cret", "a\"name\\"
	})
	secret := strings.Replace(url, "://", "://someone:s3cret@", 1)
	got := run(t, newHost(t), options(secret), `
local c = connect()
local info = c:info()
return info.status, info.url, info.max_payload, info.headers, info.server.server_name, tostring(c)`)
	expect(t, got, "connected", url, "1048576", "true", "a\"name\\", "host.nats: "+url+" (connected)")
}
