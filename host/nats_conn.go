package host

/*
#include <stdlib.h>
#include <string.h>
#include "nats.h"
*/
import "C"

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/nats-io/nats.go"
	"golang.org/x/sys/unix"
)

// closeTimeout bounds what a script's own close may take, as nats.go bounds the flush of a drain.
const closeTimeout = 5 * time.Second

// natsConn is a connection of nats.go behind the contract of lua/nats/transport/init.lua.
//
// The methods that nats.c calls run on the script's thread, one at a time; close may run beside them.
// What nats.go calls runs on goroutines of its own.
type natsConn struct {
	id   int
	host *Host

	dialled chan struct{} // closed when the first connect has ended, with dialErr
	dialErr error
	dialer  natsDialer
	nc      *nats.Conn // nil until then, or when it failed

	memory sync.Mutex // guards shared against release, for other threads than the script's
	shared *C.mw_nats // nil after release

	sender   sender
	receiver receiver
	pings    uint64        // that the script asked for
	pinged   chan struct{} // closed when the last of them was answered or lost; nil: there was none

	gone    atomic.Bool // nats.go has given up
	closing sync.Once
	leaving atomic.Bool   // close has begun
	done    chan struct{} // closed by close
}

func newNATSConn(h *Host, shared *C.mw_nats) *natsConn {
	c := &natsConn{host: h, shared: shared, dialled: make(chan struct{}), done: make(chan struct{})}
	c.dialer.conn, c.dialer.writable = c, make(chan struct{}, 1)
	c.sender.init(c)
	c.receiver.init(c)
	return c
}

// dial begins to connect, in the background so that Ctrl-C can end the wait for it.
func (c *natsConn) dial(opts nats.Options) {
	r := &c.receiver
	opts.CustomDialer = &c.dialer
	opts.DisconnectedErrCB = func(_ *nats.Conn, err error) {
		r.recount()
		r.mark(eventDisconnected, errorText(err))
	}
	opts.ReconnectedCB = func(nc *nats.Conn) {
		c.connected(nc)
		r.mark(eventReconnected, redact(nc.ConnectedUrl()))
	}
	opts.ClosedCB = func(nc *nats.Conn) {
		c.gone.Store(true)
		r.mark(eventClosed, errorText(nc.LastError()))
	}
	opts.LameDuckModeHandler = func(*nats.Conn) { r.markOnce(&r.lameDuck, eventLameDuck) }
	opts.DiscoveredServersCB = func(*nats.Conn) { r.markOnce(&r.discovered, eventDiscovered) }
	opts.AsyncErrorCB = func(_ *nats.Conn, _ *nats.Subscription, err error) { r.asyncError(err) }
	if opts.RetryOnFailedConnect {
		// A connect that fails is reported, and one that comes later is then a reconnect to the script.
		// nats.go calls both functions on one goroutine.
		failed := false
		opts.ReconnectErrCB = func(*nats.Conn, error) { failed = true }
		opts.ConnectedCB = func(nc *nats.Conn) {
			if failed {
				opts.ReconnectedCB(nc)
			}
		}
	}
	c.dialer.timeout, c.dialer.servers = opts.Timeout, opts.Servers
	c.dialer.each = opts.WriteBufferSize == writeEach
	go func() {
		defer close(c.dialled)
		nc, err := opts.Connect()
		if err != nil {
			c.dialErr = c.dialer.explain(err)
			return
		}
		c.nc = nc
		if r.up = nc.IsConnected(); r.up {
			c.connected(nc)
		} else {
			c.updateSlow()
		}
	}()
}

// connected follows each connect: publishes may go through the ring.
func (c *natsConn) connected(nc *nats.Conn) {
	c.setMaxPayload(maxPayloadOf(nc))
	c.dialer.settle(nc)
	c.updateSlow()
}

// updateSlow tells C whether each publish must come here, to get the error that it may deserve.
func (c *natsConn) updateSlow() {
	c.memory.Lock()
	defer c.memory.Unlock()
	if c.shared == nil {
		return
	}
	var slow uint32
	if !c.dialer.up() || c.sender.err.Load() != nil || c.leaving.Load() {
		slow = 1
	}
	atomic.StoreUint32((*uint32)(&c.shared.slow), slow)
}

// maxPayload holds where a server says something that is no size: it is the default of servers.
const maxPayload = 1 << 20

// maxPayloadOf is the largest payload that the server takes.
func maxPayloadOf(nc *nats.Conn) int64 {
	if n := nc.MaxPayload(); n > 0 {
		return n
	}
	return maxPayload
}

func (c *natsConn) setMaxPayload(bytes int64) {
	c.memory.Lock()
	defer c.memory.Unlock()
	if c.shared != nil {
		atomic.StoreInt64((*int64)(&c.shared.max_payload), bytes)
	}
}

// ended reports whether the script closed the connection or has been told that it is.
func (c *natsConn) ended() bool {
	return c.receiver.over || isDone(c.done)
}

