package proxy

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"
)

// maxLine bounds a line of the protocol: an INFO lists every server of a cluster. Nothing longer is kept.
const maxLine = 64 << 10

const defaultPort = "4222"

// target is a server that may be connected to.
type target struct {
	address    string // host:port
	name       string // scheme://host:port, for messages
	user       *url.Userinfo
	tls        bool   // its URL says so
	tlsName    string // the name that its certificate must have
	discovered bool   // another server told of it
}

// pool is the servers in the order in which they are tried.
type pool struct {
	options nats.Options
	mutex   sync.Mutex
	servers []*target
}

func newPool(options nats.Options) (*pool, error) {
	p := &pool{options: options}
	for _, text := range options.Servers {
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" {
			return nil, errors.New("a server's URL is none") // not which: it may hold a secret
		}
		s := &target{
			address: net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), defaultPort)),
			user:    u.User, tls: u.Scheme == "tls", tlsName: u.Hostname(),
		}
		s.name = u.Scheme + "://" + s.address
		if u.Scheme != "nats" && u.Scheme != "tls" {
			return nil, fmt.Errorf("%s: a proxy speaks nats:// and tls:// to its servers", s.name)
		}
		p.servers = append(p.servers, s)
	}
	if len(p.servers) == 0 {
		return nil, errors.New("no server is named")
	}
	if !options.NoRandomize {
		rand.Shuffle(len(p.servers), func(i, j int) { p.servers[i], p.servers[j] = p.servers[j], p.servers[i] })
	}
	return p, nil
}

func (p *pool) inOrder() []*target {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.servers)
}

// failed puts a server last.
func (p *pool) failed(s *target) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if i := slices.Index(p.servers, s); i >= 0 {
		p.servers = append(slices.Delete(p.servers, i, i+1), s)
	}
}

// discover takes in the servers that teller says there are now, and forgets those of which it said so before.
func (p *pool) discover(teller *target, addresses []string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	kept := slices.DeleteFunc(slices.Clone(p.servers), func(s *target) bool {
		return s.discovered && s != teller && !slices.Contains(addresses, s.address)
	})
	for _, address := range addresses {
		host, _, err := net.SplitHostPort(address)
		if err != nil || slices.ContainsFunc(kept, func(s *target) bool { return s.address == address }) {
			continue
		}
		s := &target{address: address, user: teller.user, tls: teller.tls, tlsName: host, discovered: true}
		s.name = strings.SplitAfter(teller.name, "://")[0] + address
		if net.ParseIP(host) != nil { // servers tell addresses, certificates have names
			s.tlsName = teller.tlsName
		}
		kept = append(kept, s)
	}
	p.servers = kept
}

// dial connects to the first server that answers, and reads its INFO. The error has each server's reason.
func (p *pool) dial(ctx context.Context) (*upstream, error) {
	var reasons []string
	for _, s := range p.inOrder() {
		u, err := p.dialServer(ctx, s)
		if err == nil {
			p.discover(s, u.info.servers())
			return u, nil
		}
		reasons = append(reasons, fmt.Sprintf("%s (%s)", s.name, reason(err)))
		p.failed(s)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, errors.New(strings.Join(reasons, ", "))
}

func (p *pool) dialServer(ctx context.Context, s *target) (*upstream, error) {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	// What follows ends in time, or when the proxy is closed.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	u := &upstream{Conn: conn, server: s}
	if err = u.greet(ctx, p.options); err == nil && !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		stop()
		conn.Close()
		if ctx.Err() != nil {
			err = context.DeadlineExceeded
		}
		return nil, err
	}
	return u, nil
}

// upstream is a connection to a server, encrypted where that is wanted.
type upstream struct {
	net.Conn
	server  *target
	reader  *bufio.Reader // of what was read beyond the INFO
	info    info
	secured bool
}

