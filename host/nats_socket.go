package host

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// A connect reads no more than this before it is settled: an INFO of 64 KiB, certificates, a PONG.
	connectBytes = 128 << 10
	// A first connect that is tried for ever does not keep every reason.
	attemptsKept = 64
	// How long a reader waits for a connect to be settled that has read that much.
	settleTimeout = 5 * time.Second
	// When so much waits for a socket, what publishes waits too.
	backlogLimit = 1 << 20
	// So much of it is written at once, so that a limit of time means something.
	writeSize = 256 << 10
	// What makes nats.go write each message as soon as it has it, so that others may come between.
	writeEach = 1
	// A write that gets no further in this time has failed, as nats.go has it.
	writeTimeout = time.Minute
)

// natsDialer makes the sockets that nats.go reads and writes.
type natsDialer struct {
	conn     *natsConn
	timeout  time.Duration
	servers  []string      // URLs, with secrets
	each     bool          // nats.go writes messages one by one, see writeEach
	backlog  atomic.Int64  // bytes that wait for the socket
	writable chan struct{} // less waits than did, or the socket was closed

	mutex     sync.Mutex
	connected bool        // once, at least
	current   *natsSocket // the last one; nil: there was none
	attempts  []attempt   // of the first connect
}

// attempt is one try to connect, and how it failed.
type attempt struct {
	address string
	socket  *natsSocket
	err     error
}

