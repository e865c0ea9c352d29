// Command nats measures Lua beside nats.go: how fast messages of 128 bytes are published and received,
// how long a request takes, and how fast a stream takes what does not wait for each acknowledgement.
//
// Each contender is a process of its own that connects once and does one piece of work for each line
// that it is sent: nats.go (this program with the argument "peer"), and bench/nats.lua in the host and
// in lua5.4. They work in turn, round after round, against one server, so that a slow moment of the
// machine meets all of them. Before that each piece of work is done once with messages that have
// numbers, and their count and order are checked.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	size   = 128  // bytes of a message
	window = 4000 // publishes to a stream that may wait for their acknowledgement

	// What the server may hold for a receiver: all messages of a round, since one receiver holds it back
	// and the other does not.
	// A machine so busy that reading 64 MiB of that takes 10 s, the default for a write, is no error here.
	serverConfig = "max_pending: 1GB\nwrite_deadline: 120s\n"
)

// work is something to be measured.
type work struct {
	name  string
	count int  // messages of a round
	rate  bool // measured as messages a second, else as time of each
	// floors are what each contender but the first must reach: of a rate at least so many times that of
	// nats.go, of a time at most. 0: none.
	floors []float64
}

var works = []work{
	{"publish", 1000000, true, []float64{0.8, 0.7}},
	{"receive", 500000, true, []float64{0.9, 0.9}},
	{"callback", 500000, true, []float64{0.9, 0.9}},
	{"request", 5000, false, []float64{1.2, 0}},
	{"stream", 100000, true, []float64{0.5, 0.5}},
}

// contender is a process that does the work.
type contender struct {
	name string
	in   io.WriteCloser
	out  *bufio.Reader
	cmd  *exec.Cmd
}

func start(name string, command ...string) (*contender, error) {
	c := &contender{name: name, cmd: exec.Command(command[0], command[1:]...)}
	c.cmd.Stderr = os.Stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// do has the contender work, calling ready when it is ready for messages, and returns the time.
func (c *contender) do(order string, ready func() error) (time.Duration, error) {
	began := time.Now()
	if _, err := fmt.Fprintln(c.in, order); err != nil {
		return 0, fmt.Errorf("%s: %w", c.name, err)
	}
	if ready != nil {
		if err := c.answer("ready"); err != nil {
			return 0, err
		}
		began = time.Now()
		if err := ready(); err != nil {
			return 0, err
		}
	}
	if err := c.answer("done"); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

func (c *contender) answer(want string) error {
	line, err := c.out.ReadString('\n')
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	if got := strings.TrimSpace(line); got != want {
		return fmt.Errorf("%s: %s", c.name, got)
	}
	return nil
}

// tick is the unit of processor times in /proc on Linux.
const tick = 10 * time.Millisecond

// cpu is the processor time that the contender has had.
func (c *contender) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The name of the program, in brackets, may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}

func (c *contender) stop() {
	c.in.Close()
	c.cmd.Wait()
}

// numbered is the message of that number.
func numbered(n int) []byte { return fmt.Appendf(nil, "%-*d", size, n) }

// bench is one server with everybody connected to it.
type bench struct {
	nc         *nats.Conn
	js         jetstream.JetStream
	contenders []*contender
}

// round has one contender do one piece of work, with numbers that are checked if check says so.
func (b *bench) round(c *contender, w work, count int, check bool) (time.Duration, error) {
	order := fmt.Sprintf("%s %d %t", w.name, count, check)
	switch w.name {
	case "publish":
		if !check {
			return c.do(order, nil)
		}
		return 0, b.observe(c, order, count)
	case "stream":
		return b.fill(c, order, count, check)
	case "receive", "callback":
		return c.do(order, func() error {
			payload := numbered(0)
			for i := range count {
				if check {
					payload = numbered(i + 1)
				}
				if err := b.nc.Publish("bench.in", payload); err != nil {
					return err
				}
			}
			return b.nc.Flush()
		})
	default:
		return c.do(order, nil)
	}
}

// fill has a contender publish to an empty stream, and looks at what the stream has then.
func (b *bench) fill(c *contender, order string, count int, check bool) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	stream, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: "BENCH", Subjects: []string{"bench.stream"}, Storage: jetstream.MemoryStorage,
	})
	if err != nil {
		return 0, err
	}
	if err := stream.Purge(ctx); err != nil {
		return 0, err
	}
	took, err := c.do(order, nil)
	if err != nil {
		return 0, err
	}
	info, err := stream.Info(ctx)
	if err != nil {
		return 0, err
	}
	if info.State.Msgs != uint64(count) {
		return 0, fmt.Errorf("%s: the stream has %d messages of %d", c.name, info.State.Msgs, count)
	}
	for n := 1; check && n <= count; n++ {
		m, err := stream.GetMsg(ctx, info.State.FirstSeq+uint64(n-1))
		if err != nil {
			return 0, err
		}
		if string(m.Data) != string(numbered(n)) {
			return 0, fmt.Errorf("%s: the stream has %q as number %d", c.name, m.Data, n)
		}
	}
	return took, nil
}

