package host

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// mixed publishes 1..count to a subject in every way there is, with every other call between, drawn at
// random, and checks that its own subscription gives each of them once, in order.
const mixed = `
local _, count, seed, subject = ...
count, seed = math.tointeger(count), math.tointeger(seed)
math.randomseed(seed)
local random = math.random
local c = connect()
local own, inbox = subject, subject .. ".inbox"
assert(c:subscribe(1, own))
assert(c:subscribe(2, inbox))
local received, pings, pongs, asked, answered, spare = 0, 0, 0, 0, 0, 10
local headers = "NATS/1.0\r\nA: b\r\n\r\n"
local big = ("x"):rep(100000)

local function take(timeout)
  local sid, subject, reply, block, payload = c:poll(timeout)
  if sid == 1 then
    received = received + 1
    local number = tonumber(payload:match("^%d+"))
    if number ~= received then error(("message %s comes as number %d"):format(number, received)) end
    if #payload > 100000 and #payload ~= 100000 + #tostring(number) + 1 then error("a large one is cut: " .. #payload) end
  elseif sid == 2 then
    answered = answered + 1
    if payload ~= "answer " .. answered then error(("%s comes as number %d"):format(payload, answered)) end
  elseif sid then
    error("a message of " .. sid)
  elseif subject == "pong" then
    pongs = pongs + 1
  elseif subject == "timeout" then
    return false
  else
    error(subject .. " " .. tostring(reply))
  end
  return true
end

local i = 0
local function next_payload() i = i + 1 return tostring(i) end
local ways = {
  function() assert(c:publish(own, nil, nil, next_payload())) end,
  function() for _ = 1, random(300) do if i < count then assert(c:publish(own, nil, nil, next_payload())) end end end,
  function() for _ = 1, random(300) do if i < count then assert(c:publish(own, nil, nil, next_payload())) end end end,
  function() for _ = 1, random(300) do if i < count then assert(c:publish(own, nil, nil, next_payload())) end end end,
  function() assert(c:publish(own, "some.reply", nil, next_payload())) end,
  function() assert(c:publish(own, nil, headers, next_payload())) end,
  function() if random(20) == 1 then assert(c:publish(own, nil, nil, next_payload() .. " " .. big)) end end,
  function() c:ping() pings = pings + 1 end,
  function() while take(0) do end end,
  function() take(0.001) end,
  function() for _ = 1, random(50) do if not take(0) then break end end end,
  function() spare = spare + 1 c:subscribe(spare, subject .. ".quiet") if random(2) == 1 then c:unsubscribe(spare) end end,
  function() spare = spare + 1 c:subscribe(spare, subject .. ".quiet", "queue") c:drain(spare) end,
  function() c:cork(true) end,
  function() c:cork(false) end,
  function()                                        -- a question, and the wait for its answer
    asked = asked + 1
    c:publish("stress.echo", inbox, nil, "answer " .. asked)
    while answered < asked do assert(take(10), "no answer") end
  end,
}
while i < count do ways[random(#ways)]() end
c:ping()
pings = pings + 1
while received < count or pongs < pings do assert(take(10), "nothing comes") end
return received, pongs - pings, take(0.05)`

// stress runs mixed, with a second observer that checks what nats.go receives of it.
func stress(t *testing.T, url, options string, count, seed int) {
	subject := fmt.Sprintf("stress.%d", seed)
	messages := observe(t, url, subject)
	seen := make(chan error, 1)
	go func() {
		for i := 1; i <= count; i++ {
			select {
			case m := <-messages:
				if n := leadingNumber(m.Data); n != i {
					seen <- fmt.Errorf("nats.go received %d as number %d", n, i)
					return
				}
			case <-time.After(20 * time.Second):
				seen <- fmt.Errorf("nats.go received %d messages", i-1)
				return
			}
		}
		seen <- nil
	}()
	got := run(t, newHost(t), options, mixed, strconv.Itoa(count), strconv.Itoa(seed), subject)
	expect(t, got, strconv.Itoa(count), "0", "false")
	if err := <-seen; err != nil {
		t.Fatal(err)
	}
}

func leadingNumber(data []byte) (n int) {
	for _, c := range data {
		if c < '0' || c > '9' {
			break
		}
		n = 10*n + int(c-'0')
	}
	return n
}

func echo(t *testing.T, url string) {
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if _, err := nc.Subscribe("stress.echo", func(m *nats.Msg) { m.Respond(m.Data) }); err != nil {
		t.Fatal(err)
	}
	nc.Flush()
}

func TestAMillionMessagesKeepCountAndOrderUnderEveryMixOfCalls(t *testing.T) {
	_, url := startServer(t)
	echo(t, url)
	for seed := range 4 {
		stress(t, url, options(url), 250000, seed+1)
	}
}

func TestStatesInOneProcessDoNotDisturbEachOther(t *testing.T) {
	_, url := startServer(t)
	echo(t, url)
	var all sync.WaitGroup
	for seed := range 4 {
		all.Go(func() { stress(t, url, options(url), 30000, 100+seed) })
	}
	all.Wait()
}