// Dial connects. nats.go calls it once for each address of each server, one at a time.
func (d *natsDialer) Dial(network, address string) (net.Conn, error) {
	d.mark()
	conn, err := (&net.Dialer{Timeout: d.timeout}).Dial(network, address)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var s *natsSocket
	if err == nil {
		s = newNATSSocket(d, conn)
		d.current = s
	}
	if !d.connected && len(d.attempts) < attemptsKept {
		d.attempts = append(d.attempts, attempt{address, s, err})
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// mark marks in the queue where the messages of a lost connection end: once for each, since nats.go closes
// only those that it had connected. No reader runs when it is called.
func (d *natsDialer) mark() {
	d.mutex.Lock()
	s := d.current
	needed := d.connected && s != nil && s.isClosed() && !s.marked
	if needed {
		s.marked = true
	}
	d.mutex.Unlock()
	if needed {
		d.conn.receiver.mark(markRedial, errorText(s.cause()))
	}
}

// settle says that the last socket is connected. It is called some time after that, so that socket may
// have been lost again; then there will be another call.
func (d *natsDialer) settle(nc *nats.Conn) {
	s := d.socket()
	if s == nil || !nc.IsConnected() || d.socket() != s {
		return
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.connected, d.attempts = true, nil
	s.settle()
}

// up says whether there is a socket that is connected and open.
func (d *natsDialer) up() bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.current != nil && d.current.isSettled() && !d.current.isClosed()
}

// socket is the last one; nil: there was none.
func (d *natsDialer) socket() *natsSocket {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.current
}

// append sends whole messages past nats.go.
func (d *natsDialer) append(p []byte) error {
	if s := d.socket(); s != nil {
		return s.Append(p)
	}
	return errNotDirect
}

// full says whether publishing must wait for the socket.
func (d *natsDialer) full() bool { return d.backlog.Load() >= backlogLimit }

// explain adds to the error of the first connect what each server's was.
func (d *natsDialer) explain(err error) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var reasons []string
	for _, a := range d.attempts {
		cause := a.err
		if a.socket != nil {
			cause = a.socket.cause()
		}
		if cause == nil {
			cause = err
		}
		reasons = append(reasons, fmt.Sprintf("%s (%s)", d.url(a.address), errorText(cause)))
	}
	if len(d.servers) > 1 {
		err = nats.ErrNoServers
	}
	return &connectError{err, strings.Join(reasons, ", ")}
}

// url is what a server's address was called by, as far as that is known: nats.go dials addresses.
func (d *natsDialer) url(address string) string {
	scheme := "nats"
	for i, server := range d.servers {
		u, err := url.Parse(server)
		if err == nil && (i == 0 || u.Host == address) {
			scheme = u.Scheme
		}
	}
	return scheme + "://" + address
}

// connectError is an error of the first connect.
type connectError struct {
	err     error  // what it is: of one server its own, else nats.ErrNoServers
	reasons string // what each server's was; empty: nats.go did not get so far
}

func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// natsSocket is the socket below nats.go. It is read only while there is room for what it brings, and
// writing never waits: nats.go holds its lock while it writes, and would have everybody wait for a
// server that does not read. What the kernel does not take at once a goroutine writes, and publishing
// waits outside that lock (see natsDialer.full).
type natsSocket struct {
	net.Conn
	dialer *natsDialer
	raw    syscall.RawConn // nil: there is none to ask for

	marked  bool          // the queue knows where its messages end; the dialer's mutex guards it
	settled chan struct{} // closed when the connect is complete
	closed  chan struct{}
	ends    sync.Once

	// Of the reader alone.
	early  int     // bytes read before the connect was complete
	ahead  []byte  // read before nats.go had written anything, and not given to it
	stream *stream // nil: nats.go reads what comes as it comes

	mutex   sync.Mutex // guards what follows
	backlog []byte     // not written yet
	spare   []byte     // the last backlog, to be used again
	writing bool       // a goroutine writes
	begun   bool       // nats.go has written something
	plain   bool       // and that was CONNECT, so this is neither TLS nor WebSocket
	partial bool       // what it wrote last did not end as a message does
	trial   trial
	err     error // of a write
	failed  error // of a read, or what the server said before the connect was complete
}

func newNATSSocket(d *natsDialer, conn net.Conn) *natsSocket {
	s := &natsSocket{Conn: conn, dialer: d, settled: make(chan struct{}), closed: make(chan struct{})}
	if c, ok := conn.(syscall.Conn); ok {
		s.raw, _ = c.SyscallConn()
		s.trial.once = s.trial.write
	}
	return s
}

func isDone(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (s *natsSocket) isSettled() bool { return isDone(s.settled) }
func (s *natsSocket) isClosed() bool  { return isDone(s.closed) }

func (s *natsSocket) settle() {
	if !s.isSettled() {
		close(s.settled)
	}
}

func (s *natsSocket) isPlain() bool {
	_, plain := s.kind()
	return plain
}

func (s *natsSocket) kind() (begun, plain bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.begun, s.plain
}

var (
	errAhead   = &protocolError{"the server said more in the clear than its INFO"}
	errTooMuch = &protocolError{"the server sent too much before the connect was complete"}
)

// Read gives nats.go what the server sends: without the messages, once it is known that these come as
// they are.
func (s *natsSocket) Read(p []byte) (int, error) {
	if s.stream != nil {
		return s.stream.readFrom(s.read, p)
	}
	begun, plain := s.kind()
	switch {
	case plain:
		s.stream = &stream{receiver: &s.dialer.conn.receiver, in: s.ahead, to: len(s.ahead)}
		s.ahead = nil
		return s.Read(p)
	case !begun:
		return s.readLine(p)
	case len(s.ahead) > 0:
		s.note(nil, errAhead)
		return 0, errAhead
	}
	return s.read(p)
}

// readLine gives nats.go one line, the INFO: it believes the sizes of messages that come with it, and a
// size that is too large ends the process.
func (s *natsSocket) readLine(p []byte) (int, error) {
	if len(s.ahead) == 0 {
		in := make([]byte, streamBytes)
		n, err := s.read(in)
		if err != nil {
			return 0, err
		}
		s.ahead = in[:n]
	}
	line := s.ahead
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end+1]
	}
	n := copy(p, line)
	s.ahead = s.ahead[n:]
	return n, nil
}

// read reads the socket when there is room for what that may bring.
func (s *natsSocket) read(p []byte) (int, error) {
	if s.isSettled() {
		s.dialer.conn.receiver.gate(s.dialer.conn.nc, s.closed)
		n, err := s.Conn.Read(p)
		if err != nil {
			s.note(nil, err)
		}
		return n, err
	}
	// nats.go says that the connect is complete some time after it has begun to read messages.
	if s.early >= connectBytes {
		patience := settleTimeout
		if begun, _ := s.kind(); !begun {
			patience = 0
		}
		select {
		case <-s.settled:
			return s.read(p)
		case <-s.closed:
		case <-time.After(patience):
		}
		return 0, errTooMuch
	}
	n, err := s.Conn.Read(p)
	s.early += n
	s.note(p[:n], err)
	return n, err
}

// note keeps why a connect, or later the connection, failed.
func (s *natsSocket) note(p []byte, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, line, found := bytes.Cut(p, []byte("-ERR ")); found {
		line, _, _ = bytes.Cut(line, []byte("\r\n"))
		s.failed = errors.New(strings.ToLower(strings.Trim(string(line), "' ")))
	} else if err != nil && s.failed == nil {
		s.failed = err
	}
}

