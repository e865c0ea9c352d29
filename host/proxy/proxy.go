// Package proxy lets NATS clients that have neither TLS nor credentials use servers that want both.
//
// It listens on loopback, in the clear. Each client gets a connection upstream of its own, which is encrypted and
// has the proxy's credentials: what the client wants of the protocol (headers, no echo, verbose) holds there, and
// when that connection ends the client's ends too, so that it connects again as it would anyway.
package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Config says whom a proxy serves, and by whom.
type Config struct {
	// Upstream has the servers (nats:// and tls://), who we are, TLS, and the time limit of one connection.
	Upstream nats.Options
	// Token is what clients have to show as theirs; empty: nothing.
	Token string
	// MaxConnections is how many clients there may be at a time; 0: DefaultMaxConnections.
	MaxConnections int
	// Log is told what goes wrong, in lines without secrets, by several goroutines; nil: nobody is.
	Log func(line string)
}

// DefaultMaxConnections is far more than scripts of one machine need, and few enough for its file descriptors.
const DefaultMaxConnections = 256

// ErrNotLoopback says that others than this machine's programs could reach the proxy.
var ErrNotLoopback = errors.New("not an address of this machine alone: a proxy lends its credentials to whoever reaches it, " +
	"so it listens on loopback only, such as 127.0.0.1:4222")

// Proxy is one that listens.
type Proxy struct {
	config   Config
	pool     *pool
	listener *net.TCPListener
	ctx      context.Context // ends when the proxy is closed
	cancel   context.CancelFunc
	slots    chan struct{} // one for each client that there may be
	sessions sync.WaitGroup
}

// Listen makes a proxy that listens on address, HOST:PORT; port 0 is any that is free. It fails with
// ErrNotLoopback, where a server's URL is none, and where a file does not prove who we are.
func Listen(address string, config Config) (*Proxy, error) {
	pool, err := newPool(config.Upstream)
	if err != nil {
		return nil, err
	}
	// Files are read for each connection anew; one that is of no use now is better known now.
	if err := (&upstream{info: info{"nonce": []byte(`"-"`)}}).prove(func(string, string) {}, config.Upstream); err != nil {
		return nil, errors.New(reason(err))
	}
	at, err := loopback(address)
	if err != nil {
		return nil, err
	}
	listener, err := net.ListenTCP("tcp", at)
	if err != nil {
		return nil, err
	}
	if config.MaxConnections == 0 {
		config.MaxConnections = DefaultMaxConnections
	}
	p := &Proxy{config: config, pool: pool, listener: listener, slots: make(chan struct{}, config.MaxConnections)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p, nil
}

// loopback reads an address that only this machine reaches. A name may be looked up as anything later, so
// only localhost is one.
func loopback(address string) (*net.TCPAddr, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%s: HOST:PORT is accepted, such as 127.0.0.1:4222", address)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%s: %w", address, ErrNotLoopback)
	}
	at, err := net.ResolveTCPAddr("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("%s: a port is a number from 1 to 65535, or 0 for any that is free", address)
	}
	return at, nil
}

// URL is what clients connect to.
func (p *Proxy) URL() string { return "nats://" + p.listener.Addr().String() }

// Check connects upstream once, and tells why clients would not get through.
func (p *Proxy) Check() error {
	up, err := p.pool.dial(p.ctx)
	if err != nil {
		return err
	}
	defer up.Close()
	line, err := up.connect(nil, p.config.Upstream)
	if err == nil {
		_ = up.SetDeadline(time.Now().Add(p.config.Upstream.Timeout))
		_, err = up.Write(append(line, "PING\r\n"...))
	}
	for err == nil {
		var answer []byte
		if answer, err = up.reader.ReadSlice('\n'); err != nil {
			break
		}
		if string(answer) == "PONG\r\n" {
			return nil
		}
		if said, ok := refusal(answer); ok {
			err = errors.New(said)
		}
	}
	return fmt.Errorf("%s (%s)", up.server.name, reason(err))
}

// Serve takes clients until Close, and comes back when all of them have been served to the end.
func (p *Proxy) Serve() {
	defer p.sessions.Wait()
	for {
		client, err := p.listener.AcceptTCP()
		if p.ctx.Err() != nil {
			if err == nil {
				client.Close()
			}
			return
		}
		if err != nil {
			// Such as too many open files: some of them will be closed.
			p.log("a client was not taken: " + reason(err))
			time.Sleep(100 * time.Millisecond)
			continue
		}
		s := &session{proxy: p, client: client, ctx: p.ctx, reader: bufio.NewReaderSize(client, chunk)}
		select {
		case p.slots <- struct{}{}:
			p.sessions.Go(func() {
				defer func() { <-p.slots }()
				s.run()
			})
		default:
			_, _ = client.Write([]byte("-ERR 'maximum connections exceeded'\r\n"))
			client.Close()
		}
	}
}

// Close has no more clients come, and ends the sessions of those that are there: what they have said goes on to
// their servers, then they are disconnected. Serve comes back within a few seconds.
func (p *Proxy) Close() {
	p.cancel()
	p.listener.Close()
}

func (p *Proxy) log(line string) {
	if p.config.Log != nil {
		p.config.Log(line)
	}
}