// wait waits until ready says so: it is asked whenever the sender got on.
func (c *natsConn) wait(ready func(*natsConn) bool) C.nats_status {
	for !ready(c) {
		select {
		case <-c.sender.progress:
		case <-c.done:
			return C.NATS_OK // what comes next says that it is closed
		case <-c.host.wake:
			return C.NATS_WOKEN
		}
	}
	return C.NATS_OK
}

// settle waits until nats.go has what was published before, so that what comes next follows it.
func (c *natsConn) settle() C.nats_status {
	return c.wait(func(c *natsConn) bool { return c.sender.push() })
}

// room waits until size bytes fit into the ring.
func (c *natsConn) room(size uint64) C.nats_status {
	if s := c.wait(func(c *natsConn) bool { return c.sender.room(size) }); s != C.NATS_OK {
		return s
	}
	if c.ended() {
		return c.fail(nats.ErrConnectionClosed)
	}
	return C.NATS_OK
}

// ready says whether a message may be put into the ring, or what became of an earlier one.
func (c *natsConn) ready() C.nats_status {
	if c.ended() {
		return c.fail(nats.ErrConnectionClosed)
	}
	return c.status(c.sender.takeError())
}

// push has what is in the ring leave at once, if it can.
func (c *natsConn) push() C.nats_status {
	if !c.sender.push() {
		return C.NATS_OK // an error is for the next message
	}
	return c.status(c.sender.takeError())
}

// publish sends one message past the ring, after what is in it.
func (c *natsConn) publish(m message) C.nats_status {
	if s := c.ready(); s != C.NATS_OK {
		return s
	}
	if s := c.wait(func(c *natsConn) bool { return c.sender.push() && c.sender.writable() }); s != C.NATS_OK {
		return s
	}
	return c.status(c.sender.send(&m))
}

func (c *natsConn) subscribe(sid int64, subject, queue string) C.nats_status {
	if c.ended() {
		return c.fail(nats.ErrConnectionClosed)
	}
	if s := c.settle(); s != C.NATS_OK {
		return s
	}
	return c.status(c.receiver.subscribe(sid, subject, queue))
}

func (c *natsConn) unsubscribe(sid, max int64) C.nats_status {
	if c.ended() {
		return c.fail(nats.ErrConnectionClosed)
	}
	if s := c.settle(); s != C.NATS_OK {
		return s
	}
	return c.status(c.receiver.unsubscribe(sid, max))
}

func (c *natsConn) drainSub(sid int64) C.nats_status {
	if c.ended() {
		return c.fail(nats.ErrConnectionClosed)
	}
	if s := c.settle(); s != C.NATS_OK {
		return s
	}
	return c.status(c.receiver.drain(sid))
}

// futexWakePrivate is FUTEX_WAKE | FUTEX_PRIVATE_FLAG, which golang.org/x/sys does not name.
const futexWakePrivate = 1 | 128

// aLongTime is what nats.go gets for a wait without limit: it takes no zero.
const aLongTime = 100 * 365 * 24 * time.Hour

func (c *natsConn) ping() C.nats_status {
	if c.ended() {
		return c.fail(nats.ErrConnectionClosed)
	}
	if s := c.settle(); s != C.NATS_OK {
		return s
	}
	c.pings++
	number, before, done := strconv.FormatUint(c.pings, 10), c.pinged, make(chan struct{})
	c.pinged = done
	go func() {
		defer close(done)
		err := c.nc.FlushTimeout(aLongTime)
		if before != nil {
			<-before // it was answered first, or lost
		}
		if err == nil {
			c.receiver.awaitAsyncErrors()
			c.receiver.mark(eventPong, number)
		}
	}()
	return C.NATS_OK
}

// poll fills the inbox. When nothing has arrived it has C wait, or, where nats.go queues messages that no
// one else hears of, waits itself: for at most *timeout nanoseconds (negative: for ever), of which it
// leaves what it did not use.
func (c *natsConn) poll(timeout *int64) C.nats_status {
	if isDone(c.done) {
		return c.fail(nats.ErrConnectionClosed)
	}
	r := &c.receiver
	var m *nats.Msg
	for !r.fill(m) {
		m = nil
		if c.ended() {
			return c.fail(nats.ErrConnectionClosed)
		}
		if *timeout == 0 {
			return C.NATS_TIMEOUT
		}
		c.sender.nudge()
		if s := c.dialer.socket(); s != nil && s.isPlain() {
			r.disarm()
			return C.NATS_WAIT // all that comes calls news
		}
		var expired <-chan time.Time
		var began time.Time
		if *timeout > 0 {
			began = time.Now()
			r.timer.Reset(time.Duration(*timeout))
			expired = r.timer.C
		}
		woken := false
		select {
		case m = <-r.queue:
		case <-expired:
		case <-c.done:
		case <-c.host.wake:
			woken = true
		}
		r.disarm()
		if *timeout > 0 {
			r.timer.Stop()
			*timeout = max(0, *timeout-int64(time.Since(began)))
		}
		if woken {
			return C.NATS_WOKEN
		}
	}
	return C.NATS_OK
}

