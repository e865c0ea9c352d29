package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const serveUsage = `usage: moonwire serve [options]

Runs a NATS server, for development and tests, until SIGINT (Ctrl-C) or SIGTERM. When clients can
connect, it prints "listening on nats://HOST:PORT".

  --port N           the port for clients; default 4222; -1: any that is free
  --host ADDRESS     the address to listen on; default 127.0.0.1
  --jetstream DIR    keep streams, in this folder
  --config FILE      a configuration of nats-server; the options above go before it
  --ports-file FILE  write the server's URLs to FILE, as nats-server does (JSON); gone when it stops
`

// readyTimeout is what a server may need until it accepts clients; restoring streams takes the most.
const readyTimeout = 60 * time.Second

// serving is a command line of serve.
type serving struct {
	host, config, portsFile, jetstream string
	port                               int
	given                              map[string]bool // the options that are on the command line
}

func parseServing(args []string) (serving, error) {
	s := serving{port: server.DEFAULT_PORT, given: map[string]bool{}}
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.host, "host", "127.0.0.1", "")
	flags.Func("port", "", func(value string) (err error) {
		s.port, err = clientPort(value)
		return err
	})
	flags.StringVar(&s.jetstream, "jetstream", "", "")
	flags.StringVar(&s.config, "config", "", "")
	flags.StringVar(&s.portsFile, "ports-file", "", "")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	flags.Visit(func(f *flag.Flag) { s.given[f.Name] = true })
	switch {
	case flags.NArg() > 0:
		return s, fmt.Errorf("unexpected argument '%s'", flags.Arg(0))
	case s.given["jetstream"] && s.jetstream == "":
		return s, errors.New("--jetstream needs a folder")
	}
	return s, nil
}

// clientPort reads the value of --port.
func clientPort(value string) (int, error) {
	port, err := strconv.Atoi(value)
	if err != nil || port != server.RANDOM_PORT && (port < 1 || port > 65535) {
		return 0, errors.New("a number from 1 to 65535 is accepted, or -1 for any free port")
	}
	return port, nil
}

// options puts the command line and the configuration file together.
func (s serving) options() (*server.Options, error) {
	o := &server.Options{}
	if s.config != "" {
		if err := o.ProcessConfigFile(s.config); err != nil {
			return nil, fmt.Errorf("--config %s: %s", s.config, strings.TrimSpace(err.Error()))
		}
	}
	if s.given["host"] || o.Host == "" {
		o.Host = s.host
	}
	if s.given["port"] || o.Port == 0 {
		o.Port = s.port
	}
	if s.jetstream != "" {
		o.JetStream, o.StoreDir = true, s.jetstream
	}
	o.NoSigs = true
	return o, nil
}

func serve(args []string) int {
	s, err := parseServing(args)
	return runServer("serve", serveUsage, err, s.run)
}

// runServer runs what a native command has made of its arguments, unless err says what is wrong with them or that
// help is wanted, and gives the exit status.
func runServer(name, usage string, err error, run func() error) int {
	if errors.Is(err, flag.ErrHelp) {
		fmt.Print(usage)
		return 0
	}
	if err != nil {
		return misuse(name+": %v (--help lists the options)", err)
	}
	if err := run(); err != nil {
		return complain(fmt.Sprintf("%s: %v", name, err))
	}
	return 0
}

// run serves until a signal comes.
func (s serving) run() error {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	o, err := s.options()
	if err != nil {
		return err
	}
	ns, err := server.NewServer(o)
	if err != nil {
		return err
	}
	failed := s.log(ns, o)
	ns.Start()
	defer func() {
		ns.Shutdown()
		ns.WaitForShutdown()
	}()
	if err := s.wait(ns, failed); err != nil {
		return err
	}
	if s.portsFile != "" {
		if err := writePorts(s.portsFile, ns.PortsInfo(readyTimeout)); err != nil {
			return fmt.Errorf("--ports-file %s: %w", s.portsFile, err)
		}
		defer os.Remove(s.portsFile)
	}
	fmt.Printf("listening on %s\n", clientURL(ns))
	select {
	case <-signals:
		return nil
	case err := <-failed:
		return err
	}
}

// log has the server's warnings and errors written to standard error, unless its configuration says
// where to. What the server cannot live with comes through the channel.
func (s serving) log(ns *server.Server, o *server.Options) <-chan error {
	failed := make(chan error, 1)
	if o.LogFile != "" || o.Syslog {
		ns.ConfigureLogger()
		return failed
	}
	ns.SetLoggerV2(&logger{failed: failed}, o.Debug, o.Trace, false)
	return failed
}

func (s serving) wait(ns *server.Server, failed <-chan error) error {
	ready := make(chan bool, 1)
	go func() { ready <- ns.ReadyForConnections(readyTimeout) }()
	select {
	case err := <-failed:
		return err
	case ok := <-ready:
		if !ok {
			return fmt.Errorf("not ready for clients within %v", readyTimeout)
		}
		return nil
	}
}

// clientURL is the address for a client on this machine.
func clientURL(ns *server.Server) string {
	if ports := ns.PortsInfo(readyTimeout); ports != nil && len(ports.Nats) > 0 {
		return ports.Nats[0]
	}
	return ns.ClientURL()
}

// writePorts writes the file whole or not at all, for whoever waits for it to appear.
func writePorts(path string, ports *server.Ports) error {
	data, err := json.Marshal(ports)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".ports-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(data); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// logger is a server.Logger that writes lines to standard error.
type logger struct{ failed chan<- error }

func (l *logger) write(level, format string, values ...any) {
	fmt.Fprintf(os.Stderr, "moonwire: serve: %s%s\n", level, fmt.Sprintf(format, values...))
}

// Noticef drops what is only good to know.
func (l *logger) Noticef(string, ...any) {}

// Warnf writes a warning.
func (l *logger) Warnf(format string, values ...any) { l.write("warning: ", format, values...) }

// Errorf writes an error that the server lives on with.
func (l *logger) Errorf(format string, values ...any) { l.write("", format, values...) }

// Debugf and Tracef are called only where the configuration asks for them.
func (l *logger) Debugf(format string, values ...any) { l.write("debug: ", format, values...) }

// Tracef writes a line of the protocol.
func (l *logger) Tracef(format string, values ...any) { l.write("trace: ", format, values...) }

// Fatalf ends serve with the first such message.
func (l *logger) Fatalf(format string, values ...any) {
	message := fmt.Sprintf(format, values...)
	if strings.Contains(message, "address already in use") {
		message += "; choose another port with --port (-1: any that is free)"
	}
	select {
	case l.failed <- errors.New(message):
	default:
	}
}
