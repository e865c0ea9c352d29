package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"
)

// proxyCommand is a proxy of which nothing in the surroundings of the test says where to go.
func proxyCommand(t *testing.T, environment []string, args ...string) *process {
	t.Helper()
	p := command(append([]string{"proxy", "--listen", "127.0.0.1:0"}, args...)...)
	p.Env = append(p.Env, "NATS_URL=", "NATS_CONTEXT=", "XDG_CONFIG_HOME="+t.TempDir())
	p.Env = append(p.Env, environment...)
	return p
}

// secretServer has one user, ann, whose password no output may have.
func secretServer(t *testing.T) (url string) {
	t.Helper()
	_, url = servingProcess(t, "--port", "-1", "--config", script(t, "server.conf", "authorization { user: ann, password: s3cr3t }\n"))
	return url
}

func TestAProxyHoldsTheCredentialsThatItWasGivenInAnyWay(t *testing.T) {
	url := secretServer(t)
	address := strings.TrimPrefix(url, "nats://")
	context := script(t, "ann.json", `{"url":"`+url+`","user":"ann","password":"s3cr3t"}`)
	for name, c := range map[string]struct{ environment, args []string }{
		"options":        {nil, []string{"--user", "ann", "--password", "s3cr3t", url}},
		"in the URL":     {nil, []string{"nats://ann:s3cr3t@" + address}},
		"environment":    {[]string{"NATS_URL=" + url, "NATS_USER=ann", "NATS_PASSWORD=s3cr3t"}, nil},
		"context":        {nil, []string{"--context", context}},
		"both, in parts": {[]string{"NATS_USER=bob", "NATS_PASSWORD=bob"}, []string{"--user", "ann", "--password", "s3cr3t", url}},
	} {
		t.Run(name, func(t *testing.T) {
			p := proxyCommand(t, c.environment, c.args...)
			nc := connect(t, p.ready(t))
			if err := nc.FlushTimeout(patience); err != nil {
				t.Error(err)
			}
			nc.Close()
			p.signal(t, syscall.SIGTERM)
			if got := p.finish(t); got.status != 0 || got.stderr != "" {
				t.Errorf("ended with %+v", got)
			}
		})
	}
}

func TestAProxyWritesAPortsFileAndStopsOnCtrlC(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ports.json")
	p := proxyCommand(t, nil, "--ports-file", path, "--user", "ann", "--password", "s3cr3t", secretServer(t))
	url := p.ready(t)
	checkPorts(t, path, url)
	p.signal(t, syscall.SIGINT)
	if got := p.finish(t); got.status != 0 || got.stderr != "" {
		t.Errorf("ended with %+v", got)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestTheTokenOfAProxyComesFromAFileOrTheEnvironment(t *testing.T) {
	upstream := secretServer(t)
	for name, c := range map[string]struct{ environment, args []string }{
		"file":        {nil, []string{"--token-file", script(t, "token", "t0ken\n")}},
		"environment": {[]string{"MOONWIRE_PROXY_TOKEN=t0ken"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			url := proxyCommand(t, c.environment, append(c.args, "--user", "ann", "--password", "s3cr3t", upstream)...).ready(t)
			if nc, err := nats.Connect(url); err == nil {
				nc.Close()
				t.Error("no token was asked for")
			}
			connect(t, url, nats.Token("t0ken"))
		})
	}
}

func TestAProxyWithoutServersSaysSoAndListens(t *testing.T) {
	p := proxyCommand(t, nil, "tls://ann:s3cr3t@127.0.0.1:1")
	if _, err := nats.Connect(p.ready(t)); err == nil || !strings.Contains(err.Error(), "no upstream server: tls://127.0.0.1:1 (connection refused)") {
		t.Errorf("a client gets %v", err)
	}
	p.signal(t, syscall.SIGTERM)
	got := p.finish(t)
	want := "moonwire: proxy: warning: clients will not get through yet: tls://127.0.0.1:1 (connection refused)\n" +
		"moonwire: proxy: no upstream server: tls://127.0.0.1:1 (connection refused)\n"
	if got.status != 0 || got.stderr != want {
		t.Errorf("ended with %+v", got)
	}
}

func TestWrongUsesOfProxyAreOneLineWithoutSecrets(t *testing.T) {
	empty := script(t, "empty", "\n")
	creds := script(t, "s.creds", "SUs3cr3t")
	for _, c := range []struct {
		environment, args []string
		status            int
		part              string
	}{
		{nil, []string{"--nosuch"}, 2, "nosuch"},
		{nil, []string{"nats://u:s3cr3t@a", "nats://u:s3cr3t@b"}, 2, "commas between"},
		{nil, []string{"--max-connections", "0"}, 2, "above 0"},
		{nil, []string{"--listen", "0.0.0.0:0"}, 1, "0.0.0.0:0: not an address of this machine alone"},
		{nil, []string{"--listen", ":4222"}, 1, "loopback only"},
		{nil, []string{"--token-file", "/no/such"}, 1, "/no/such"},
		{nil, []string{"--token-file", empty}, 1, "it is empty"},
		{nil, []string{"--creds", "/no/such.creds"}, 1, "/no/such.creds"},
		{nil, []string{"--creds", creds}, 1, creds},
		{nil, []string{"--tlsca", "/no/ca.pem", "tls://a"}, 1, "/no/ca.pem"},
		{nil, []string{"--tlscert", creds, "tls://a"}, 1, "one is useless without the other"},
		{nil, []string{"--context", "nosuch"}, 1, "context nosuch"},
		{nil, []string{"--timeout", "soon"}, 1, "--timeout soon"},
		{nil, []string{"wss://u:s3cr3t@a"}, 1, "nats:// and tls://"},
		{nil, []string{"http://u:s3cr3t@a"}, 1, "unknown scheme"},
		{[]string{"NATS_URL=nats://u:s3cr3t@a:x"}, nil, 1, "NATS_URL"},
		{[]string{"NATS_SEED=SUs3cr3t"}, nil, 1, "seed"},
	} {
		got := proxyCommand(t, c.environment, c.args...).result(t)
		if got.status != c.status || strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "moonwire: proxy: ") ||
			!strings.Contains(got.stderr, c.part) || strings.Contains(got.stderr, "s3cr3t") {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}