func TestASenderThatFallsAsleepMissesNoPublish(t *testing.T) {
	for _, bare := range []bool{false, true} {
		t.Run(fmt.Sprintf("bare=%t", bare), func(t *testing.T) {
			_, url := startServer(t)
			messages := observe(t, url, "a")
			h := newHost(t)
			run(t, h, options(url), `
C = connect()
for _ = 1, 10 do C:publish("a", nil, nil, "x") end      -- from now on through the ring
now = require("host.nats").now`)
			if bare {
				connections.of(h)[0].sender.ring.bare = 1
			}
			for range 10 {
				receive(t, messages)
			}
			// The sender sleeps a millisecond or so after the last publish. There is nothing but the kick
			// to wake it.
			for round := range 1500 {
				run(t, h, "", `
local stop = now() + tonumber((select(2, ...))) * 1e-6
repeat until now() > stop
C:publish("a", nil, nil, "x")`, strconv.Itoa(500+round%1000))
				receive(t, messages)
			}
		})
	}
}

func TestManyCoroutinesShareAConnection(t *testing.T) {
	_, url := startServer(t)
	got := run(t, newHost(t), options(url), `
local c = connect()
c:subscribe(1, "a")
local tasks, waiting, sum = {}, {}, 0
for i = 1, 1000 do
  tasks[i] = coroutine.wrap(function()
    for turn = 1, 10 do
      local ok, err = pcall(function()
        assert(c:publish("a", nil, nil, tostring(i)))
        coroutine.yield()
        local _, _, _, _, payload = c:poll(5)
        sum = sum + tonumber(payload)
        error({ i })
      end)
      assert(not ok and err[1] == i)
      coroutine.yield()
    end
  end)
end
for turn = 1, 20 do
  for i = 1, 1000 do tasks[i]() end
end
return sum, c:poll(0)`)
	expect(t, got, fmt.Sprint(10*1000*1001/2), "nil", "timeout")
}

func TestMessagesFromElsewhereKeepTheirOrderOverAllSubscriptions(t *testing.T) {
	_, url := startServer(t)
	h := newHost(t)
	run(t, h, options(url), `
C = connect()
for sid = 1, 20 do C:subscribe(sid, "in." .. sid) end
C:ping()
C:poll(5)`)
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	const count = 100000
	go func() {
		for i := range count {
			nc.Publish(fmt.Sprintf("in.%d", i*7%20+1), fmt.Appendf(nil, "%d", i))
		}
		nc.Flush()
	}()
	got := run(t, h, "", `
for i = 0, 99999 do
  local sid, _, _, _, payload = C:poll(10)
  if payload ~= tostring(i) or sid ~= i * 7 % 20 + 1 then return i, sid, payload end
end
return "all"`)
	expect(t, got, "all")
}

func TestMessagesKeepTheirOrderThoughTheConnectionIsLostAgainAndAgain(t *testing.T) {
	s, url := startServer(t)
	out := observe(t, url, "out")
	h := newHost(t)
	// The server may still work on what came over the lost connection when it gets more over the next, and
	// knows no order between the two; so give it a little time.
	run(t, h, options(url, "name", "lossy", "reconnect_wait", 0.1, "reconnect_jitter", 0, "max_reconnect", -1), `
C = connect()
C:subscribe(1, "out")
STOP = false
C:subscribe(2, "stop")
last, seen, lost, n = 0, 0, 0, 0
function go_on(timeout)
  local sid, event, _, _, payload = C:poll(timeout)
  if sid == 2 then STOP = true return true end
  if sid then
    local number = tonumber(payload)
    assert(number > last, number .. " after " .. last)
    last, seen = number, seen + 1
  elseif event == "disconnected" then
    lost = lost + 1
  end
  return event ~= "timeout", event
end`)
	ended := make(chan error, 1)
	go func() {
		_, err := h.DoString(`
while not STOP do
  for _ = 1, 50 do n = n + 1 C:publish("out", nil, nil, tostring(n)) end
  for _ = 1, 50 do go_on(0) end
  while n - last > 5000 and go_on(0.02) do end       -- else what waits grows without end
end`)
		ended <- err
	}()
	const cuts = 50
	for range cuts {
		time.Sleep(5 * time.Millisecond)
		for done := false; !done; time.Sleep(time.Millisecond) {
			list, err := s.Connz(nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list.Conns {
				if c.Name == "lossy" {
					s.DisconnectClientByID(c.Cid)
					done = true
				}
			}
		}
	}
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	stopping := time.NewTicker(50 * time.Millisecond)
	defer stopping.Stop()
	for err = nil; ; {
		nc.Publish("stop", nil)
		select {
		case err = <-ended:
		case <-stopping.C:
			continue
		}
		break
	}
	if err != nil {
		t.Fatal(err)
	}
	got := run(t, h, "", `
repeat until not go_on(0.5)
n = n + 1
assert(C:publish("out", nil, nil, tostring(n)))
repeat until not go_on(0.5)
return last == n, lost, n`)
	n, _ := strconv.Atoi(got[2])
	if got[0] != "true" || got[1] == "0" {
		t.Fatalf("got %q", got)
	}
	last := 0
	for last < n {
		number := leadingNumber(receive(t, out).Data)
		if number <= last {
			t.Fatalf("%d comes after %d", number, last)
		}
		last = number
	}
	t.Logf("%s messages, %s losses", got[2], got[1])
}
