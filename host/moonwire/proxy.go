package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/moonwire/moonwire"
	"github.com/moonwire/moonwire/host"
	"github.com/moonwire/moonwire/host/proxy"
)

const proxyUsage = `usage: moonwire proxy [options] [UPSTREAM]

Stands between NATS clients on this machine that have no TLS or are not to hold credentials (the TeX engines,
say) and the servers UPSTREAM, until SIGINT (Ctrl-C) or SIGTERM. UPSTREAM is a tls:// or nats:// URL, or several
with commas between; without it NATS_URL, or the context of natscli, says where the servers are. When clients can
connect, it prints "listening on nats://HOST:PORT".

  --listen HOST:PORT     default 127.0.0.1:4222; loopback only; port 0: any that is free
  --token-file FILE      clients must show the token in FILE (or in MOONWIRE_PROXY_TOKEN): nats://TOKEN@HOST:PORT;
                         without one whoever runs programs on this machine may use the proxy
  --max-connections N    clients at a time; default 256
  --ports-file FILE      write the URL to FILE as serve does (JSON); gone when the proxy stops

Who the proxy is, by the names of natscli; each may also come from the environment (NATS_CREDS ...) or a context:

  --user U  --password P  --token T  --creds FILE  --nkey FILE  --context NAME
  --tlsca FILE  --tlscert FILE  --tlskey FILE  --tlsname NAME  --tlsfirst
  --timeout DURATION     of connecting to one server, such as 5s; default 2s
`

// proxyToken is the variable with the token that clients must show.
const proxyToken = "MOONWIRE_PROXY_TOKEN"

// Options of the command line, and what nats.connect calls them.
var proxyOptions = [][2]string{
	{"user", "user"}, {"password", "password"}, {"token", "token"}, {"creds", "creds"}, {"nkey", "nkey"}, {"context", "context"},
	{"tlsca", "tls_ca"}, {"tlscert", "tls_cert"}, {"tlskey", "tls_key"}, {"tlsname", "tls_name"}, {"timeout", "timeout"},
}

// proxying is a command line of proxy.
type proxying struct {
	listen, tokenFile, portsFile string
	config                       proxy.Config
	given                        []string // options of nats.connect, names and values in turn
}

func parseProxying(args []string) (proxying, error) {
	var p proxying
	flags := flag.NewFlagSet("proxy", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&p.listen, "listen", "127.0.0.1:4222", "")
	flags.StringVar(&p.tokenFile, "token-file", "", "")
	flags.StringVar(&p.portsFile, "ports-file", "", "")
	flags.IntVar(&p.config.MaxConnections, "max-connections", proxy.DefaultMaxConnections, "")
	first := flags.Bool("tlsfirst", false, "")
	for _, option := range proxyOptions {
		flags.Func(option[0], "", func(value string) error {
			p.given = append(p.given, option[1], value)
			return nil
		})
	}
	var servers []string
	for rest := args; len(rest) > 0; { // options may follow the servers
		if err := flags.Parse(rest); err != nil {
			return p, err
		}
		if rest = flags.Args(); len(rest) > 0 {
			servers, rest = append(servers, rest[0]), rest[1:]
		}
	}
	if *first {
		p.given = append(p.given, "tls_first", "true")
	}
	switch {
	case len(servers) > 1:
		return p, errors.New("more than one argument; several servers have commas between") // which may hold secrets
	case len(servers) == 1:
		p.given = append(p.given, "url", servers[0])
	}
	if p.config.MaxConnections < 1 {
		return p, fmt.Errorf("--max-connections %d: a number above 0 is accepted", p.config.MaxConnections)
	}
	return p, nil
}

func runProxy(args []string) int {
	p, err := parseProxying(args)
	return runServer("proxy", proxyUsage, err, p.run)
}

func logProxy(line string) { fmt.Fprintf(os.Stderr, "moonwire: proxy: %s\n", line) }

// run serves until a signal comes.
func (p *proxying) run() error {
	if err := p.resolve(); err != nil {
		return err
	}
	if err := p.readToken(); err != nil {
		return err
	}
	p.config.Log = logProxy
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	running, err := proxy.Listen(p.listen, p.config)
	if err != nil {
		return err
	}
	if err := running.Check(); err != nil {
		logProxy("warning: clients will not get through yet: " + err.Error())
	}
	go func() {
		<-signals
		running.Close()
	}()
	if p.portsFile != "" {
		if err := writePorts(p.portsFile, &server.Ports{Nats: []string{running.URL()}}); err != nil {
			return err
		}
		defer os.Remove(p.portsFile)
	}
	fmt.Printf("listening on %s\n", running.URL())
	running.Serve()
	return nil
}

// resolve finds servers and credentials as nats.connect of a script does: the same code does it.
func (p *proxying) resolve() error {
	if _, err := host.ReadEnvironment(); err != nil {
		return err
	}
	h, err := host.New(host.Config{Modules: moonwire.Modules})
	if err != nil {
		return err
	}
	defer h.Close()
	text, err := h.RunCommand("moonwire.upstream", p.given)
	if err != nil {
		return err
	}
	var resolved struct {
		Problem  string
		Warnings []string
		Options  json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &resolved); err != nil {
		return err
	}
	if resolved.Problem != "" {
		return errors.New(resolved.Problem)
	}
	for _, warning := range resolved.Warnings {
		logProxy("warning: " + warning)
	}
	p.config.Upstream, err = host.NATSOptions(resolved.Options)
	return err
}

func (p *proxying) readToken() error {
	if p.tokenFile == "" {
		p.config.Token = os.Getenv(proxyToken)
		return nil
	}
	text, err := os.ReadFile(p.tokenFile)
	if err != nil {
		return fmt.Errorf("--token-file: %w", err)
	}
	if p.config.Token = strings.TrimSpace(string(text)); p.config.Token == "" {
		return fmt.Errorf("--token-file %s: it is empty", p.tokenFile)
	}
	if state, err := os.Stat(p.tokenFile); err == nil && state.Mode()&0o044 != 0 {
		logProxy(fmt.Sprintf("warning: --token-file %s: others can read this file; chmod 600 keeps it secret", p.tokenFile))
	}
	return nil
}