// cause is what note kept.
func (s *natsSocket) cause() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.failed
}

// Write takes all of p, or fails.
func (s *natsSocket) Write(p []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.begun {
		s.begun, s.plain = true, bytes.HasPrefix(p, []byte("CONNECT "))
	}
	s.partial = !bytes.HasSuffix(p, []byte("\r\n"))
	if err := s.put(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

var errNotDirect = errors.New("not now")

// Append writes whole messages between those that nats.go writes. nats.go is told to keep nothing back
// (writeEach), so each Write ends with a message. nats.go does not promise that: hence the look at how
// the last one ended, and errNotDirect, after which the messages must go through nats.go. That is also
// what is returned before the connect is complete, after Close, and over TLS or WebSocket.
func (s *natsSocket) Append(p []byte) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.plain || !s.dialer.each || s.partial || !s.isSettled() || s.isClosed() {
		return errNotDirect
	}
	return s.put(p)
}

// put writes what the kernel takes at once, and leaves the rest to a goroutine. The mutex is held.
func (s *natsSocket) put(p []byte) error {
	if s.err != nil {
		return s.err
	}
	n := 0
	if !s.writing {
		var err error
		if n, err = s.try(p); err != nil {
			s.fail(err)
			return err
		}
		if n == len(p) {
			return nil
		}
		s.writing = true
		defer func() { go s.write() }()
	}
	s.backlog = append(s.backlog, p[n:]...)
	s.dialer.backlog.Add(int64(len(p) - n))
	return nil
}

// fail ends a socket that cannot be written: its reader sees it, and nats.go connects anew. The mutex is
// held.
func (s *natsSocket) fail(err error) {
	s.err = err
	s.dialer.backlog.Add(-int64(len(s.backlog)))
	s.backlog = nil
	s.Conn.Close()
}

// try writes what the kernel takes without waiting. The mutex is held.
func (s *natsSocket) try(p []byte) (int, error) {
	if s.raw == nil || len(p) == 0 {
		return 0, nil
	}
	s.trial.p, s.trial.n, s.trial.err = p, 0, nil
	refused := s.raw.Write(s.trial.once)
	s.trial.p = nil
	switch err := s.trial.err; {
	case refused != nil:
		return 0, refused
	case err == syscall.EAGAIN:
		return 0, nil
	case err != nil:
		return 0, os.NewSyscallError("write", err)
	}
	return s.trial.n, nil
}

// trial is one write that does not wait. (A function that held these would cost memory each time.)
type trial struct {
	once func(fd uintptr) bool
	p    []byte
	n    int
	err  error
}

func (t *trial) write(fd uintptr) bool {
	for {
		t.n, t.err = syscall.Write(int(fd), t.p)
		if t.err != syscall.EINTR {
			return true // whatever came of it: do not wait
		}
	}
}

// write writes the backlog until there is none.
func (s *natsSocket) write() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for len(s.backlog) > 0 && s.err == nil {
		p := s.backlog
		s.backlog, s.spare = s.spare[:0], nil
		s.mutex.Unlock()
		err := s.writeAll(p)
		s.mutex.Lock()
		s.spare = p[:0]
		if err != nil {
			s.fail(err)
		}
	}
	s.writing = false
	poke(s.dialer.writable)
}

func (s *natsSocket) writeAll(p []byte) error {
	for len(p) > 0 {
		s.Conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		n, err := s.Conn.Write(p[:min(len(p), writeSize)])
		s.dialer.backlog.Add(-int64(n))
		p = p[n:]
		if err != nil {
			s.dialer.backlog.Add(-int64(len(p)))
			return err
		}
		poke(s.dialer.writable)
	}
	return nil
}

// SetDeadline bounds reading. Writing has no use for it: it does not wait.
func (s *natsSocket) SetDeadline(t time.Time) error { return s.Conn.SetReadDeadline(t) }

// SetWriteDeadline does nothing, see SetDeadline.
func (s *natsSocket) SetWriteDeadline(time.Time) error { return nil }

// Close ends the socket, and all waiting for it.
func (s *natsSocket) Close() error {
	s.ends.Do(func() {
		close(s.closed)
		s.dialer.conn.updateSlow()
		poke(s.dialer.writable)
	})
	return s.Conn.Close()
}
