package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

var readyLine = regexp.MustCompile(`^listening on (nats://\S+)\n$`)

// servingProcess starts a server and waits for its ready line.
func servingProcess(t *testing.T, args ...string) (p *process, url string) {
	t.Helper()
	p = command(append([]string{"serve"}, args...)...)
	return p, p.ready(t)
}

// ready starts a command that serves, and waits for the line that has its URL.
func (p *process) ready(t *testing.T) (url string) {
	t.Helper()
	p.Stdout = nil
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.begin(t)
	line, _ := bufio.NewReader(out).ReadString('\n')
	match := readyLine.FindStringSubmatch(line)
	if match == nil {
		_, _ = io.Copy(io.Discard, out)
		_ = p.Wait()
		t.Fatalf("the ready line is %q; stderr %q", line, p.stderr.String())
	}
	return match[1]
}

func connect(t *testing.T, url string, options ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestAServerServesOnAnyFreePort(t *testing.T) {
	p, url := servingProcess(t, "--port", "-1")
	nc := connect(t, url)
	sub, err := nc.SubscribeSync("greet")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Publish("greet", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if msg, err := sub.NextMsg(patience); err != nil || string(msg.Data) != "hello" {
		t.Errorf("got %v, %v", msg, err)
	}
	p.signal(t, syscall.SIGTERM)
	if got := p.finish(t); got.status != 0 || got.stderr != "" {
		t.Errorf("ended with %+v", got)
	}
}

func TestAServerStopsCleanlyOnCtrlC(t *testing.T) {
	p, _ := servingProcess(t, "--port", "-1")
	p.signal(t, syscall.SIGINT)
	if got := p.finish(t); got.status != 0 || got.stderr != "" {
		t.Errorf("ended with %+v", got)
	}
}

func TestATakenPortIsOneLine(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	got := command("serve", "--port", port).result(t)
	if got.status != 1 || strings.Count(got.stderr, "\n") != 1 || !strings.Contains(got.stderr, port) || !strings.Contains(got.stderr, "choose another port with --port") {
		t.Errorf("got %+v", got)
	}
}

// checkPorts fails unless a file has a URL as that of nats-server has it.
func checkPorts(t *testing.T, path, url string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var ports struct{ Nats []string }
	if err := json.Unmarshal(data, &ports); err != nil || len(ports.Nats) != 1 || ports.Nats[0] != url {
		t.Errorf("%s; the ready line has %s", data, url)
	}
}

func TestThePortsFileIsThatOfNatsServerAndGoesAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ports.json")
	p, url := servingProcess(t, "--port", "-1", "--ports-file", path)
	checkPorts(t, path, url)
	p.signal(t, syscall.SIGTERM)
	p.finish(t)
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestStreamsOutliveTheServer(t *testing.T) {
	store := t.TempDir()
	for round := 1; round <= 2; round++ {
		p, url := servingProcess(t, "--port", "-1", "--jetstream", store)
		js, err := connect(t, url).JetStream()
		if err != nil {
			t.Fatal(err)
		}
		if round == 1 {
			if _, err := js.AddStream(&nats.StreamConfig{Name: "S", Subjects: []string{"s.>"}}); err != nil {
				t.Fatal(err)
			}
			if _, err := js.Publish("s.a", []byte("kept")); err != nil {
				t.Fatal(err)
			}
		} else if info, err := js.StreamInfo("S"); err != nil || info.State.Msgs != 1 {
			t.Errorf("after a restart: %+v, %v", info, err)
		}
		p.signal(t, syscall.SIGTERM)
		if got := p.finish(t); got.status != 0 {
			t.Errorf("round %d ended with %+v", round, got)
		}
	}
}

func TestAConfigurationFileIsObeyedAndOptionsGoBeforeIt(t *testing.T) {
	path := script(t, "server.conf", "port: 4333\nauthorization { user: u, password: p }\n")
	_, url := servingProcess(t, "--config", path, "--port", "-1")
	if strings.HasSuffix(url, ":4333") {
		t.Errorf("the option --port was ignored: %s", url)
	}
	if nc, err := nats.Connect(url); err == nil {
		nc.Close()
		t.Error("no password was asked for")
	}
	connect(t, url, nats.UserInfo("u", "p"))
}

func TestWrongUsesOfServeAreOneLine(t *testing.T) {
	broken := script(t, "broken.conf", "port: {\n")
	for _, c := range []struct {
		args   []string
		status int
		part   string
	}{
		{[]string{"--nosuch"}, 2, "nosuch"},
		{[]string{"--port", "abc"}, 2, "\"abc\" for flag -port: a number from 1 to 65535 is accepted"},
		{[]string{"--port", "70000"}, 2, "\"70000\" for flag -port: a number from 1 to 65535 is accepted"},
		{[]string{"--port", "0"}, 2, "-1 for any free port"},
		{[]string{"--jetstream="}, 2, "folder"},
		{[]string{"extra"}, 2, "extra"},
		{[]string{"--config", "/no/such.conf"}, 1, "/no/such.conf"},
		{[]string{"--config", broken}, 1, broken},
		{[]string{"--port", "-1", "--host", "256.1.1.1"}, 1, "256.1.1.1"},
		{[]string{"--port", "-1", "--ports-file", "/no/such/folder/f"}, 1, "--ports-file /no/such/folder/f: "},
	} {
		got := command(append([]string{"serve"}, c.args...)...).result(t)
		if got.status != c.status || strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "moonwire: serve: ") || !strings.Contains(got.stderr, c.part) {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}

func TestAWrongVariableIsOneLine(t *testing.T) {
	p := command("-e", "print 'not reached'")
	p.Env = append(p.Env, "NATS_TIMEOUT=abc")
	got := p.result(t)
	want := outcome{"", "moonwire: NATS_TIMEOUT=abc in the environment: not a duration above 0 such as 5s, 300ms or 1m30s\n", 1}
	if got != want {
		t.Errorf("got %+v", got)
	}
}

// What a script has published when it ends, in whatever way, has to arrive.
func TestWhatWasPublishedArrivesHoweverTheScriptEnds(t *testing.T) {
	_, url := servingProcess(t, "--port", "-1")
	nc := connect(t, url)
	for name, c := range map[string]struct {
		code   string
		signal os.Signal
		status int
	}{
		"at the end":        {"", nil, 0},
		"by os.exit":        {"os.exit(3)", nil, 3},
		"by os.exit, close": {"os.exit(4, true)", nil, 4},
		"by an error":       {"error 'no'", nil, 1},
		"by SIGTERM":        {"while true do end", syscall.SIGTERM, 143},
		"by Ctrl-C":         {"while true do end", syscall.SIGINT, 1},
	} {
		t.Run(name, func(t *testing.T) {
			sub, err := nc.SubscribeSync("last.words")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = sub.Unsubscribe() }()
			if err := nc.Flush(); err != nil {
				t.Fatal(err)
			}
			p := command("-e", "local nc = assert(require 'nats'.connect()) for i = 1, 1000 do nc:publish('last.words', tostring(i)) end io.stderr:write 'r' "+c.code)
			p.Env = append(p.Env, "NATS_URL="+url)
			p.begin(t)
			if c.signal != nil {
				if msg, err := sub.NextMsg(patience); err != nil || string(msg.Data) != "1" {
					t.Fatalf("the first message: %v, %v", msg, err)
				}
				time.Sleep(20 * time.Millisecond)
				p.signal(t, c.signal)
			}
			if got := p.finish(t); got.status != c.status {
				t.Errorf("ended with %+v", got)
			}
			first := 1
			if c.signal != nil {
				first = 2
			}
			for i := first; i <= 1000; i++ {
				msg, err := sub.NextMsg(time.Second)
				if err != nil || string(msg.Data) != strconv.Itoa(i) {
					t.Fatalf("message %d: %v, %v", i, msg, err)
				}
			}
		})
	}
}