// greet does what comes before CONNECT.
func (u *upstream) greet(ctx context.Context, options nats.Options) error {
	if options.TLSHandshakeFirst {
		if err := u.encrypt(ctx, options); err != nil {
			return err
		}
	}
	u.reader = bufio.NewReaderSize(u.Conn, maxLine)
	line, err := u.reader.ReadSlice('\n')
	if err != nil {
		return err
	}
	if said, ok := refusal(line); ok {
		return errors.New(said)
	}
	if u.info, err = parseInfo(line); err != nil || u.secured {
		return err
	}
	if wanted := options.Secure || u.server.tls; !wanted && !u.info.is("tls_required") {
		return nil
	} else if !u.info.is("tls_required") && !u.info.is("tls_available") {
		return errors.New("the server does not offer TLS, and without it nothing is sent")
	}
	if u.reader.Buffered() > 0 {
		return errors.New("the server said more in the clear than its INFO")
	}
	if err := u.encrypt(ctx, options); err != nil {
		return err
	}
	u.reader.Reset(u.Conn)
	return nil
}

func (u *upstream) encrypt(ctx context.Context, options nats.Options) error {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if options.TLSConfig != nil {
		config = options.TLSConfig.Clone()
	}
	config.ServerName = cmp.Or(config.ServerName, u.server.tlsName)
	conn := tls.Client(u.Conn, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return err
	}
	u.Conn, u.secured = conn, true
	return nil
}

// forwarded are the fields of a client's CONNECT that its server is told; who it is says the proxy.
var forwarded = []string{"verbose", "pedantic", "name", "lang", "version", "protocol", "echo", "headers", "no_responders"}

// connect is the CONNECT for the server: the client's wishes, the proxy's identity.
func (u *upstream) connect(wishes map[string]json.RawMessage, options nats.Options) ([]byte, error) {
	fields := map[string]any{"tls_required": u.secured}
	for _, name := range forwarded {
		if value, ok := wishes[name]; ok {
			fields[name] = value
		}
	}
	add := func(name, value string) {
		if value != "" {
			fields[name] = value
		}
	}
	if user := u.server.user; user != nil {
		if password, ok := user.Password(); ok {
			add("user", user.Username())
			add("pass", password)
		} else {
			add("auth_token", user.Username())
		}
	} else {
		add("user", options.User)
		add("pass", options.Password)
		add("auth_token", options.Token)
		if err := u.prove(add, options); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(fields)
	return fmt.Appendf(nil, "CONNECT %s\r\n", text), err
}

// prove adds a JWT or a public key, and the server's nonce signed.
func (u *upstream) prove(add func(name, value string), options nats.Options) error {
	add("nkey", options.Nkey)
	if options.UserJWT != nil {
		jwt, err := options.UserJWT()
		if err != nil {
			return err
		}
		add("jwt", jwt)
	}
	if options.SignatureCB == nil {
		return nil
	}
	nonce := u.info.text("nonce")
	if nonce == "" && options.Nkey != "" {
		return errors.New("the server gives no nonce to sign: it knows no keys")
	}
	signature, err := options.SignatureCB([]byte(nonce))
	add("sig", base64.RawURLEncoding.EncodeToString(signature))
	return err
}

// closeWrite says that nothing more comes; what was written arrives.
func (u *upstream) closeWrite() {
	if half, ok := u.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// reason is an error in words that hold no secret and fit into a line of the protocol.
func reason(err error) string {
	var network net.Error
	var operation *net.OpError
	text := err.Error()
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		text = "no answer within the time limit"
	case errors.Is(err, bufio.ErrBufferFull):
		text = "it did not speak NATS"
	case errors.Is(err, io.EOF):
		text = "the server closed the connection"
	case errors.As(err, &operation) && operation.Op == "dial":
		text = operation.Err.Error()
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "nats: "), "connect: ")
	return strings.Map(func(r rune) rune {
		if r == '\'' {
			return '"'
		} else if r < ' ' {
			return ' '
		}
		return r
	}, text)
}