// observe checks what a contender publishes.
func (b *bench) observe(c *contender, order string, count int) error {
	messages := make(chan *nats.Msg, count+1)
	sub, err := b.nc.ChanSubscribe("bench.out", messages)
	if err != nil {
		return err
	}
	defer sub.Unsubscribe()
	if err := b.nc.Flush(); err != nil {
		return err
	}
	if _, err := c.do(order, nil); err != nil {
		return err
	}
	if err := b.nc.Flush(); err != nil {
		return err
	}
	for n := 1; n <= count; n++ {
		select {
		case m := <-messages:
			if string(m.Data) != string(numbered(n)) {
				return fmt.Errorf("%s: published %q as number %d", c.name, m.Data, n)
			}
		case <-time.After(5 * time.Second):
			return fmt.Errorf("%s: published %d messages of %d", c.name, n-1, count)
		}
	}
	if len(messages) > 0 {
		return fmt.Errorf("%s: published more than it should", c.name)
	}
	return nil
}

// median is the middle one of times.
func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

// measure has all contenders do a piece of work in turn and prints a line; it returns whether the floors
// are reached.
func (b *bench) measure(w work, rounds int) (bool, error) {
	for _, c := range b.contenders {
		if _, err := b.round(c, w, w.count/10, true); err != nil {
			return false, err
		}
	}
	times := make([][]time.Duration, len(b.contenders))
	cpus := make([]time.Duration, len(b.contenders))
	for range rounds {
		for i, c := range b.contenders {
			before, err := c.cpu()
			if err != nil {
				return false, err
			}
			took, err := b.round(c, w, w.count, false)
			if err != nil {
				return false, err
			}
			after, err := c.cpu()
			if err != nil {
				return false, err
			}
			times[i] = append(times[i], took)
			cpus[i] += after - before
		}
	}
	fine := true
	peer := median(times[0])
	fmt.Printf("%-9s", w.name)
	for i := range b.contenders {
		mine := median(times[i])
		if w.rate {
			fmt.Printf("  %6.2f M/s", float64(w.count)/mine.Seconds()/1e6)
		} else {
			fmt.Printf("  %7.1f us", float64(mine.Microseconds())/float64(w.count))
		}
		if i == 0 {
			continue
		}
		ratio, floor := float64(mine)/float64(peer), w.floors[i-1]
		good := floor == 0 || ratio <= floor
		if w.rate {
			ratio = 1 / ratio
			good = ratio >= floor
		}
		mark := " "
		if !good {
			mark, fine = "!", false
		}
		fmt.Printf(" %5.2f%s", ratio, mark)
	}
	fmt.Printf("\n%-9s", "")
	for i := range b.contenders {
		fmt.Printf("  %6.2f us%*s", float64(cpus[i].Nanoseconds())/1000/float64(w.count*rounds), map[bool]int{true: 1, false: 8}[i == 0], "")
	}
	fmt.Println()
	return fine, nil
}

func run() error {
	rounds := flag.Int("rounds", 9, "how often each works")
	only := flag.String("only", "", "what to measure, with commas between")
	check := flag.Bool("check", false, "end with status 1 when a floor is not reached")
	flag.Parse()

	scratch, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	url, stop, err := serve(scratch)
	if err != nil {
		return err
	}
	defer stop()

	b := &bench{}
	if b.nc, err = nats.Connect(url); err != nil {
		return err
	}
	defer b.nc.Close()
	if b.js, err = jetstream.New(b.nc); err != nil {
		return err
	}
	if _, err := b.nc.Subscribe("bench.echo", func(m *nats.Msg) { m.Respond(m.Data) }); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, command := range [][]string{
		{"nats.go", self, "peer", url},
		{"host", "bin/moonwire", "bench/nats.lua", url},
		{"lua5.4", "lua5.4", "bench/nats.lua", url},
	} {
		c, err := start(command[0], command[1:]...)
		if err != nil {
			return err
		}
		defer c.stop()
		b.contenders = append(b.contenders, c)
	}

	fmt.Printf("%d bytes a message, medians of %d; beside each its ratio to nats.go; ! misses the floor;\nbelow: processor time of each message\n", size, *rounds)
	fmt.Printf("%-9s", "")
	for i, c := range b.contenders {
		fmt.Printf("  %-*s", map[bool]int{true: 10, false: 17}[i == 0], c.name)
	}
	fmt.Println()
	fine := true
	for _, w := range works {
		if *only != "" && !slices.Contains(strings.Split(*only, ","), w.name) {
			continue
		}
		good, err := b.measure(w, *rounds)
		if err != nil {
			return err
		}
		fine = fine && good
	}
	if *check && !fine {
		return errors.New("a floor was not reached")
	}
	return nil
}