// close sends what was published, waits for the server to have it, and ends the connection; all of it
// for at most the time given.
func (c *natsConn) close(limit time.Duration) {
	c.closing.Do(func() {
		defer c.news()
		defer close(c.done)
		deadline := time.Now().Add(limit)
		c.leaving.Store(true)
		c.updateSlow()
		select {
		case <-c.dialled:
		case <-time.After(limit):
			go func() { // the connect that no one waits for any more
				<-c.dialled
				if c.nc != nil {
					c.nc.Close()
				}
			}()
			return
		}
		if c.nc == nil {
			return
		}
		defer c.nc.Close()
		c.receiver.discard()
		if !c.sender.finish(deadline) {
			return
		}
		if buffered, err := c.nc.Buffered(); err == nil && (c.nc.IsConnected() || buffered > 0) {
			if left := time.Until(deadline); left > 0 {
				c.nc.FlushTimeout(left)
			}
		}
	})
}

// release gives the memory back to C. The connection is closed.
func (c *natsConn) release() {
	c.sender.release()
	c.memory.Lock()
	defer c.memory.Unlock()
	c.shared = nil
}

// say leaves a text for C.
func (c *natsConn) say(text string) {
	s := c.shared
	// One byte more, which ends the code of an error that has no detail.
	p := (*C.char)(C.realloc(unsafe.Pointer(s.text), C.size_t(len(text)+1)))
	if p == nil {
		panic("not enough memory")
	}
	s.text, s.text_size = p, C.size_t(len(text))
	copy(unsafe.Slice((*byte)(unsafe.Pointer(p)), len(text)+1), text+"\x00")
}

func (c *natsConn) fail(err error) C.nats_status {
	code, detail := errorCode(err)
	if detail != "" {
		code += "\x00" + detail
	}
	c.say(code)
	return C.NATS_FAILED
}

func (c *natsConn) status(err error) C.nats_status {
	if err != nil {
		return c.fail(err)
	}
	return C.NATS_OK
}

// news wakes the script, if it waits in C. That costs less than to wake a goroutine that C waits for:
// the scheduler has no part in it. It is to be called after what is new is in the queue.
func (c *natsConn) news() {
	c.memory.Lock()
	defer c.memory.Unlock()
	if c.shared == nil {
		return
	}
	atomic.AddUint32((*uint32)(&c.shared.news), 1)
	if atomic.LoadUint32((*uint32)(&c.shared.sleeping)) != 0 {
		unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&c.shared.news)), futexWakePrivate, 1, 0, 0, 0)
	}
}

// state takes no lock of nats.go, which holds its own while it connects.
func (c *natsConn) state() string {
	switch {
	case c.nc == nil || c.ended() || c.gone.Load():
		return "closed"
	case c.dialer.up():
		return "connected"
	default:
		return "reconnecting"
	}
}

// String shows where the connection leads and how it is.
func (c *natsConn) String() string {
	select {
	case <-c.dialled:
	default:
		return "host.nats: (connecting)"
	}
	if c.nc == nil || c.state() != "connected" {
		return fmt.Sprintf("host.nats: (%s)", c.state())
	}
	return fmt.Sprintf("host.nats: %s (connected)", redact(c.nc.ConnectedUrl()))
}

// info describes the connection as a Lua chunk that returns a table: C has no JSON, and a chunk needs
// no format of our own.
func (c *natsConn) info() string {
	var b strings.Builder
	state := c.state()
	fmt.Fprintf(&b, "return {status=%s", luaString(state))
	if state == "connected" {
		nc := c.nc
		jetstream, _ := nc.ConnectedServerJetStream()
		fmt.Fprintf(&b, ",url=%s,max_payload=%d,headers=%t,server={max_payload=%[2]d,headers=%[3]t,auth_required=%t,tls_required=%t,jetstream=%t",
			luaString(redact(nc.ConnectedUrl())), maxPayloadOf(nc), nc.HeadersSupported(), nc.AuthRequired(), nc.TLSRequired(), jetstream)
		for _, field := range []struct{ name, value string }{
			{"server_id", nc.ConnectedServerId()},
			{"server_name", nc.ConnectedServerName()},
			{"version", nc.ConnectedServerVersion()},
			{"cluster", nc.ConnectedClusterName()},
			{"domain", nc.ConnectedDomain()},
		} {
			if field.value != "" {
				fmt.Fprintf(&b, ",%s=%s", field.name, luaString(field.value))
			}
		}
		if id, err := nc.GetClientID(); err == nil {
			fmt.Fprintf(&b, ",client_id=%d", id)
		}
		if ip, err := nc.GetClientIP(); err == nil {
			fmt.Fprintf(&b, ",client_ip=%s", luaString(ip.String()))
		}
		b.WriteString(",connect_urls={")
		for _, url := range nc.DiscoveredServers() {
			b.WriteString(luaString(redact(url)) + ",")
		}
		b.WriteString("}}")
	}
	b.WriteString("}")
	return b.String()
}

// luaString quotes a string for Lua, every byte that is not plain by its number.
func luaString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, "\\%03d", c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