// serve starts a server and returns its URL.
func serve(scratch string) (url string, stop func(), err error) {
	config := filepath.Join(scratch, "server.conf")
	if err := os.WriteFile(config, []byte(serverConfig), 0o600); err != nil {
		return "", nil, err
	}
	c, err := start("server", "bin/moonwire", "serve", "--port", "-1", "--config", config,
		"--jetstream", filepath.Join(scratch, "jetstream"))
	if err != nil {
		return "", nil, err
	}
	stop = func() {
		c.cmd.Process.Signal(os.Interrupt)
		c.cmd.Wait()
	}
	line, err := c.out.ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the server: %w", err)
	}
	_, url, found := strings.Cut(strings.TrimSpace(line), "listening on ")
	if !found {
		stop()
		return "", nil, fmt.Errorf("the server says %q", line)
	}
	return url, stop, nil
}

// peer is the contender nats.go.
func peer(url string) error {
	nc, err := nats.Connect(url, nats.SyncQueueLen(1<<20))
	if err != nil {
		return err
	}
	defer nc.Close()
	p := &natsPeer{nc}
	pieces := map[string]func(count int, check bool) error{
		"publish": p.publish, "receive": p.receive, "callback": p.callback, "request": p.request, "stream": p.stream,
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Fields(lines.Text())
		count, err := strconv.Atoi(words[1])
		if err != nil {
			return err
		}
		err = pieces[words[0]](count, words[2] == "true")
		fmt.Println(cmp.Or(errorText(err), "done"))
	}
	return nil
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

type natsPeer struct{ nc *nats.Conn }

func (p *natsPeer) publish(count int, check bool) error {
	payload := numbered(0)
	for i := range count {
		if check {
			payload = numbered(i + 1)
		}
		if err := p.nc.Publish("bench.out", payload); err != nil {
			return err
		}
	}
	return p.nc.Flush()
}

func (p *natsPeer) stream(count int, check bool) error {
	js, err := jetstream.New(p.nc, jetstream.WithPublishAsyncMaxPending(window))
	if err != nil {
		return err
	}
	payload := numbered(0)
	for i := range count {
		if check {
			payload = numbered(i + 1)
		}
		if _, err := js.PublishAsync("bench.stream", payload, jetstream.WithStallWait(5*time.Second)); err != nil {
			return err
		}
	}
	select {
	case <-js.PublishAsyncComplete():
		return nil
	case <-time.After(30 * time.Second):
		return errors.New("not all was acknowledged")
	}
}

func wrong(m *nats.Msg, n int) error {
	if string(m.Data) != string(numbered(n)) {
		return fmt.Errorf("received %q as number %d", m.Data, n)
	}
	return nil
}

func (p *natsPeer) receive(count int, check bool) error {
	sub, err := p.nc.SubscribeSync("bench.in")
	if err != nil {
		return err
	}
	defer sub.Unsubscribe()
	sub.SetPendingLimits(-1, -1)
	if err := p.nc.Flush(); err != nil {
		return err
	}
	fmt.Println("ready")
	for i := range count {
		m, err := sub.NextMsg(5 * time.Second)
		if err != nil {
			return err
		}
		if check {
			if err := wrong(m, i+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *natsPeer) callback(count int, check bool) error {
	n := 0
	done := make(chan error, 1)
	sub, err := p.nc.Subscribe("bench.in", func(m *nats.Msg) {
		n++
		if check {
			if err := wrong(m, n); err != nil {
				done <- err
			}
		}
		if n == count {
			done <- nil
		}
	})
	if err != nil {
		return err
	}
	defer sub.Unsubscribe()
	sub.SetPendingLimits(-1, -1)
	if err := p.nc.Flush(); err != nil {
		return err
	}
	fmt.Println("ready")
	return <-done
}

func (p *natsPeer) request(count int, check bool) error {
	payload := numbered(0)
	for i := range count {
		if check {
			payload = numbered(i + 1)
		}
		m, err := p.nc.Request("bench.echo", payload, 5*time.Second)
		if err != nil {
			return err
		}
		if check {
			if err := wrong(m, i+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func main() {
	var err error
	if len(os.Args) > 2 && os.Args[1] == "peer" {
		err = peer(os.Args[2])
	} else {
		err = run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
